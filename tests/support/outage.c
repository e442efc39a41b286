/* SPDX-License-Identifier: MIT */
#include "outage.h"

#include "core/history/tier.h"

enum {
	SCAN_S = 30,
	METER_S = 300,
	AFTER_S = 3600,		/* that the run goes on when the link is back */
	DAY_S = 86400,
	BUCKETS = 1 << 19,
};

/* What was read, in the order of time; not what a power cut took. */
struct truth { int32_t *temp; int64_t *sum, *count; int64_t n; };

struct run {
	struct bench *b;
	struct outage *o;
	bool *read;		/* [second / SCAN_S]: a temperature was read then, and is in the record */
	int64_t end_s;
	int n_checked, n_acked;
	int64_t first_sent_s;
};

static int64_t code_at(int64_t s)
{
	return 320 + s / 3600 % 50 + s / SCAN_S * 7 % 5;
}

static bool is_on(const struct outage *o, int64_t s)
{
	for (int i = 0; i < o->n_cuts; i++)
		if (s >= o->cut_s[i] && s < o->cut_s[i] + o->cut_for_s[i])
			return false;
	return true;
}

/* What the record lost at a cut: all of the open row. */
static void lose(struct run *r, int64_t cut_s)
{
	for (int64_t s = (cut_s - 1) - (cut_s - 1) % HISTORY_ROW_S; s < cut_s; s += SCAN_S)
		r->read[s / SCAN_S] = false;
}

static void settle_mode(struct run *r, bool remote)
{
	hbench_step(r->b, (struct msg){ .type = MSG_LINK, .link = { .up = remote } });
	hbench_step(r->b, (struct msg){ .type = MSG_MODE, .mode = { .mode = remote ? REMOTE_CONTROL : LOCAL_CONTROL,
		.contract_live = true, .acks_status = r->o->acks_status } });
}

static void acknowledge(struct run *r)
{
	for (; r->o->acks_status && r->n_acked < r->b->n_sent; r->n_acked++)
		if (r->n_acked % 50 != 49)
			hbench_step(r->b, (struct msg){ .type = MSG_STATUS_ACK,
				.status_ack = { .n = 1, .parts = 1, .uid = { r->b->sent[r->n_acked].uid } } });
}

static void one_second(struct run *r, int64_t s)
{
	struct bench *b = r->b;

	if (s % SCAN_S == 0) {
		hbench_keep(b, TANK, s * 1000, code_at(s));
		r->read[s / SCAN_S] = true;
	}
	if (s % METER_S == 0)
		hbench_keep(b, POWER, s * 1000, 1000 + s / 3600 % 24);
	hbench_tick(b, s * 1000);
	acknowledge(r);
	if (b->n_sent > 0 && r->first_sent_s == 0)
		r->first_sent_s = s;
	if (b->n_sent > 0 && b->owed == 0 && r->o->drained_s == 0)
		r->o->drained_s = s - r->first_sent_s;
}

static void play(struct run *r)
{
	struct outage *o = r->o;
	bool on = true;

	settle_mode(r, false);
	for (int64_t s = 0; s < r->end_s; s += s < o->days_s ? 10 : 1) {
		if (on && !is_on(o, s)) {
			hbench_power_cut(r->b);
			lose(r, s);
		}
		if (!is_on(o, s)) {
			on = false;
			continue;
		}
		if (!on) {
			hbench_time(r->b, s * 1000);
			hbench_open(r->b);
			settle_mode(r, false);
		}
		on = true;
		if (s == o->days_s)
			settle_mode(r, true);
		if (s >= o->days_s || s % SCAN_S == 0)
			one_second(r, s);
	}
}

/* --- what must have come ------------------------------------------------------------------- */

/* The mean of what is on record of [from_s, from_s + length_s); false: nothing. */
static bool mean_of(const struct run *r, int64_t from_s, int64_t length_s, int64_t *mean)
{
	int64_t sum = 0, n = 0;

	for (int64_t s = from_s; s < from_s + length_s; s += SCAN_S)
		if (r->read[s / SCAN_S]) {
			sum += code_map_apply((struct code_map){ 1000, 16, 0 }, code_at(s));
			n++;
		}
	if (n > 0)
		*mean = tier_round(sum, n);
	return n > 0;
}

static const struct gt_sh_simple_telemetry_status *temps_of(const struct gt_sh_status *m)
{
	for (int i = 0; i < m->n_simple; i++)
		if (strcmp(m->simple_telemetry_list[i].sh_node_alias, "a.tank.temp0") == 0)
			return &m->simple_telemetry_list[i];
	return NULL;
}

/* All buckets of that length that begin in the slot, neither more nor less, each with its mean. */
static void check_values(struct run *r, const struct gt_sh_status *m, int64_t bucket_s)
{
	const struct gt_sh_simple_telemetry_status *t = temps_of(m);
	int64_t slot_s = m->slot_start_unix_s - START_MS / 1000, mean;
	int n = 0;

	for (int64_t s = slot_s; s < slot_s + 300; s += SCAN_S) {
		if (s % bucket_s != 0 || !mean_of(r, s, bucket_s, &mean))
			continue;
		assert_true(t != NULL && n < t->n);
		assert_int_equal(t->read_time_unix_ms_list[n], START_MS + s * 1000);
		assert_int_equal(t->value_list[n], mean);
		n++;
	}
	assert_int_equal(n, t != NULL ? t->n : 0);
	r->n_checked += n;
}

/* The standard its age asks for, within the minutes that draining takes. */
static void check_standard(const struct run *r, const struct gt_sh_status *m, int64_t slot_s)
{
	int64_t age_s = r->o->days_s - slot_s - 300, slack_s = 1800;
	bool exact = !m->has_standard, minute = m->has_standard && m->standard == STANDARD_MINUTE;

	if (age_s < DAY_S - slack_s)
		assert_true(exact);
	else if (age_s > DAY_S && age_s < 7 * DAY_S - slack_s)
		assert_true(minute);
	else if (age_s > 7 * DAY_S)
		assert_true(!exact && !minute);
}

static void check_status(struct run *r, const struct sent *s, bool *slots)
{
	static const int64_t bucket_s[] = { SCAN_S, 60, 900 };
	int64_t slot_s = s->slot_s - START_MS / 1000;
	struct opened o;

	if (slots[slot_s / 300])	/* it came again */
		return;
	slots[slot_s / 300] = true;
	hbench_status_open(s, &o);
	check_standard(r, &o.m, slot_s);
	check_values(r, &o.m, bucket_s[o.m.has_standard ? o.m.standard : STANDARD_EXACT]);
	hbench_status_close(&o);
}

/* --- gaps ---------------------------------------------------------------------------------- */

struct gaps { struct store_gap list[256]; int n; };

static bool take_gap(void *ctx, const struct store_gap *g)
{
	struct gaps *all = ctx;

	assert_true(all->n < 256);
	all->list[all->n++] = *g;
	return true;
}

static bool in_gap(const struct gaps *all, int64_t s, bool too_old)
{
	for (int i = 0; i < all->n; i++)
		if (all->list[i].from_ms <= START_MS + s * 1000 && all->list[i].to_ms > START_MS + s * 1000 &&
			(all->list[i].cause == GAP_TOO_OLD) == too_old)
			return true;
	return false;
}

/* A slot that did not come was dark, or is too old; and either is on record, once. */
static void check_gaps(struct run *r, const bool *slots)
{
	struct gaps *all = calloc(1, sizeof(*all));
	struct err e;
	int n_old = 0;

	assert_true(r->b->store.for_gaps(r->b->store.self, 0, INT64_MAX, take_gap, all, &e));
	for (int64_t s = 0; s + 300 <= r->end_s - 600; s += 300) {
		bool dark = true, old = s < r->o->days_s - 28 * DAY_S + 1800;

		for (int64_t k = s; k < s + 300; k += SCAN_S)
			dark = dark && !r->read[k / SCAN_S];
		if (slots[s / 300])
			continue;
		if (!dark && !(old && in_gap(all, s, true)))
			fail_msg("slot +%lld s never came and no gap says why", (long long)s);
		if (dark && !in_gap(all, s + 150, false))
			fail_msg("slot +%lld s is dark and no gap says why", (long long)s);
	}
	for (int64_t s = SCAN_S; s < r->o->days_s; s += SCAN_S)
		if (!r->read[s / SCAN_S] && !in_gap(all, s, false))
			fail_msg("+%lld s was not read and no gap says why", (long long)s);
	for (int i = 0; i < all->n; i++)
		n_old += all->list[i].cause == GAP_TOO_OLD;
	/* A night without power parts what is too old: nothing was owed of it. */
	assert_in_range(n_old, r->o->days_s > 28 * DAY_S, r->o->days_s > 28 * DAY_S ? 1 + r->o->n_cuts : 0);
	free(all);
}

/* Buckets go up as long as their slot is younger than 28 days. */
static void check_all(struct run *r)
{
	bool *slots = calloc((size_t)(r->end_s / 300 + 1), sizeof(*slots));

	hbench_assert_one_each(r->b);
	for (int i = 0; i < r->b->n_sent; i++)
		check_status(r, &r->b->sent[i], slots);
	check_gaps(r, slots);
	free(slots);
}

void outage_run(struct bench *b, struct outage *o)
{
	struct run r = { .b = b, .o = o, .end_s = o->days_s + AFTER_S };

	r.read = calloc((size_t)(r.end_s / SCAN_S + 32), sizeof(*r.read));
	o->drained_s = 0;
	play(&r);
	assert_int_equal(b->owed, 0);
	assert_in_range(o->drained_s, 0, 15 * 60);
	check_all(&r);
	assert_true(r.n_checked > 0);
	free(r.read);
}
