/* SPDX-License-Identifier: MIT */
/* What a disk refuses shows at two places: a full one when a transaction is committed, one that cannot be written when a
 * transaction begins. Everything else is handed on. */
#include "sim/store_faults.h"

static const struct store *inner(void *self)
{
	return &((struct store_faults *)self)->inner;
}

static bool begin(void *self, enum store_durability d, struct err *e)
{
	struct store_faults *f = self;

	if (atomic_exchange(&f->damage, false))
		f->damage_it(f->ctx, &f->inner);
	if (atomic_load(&f->fault) == STORE_READ_ONLY)
		return err_set(e, ERR_IO, 0, "begin: the disk can only be read (simulated)");
	return f->inner.begin(f->inner.self, d, e);
}

static bool commit(void *self, struct err *e)
{
	struct store_faults *f = self;

	if (atomic_load(&f->fault) == STORE_FULL)
		return err_set(e, ERR_IO, 0, "commit: the disk is full (simulated)");
	return f->inner.commit(f->inner.self, e);
}

static void rollback(void *self)
{
	inner(self)->rollback(inner(self)->self);
}

static bool series_id(void *self, const struct store_series *s, int32_t *id, struct err *e)
{
	return inner(self)->series_id(inner(self)->self, s, id, e);
}

static bool get_series(void *self, int32_t id, struct store_series *s, bool *found, struct err *e)
{
	return inner(self)->get_series(inner(self)->self, id, s, found, e);
}

static bool put_block(void *self, enum store_tier tier, int64_t start_s, const uint8_t *bytes, size_t length, struct err *e)
{
	return inner(self)->put_block(inner(self)->self, tier, start_s, bytes, length, e);
}

static bool get_block(void *self, enum store_tier tier, int64_t start_s, uint8_t *bytes, size_t size, size_t *length,
	bool *found, struct err *e)
{
	return inner(self)->get_block(inner(self)->self, tier, start_s, bytes, size, length, found, e);
}

static bool next_block(void *self, enum store_tier tier, int64_t from_s, int64_t to_s, int64_t *start_s, bool *found,
	struct err *e)
{
	return inner(self)->next_block(inner(self)->self, tier, from_s, to_s, start_s, found, e);
}

static bool last_block(void *self, enum store_tier tier, int64_t before_s, int64_t *start_s, bool *found, struct err *e)
{
	return inner(self)->last_block(inner(self)->self, tier, before_s, start_s, found, e);
}

static bool put_gap(void *self, const struct store_gap *gap, struct err *e)
{
	return inner(self)->put_gap(inner(self)->self, gap, e);
}

static bool for_gaps(void *self, int64_t from_ms, int64_t to_ms, bool (*each)(void *, const struct store_gap *), void *ctx,
	struct err *e)
{
	return inner(self)->for_gaps(inner(self)->self, from_ms, to_ms, each, ctx, e);
}

static bool count_aged(void *self, int64_t before_s, struct store_aged *aged, struct err *e)
{
	return inner(self)->count_aged(inner(self)->self, before_s, aged, e);
}

static bool put_request(void *self, const struct store_request *r, int32_t *id, struct err *e)
{
	return inner(self)->put_request(inner(self)->self, r, id, e);
}

static bool get_request(void *self, int32_t id, struct store_request *r, bool *found, struct err *e)
{
	return inner(self)->get_request(inner(self)->self, id, r, found, e);
}

static bool put_event(void *self, const struct store_event *event, struct err *e)
{
	return inner(self)->put_event(inner(self)->self, event, e);
}

static bool for_events(void *self, int64_t from_ms, int64_t to_ms, bool (*each)(void *, const struct store_event *),
	void *ctx, struct err *e)
{
	return inner(self)->for_events(inner(self)->self, from_ms, to_ms, each, ctx, e);
}

static bool put_contract(void *self, int place, const struct contract_record *r, struct err *e)
{
	return inner(self)->put_contract(inner(self)->self, place, r, e);
}

static bool get_contract(void *self, int place, struct contract_record *r, bool *found, struct err *e)
{
	return inner(self)->get_contract(inner(self)->self, place, r, found, e);
}

static bool owe(void *self, const struct store_owed *o, bool *taken, struct err *e)
{
	return inner(self)->owe(inner(self)->self, o, taken, e);
}

static bool mark_sent(void *self, struct uuid uid, enum store_tier tier, struct err *e)
{
	return inner(self)->mark_sent(inner(self)->self, uid, tier, e);
}

static bool forget(void *self, struct uuid uid, struct err *e)
{
	return inner(self)->forget(inner(self)->self, uid, e);
}

static bool next_owed(void *self, int64_t after_n, struct store_owed *o, bool *found, struct err *e)
{
	return inner(self)->next_owed(inner(self)->self, after_n, o, found, e);
}

static bool count_owed(void *self, int32_t *count, struct err *e)
{
	return inner(self)->count_owed(inner(self)->self, count, e);
}

static bool put_number(void *self, enum store_number n, int64_t value, struct err *e)
{
	return inner(self)->put_number(inner(self)->self, n, value, e);
}

static bool get_number(void *self, enum store_number n, int64_t *value, bool *found, struct err *e)
{
	return inner(self)->get_number(inner(self)->self, n, value, found, e);
}

static bool prune(void *self, const struct store_limits *limits, struct err *e)
{
	return inner(self)->prune(inner(self)->self, limits, e);
}

static bool tidy(void *self, struct err *e)
{
	return inner(self)->tidy(inner(self)->self, e);
}

static bool info(void *self, struct store_info *i, struct err *e)
{
	return inner(self)->info(inner(self)->self, i, e);
}

static bool share(void *self, bool with_others, bool *shared, struct err *e)
{
	return inner(self)->share(inner(self)->self, with_others, shared, e);
}

static bool notice(void *self, char *text, size_t size)
{
	return inner(self)->notice(inner(self)->self, text, size);
}

static void close_it(void *self)
{
	inner(self)->close(inner(self)->self);
}

struct store store_faults_front(struct store_faults *f)
{
	return (struct store){ .self = f, .begin = begin, .commit = commit, .rollback = rollback, .series_id = series_id,
		.get_series = get_series, .put_block = put_block, .get_block = get_block, .next_block = next_block,
		.last_block = last_block, .put_gap = put_gap, .for_gaps = for_gaps, .count_aged = count_aged,
		.put_request = put_request, .get_request = get_request,
		.put_event = put_event, .for_events = for_events, .put_contract = put_contract,
		.get_contract = get_contract, .owe = owe, .mark_sent = mark_sent, .forget = forget,
		.next_owed = next_owed, .count_owed = count_owed, .put_number = put_number, .get_number = get_number,
		.prune = prune, .tidy = tidy, .info = info, .share = share, .notice = notice, .close = close_it };
}

void store_faults_set(struct store_faults *f, enum store_fault fault)
{
	atomic_store(&f->fault, (int)fault);
}

void store_faults_damage(struct store_faults *f)
{
	atomic_store(&f->damage, true);
}
