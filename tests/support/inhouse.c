/* SPDX-License-Identifier: MIT */
#include "inhouse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/demo.h"
#include "core/settings/settings.h"
#include "core/wire/houses.h"
#include "port/store_sqlite.h"

static const char config[] =
	"state_dir = \"%s\"; houses_file = \"%s/input_data/houses.json\";\n"
	"uplink: { host = \"127.0.0.1\"; port = 1; tls = false; };\n"
	"contract: { allow_unsigned_contract = true; };\n"
	"sim: { seed = %llu; speed = 0.0; start = \"2027-01-14T05:55-05:00\"; };\n";

/* The settings the demo would write for that house. */
static void print_house(const char *key, FILE *to)
{
	static struct problems problems;
	struct house *house = malloc(sizeof(*house));
	struct err e;
	size_t length;
	char *text = load_text("input_data/houses.json", 1 << 22, &length, &e);

	assert_non_null(text);
	assert_non_null(house);
	problems_clear(&problems);
	if (!houses_read(text, length, "houses.json", key, house, &problems))
		fail_msg("%s", problems.text[0]);
	demo_print_config(house, to);
	free(text);
	free(house);
}

static void load(struct inhouse *h, const char *house, uint64_t seed)
{
	static struct problems problems;
	char path[256], cwd[1024];
	FILE *f;

	strcpy(h->dir, "/tmp/inhouse-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(path, sizeof(path), "%s/spaceheat.cfg", h->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, config, h->dir, cwd, (unsigned long long)seed);
	print_house(house, f);
	fclose(f);
	problems_clear(&problems);
	if (!load_service(path, &h->loaded, &problems))
		fail_msg("%s", problems.text[0]);
}

static void sink(void *ctx, const struct msg *m)
{
	struct inhouse *h = ctx;
	struct inhouse_event *e = &h->events[h->n_events];
	int code = m->log.code;

	if (h->hear != NULL)
		h->hear(h, m);
	if (code != LOG_RELAY && code != LOG_MODE && code != LOG_CONTRACT && code != LOG_REFUSED &&
		code != LOG_HELD && (code < LOG_FREEZE || code > LOG_WELDED) && code != LOG_CEILING &&
		code != LOG_TRIP)
		return;
	if (h->n_events == INHOUSE_EVENTS)
		return;
	*e = (struct inhouse_event){ .from = m->from, .second = m->clock.ms / 1000, .code = code,
		.node = m->log.node, .value = m->log.value };
	memcpy(e->text, m->log.text, sizeof(e->text));
	h->n_events++;
}

static void before_ticks(void *ctx, struct mono now, struct wall clock)
{
	struct inhouse *h = ctx;
	struct err e;
	bool cut = now.ms >= h->cut_from_s * 1000 && now.ms < h->cut_until_s * 1000;

	if (cut != h->cut)
		net_sim_cut(h->broker, cut);
	h->cut = cut;
	if (h->each_second != NULL)
		h->each_second(h, now, clock);
	world_advance(h->world, now, clock);
	assert_true(h->guard_port.tick(h->guard_port.self, now, &e));
}

static void open_runtime(struct inhouse *h, enum inhouse_manner manner, struct wall start, uint64_t seed,
	int64_t seconds)
{
	const struct actor list[INHOUSE_ACTORS] = {
		{ "history", TO_HISTORY, WATCH_DEVICE, true, history_step, &h->history },
		{ "scada", TO_SCADA, WATCH_VITAL, false, scada_step, &h->scada },
		{ "relay", TO_RELAY, WATCH_VITAL, false, relay_step, &h->relay },
		{ "sensor w1", TO_SENSOR_0, WATCH_DEVICE, false, sensor_step, &h->sensor },
		{ "meter", TO_METER, WATCH_DEVICE, false, meter_step, &h->meter },
		{ "uplink", TO_UPLINK, WATCH_VITAL, false, uplink_step, &h->uplink },
		{ "planner", TO_PLANNER, WATCH_DEVICE, false, planner_step, &h->planner },
		{ "atn", TO_ATN, WATCH_VITAL, false, h->atn_step, &h->atn },
	};
	struct runtime_options o = { .actors = h->actors, .n_actors = INHOUSE_ACTORS, .time = TIME_OWNER, .start = start,
		.speed = 0, .exit_after_ms = seconds * 1000, .seed = seed, .before_ticks = before_ticks, .before_ctx = h,
		.sink = sink, .sink_ctx = h, .clock_trusted = true };

	memcpy(h->actors, list, sizeof(list));
	if (manner == INHOUSE_SINGLE) {
		h->single = single_open(&o);
		assert_non_null(h->single);
		h->post = single_post(h->single);
		h->pool = single_pool(h->single);
	} else {
		h->threads = runtime_open(&o);
		assert_non_null(h->threads);
		h->post = runtime_post(h->threads);
		h->pool = runtime_pool(h->threads);
	}
}

static void open_outside(struct inhouse *h, struct wall start, int utc_offset_s, uint64_t seed)
{
	const struct settings *s = &h->loaded.settings;
	char path[256];
	struct err e;

	h->guard = guard_sim_open(s, &h->loaded.house, h->relays, h->post, &e);
	assert_non_null(h->guard);
	h->guard_port = guard_sim_port(h->guard);
	h->world = world_open(&h->loaded.house, seed, start, utc_offset_s, h->relays, s->relays, s->n_relays, &e);
	assert_non_null(h->world);
	h->bus = world_bus(h->world);
	snprintf(path, sizeof(path), "%s/history.db", h->dir);
	assert_true(store_sqlite_open(path, &h->store, &e));
}

static void *open_inbound(struct inbound *in, const struct gnode *self, const struct gnode *other, size_t size)
{
	struct inbound_identity id = { .other_id = other->id };
	void *memory = malloc(size);

	assert_non_null(memory);
	memcpy(id.self_alias, self->alias, sizeof(id.self_alias));
	memcpy(id.other_alias, other->alias, sizeof(id.other_alias));
	inbound_init(in, &id, memory, size);
	return memory;
}

static void note_status(struct inhouse *h, const struct msg_scada_status *s)
{
	for (int i = 0; i < h->statuses; i++)
		if (uuid_equal(h->uids[i], s->uid)) {
			h->repeats++;
			return;
		}
	assert_true(h->statuses < INHOUSE_STATUSES);
	h->uids[h->statuses] = s->uid;
	h->slots_s[h->statuses++] = s->slot_start_s;
}

static bool count_status(void *self, const char *topic, const void *bytes, size_t length, bool retained,
	struct msg *out)
{
	struct inhouse *h = self;
	bool taken;

	if (h->elsewhere != NULL)
		h->elsewhere(h, true);
	taken = inbound_atn(&h->atn_inbound, topic, bytes, length, retained, out);
	if (h->elsewhere != NULL)
		h->elsewhere(h, false);
	if (taken && out->type == MSG_SCADA_STATUS)
		note_status(h, &out->scada_status);
	return taken;
}

static bool more(void *self, struct msg *out)
{
	struct inhouse *h = self;

	return inbound_more(&h->atn_inbound, out);
}

static void open_broker(struct inhouse *h)
{
	const struct house *house = &h->loaded.house;
	struct understand scada = { .self = &h->scada_inbound, .raw = inbound_scada, .more = inbound_scada_more };
	struct understand atn = { .self = h, .raw = count_status, .more = more };

	h->scada_memory = open_inbound(&h->scada_inbound, &house->scada, &house->atn, INBOUND_SCADA_MEMORY);
	h->atn_memory = open_inbound(&h->atn_inbound, &house->atn, &house->scada, INBOUND_ATN_MEMORY);
	h->broker = net_sim_open(h->post, scada, atn);
	assert_non_null(h->broker);
	h->scada_net = net_sim_net(h->broker, NET_SIM_SCADA);
	h->atn_net = net_sim_net(h->broker, NET_SIM_ATN);
}

static bool no_memo(void *self, struct atn_memory *m)
{
	(void)self, (void)m;
	return false;
}

static bool keep_no_memo(void *self, const struct atn_memory *m, struct err *e)
{
	(void)self, (void)m, (void)e;
	return true;
}

static void open_actors(struct inhouse *h)
{
	const struct house *house = &h->loaded.house;
	const struct settings *s = &h->loaded.settings;
	struct contract_record none = { .state = CONTRACT_NONE };
	int list[HOUSE_MAX_CHANNELS], n = 0;

	for (int i = 0; i < house->n_channels; i++)
		if (house->channels[i].about == house->channels[i].by &&
			house->channels[i].name != TELEMETRY_RELAY_STATE)
			list[n++] = i;
	h->memo = (struct atn_memo){ .load = no_memo, .keep = keep_no_memo };
	assert_true(history_init(&h->history, house, s, &h->store, &h->pool));
	scada_init(&h->scada, house, s, &h->pool, &none);
	relay_init(&h->relay, house, s, &h->guard_port);
	sensor_init(&h->sensor, house, s, list, n, &h->bus);
	meter_init(&h->meter, house, s, &h->bus);
	assert_true(planner_init(&h->planner, house, s, NULL));
	uplink_init(&h->uplink, house, s, &h->scada_net, &h->pool, "test", (struct uuid){ { 1 } });
	atn_init(&h->atn, house, s, &h->atn_net, &h->memo, ATN_AUTO);
}

static void run(struct inhouse *h, enum inhouse_manner manner, const char *house, uint64_t seed, int64_t seconds)
{
	struct wall start;
	int utc_offset_s;

	load(h, house, seed);
	assert_true(settings_parse_time(h->loaded.settings.sim.start, &start.ms, &utc_offset_s));
	open_runtime(h, manner, start, seed, seconds);
	open_outside(h, start, utc_offset_s, seed);
	open_broker(h);
	open_actors(h);
	if (h->prepare != NULL)
		h->prepare(h);
	if (manner == INHOUSE_SINGLE)
		single_run(h->single, (struct mono){ seconds * 1000 });
	else
		assert_int_equal(runtime_run(h->threads), 0);
}

struct inhouse *inhouse_run(enum inhouse_manner manner, const char *house, uint64_t seed, int64_t seconds)
{
	struct inhouse *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->atn_step = atn_step;
	run(h, manner, house, seed, seconds);
	return h;
}

struct inhouse *inhouse_run_atn(enum inhouse_manner manner, const char *house, uint64_t seed, int64_t seconds,
	void (*step)(void *self, const struct msg *, struct outbox *))
{
	struct inhouse *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->atn_step = step;
	run(h, manner, house, seed, seconds);
	return h;
}

struct inhouse *inhouse_run_cut(const char *house, uint64_t seed, int64_t seconds, int64_t cut_from_s,
	int64_t cut_until_s)
{
	struct inhouse *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->atn_step = atn_step;
	h->cut_from_s = cut_from_s;
	h->cut_until_s = cut_until_s;
	run(h, INHOUSE_SINGLE, house, seed, seconds);
	return h;
}

struct inhouse *inhouse_run_test(const char *house, uint64_t seed, int64_t seconds,
	void (*prepare)(struct inhouse *), void *test)
{
	struct inhouse *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->atn_step = atn_step;
	h->prepare = prepare;
	h->test = test;
	run(h, INHOUSE_SINGLE, house, seed, seconds);
	return h;
}

struct inhouse *inhouse_run_with(const char *house, uint64_t seed, int64_t seconds,
	void (*prepare)(struct inhouse *))
{
	return inhouse_run_test(house, seed, seconds, prepare, NULL);
}

static void remove_dir(const char *dir)
{
	char line[256];

	snprintf(line, sizeof(line), "rm -rf %s", dir);
	assert_int_equal(system(line), 0);
}

void inhouse_free(struct inhouse *h)
{
	if (h->single != NULL)
		single_close(h->single);
	if (h->threads != NULL)
		runtime_close(h->threads);
	net_sim_close(h->broker);
	planner_free(&h->planner);
	history_free(&h->history);
	h->store.close(h->store.self);
	world_close(h->world);
	guard_sim_close(h->guard);
	free(h->scada_memory);
	free(h->atn_memory);
	remove_dir(h->dir);
	free(h);
}
