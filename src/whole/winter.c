/* SPDX-License-Identifier: MIT */
#include "whole/winter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "sim/prices.h"

enum { DAY_S = 86400, HOUR_S = 3600, MINUTE_S = 60 };

struct winter {
	const struct winter_options *o;
	struct winter_result *r;
	struct inhouse *house;
	struct breaks breaks;
	struct break_row *list;
	struct invariants invariants;
	struct ideal ideal;
	struct seen seen;
	struct prices prices;
	bool priced;
	double priced_wh, out_sum_c;
	uint64_t relays;
	struct mono called;		/* somebody is on the way to reset what is locked; MONO_NEVER: nobody */
	EVP_MD_CTX *hash;
};

/* --- the trace ------------------------------------------------------------------------------------------------------ */

static void trace(struct winter *w, const void *bytes, size_t length)
{
	EVP_DigestUpdate(w->hash, bytes, length);
}

static void line(void *ctx, const struct msg *m)
{
	struct winter *w = ctx;
	struct wall clock;
	struct mono now = w->house->single != NULL ? inhouse_now(w->house, &clock) : (struct mono){ 0 };
	char text[LOG_TEXT + 80];
	int n = snprintf(text, sizeof(text), "%lld %d %d %d %d %.*s\n", (long long)now.ms, m->log.level, m->log.code, m->log.node,
		m->log.value, LOG_TEXT - 1, m->log.text);

	trace(w, text, (size_t)n);
	if (m->log.level == LEVEL_CRITICAL && w->called.ms == MONO_NEVER.ms)
		w->called = now;
	invariants_line(&w->invariants, m, now);
	if (w->o->line != NULL)
		w->o->line(w->o->ctx, &w->house->loaded.house, m);
}

static void sent(void *ctx, enum net_sim_side from, const char *topic, const void *bytes, size_t length)
{
	struct winter *w = ctx;
	struct wall clock;
	struct mono now = w->house->single != NULL ? inhouse_now(w->house, &clock) : (struct mono){ 0 };

	trace(w, topic, strlen(topic));
	trace(w, bytes, length);
	invariants_sent(&w->invariants, from, topic, bytes, length, now);
}

static void trace_relays(struct winter *w)
{
	char text[48];
	uint64_t bits = 0;

	for (int i = 0; i < GUARD_MAX_RELAYS; i++)
		bits |= (uint64_t)(w->house->relays[i] != 0) << i;
	if (bits == w->relays)
		return;
	w->relays = bits;
	trace(w, text, (size_t)snprintf(text, sizeof(text), "%lld %llx\n", (long long)w->seen.now.ms, (unsigned long long)bits));
}

/* --- what is seen ----------------------------------------------------------------------------------------------------- */

static int64_t memory_kb(void)
{
	long long size, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f == NULL)
		return 0;
	if (fscanf(f, "%lld %lld", &size, &resident) != 2)
		resident = 0;
	fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void see_relays(struct winter *w)
{
	const struct inhouse *h = w->house;

	for (int i = 0; i < h->loaded.settings.n_relays; i++)
		w->seen.relays[i] = (struct seen_relay){ .on = h->relays[i] != 0, .by = h->scada.relays[i].by,
			.asked_ms = w->seen.since_boot_ms - h->scada.relays[i].asked_at.ms };
}

static void see_row(struct winter *w)
{
	struct inhouse *h = w->house;
	int64_t t_s = w->seen.clock.ms / 1000;

	w->seen.row_known = t_s % HOUR_S == 0 && w->seen.now.ms > 2 * HOUR_S * 1000;
	if (w->seen.row_known)
		w->seen.row_kept = records_kept(&h->store, &h->zone, h->start.ms / 1000, t_s, w->seen.row_why);
}

/* What only grows need not be looked at each second. */
static void see_upkeep(struct winter *w)
{
	struct seen *s = &w->seen;
	int64_t t_s = s->clock.ms / 1000;

	if (t_s % HOUR_S == 0)
		s->memory_kb = memory_kb();
	if (t_s % MINUTE_S == 0 || s->mailbox_room == 0) {
		struct runtime_counts n = single_count(w->house->single);

		s->refused = n.refused;
		s->said_too_much = n.said_too_much;
		s->mailbox_most = n.most;
		s->mailbox_room = n.room;
	}
}

static void see(struct winter *w)
{
	struct seen *s = &w->seen;

	s->now = inhouse_now(w->house, &s->clock);
	s->boots = w->house->boots;
	s->since_boot_ms = s->now.ms - w->house->boot_ms;
	world_follow(w->house->world, &s->truth);
	ideal_advance(&w->ideal, w->house->world, &s->truth, s->now, true);
	s->ideal_c = w->ideal.plant.air_c;
	see_relays(w);
	see_row(w);
	s->contract = w->house->scada.contract;
	s->mode = w->house->scada.mode.mode;
	s->statuses = w->house->told.n;
	s->slots_s = w->house->told.slots_s;
	see_upkeep(w);
	s->lied_ms = w->breaks.lied.ms == MONO_NEVER.ms ? INT64_MAX : mono_since(s->now, w->breaks.lied);
	for (int c = 0; c < N_INJECT_CLASSES; c++)
		s->broken_ms[c] = breaks_since_ms(&w->breaks, (enum inject_class)c, s->now);
}

/* --- what it comes to -------------------------------------------------------------------------------------------------- */

static void count_hour(struct winter *w)
{
	double used_kwh = (w->seen.truth.energy_wh - w->priced_wh) / 1000, t_s = 0;
	int64_t local_s = w->seen.clock.ms / 1000 + w->house->utc_offset_s;
	int64_t start_s = w->house->start.ms / 1000 + w->house->utc_offset_s;

	t_s = (double)(local_s - (start_s - start_s % DAY_S) - 1);
	if (w->priced && t_s >= 0)
		w->r->cost_usd += used_kwh * prices_at(&w->prices, t_s).usd_per_kwh;
	w->priced_wh = w->seen.truth.energy_wh;
	w->out_sum_c += w->seen.truth.out_c;
}

static void count(struct winter *w)
{
	const struct inhouse *h = w->house;
	double below_k = h->loaded.settings.comfort.setpoint_c - 0.5 - w->seen.truth.air_c;

	w->r->lowest_c = fmin(w->r->lowest_c, w->seen.truth.air_c);
	if (below_k > 0) {
		w->r->cold_min += 1.0 / 60;
		w->r->cold_kh += below_k / 3600;
	}
	if (w->seen.clock.ms / 1000 % HOUR_S == 0)
		count_hour(w);
}

static void sum_up(struct winter *w)
{
	struct winter_result *r = w->r;
	struct store_info info = { 0 };
	struct err unused;

	(void)w->house->store.info(w->house->store.self, &info, &unused);
	r->kwh = w->seen.truth.energy_wh / 1000;
	r->residual = w->seen.truth.residual;
	r->starts = w->seen.truth.hp_starts;
	r->defrosts = w->seen.truth.hp_defrosts;
	r->boots = w->house->boots + 1;
	r->statuses = w->house->told.n;
	r->mailbox_most = w->invariants.mailbox_most;
	r->mailbox_room = w->seen.mailbox_room;
	r->messages = w->house->messages;
	r->history_bytes = info.bytes;
	r->seconds = w->seen.now.ms / 1000;
	r->mean_out_c = r->seconds >= HOUR_S ? w->out_sum_c / (double)(r->seconds / HOUR_S) : w->seen.truth.out_c;
	for (int i = 0; i < w->breaks.n; i++) {
		r->faults += w->list[i].begun;
		r->faults_found += w->list[i].found && w->list[i].found_at.ms != MONO_NEVER.ms;
	}
	memcpy(r->violated, w->invariants.violated, sizeof(r->violated));
	memcpy(r->why, w->invariants.why, sizeof(r->why));
	memcpy(r->at, w->invariants.at, sizeof(r->at));
	EVP_DigestFinal_ex(w->hash, r->hash, NULL);
}

/* --- the run ------------------------------------------------------------------------------------------------------------ */

static bool open_prices(struct winter *w, struct err *e)
{
	const struct inhouse *h = w->house;
	time_t local = (time_t)(h->start.ms / 1000 + h->utc_offset_s);
	struct tm day;

	gmtime_r(&local, &day);
	w->priced = prices_open(&w->prices, &h->loaded.house.plant.prices, w->o->seed,
		(int64_t)local - local % DAY_S - h->utc_offset_s, day.tm_yday, (day.tm_wday + 6) % 7, e);
	return w->priced;
}

static bool make_list(struct winter *w, struct err *e)
{
	const struct winter_options *o = w->o;
	struct fault_spec *specs = calloc(WINTER_FAULTS, sizeof(*specs));
	struct inject_wish wish = o->faults;

	w->list = calloc(WINTER_FAULTS, sizeof(*w->list));
	w->r->list = specs;
	if (specs == NULL || w->list == NULL)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	wish.seed = o->seed;
	wish.to_s = (int64_t)o->days * DAY_S;
	if (o->orders != NULL) {
		memcpy(specs, o->orders, sizeof(*specs) * (size_t)o->n_orders);
		w->r->n_list = o->n_orders;
		for (int i = 0; i < o->n_orders; i++)
			if (!fault_place(&specs[i], &w->house->loaded.house, &w->house->loaded.settings, e))
				return false;
	} else {
		w->r->n_list = inject_make(&wish, &w->house->loaded.house, &w->house->loaded.settings, specs, WINTER_FAULTS);
	}
	for (int i = 0; i < w->r->n_list; i++)
		w->list[i].spec = specs[i];
	breaks_open(&w->breaks, w->house, w->list, w->r->n_list);
	return true;
}

static bool open_winter(struct winter *w, struct err *e)
{
	const struct winter_options *o = w->o;
	struct inhouse_options in = { .manner = INHOUSE_SINGLE, .house = o->house, .houses_file = o->houses_file,
		.start = o->start, .weather_file = o->weather_file, .price_file = o->price_file,
		.seed = o->seed, .plan = o->plan, .line = line, .sent = sent, .ctx = w };
	const struct loaded *l;

	w->called = MONO_NEVER;
	w->house = inhouse_open(&in, e);
	if (w->house == NULL)
		return false;
	l = &w->house->loaded;
	if (!l->house.has_plant)
		return err_set(e, ERR_CONFIG, 0, "%.60s has no Plant in houses.json - see: spaceheat sim houses", o->house);
	world_summarise(w->house->world, &w->seen.truth);
	ideal_open(&w->ideal, &l->house.plant, w->seen.truth.out_c, l->settings.comfort.setpoint_c,
		fmin(l->settings.guard.store_ceiling_c, l->settings.guard.supply_ceiling_c));
	w->r->lowest_c = w->seen.truth.air_c;
	if (!make_list(w, e) || !open_prices(w, e))
		return false;
	return invariants_open(&w->invariants, &l->house, &l->settings, &w->breaks, w->house->start, o->days) ||
		err_set(e, ERR_MEMORY, 0, "out of memory");
}

/* Who was called resets what the guard has locked, an hour later and when nothing is broken any more. */
static void somebody_comes(struct winter *w)
{
	struct err unused;

	if (w->called.ms == MONO_NEVER.ms || mono_since(w->seen.now, w->called) < HOUR_S * 1000 ||
		w->seen.broken_ms[INJECT_RELAY] < HOUR_S * 1000 || w->seen.broken_ms[INJECT_SENSOR] < HOUR_S * 1000 ||
		w->seen.broken_ms[INJECT_METER] < HOUR_S * 1000)
		return;
	w->called = MONO_NEVER;
	(void)w->house->guard_port.reset(w->house->guard_port.self, &unused);
}

static bool one_second(struct winter *w, struct err *e)
{
	struct mono before = inhouse_now(w->house, &w->seen.clock), now;

	if (!breaks_step(&w->breaks, e))
		return false;
	now = inhouse_now(w->house, &w->seen.clock);
	if (now.ms > before.ms)	/* nobody had power meanwhile */
		ideal_advance(&w->ideal, w->house->world, &w->seen.truth, now, false);
	somebody_comes(w);
	inhouse_run_to(w->house, mono_after(now, 1000));
	see(w);
	trace_relays(w);
	count(w);
	if (!invariants_step(&w->invariants, &w->seen) && w->o->stop_at_first)
		w->r->stopped = true;
	return true;
}

static bool go(struct winter *w, struct err *e)
{
	int64_t end_ms = (int64_t)w->o->days * DAY_S * 1000;

	while (w->seen.now.ms < end_ms && !w->r->stopped) {
		if (!one_second(w, e))
			return false;
		if (w->seen.now.ms % (HOUR_S * 1000) == 0 && w->o->going_on != NULL &&
			!w->o->going_on(w->o->ctx, w->seen.now.ms / HOUR_S / 1000, (int64_t)w->o->days * 24))
			w->r->stopped = true;
	}
	sum_up(w);
	return true;
}

bool winter_run(const struct winter_options *o, struct winter_result *r, struct err *e)
{
	struct winter *w = calloc(1, sizeof(*w));
	bool ran;

	*r = (struct winter_result){ .kwh = 0 };
	if (w != NULL)
		w->hash = EVP_MD_CTX_new();
	if (w == NULL || w->hash == NULL || EVP_DigestInit_ex(w->hash, EVP_sha256(), NULL) != 1) {
		free(w);
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	}
	w->o = o;
	w->r = r;
	ran = open_winter(w, e) && go(w, e);
	if (w->house != NULL)
		w->house->o.line = NULL;	/* what is said at the end is not of the run */
	if (w->house != NULL)
		w->house->o.sent = NULL;
	inhouse_close(w->house);
	if (w->priced)
		prices_close(&w->prices);
	invariants_close(&w->invariants);
	EVP_MD_CTX_free(w->hash);
	free(w->list);
	free(w);
	return ran;
}

bool winter_held(const struct winter_result *r)
{
	for (int i = 0; i < N_INVARIANTS; i++)
		if (r->violated[i] > 0)
			return false;
	return r->residual < 0.001;
}
