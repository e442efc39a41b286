/* SPDX-License-Identifier: MIT */
#include "whole/inhouse.h"

#include <stdlib.h>
#include <string.h>

#include "port/store_sqlite.h"

const struct uuid inhouse_boot_id = { { 1 } };

/* --- what is noted ------------------------------------------------------------------------------------------- */

static bool is_noted(int code)
{
	return code == LOG_RELAY || code == LOG_MODE || code == LOG_CONTRACT || code == LOG_REFUSED || code == LOG_HELD ||
		(code >= LOG_FREEZE && code <= LOG_WELDED) || code == LOG_CEILING || code == LOG_TRIP;
}

static void sink(void *ctx, const struct msg *m)
{
	struct inhouse *h = ctx;
	struct inhouse_event *e = &h->events[h->n_events];

	if (h->hear != NULL)
		h->hear(h, m);
	if (h->o.line != NULL)
		h->o.line(h->o.ctx, m);
	if (!is_noted(m->log.code) || h->n_events == INHOUSE_EVENTS)
		return;
	*e = (struct inhouse_event){ .from = m->from, .second = m->clock.ms / 1000, .code = m->log.code,
		.node = m->log.node, .value = m->log.value };
	memcpy(e->text, m->log.text, sizeof(e->text));
	h->n_events++;
}

/* --- opening -------------------------------------------------------------------------------------------------- */

static void before_ticks(void *ctx, struct mono now, struct wall clock)
{
	struct inhouse *h = ctx;
	struct err e;

	if (h->each_second != NULL)
		h->each_second(h, now, clock);
	world_advance(h->world, mono_after(now, h->boot_ms), clock);
	(void)h->guard_port.tick(h->guard_port.self, now, &e);	/* in this process it cannot fail */
}

/* Each start draws other numbers: an id is never given twice. */
static uint64_t seed_of_start(const struct inhouse *h)
{
	return h->o.seed + (uint64_t)h->boots * 0x9E3779B97F4A7C15u;
}

static bool open_runtime(struct inhouse *h, struct err *e)
{
	const struct actor list[INHOUSE_ACTORS] = {
		{ "history", TO_HISTORY, WATCH_DEVICE, true, history_step, &h->history },
		{ "scada", TO_SCADA, WATCH_VITAL, false, scada_step, &h->scada },
		{ "relay", TO_RELAY, WATCH_VITAL, false, relay_step, &h->relay },
		{ "sensor w1", TO_SENSOR_0, WATCH_DEVICE, false, sensor_step, &h->sensor },
		{ "meter", TO_METER, WATCH_DEVICE, false, meter_step, &h->meter },
		{ "uplink", TO_UPLINK, WATCH_VITAL, false, uplink_step, &h->uplink },
		{ "planner", TO_PLANNER, WATCH_DEVICE, false, planner_step, &h->planner },
		{ "atn", TO_ATN, WATCH_VITAL, false, h->o.atn_step != NULL ? h->o.atn_step : atn_step, &h->atn },
	};
	struct runtime_options o = { .actors = h->actors, .n_actors = INHOUSE_ACTORS, .time = TIME_OWNER,
		.start = h->start, .speed = 0, .exit_after_ms = h->o.seconds * 1000, .seed = seed_of_start(h),
		.before_ticks = before_ticks, .before_ctx = h, .sink = sink, .sink_ctx = h, .clock_trusted = true };

	memcpy(h->actors, list, sizeof(list));
	if (h->o.manner == INHOUSE_SINGLE) {
		h->single = single_open(&o);
		if (h->single == NULL)
			return err_set(e, ERR_MEMORY, 0, "runtime: out of memory");
		h->post = single_post(h->single);
		h->pool = single_pool(h->single);
		return true;
	}
	h->threads = runtime_open(&o);
	if (h->threads == NULL)
		return err_set(e, ERR_MEMORY, 0, "runtime: out of memory");
	h->post = runtime_post(h->threads);
	h->pool = runtime_pool(h->threads);
	return true;
}

static bool open_store(struct inhouse *h, struct err *e)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/history.db", h->dir);
	if (!store_sqlite_open(path, &h->disk.inner, e))
		return false;
	h->store = store_faults_front(&h->disk);
	return true;
}

static bool open_world(struct inhouse *h, struct err *e)
{
	const struct settings *s = &h->loaded.settings;

	h->world = world_open(&h->loaded.house, h->o.seed, h->start, h->utc_offset_s, h->relays, s->relays, s->n_relays, e);
	if (h->world == NULL)
		return false;
	if (h->o.manner == INHOUSE_SINGLE)
		world_alone(h->world);
	h->bus = world_bus(h->world);
	return true;
}

static bool load_memo(void *self, struct atn_memory *m)
{
	*m = ((struct inhouse *)self)->remembered;
	return m->has_contract;
}

static bool keep_memo(void *self, const struct atn_memory *m, struct err *e)
{
	(void)e;
	((struct inhouse *)self)->remembered = *m;
	return true;
}

static void read_book(struct inhouse *h, struct contract_book *book)
{
	struct err e;
	bool found;

	for (int i = 0; i < N_CONTRACT_PLACES; i++)
		if (!h->store.get_contract(h->store.self, i, &book->at[i], &found, &e) || !found)
			book->at[i] = (struct contract_record){ .state = CONTRACT_NONE };
}

static bool open_actors(struct inhouse *h, struct err *e)
{
	const struct house *house = &h->loaded.house;
	const struct settings *s = &h->loaded.settings;
	struct forecast_port forecast_port;
	struct contract_book book;
	int list[HOUSE_MAX_CHANNELS], n = 0;

	for (int i = 0; i < house->n_channels; i++)
		if (house->channels[i].about == house->channels[i].by &&
			house->channels[i].name != TELEMETRY_RELAY_STATE)
			list[n++] = i;
	if (!history_init(&h->history, house, s, &h->store, &h->pool))
		return err_set(e, ERR_MEMORY, 0, "history: out of memory");
	h->zone = (struct zone){ .first_offset_s = h->utc_offset_s };
	history_zone(&h->history, &h->zone);
	read_book(h, &book);
	scada_init(&h->scada, house, s, &h->pool, &book.at[CONTRACT_NOW]);
	scada_remember(&h->scada, &book);
	scada_heat_zone(&h->scada, &h->zone);
	relay_init(&h->relay, house, s, &h->guard_port);
	sensor_init(&h->sensor, house, s, list, n, &h->bus);
	meter_init(&h->meter, house, s, &h->bus);
	if (!planner_init(&h->planner, house, s, &h->zone))
		return err_set(e, ERR_MEMORY, 0, "planner: out of memory");
	forecast_files_open(&h->forecasts, h->dir);
	forecast_port = forecast_files_port(&h->forecasts);
	planner_open(&h->planner, &forecast_port);
	if (!h->o.plan)
		planner_free(&h->planner);	/* and so it never plans */
	uplink_init(&h->uplink, house, s, &h->scada_net, &h->pool, INHOUSE_VERSION, inhouse_boot_id);
	return true;
}

static bool open_atn(struct inhouse *h, struct err *e)
{
	const struct house *house = &h->loaded.house;
	const struct settings *s = &h->loaded.settings;

	h->memo = (struct atn_memo){ .self = h, .load = load_memo, .keep = keep_memo };
	atn_init(&h->atn, house, s, &h->atn_net, &h->memo, ATN_AUTO);
	h->atn.foresight = (struct atn_foresight){ &h->forecaster, forecaster_look };
	return !house->has_plant || forecaster_open(&h->forecaster, &house->plant, h->o.seed, h->start, h->utc_offset_s, e);
}

static bool open_all(struct inhouse *h, struct err *e)
{
	const struct settings *s = &h->loaded.settings;

	if (!inhouse_load(h, e) || !open_runtime(h, e))
		return false;
	h->guard = guard_sim_open(s, &h->loaded.house, h->relays, h->post, e);
	if (h->guard == NULL)
		return false;
	if (h->o.manner == INHOUSE_SINGLE)
		guard_sim_alone(h->guard);
	h->guard_port = guard_sim_port(h->guard);
	return open_world(h, e) && open_store(h, e) && inhouse_open_broker(h, e) && open_actors(h, e) && open_atn(h, e);
}

struct inhouse *inhouse_open(const struct inhouse_options *o, struct err *e)
{
	struct inhouse *h = calloc(1, sizeof(*h));

	if (h == NULL) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	h->o = *o;
	if (open_all(h, e))
		return h;
	inhouse_close(h);
	return NULL;
}

/* --- time ----------------------------------------------------------------------------------------------------- */

bool inhouse_run_to(struct inhouse *h, struct mono until)
{
	if (h->threads != NULL)
		return runtime_run(h->threads) == 0;
	single_run(h->single, mono_after(until, -h->boot_ms));
	return true;
}

struct mono inhouse_now(struct inhouse *h, struct wall *clock)
{
	struct mono now;

	single_now(h->single, &now, clock);
	return mono_after(now, h->boot_ms);
}

/* The AtomicTNode and the broker are other machines. A crash closes the connection, and the broker knows at once; a power cut
 * it knows by a keep-alive that does not come. */
static void pass_without_service(struct inhouse *h, int64_t off_ms, bool power)
{
	int64_t silent_ms = power ? h->loaded.settings.uplink.keepalive_s * 1500LL : 0;

	silent_ms = silent_ms < off_ms ? silent_ms : off_ms;
	single_pass(h->single, silent_ms);
	inhouse_will(h);
	single_pass(h->single, off_ms - silent_ms);
}

bool inhouse_restart(struct inhouse *h, int64_t off_ms, bool reboot, struct err *e)
{
	struct wall clock;
	struct mono now;

	inhouse_leave_broker(h);
	single_end(h->single);
	planner_free(&h->planner);
	forecast_files_close(&h->forecasts);
	history_free(&h->history);
	h->store.close(h->store.self);
	memset(h->relays, 0, sizeof(h->relays));
	pass_without_service(h, off_ms, reboot);
	now = inhouse_now(h, &clock);
	world_advance(h->world, now, clock);
	h->boot_ms = now.ms;
	h->boots++;
	if (!single_begin(h->single, seed_of_start(h)))
		return err_set(e, ERR_MEMORY, 0, "runtime: out of memory");
	guard_sim_restart(h->guard, h->post, off_ms, reboot);
	return open_store(h, e) && open_actors(h, e) && inhouse_join_broker(h, e);
}

void inhouse_close(struct inhouse *h)
{
	if (h == NULL)
		return;
	if (h->single != NULL)
		single_close(h->single);
	if (h->threads != NULL)
		runtime_close(h->threads);
	inhouse_close_broker(h);
	planner_free(&h->planner);
	forecast_files_close(&h->forecasts);
	forecaster_close(&h->forecaster);
	history_free(&h->history);
	if (h->store.close != NULL)
		h->store.close(h->store.self);
	world_close(h->world);
	if (h->guard != NULL)
		guard_sim_close(h->guard);
	inhouse_unload(h);
	free(h->kept);
	free(h->told.uids);
	free(h->told.slots_s);
	free(h->told.table);
	free(h);
}
