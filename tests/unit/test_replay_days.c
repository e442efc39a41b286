/* SPDX-License-Identifier: MIT */
/* Stored days again: a day of each kind of house is simulated and recorded here, and replayed from its database. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "../support/inhouse.h"
#include "actor/atn_parts.h"
#include "core/settings/settings.h"
#include "port/store_sqlite.h"
#include "whole/replay.h"

enum { DAY_S = 86400, HOUR_S = 3600 };
enum { PLAN = 1, ALL = 2, FORETOLD = 4 };	/* with the optimiser; each reading is kept; the AtomicTNode foretells */

struct day {
	struct inhouse *house;
	struct store store;
	struct loaded changed;
	struct replay_options o;
};

static struct day *oak_day;	/* by the tariff, each reading kept: three tests look at it */

/* The AtomicTNode that says nothing. */
static void silent(void *self, const struct msg *in, struct outbox *out)
{
	(void)self, (void)in;
	out->wake_at = MONO_NEVER;
}

/* The one that foretells each hour, and wants nothing. */
static void foretells(void *self, const struct msg *in, struct outbox *out)
{
	struct atn *a = self;
	struct atn_forecast f;

	out->wake_at = MONO_NEVER;
	if (in->type == MSG_LINK)
		a->link_up = in->link.up;
	if (!a->link_up)
		return;
	if (mono_reached(in->now, a->next_forecast)) {
		assert_true(a->foresight.look(a->foresight.self, in->clock, &f));
		atn_send_forecast(a, &f, in, out);
		a->next_forecast = mono_after(in->now, HOUR_S * 1000 - in->clock.ms % (HOUR_S * 1000));
	}
	out->wake_at = a->next_forecast;
}

/* houses.json, each reading kept as it was taken and not one a minute. */
static void keep_all(char path[64])
{
	static const char key[] = "\"ReportingSamplePeriodS\": 60";
	struct err e;
	size_t length;
	char *text = load_text("input_data/houses.json", 1 << 22, &length, &e);
	int fd;

	assert_non_null(text);
	for (char *at = text; (at = strstr(at, key)) != NULL; at++)
		memcpy(at + sizeof(key) - 3, " 5", 2);
	strcpy(path, "/tmp/test-replay-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), (ssize_t)length);
	close(fd);
	free(text);
}

static struct inhouse *live_day(const char *house, unsigned int how, int hours)
{
	char houses[64] = "input_data/houses.json";
	struct inhouse_options o = { .manner = INHOUSE_SINGLE, .plan = how & PLAN, .house = house, .houses_file = houses,
		.seed = 3, .atn_step = how & FORETOLD ? foretells : silent };
	struct inhouse *h;
	struct err e;

	if (how & ALL)
		keep_all(houses);
	h = inhouse_open(&o, &e);
	if (how & ALL)
		unlink(houses);
	if (h == NULL)
		fail_msg("%s", e.text);
	assert_true(inhouse_run_to(h, (struct mono){ hours * (int64_t)HOUR_S * 1000 }));
	return h;
}

/* What has run is over and written; it is read from its file. */
static void read_day(struct day *d, int hours, bool plan)
{
	char path[200];
	struct err e;

	single_close(d->house->single);		/* in order: all is written */
	d->house->single = NULL;
	d->house->store.close(d->house->store.self);
	d->house->store.close = NULL;
	snprintf(path, sizeof(path), "%s/history.db", d->house->dir);
	if (!store_sqlite_look(path, &d->store, &e))
		fail_msg("%s", e.text);
	d->changed = d->house->loaded;
	d->o = (struct replay_options){ .store = &d->store, .as_is = &d->house->loaded, .changed = &d->changed,
		.zone = { &d->house->zone, &d->house->zone }, .from_s = d->house->start.ms / 1000 + HOUR_S,
		.to_s = d->house->start.ms / 1000 + hours * (int64_t)HOUR_S - 600, .plan = plan, .as_is_plan = plan };
}

static struct day *record_day(const char *house, unsigned int how, int hours)
{
	struct day *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	d->house = live_day(house, how, hours);
	read_day(d, hours, how & PLAN);
	return d;
}

static int record_oak(void **state)
{
	(void)state;
	oak_day = record_day("dw1.isone.me.oak.1", ALL, 25);
	return 0;
}

static void forget_day(struct day *d)
{
	d->store.close(d->store.self);
	inhouse_close(d->house);
	free(d);
}

static int forget_oak(void **state)
{
	(void)state;
	forget_day(oak_day);
	return 0;
}

static struct replay_result decide(const struct day *d)
{
	struct replay_result r;
	struct err e;

	if (!replay_decide(&d->o, &r, &e))
		fail_msg("%s", e.text);
	return r;
}

static void say_first(const struct replay_result *r)
{
	if (r->n > 0)
		print_message("first of %d after %lld s for %lld s: %s | %s\n", r->n, (long long)(r->list[0].from_ms / 1000 - r->begun_s),
			(long long)(r->list[0].to_ms - r->list[0].from_ms) / 1000, r->list[0].done_why, r->list[0].again_why);
}

/* With every reading kept, the same configuration decides the same in every second. */
static void same_decisions(const struct day *d, bool foretold)
{
	struct replay_result r = decide(d);

	say_first(&r);
	assert_int_equal(r.n, 0);
	assert_true(r.edge_s == 0);
	assert_true(r.top_s == 0 && r.wish_s == 0);
	assert_true(r.compared_s > 23 * HOUR_S);
	assert_true(r.done.transitions > 4);
	assert_int_equal(r.done.transitions, r.again.transitions);
	assert_int_equal(r.done.starts, r.again.starts);
	assert_true(r.done.on_s == r.again.on_s && r.done.on_s > HOUR_S);
	assert_true(foretold ? r.foretold_s > 23 * HOUR_S : r.foretold_s == 0);
	free(r.list);
}

static void same_configuration_same_decisions(const char *house, unsigned int how)
{
	struct day *d = record_day(house, how | ALL, 25);

	same_decisions(d, how & FORETOLD);
	forget_day(d);
}

static void oak_by_tariff_decides_the_same(void **state)
{
	(void)state;
	same_decisions(oak_day, false);
}

static void oak_by_plan_decides_the_same(void **state)
{
	(void)state;
	same_configuration_same_decisions("dw1.isone.me.oak.1", PLAN);
}

static void elm_decides_the_same(void **state)
{
	(void)state;
	same_configuration_same_decisions("dw1.isone.me.elm.1", PLAN | FORETOLD);
}

static void orange_decides_the_same(void **state)
{
	(void)state;
	same_configuration_same_decisions("dw1.isone.nh.orange.1", 0);
}

struct told { int n[3]; size_t letters[3]; };	/* of weather, of prices, of the fit */

static bool add_forecast(void *ctx, const struct store_event *v)
{
	struct told *t = ctx;
	int which = v->text[0] == 'w' ? 0 : v->text[0] == 'p' ? 1 : 2;

	if (strcmp(v->code, log_code_name(LOG_FORECAST)) == 0) {
		t->n[which]++;
		t->letters[which] += strlen(v->text);
	}
	return true;
}

/* Two days and nights. What was foretold is on record, each hour in two short rows (in the simulation each forecast errs anew), and is believed
 * again; without the weather's another day comes out. */
static void a_forecast_is_believed_again(void **state)
{
	struct day *d = record_day("dw1.isone.me.oak.1", PLAN | ALL | FORETOLD, 49);
	struct told told = { .n = { 0 } };
	struct replay_result r;
	struct err e;

	(void)state;
	same_decisions(d, true);
	assert_true(d->store.for_events(d->store.self, 0, INT64_MAX / 4, add_forecast, &told, &e));
	for (int i = 0; i < 2; i++)
		if (told.n[i] < 49 || told.n[i] > 51 || told.letters[i] > 130 * (size_t)told.n[i])
			fail_msg("%d of %s, %zu letters", told.n[i], i == 0 ? "weather" : "prices", told.letters[i]);
	assert_int_equal(told.n[2], 2);
	d->changed.settings.weather.source = WEATHER_SENSOR;
	r = decide(d);
	assert_true(r.n > 0 && r.foretold_s > 23 * HOUR_S);
	free(r.list);
	forget_day(d);
}

/* Of a record without forecasts, as older ones are, it says so and believes none. */
static void no_forecast_on_record_is_said(void **state)
{
	struct day *d = record_day("dw1.isone.me.oak.1", ALL | FORETOLD, 12);
	struct replay_result r;
	sqlite3 *db = NULL;
	char path[200];
	struct err e;

	(void)state;
	snprintf(path, sizeof(path), "%s/history.db", d->house->dir);
	d->store.close(d->store.self);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DELETE FROM event WHERE code='FORECAST'", NULL, NULL, NULL), SQLITE_OK);
	assert_true(sqlite3_changes(db) >= 12);
	sqlite3_close(db);
	assert_true(store_sqlite_look(path, &d->store, &e));
	r = decide(d);
	assert_true(r.foretold_s == 0 && r.compared_s > 10 * HOUR_S);
	free(r.list);
	forget_day(d);
}

/* Begun in the middle, the machine follows the record for six hours and then goes on alone. */
static void begun_in_the_middle(void **state)
{
	struct day *d = oak_day;
	struct replay_result r;

	(void)state;
	d->o.from_s += 10 * HOUR_S;
	r = decide(d);
	say_first(&r);
	assert_int_equal(r.begun_s, d->o.from_s - REPLAY_WARM_S);
	assert_true(r.n == 0 && r.top_s == 0);
	assert_true(r.done.transitions > 2 && r.done.transitions == r.again.transitions);
	d->o.from_s -= 10 * HOUR_S;
	free(r.list);
}

/* Of one reading a minute a threshold is seen up to a minute early or late; a defrost may pass between two readings. */
static void with_a_reading_a_minute_edges_differ(void **state)
{
	struct day *d = record_day("dw1.isone.me.oak.1", PLAN, 25);
	struct replay_result r = decide(d);

	(void)state;
	say_first(&r);
	assert_true(r.edge_s == 120);
	assert_true(r.edges > 0 && r.n - r.edges <= 2);
	assert_true(r.differ_s < 0.05 * r.compared_s);
	free(r.list);
	forget_day(d);
}

/* Without peaks nobody waits for their end: what was decided on-peak is decided otherwise, and all hours are used. */
static void another_tariff_decides_otherwise(void **state)
{
	struct day *d = oak_day;
	struct replay_result r;
	bool peak = false;

	(void)state;
	d->changed.settings.tariff.kind = TARIFF_FLAT;
	r = decide(d);
	assert_true(r.n > 0 && r.n > r.edges);
	for (int i = 0; i < r.n; i++)
		peak = peak || strstr(r.list[i].done_why, "on-peak") != NULL;
	assert_true(peak);
	for (int i = 0; i < r.n; i++)
		assert_null(strstr(r.list[i].again_why, "on-peak"));
	d->changed = d->house->loaded;
	free(r.list);
}

/* What the AtomicTNode commands is not held against local control. */
static void a_contract_is_left_out(void **state)
{
	struct inhouse_options o = { .manner = INHOUSE_SINGLE, .house = "dw1.isone.me.oak.1",
		.houses_file = "input_data/houses.json", .seed = 3 };
	struct day *d = calloc(1, sizeof(*d));
	struct replay_result r;
	struct err e;

	(void)state;
	assert_non_null(d);
	d->house = inhouse_open(&o, &e);
	assert_non_null(d->house);
	assert_true(inhouse_run_to(d->house, (struct mono){ 6 * (int64_t)HOUR_S * 1000 }));
	read_day(d, 6, false);
	r = decide(d);
	assert_true(r.other_s > 4 * HOUR_S);
	assert_true(r.other_s + r.compared_s + r.blank_s == (double)(d->o.to_s - d->o.from_s));
	free(r.list);
	forget_day(d);
}

static struct replay_what_if what_if(const struct day *d)
{
	struct replay_what_if w;
	struct err e;

	if (!replay_what_if(&d->o, &w, &e))
		fail_msg("%s", e.text);
	return w;
}

/* The model under one configuration twice is one case; it uses about what the record's house used; and a room that is
 * wanted colder gets colder for less. */
static void the_model_tells_what_would_have_come_of_it(void **state)
{
	struct day *d = record_day("dw1.isone.me.oak.1", 0, 25);
	struct world_summary truth;
	struct replay_what_if w;

	(void)state;
	world_summarise(d->house->world, &truth);
	w = what_if(d);
	assert_memory_equal(&w.as_is, &w.changed, sizeof(w.as_is));
	assert_true(w.sky_known);
	assert_true(fabs(w.as_is.kwh / (truth.energy_wh / 1000) - 1) < 0.1);
	d->changed.settings.comfort.setpoint_c -= 2;
	d->changed.house.plant.house.set_c -= 2;
	w = what_if(d);
	assert_true(w.changed.kwh < 0.95 * w.as_is.kwh && w.changed.cost < w.as_is.cost);
	assert_true(w.changed.mean_c < w.as_is.mean_c - 0.5 && w.changed.cold_kh > w.as_is.cold_kh + 5);
	assert_true(w.changed.end_kwh < 0);
	forget_day(d);
}

/* The house_model that describes the simulated elm as if it were a real one. */
static struct settings_house_model described(const struct plant *p)
{
	const struct plant_envelope *h = &p->house;
	const struct plant_heat_pump *q = &p->heat_pump;

	return (struct settings_house_model){ .kind = MODEL_HP_BUFFER, .air_kj_per_k = h->air_j_per_k / 1000,
		.mass_kj_per_k = h->mass_j_per_k / 1000, .air_mass_w_per_k = h->air_mass_w_per_k,
		.air_out_w_per_k = h->air_out_w_per_k, .mass_out_w_per_k = h->mass_out_w_per_k,
		.wind_w_per_k_per_ms = h->wind_w_per_k_per_ms, .solar_m2 = h->solar_m2, .internal_w = h->internal_w,
		.emit_to_mass = h->emit_to_mass, .emitter_a1_w_per_k = p->emitters.a1_w_per_k,
		.emitter_a2_w_per_k2 = p->emitters.a2_w_per_k2, .emitter_flow_lpm = p->emitters.flow_lpm,
		.buffer_litres = p->buffer.litres, .buffer_ua_w_per_k = p->buffer.ua_w_per_k, .cellar_c = p->cellar_c,
		.pump_w = p->circulators.dist_w, .hp_cap0_w = q->cap0_w, .hp_cap_to_w_per_k = q->cap_to_w_per_k,
		.hp_cap_lwt_w_per_k = q->cap_lwt_w_per_k, .hp_cap_min_w = q->cap_min_w, .hp_cap_max_w = q->cap_max_w,
		.hp_eta_a = q->eta_a, .hp_eta_b = q->eta_b, .hp_eta_c = q->eta_c, .hp_cop_max = q->cop_max,
		.hp_elec_max_w = q->elec_max_w, .hp_lwt_set_c = q->lwt_set_c, .hp_frost_below_c = q->frost_below_c };
}

/* A real house has no Plant: what house_model says, and a usual heat pump for the rest, come near what was used. */
static void a_described_house_is_simulated_too(void **state)
{
	struct day *d = record_day("dw1.isone.me.elm.1", 0, 25);
	struct loaded *l = &d->house->loaded;
	struct world_summary truth;
	struct replay_what_if w;

	(void)state;
	world_summarise(d->house->world, &truth);
	l->settings.house_model = described(&l->house.plant);
	l->house.has_plant = l->house.has_model = false;
	memset(&l->house.plant, 0, sizeof(l->house.plant));
	settings_model_house(&l->settings, &l->house);
	assert_true(l->house.has_model);
	d->changed = *l;
	w = what_if(d);
	assert_false(w.sky_known);
	assert_memory_equal(&w.as_is, &w.changed, sizeof(w.as_is));
	assert_true(fabs(w.as_is.kwh / (truth.energy_wh / 1000) - 1) < 0.2);
	assert_true(w.as_is.mean_c > 19 && w.as_is.mean_c < 21);
	forget_day(d);
}

static void what_cannot_be_replayed_is_named(void **state)
{
	struct day *d = record_day("dw1.isone.me.elm.1", 0, 2);
	struct replay_result r;
	struct err e;

	(void)state;
	d->o.from_s -= 10 * DAY_S;
	d->o.to_s = d->o.from_s + HOUR_S;
	assert_false(replay_decide(&d->o, &r, &e));
	assert_non_null(strstr(e.text, "no exact readings in that time"));
	strcpy(d->changed.house.nodes[d->changed.settings.roles.outdoor].alias, "a.balcony.temp1");
	assert_false(replay_decide(&d->o, &r, &e));
	assert_non_null(strstr(e.text, "no channel a.balcony.temp1/WaterTempCTimes1000"));
	forget_day(d);
}

/* Who only looks changes nothing, takes no file for a record that is none, and says who holds one. */
static void a_record_is_looked_at(void **state)
{
	struct day *d = record_day("dw1.isone.me.elm.1", 0, 1);
	sqlite3 *holder = NULL;
	struct store store;
	char path[200];
	struct err e;

	(void)state;
	snprintf(path, sizeof(path), "%s/history.db", d->house->dir);
	d->store.close(d->store.self);
	assert_int_equal(sqlite3_open(path, &holder), SQLITE_OK);
	assert_int_equal(sqlite3_exec(holder, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_false(store_sqlite_look(path, &store, &e));
	assert_int_equal(e.code, ERR_BUSY);
	assert_non_null(strstr(e.text, "spaceheat history backup FILE"));
	sqlite3_exec(holder, "PRAGMA user_version=99", NULL, NULL, NULL);
	sqlite3_close(holder);
	assert_false(store_sqlite_look(path, &store, &e));
	assert_non_null(strstr(e.text, "schema 99"));
	assert_int_equal(access(path, F_OK), 0);
	assert_false(store_sqlite_look("input_data/houses.json", &store, &e));
	assert_false(store_sqlite_look("/nowhere/history.db", &store, &e));
	assert_int_equal(e.code, ERR_ABSENT);
	inhouse_close(d->house);
	free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oak_by_tariff_decides_the_same),
		cmocka_unit_test(oak_by_plan_decides_the_same),
		cmocka_unit_test(elm_decides_the_same),
		cmocka_unit_test(orange_decides_the_same),
		cmocka_unit_test(a_forecast_is_believed_again),
		cmocka_unit_test(no_forecast_on_record_is_said),
		cmocka_unit_test(begun_in_the_middle),
		cmocka_unit_test(with_a_reading_a_minute_edges_differ),
		cmocka_unit_test(another_tariff_decides_otherwise),
		cmocka_unit_test(a_contract_is_left_out),
		cmocka_unit_test(the_model_tells_what_would_have_come_of_it),
		cmocka_unit_test(a_described_house_is_simulated_too),
		cmocka_unit_test(what_cannot_be_replayed_is_named),
		cmocka_unit_test(a_record_is_looked_at),
	};

	return cmocka_run_group_tests(tests, record_oak, forget_oak);
}
