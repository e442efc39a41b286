/* SPDX-License-Identifier: MIT */
#include "tap.h"

#include <string.h>

/* The port's functions get the store's own self, so that those we do not listen to need no copy here; hence the one
 * pointer beside. */
static struct tap *the_tap;

enum { BLOCK_BYTES = 128 * 1024 };

static uint64_t mix(uint64_t h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h;
}

static uint64_t mix_text(uint64_t h, const char *text)
{
	return mix(h, text, strlen(text) + 1);
}

static uint64_t mix_number(uint64_t h, int64_t v)
{
	return mix(h, &v, sizeof(v));
}

/* Field by field: a struct may have holes. */
static uint64_t mix_contract(uint64_t h, const struct contract_record *r)
{
	const int64_t numbers[] = { r->start_s, r->end_s, r->ended_ms, r->energy_mwh, r->energy_estimated_mwh,
		r->remote_ms, r->log_seq, r->max_power_w, r->state, r->outcome, r->cause, r->acks_status,
		r->has_replaces, r->sla_hold, r->has_register, r->register_wh, r->relays };

	h = mix(h, &r->id, sizeof(r->id));
	h = mix(h, &r->replaces, sizeof(r->replaces));
	h = mix(h, &r->report_uid, sizeof(r->report_uid));
	return mix(h, numbers, sizeof(numbers));
}

static bool print_contracts(const struct store *s, uint64_t *h, struct err *e)
{
	struct contract_record r;
	bool found;

	for (int i = 0; i < N_CONTRACT_PLACES; i++) {
		memset(&r, 0, sizeof(r));
		if (!s->get_contract(s->self, i, &r, &found, e))
			return false;
		if (found)
			*h = mix_contract(mix_number(*h, i), &r);
	}
	return true;
}

static bool print_blocks(const struct store *s, uint64_t *h, struct err *e)
{
	static uint8_t bytes[BLOCK_BYTES];
	int64_t at = 0;
	size_t length;
	bool found;

	for (int tier = 0; tier < N_STORE_TIERS; tier++)
		for (int64_t from = 0;; from = at + 1) {
			if (!s->next_block(s->self, (enum store_tier)tier, from, INT64_MAX, &at, &found, e))
				return false;
			if (!found)
				break;
			if (!s->get_block(s->self, (enum store_tier)tier, at, bytes, sizeof(bytes), &length, &found, e))
				return false;
			if (!found)
				return err_set(e, ERR_FORMAT, 0, "block %d/%lld is damaged", tier, (long long)at);
			*h = mix(mix_number(mix_number(*h, tier), at), bytes, length);
		}
	return true;
}

static bool print_event(void *ctx, const struct store_event *v)
{
	uint64_t *h = ctx;

	*h = mix_number(mix_number(mix_number(*h, v->at_ms), v->command), v->value);
	*h = mix_text(mix_text(mix_text(mix_text(*h, v->level), v->code), v->node), v->text);
	return true;
}

static bool print_owed(const struct store *s, uint64_t *h, struct err *e)
{
	struct store_owed o = { 0 };
	bool found = true;

	while (found) {
		if (!s->next_owed(s->self, o.n, &o, &found, e))
			return false;
		if (found)
			*h = mix_number(mix_number(mix(mix_number(*h, o.n), &o.uid, sizeof(o.uid)), o.slot_s), o.sent);
	}
	return true;
}

bool tap_take_print(const struct store *s, struct tap_print *out, struct err *e)
{
	uint64_t h = 0xcbf29ce484222325u;
	struct store_info info;
	int64_t value;
	bool found;

	if (!print_contracts(s, &h, e))
		return false;
	out->contracts = h;
	if (!print_blocks(s, &h, e) || !print_owed(s, &h, e) ||
		!s->for_events(s->self, 0, INT64_MAX, print_event, &h, e))
		return false;
	for (int n = STORE_CLOSED_S; n <= STORE_HIGHEST_S; n++) {
		if (!s->get_number(s->self, (enum store_number)n, &value, &found, e))
			return false;
		h = found ? mix_number(h, value) : h;
	}
	out->all = h;
	if (!s->info(s->self, &info, e))
		return false;
	return info.damaged_rows == 0 || err_set(e, ERR_FORMAT, 0, "%lld damaged rows", (long long)info.damaged_rows);
}

/* --- listening ------------------------------------------------------------------------------------ */

static bool tap_begin(void *self, enum store_durability d, struct err *e)
{
	struct tap *t = the_tap;

	if (t->begun != NULL)
		t->begun(t->ctx);
	t->now = (struct tap_commit){ .durability = d, .event_ms = INT64_MAX };
	t->pending_events = 0;
	t->pending = t->book;
	t->open = t->inner.begin(self, d, e);
	t->n_failed += !t->open;
	return t->open;
}

static bool tap_commit(void *self, struct err *e)
{
	struct tap *t = the_tap;
	struct err unused;

	if (!t->inner.commit(self, e)) {
		t->n_failed++;
		return false;
	}
	t->open = false;
	t->n_committed++;
	t->n_events += t->pending_events;
	t->book = t->pending;
	t->now.at_ms = t->clock_ms;
	if (t->print && !tap_take_print(&t->inner, &t->now.after, &unused))
		t->now.after = (struct tap_print){ 0, 0 };
	if (t->committed != NULL)
		t->committed(t->ctx, &t->now);
	return true;
}

static void tap_rollback(void *self)
{
	the_tap->open = false;
	the_tap->n_failed++;
	the_tap->inner.rollback(self);
}

static bool tap_put_event(void *self, const struct store_event *v, struct err *e)
{
	struct tap *t = the_tap;

	if (v->at_ms < t->now.event_ms)
		t->now.event_ms = v->at_ms;
	t->pending_events++;
	return t->inner.put_event(self, v, e);
}

static bool tap_put_contract(void *self, int place, const struct contract_record *r, struct err *e)
{
	the_tap->pending.at[place] = *r;
	return the_tap->inner.put_contract(self, place, r, e);
}

static bool tap_put_block(void *self, enum store_tier tier, int64_t start_s, const uint8_t *bytes, size_t length,
	struct err *e)
{
	the_tap->now.readings = true;
	return the_tap->inner.put_block(self, tier, start_s, bytes, length, e);
}

void tap_listen(struct tap *t, struct store *s)
{
	the_tap = t;
	t->inner = *s;
	s->begin = tap_begin;
	s->commit = tap_commit;
	s->rollback = tap_rollback;
	s->put_event = tap_put_event;
	s->put_contract = tap_put_contract;
	s->put_block = tap_put_block;
}
