/* SPDX-License-Identifier: MIT */
/* The recorded readings through local control once more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/control/house_model.h"
#include "core/control/tariff.h"
#include "core/history/past.h"
#include "whole/replay_parts.h"
#include "whole/replay_stage.h"

static const int codes[] = { LOG_HEAT, LOG_RELAY, LOG_MODE, LOG_BOOT };
enum { N_CODES = sizeof(codes) / sizeof(codes[0]), DECIDE_MS = SCADA_DECIDE_MS };

/* The newest reading of a channel. */
struct seen { bool any, now; int64_t at_ms, code; };

struct again {
	const struct replay_options *o;
	const struct settings *settings;
	struct record record;
	struct replay_run run;
	struct replay_forecasts forecasts;
	int64_t foretold_s;
	struct seen seen[HOUSE_MAX_CHANNELS];
	bool needs[HOUSE_MAX_CHANNELS];
	int next_done;			/* of run.done: the next that the machine is to follow */
	struct err *e;
	bool failed;
};

/* --- what is looked at ------------------------------------------------------------------------------------------- */

static void need(const struct house *h, int node, bool needs[HOUSE_MAX_CHANNELS])
{
	for (int i = 0; node != NO_NODE && i < h->n_channels; i++)
		if (h->channels[i].about == node && channel_is_temperature(&h->channels[i])) {
			needs[i] = true;
			return;
		}
}

void replay_needs(const struct loaded *l, bool needs[HOUSE_MAX_CHANNELS])
{
	const struct settings_roles *r = &l->settings.roles;
	const int pipes[] = { r->supply, r->return_pipe, r->outdoor, r->ewt, r->lwt };

	for (int i = 0; i < r->n_store; i++)
		need(&l->house, r->store[i], needs);
	for (int i = 0; i < r->n_buffer; i++)
		need(&l->house, r->buffer[i], needs);
	for (int i = 0; i < l->settings.n_zones; i++)
		need(&l->house, l->settings.zones[i].sensor, needs);
	for (size_t i = 0; i < sizeof(pipes) / sizeof(pipes[0]); i++)
		need(&l->house, pipes[i], needs);
}

int replay_source(const struct loaded *l)
{
	enum relay_kind kind = l->house.plant.kind == PLANT_ELEMENT_TANK ? RELAY_ELEMENT : RELAY_HEAT_PUMP;

	for (int i = 0; i < l->settings.n_relays; i++)
		if (l->settings.relays[i].kind == kind)
			return i;
	return -1;
}

bool replay_peak(const struct loaded *l, const struct zone *place, int64_t unix_s)
{
	struct tariff t = tariff_of_settings(&l->settings.tariff);
	struct zone z = tariff_zone(&l->settings.tariff, place, unix_s);

	t.lead_s = 0;
	return tariff_onpeak(&t, &z, unix_s);
}

/* --- readings ------------------------------------------------------------------------------------------------------ */

static void say_reading(const struct seen *s, int channel, bool good, struct mono now, struct outbox *out)
{
	struct msg m = { .type = MSG_READING, .to = TO_SCADA, .reading = { .channel = channel,
		.quality = good ? QUALITY_GOOD : QUALITY_UNKNOWN, .code = good ? s->code : 0, .at = now,
		.tick = { s->at_ms } } };

	say(out, &m);
}

/* A reading kept less often than it was taken stands until the next; one that is missing is missing. */
static bool stands(const struct again *a, int channel, int64_t now_ms)
{
	int keep_s = a->record.house->channels[channel].keep_s, poll_s = a->settings->sensors.poll_s;

	return a->seen[channel].any && now_ms - a->seen[channel].at_ms < 2000LL * (keep_s > poll_s ? keep_s : poll_s);
}

static void take_readings(struct again *a, int64_t before_ms)
{
	const struct record_reading *r;

	while (!a->failed) {
		a->failed = !record_next(&a->record, before_ms, &r, a->e);
		if (a->failed || r == NULL)
			return;
		a->seen[r->channel] = (struct seen){ true, true, r->at_ms, r->code };
		replay_run_saw(&a->run, r->at_ms / 1000);
	}
}

static void readings(void *self, struct mono now, struct wall clock, struct outbox *out)
{
	struct again *a = self;
	bool poll = clock.ms / 1000 % a->settings->sensors.poll_s == 0;

	take_readings(a, clock.ms - clock.ms % 1000 + 1000);
	for (int i = 0; i < a->record.house->n_channels; i++) {
		struct seen *s = &a->seen[i];

		if (a->needs[i] && (s->now || poll))
			say_reading(s, i, s->now || stands(a, i, clock.ms), now, out);
		s->now = false;
	}
}

/* --- following ----------------------------------------------------------------------------------------------------- */

/* "HpOnStoreOff -> HpOffStoreOff: PeakStart (rswt=..." */
static enum local_cause cause_in(const char *text)
{
	const char *at = strchr(text, ':');

	for (int i = 1; at != NULL && i < N_LOCAL_CAUSES; i++) {
		const char *word = local_cause_name((enum local_cause)i);

		if (strncmp(at + 2, word, strlen(word)) == 0 && at[2 + strlen(word)] == ' ')
			return (enum local_cause)i;
	}
	return LOCAL_NO_CAUSE;
}

static void follow_state(struct again *a, struct replay_stage *stage, const struct record_event *v)
{
	struct house_heat *m = &stage->scada.heat.machine;
	struct mono at = { v->at_ms - stage->start.ms };

	if (v->value < 0 || v->value >= N_LOCAL_STATES)
		return;
	if ((int)m->state != v->value) {
		house_heat_follow(m, (enum local_state)v->value, cause_in(v->text), at);
		stage->full = !record_events_add(&a->run.again, v) || stage->full;
	}
	m->state_since = at;
}

static void follow_top(struct again *a, struct replay_stage *stage, const struct record_event *v)
{
	struct scada_heat *h = &stage->scada.heat;

	if (v->value < 0 || v->value >= N_TOP_MODES)
		return;
	if ((int)h->machine.top != v->value) {
		h->machine.top = h->told_top = (enum top_mode)v->value;
		stage->full = !record_events_add(&a->run.again, v) || stage->full;
	}
	h->machine.top_since = (struct mono){ v->at_ms - stage->start.ms };
}

/* A wish is not followed: it is made of what the machine knows. */
static void follow(struct again *a, struct replay_stage *stage, const struct record_event *v)
{
	enum past_kind kind = past_heat_kind(v->text);

	if (kind == PAST_STATE)
		follow_state(a, stage, v);
	else if (kind == PAST_TOP)
		follow_top(a, stage, v);
}

/* The last line of that kind since the last start of the service. */
static const struct record_event *last_heat(const struct again *a, enum past_kind kind, int64_t before_ms)
{
	const struct record_event *last = NULL;

	for (int i = 0; i < a->run.done.n && a->run.done.at[i].at_ms < before_ms; i++) {
		const struct record_event *v = &a->run.done.at[i];

		if (v->code == LOG_BOOT)
			last = NULL;
		else if (v->code == LOG_HEAT && past_heat_kind(v->text) == kind)
			last = v;
	}
	return last;
}

/* At the begin of the span it stands where the record had it, whatever it did by itself. */
static void begin_span(struct again *a, struct replay_stage *stage, int64_t from_ms)
{
	const struct house_heat *m = &stage->scada.heat.machine;
	const struct record_event *top = last_heat(a, PAST_TOP, from_ms), *state = last_heat(a, PAST_STATE, from_ms);

	if (top != NULL && top->at_ms >= stage->start.ms && top->value != (int32_t)m->top)
		follow_top(a, stage, top);
	if (state != NULL && state->at_ms >= stage->start.ms && state->value != (int32_t)m->state)
		follow_state(a, stage, state);
}

/* Before the span the machine goes where the record went, and begins it there. */
static void second(void *self, struct replay_stage *stage, struct mono now, struct wall clock)
{
	struct again *a = self;
	int64_t from_ms = a->o->from_s * 1000;
	const struct record_event *v;

	replay_forecasts_second(&a->forecasts, stage, clock);
	a->foretold_s += a->forecasts.weather.n > 0 && clock.ms >= from_ms;
	if (!stage->scada.heat.decided || now.ms == 0)
		return;
	for (; a->next_done < a->run.done.n; a->next_done++) {
		v = &a->run.done.at[a->next_done];
		if (v->at_ms / 1000 >= clock.ms / 1000)
			break;
		if (v->code != LOG_HEAT || v->at_ms >= from_ms || v->at_ms < stage->start.ms)
			continue;
		follow(a, stage, v);
		stage->scada.heat.next = (struct mono){ v->at_ms - stage->start.ms + DECIDE_MS };	/* in the same seconds */
	}
	if (clock.ms == from_ms)
		begin_span(a, stage, from_ms);
}

/* --- the run ------------------------------------------------------------------------------------------------------- */

static bool first_reading(struct again *a, int64_t *at_s, struct err *e)
{
	const struct replay_options *o = a->o;
	const struct record_reading *r = NULL;
	int64_t row_s;
	bool found;

	if (!record_first(&a->record, o->from_s, o->to_s, &row_s, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, 0, "no exact readings in that time - history.exact_days says how long they "
			"are kept; spaceheat history shows what there is");
	record_seek(&a->record, o->from_s - REPLAY_WARM_S, o->to_s);
	if (!record_next(&a->record, o->to_s * 1000, &r, e))
		return false;
	if (r == NULL)
		return err_set(e, ERR_ABSENT, 0, "no readings of this house's thermometers in that time");
	*at_s = r->at_ms / 1000;
	return true;
}

/* The last start of the service in [from_s, to_s]; from_s: there is none. */
static int64_t last_boot(const struct record_events *v, int64_t from_s, int64_t to_s)
{
	int64_t found_s = from_s;

	for (int i = 0; i < v->n; i++)
		if (v->at[i].code == LOG_BOOT && v->at[i].at_ms / 1000 > from_s && v->at[i].at_ms / 1000 <= to_s)
			found_s = v->at[i].at_ms / 1000;
	return found_s;
}

static int64_t next_boot(const struct record_events *v, int64_t after_s, int64_t most_s)
{
	for (int i = 0; i < v->n; i++)
		if (v->at[i].code == LOG_BOOT && v->at[i].at_ms / 1000 > after_s && v->at[i].at_ms / 1000 < most_s)
			return v->at[i].at_ms / 1000;
	return most_s;
}

/* A machine that does not begin with a start of the service begins where the record had it. */
static void begin_as_recorded(struct again *a, struct replay_stage *stage)
{
	const struct record_event *top = last_heat(a, PAST_TOP, stage->start.ms);
	const struct record_event *state = last_heat(a, PAST_STATE, stage->start.ms);

	replay_stage_run_to(stage, stage->start);
	if (top != NULL)
		follow_top(a, stage, top);
	if (state != NULL)
		follow_state(a, stage, state);
}

static bool run_from(struct again *a, int64_t from_s, int64_t to_s, bool boot)
{
	const struct loaded *l = a->o->changed;
	struct replay_feed feed = { a, second, readings };
	struct replay_stage *stage = replay_stage_open(&l->house, a->settings, a->o->zone[1], (struct wall){ from_s * 1000 },
		a->o->plan, feed, &a->run.again, a->e);
	bool full;

	if (stage == NULL)
		return false;
	replay_run_starts(&a->run, &a->run.again, from_s * 1000);
	if (!boot)
		begin_as_recorded(a, stage);
	replay_stage_run_to(stage, (struct wall){ to_s * 1000 - 1000 });
	full = stage->full;
	replay_stage_close(stage);
	if (full)
		return err_set(a->e, ERR_MEMORY, 0, "out of memory");
	return !a->failed;
}

static bool run_all(struct again *a, struct replay_result *r)
{
	const struct replay_options *o = a->o;
	int64_t first_s = 0, at_s;
	bool boot;

	if (!first_reading(a, &first_s, a->e) || !record_events(&a->record, (first_s - REPLAY_LOOK_S) * 1000, o->to_s * 1000,
		codes, N_CODES, &a->run.done, a->e) ||
		!replay_forecasts_open(&a->forecasts, &a->record, o, first_s, a->e))
		return false;
	at_s = last_boot(&a->run.done, first_s, o->from_s);
	boot = at_s != first_s;
	r->begun_s = at_s;
	a->forecasts.fit_too = true;
	record_seek(&a->record, at_s, o->to_s);
	while (at_s < o->to_s) {
		int64_t end_s = next_boot(&a->run.done, at_s, o->to_s);

		if (!run_from(a, at_s, end_s, boot))
			return false;
		r->starts_of_service += end_s < o->to_s;
		at_s = end_s;
		boot = true;
	}
	return true;
}

static double edge_s(const struct again *a)
{
	int most_s = 0;

	for (int i = 0; i < a->record.house->n_channels; i++)
		if (a->needs[i] && a->record.house->channels[i].keep_s > most_s)
			most_s = a->record.house->channels[i].keep_s;
	return most_s > a->settings->sensors.poll_s ? 2.0 * (most_s > 60 ? most_s : 60) : 0;
}

bool replay_decide(const struct replay_options *o, struct replay_result *r, struct err *e)
{
	struct again *a = calloc(1, sizeof(*a));
	bool done;

	*r = (struct replay_result){ .n = 0 };
	if (a == NULL)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	a->o = o;
	a->settings = &o->changed->settings;
	a->e = e;
	a->run.kind = house_model_kind(&o->changed->house.plant);
	replay_needs(o->changed, a->needs);
	done = replay_run_open(&a->run, o, e) && record_open(&a->record, o->store, &o->changed->house, a->needs, e) &&
		run_all(a, r);
	if (done) {
		r->edge_s = edge_s(a);
		r->foretold_s = (double)a->foretold_s;
		done = replay_compare(&a->run, r, e);
	}
	record_close(&a->record);
	replay_run_close(&a->run);
	replay_forecasts_close(&a->forecasts);
	free(a);
	return done;
}
