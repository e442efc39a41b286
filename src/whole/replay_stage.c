/* SPDX-License-Identifier: MIT */
#include "whole/replay_stage.h"

#include <stdlib.h>
#include <string.h>

static void sink(void *ctx, const struct msg *m)
{
	struct replay_stage *s = ctx;
	struct record_event e = { .at_ms = m->clock.ms, .code = m->log.code, .node = m->log.node, .value = m->log.value };

	if (m->log.code != LOG_HEAT && m->log.code != LOG_RELAY)
		return;
	memcpy(e.text, m->log.text, sizeof(e.text));
	s->full = !record_events_add(s->events, &e) || s->full;
}

/* Nothing is kept; who waits for the disk is told that it is done. */
static void history(void *self, const struct msg *in, struct outbox *out)
{
	struct msg m = { .type = MSG_STORED, .to = TO_SCADA, .stored = { .seq = in->store.seq } };

	(void)self;
	out->wake_at = MONO_NEVER;
	if (in->type == MSG_STORE && in->store.part + 1 >= in->store.parts)
		say(out, &m);
}

static void sensor(void *self, const struct msg *in, struct outbox *out)
{
	struct replay_stage *s = self;

	if (in->type != MSG_TICK)
		return;
	s->feed.readings(s->feed.self, in->now, in->clock, out);
	out->wake_at = mono_after(in->now, 1000);
}

static void before_ticks(void *ctx, struct mono now, struct wall clock)
{
	struct replay_stage *s = ctx;
	struct err unused;

	s->feed.second(s->feed.self, s, now, clock);
	(void)s->guard_port.tick(s->guard_port.self, now, &unused);	/* in this process it cannot fail */
}

static bool open_runtime(struct replay_stage *s, struct err *e)
{
	const struct actor actors[] = {
		{ "history", TO_HISTORY, WATCH_DEVICE, false, history, s },
		{ "scada", TO_SCADA, WATCH_VITAL, false, scada_step, &s->scada },
		{ "relay", TO_RELAY, WATCH_VITAL, false, relay_step, &s->relay },
		{ "sensor", TO_SENSOR_0, WATCH_DEVICE, false, sensor, s },
		{ "planner", TO_PLANNER, WATCH_DEVICE, false, planner_step, &s->planner },
	};
	struct runtime_options o = { .actors = actors, .n_actors = sizeof(actors) / sizeof(actors[0]), .time = TIME_OWNER,
		.start = s->start, .seed = 1, .before_ticks = before_ticks, .before_ctx = s, .sink = sink, .sink_ctx = s,
		.clock_trusted = true };

	s->single = single_open(&o);
	if (s->single == NULL)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	s->post = single_post(s->single);
	s->pool = single_pool(s->single);
	return true;
}

static bool open_all(struct replay_stage *s, const struct zone *zone, bool plan, struct err *e)
{
	const struct contract_record none = { .state = CONTRACT_NONE };

	if (!open_runtime(s, e))
		return false;
	s->guard = guard_sim_open(&s->settings, s->house, s->relays, s->post, e);
	if (s->guard == NULL)
		return false;
	s->guard_port = guard_sim_port(s->guard);
	scada_init(&s->scada, s->house, &s->settings, &s->pool, &none);
	scada_heat_zone(&s->scada, zone);
	relay_init(&s->relay, s->house, &s->settings, &s->guard_port);
	if (!planner_init(&s->planner, s->house, &s->settings, zone))
		return err_set(e, ERR_MEMORY, 0, "planner: out of memory");
	if (!plan)
		planner_free(&s->planner);	/* and so it never plans */
	return true;
}

struct replay_stage *replay_stage_open(const struct house *house, const struct settings *settings, const struct zone *zone,
	struct wall start, bool plan, struct replay_feed feed, struct record_events *events, struct err *e)
{
	struct replay_stage *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	s->house = house;
	s->settings = *settings;
	if (settings->weather.source != WEATHER_SENSOR)
		s->settings.weather.source = WEATHER_ATN;
	s->start = start;
	s->feed = feed;
	s->events = events;
	if (open_all(s, zone, plan, e))
		return s;
	replay_stage_close(s);
	return NULL;
}

void replay_stage_run_to(struct replay_stage *s, struct wall until)
{
	if (until.ms >= s->start.ms)
		single_run(s->single, (struct mono){ until.ms - s->start.ms });
}

void replay_stage_close(struct replay_stage *s)
{
	if (s == NULL)
		return;
	single_cut(s->single);
	planner_free(&s->planner);
	if (s->guard != NULL)
		guard_sim_close(s->guard);
	free(s);
}
