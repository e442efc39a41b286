/* SPDX-License-Identifier: MIT */
/* The standing contract of an AtomicTNode of 2022, which knows no contract messages: the configuration declares it, its
 * fresh dispatches and its snapshot requests count as beats, and nothing about it is stored, beaten or reported. */
#include "actor/scada_parts.h"

enum { FOR_EVER_S = 100 * 366 * 24 * 3600LL };

static bool configured(const struct scada *s, struct uuid *id)
{
	return s->settings->contract.standing[0] != '\0' && uuid_parse(s->settings->contract.standing, id);
}

bool scada_is_standing(const struct scada *s, struct uuid id)
{
	struct uuid standing;

	return configured(s, &standing) && uuid_equal(standing, id);
}

/* Whenever no other contract is in force; after a breach not before the zone is warm again. */
void scada_standing_tick(struct scada *s, struct outbox *out)
{
	struct contract_record r = { .state = CONTRACT_LIVE, .max_power_w = -1, .start_s = s->clock.ms / 1000 };

	if (contract_is_open(&s->contract) || s->storing != STORING_NOTHING || !s->clock_trusted ||
		s->sla.held != 0 || !configured(s, &r.id))
		return;
	r.end_s = r.start_s + FOR_EVER_S;
	r.relays = scada_relay_set(s);
	scada_enter(s, &r, out);
}

void scada_standing_heard(struct scada *s, struct outbox *out)
{
	if (!s->standing || s->contract.state != CONTRACT_LIVE)
		return;
	beats_hear_plain(&s->beats, s->now);
	scada_beats_back(s, out);
}

/* Each dispatch once: a replayed one keeps nothing alive (SF-36). */
void scada_standing_dispatch(struct scada *s, int64_t send_ms, struct outbox *out)
{
	if (!s->standing || send_ms <= s->standing_order.last_send_ms)
		return;
	gate_accept(&s->standing_order, send_ms);
	scada_standing_heard(s, out);
	scada_settle_mode(s, out);
}
