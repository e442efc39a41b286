/* SPDX-License-Identifier: MIT */
/* The houses with a heat pump, as houses.json and the demo's settings make them, under the whole service. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../support/inhouse.h"

static const char *const houses[] = { "dw1.isone.me.oak.1", "dw1.isone.me.oak.2", "dw1.isone.me.beech.1",
	"dw1.isone.me.elm.1" };
enum { N_HOUSES = sizeof(houses) / sizeof(houses[0]), SEED = 1, HALF_DAY_S = 12 * 3600 };

static int relays_of(const struct settings *s, enum relay_kind kind)
{
	int n = 0;

	for (int i = 0; i < s->n_relays; i++)
		n += s->relays[i].kind == kind;
	return n;
}

static void ask(struct inhouse *h, int node, const char *what, char *text, size_t size)
{
	char path[128];
	struct err e;

	snprintf(path, sizeof(path), "sim/%s/%s", h->loaded.house.nodes[node].alias, what);
	if (!h->bus.slurp(&h->bus, path, text, size, &e))
		fail_msg("%s: %s", path, e.text);
}

/* Each sensor of the plant reads near the truth: what its state is, in its own code. */
static void assert_sensor(struct inhouse *h, const char *state, double truth_c)
{
	const struct plant *p = &h->loaded.house.plant;
	int codes = 0;
	char text[64];

	for (int i = 0; i < p->n_nodes; i++) {
		long long code = 0;

		if (strcmp(p->nodes[i].state, state) != 0)
			continue;
		ask(h, p->nodes[i].node, "temp", text, sizeof(text));
		assert_int_equal(sscanf(text, "%lld", &code), 1);
		if (fabs((double)code / 16 - truth_c) > 3)
			fail_msg("%s: %g is far from %g", state, (double)code / 16, truth_c);
		codes++;
	}
	if (codes != 1)
		fail_msg("%d sensors of %s", codes, state);
}

static void assert_sensors(struct inhouse *h, const struct world_summary *w)
{
	const struct plant *p = &h->loaded.house.plant;
	char bottom[24];

	snprintf(bottom, sizeof(bottom), "buf[%d]", p->buffer.layers - 1);
	assert_sensor(h, "buf[0]", w->tank_top_c);
	assert_sensor(h, bottom, w->tank_bottom_c);
	assert_sensor(h, "air", w->air_c);
	assert_sensor(h, "out", w->out_c);
	if (p->store.kind == STORE_NONE)
		return;
	snprintf(bottom, sizeof(bottom), "store[%d]", p->store.tank.layers - 1);
	assert_sensor(h, "store[0]", w->store_top_c);
	assert_sensor(h, bottom, w->store_bottom_c);
}

/* Everything of the plant is in the settings: its tanks, pipes and relays, each with what it draws. */
static void assert_settings(const struct loaded *l)
{
	const struct plant *p = &l->house.plant;
	const struct settings *s = &l->settings;
	bool store = p->store.kind != STORE_NONE;

	assert_int_equal(s->roles.n_buffer, p->buffer.layers);
	assert_int_equal(s->roles.n_store, store ? p->store.tank.layers : 0);
	assert_true(s->roles.lwt != NO_NODE && s->roles.ewt != NO_NODE && s->roles.supply != NO_NODE &&
		s->roles.return_pipe != NO_NODE && s->roles.flow != NO_NODE && s->roles.meter != NO_NODE &&
		s->roles.outdoor != NO_NODE);
	assert_int_equal(relays_of(s, RELAY_HEAT_PUMP), 1);
	assert_int_equal(relays_of(s, RELAY_VALVE), store);
	assert_int_equal(relays_of(s, RELAY_PUMP), 1 + store);
	assert_int_equal(relays_of(s, RELAY_ELEMENT), p->backup_kind == BACKUP_ELEMENT);
	assert_int_equal(relays_of(s, RELAY_OTHER), p->backup_kind == BACKUP_BOILER);
	assert_int_equal(s->n_zones, 1);
	assert_true(settings_relay_of(s, s->zones[0].pump) >= 0);
	assert_true(s->guard.store_ceiling_c >= p->heat_pump.lwt_set_c + 4);
}

static void assert_no_false_alarm(const struct inhouse *h, const char *house)
{
	for (int i = 0; i < h->n_events; i++) {
		const struct inhouse_event *e = &h->events[i];

		if ((e->code >= LOG_FREEZE && e->code <= LOG_WELDED) || e->code == LOG_TRIP ||
			strstr(e->text, "SlaBreach") != NULL)
			fail_msg("%s: %s: %s", house, log_code_name((enum log_code)e->code), e->text);
	}
}

/* A January morning: the house starts its heat pump, stays warm, reports every slot, and no sound part of it is
 * called broken. */
static void a_winter_morning_of_each_house(void **state)
{
	(void)state;
	for (int i = 0; i < N_HOUSES; i++) {
		struct inhouse *h = inhouse_run(INHOUSE_SINGLE, houses[i], SEED, HALF_DAY_S);
		double set_c = h->loaded.house.plant.house.set_c;
		struct world_summary w;

		world_summarise(h->world, &w);
		print_message("%s: %d starts, %d defrosts, %.1f kWh, room %.1f C, %d statuses\n", houses[i],
			w.hp_starts, w.hp_defrosts, w.energy_wh / 1000, w.air_c, h->told.n);
		assert_settings(&h->loaded);
		assert_sensors(h, &w);
		assert_true(w.hp_starts >= 1 && w.hp_starts <= 96);
		assert_int_equal(w.hp_trips, 0);
		assert_int_equal(w.conflicts, 0);
		assert_true(w.residual < 1e-11);
		assert_true(w.air_c > set_c - 3 && w.air_c < set_c + 3);
		assert_true(h->told.n >= 143);
		assert_no_false_alarm(h, houses[i]);
		inhouse_free(h);
	}
}

/* The same seed gives the same day, to the last movement of a relay. */
static void the_same_day_again(void **state)
{
	struct inhouse *a = inhouse_run(INHOUSE_SINGLE, houses[0], 7, 3 * 3600);
	struct inhouse *b = inhouse_run(INHOUSE_SINGLE, houses[0], 7, 3 * 3600);
	struct world_summary wa, wb;

	(void)state;
	world_summarise(a->world, &wa);
	world_summarise(b->world, &wb);
	assert_memory_equal(&wa, &wb, sizeof(wa));
	assert_true(a->n_events > 5);
	assert_int_equal(a->n_events, b->n_events);
	for (int i = 0; i < a->n_events; i++) {
		assert_int_equal(a->events[i].second, b->events[i].second);
		assert_int_equal(a->events[i].node, b->events[i].node);
	}
	inhouse_free(a);
	inhouse_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_winter_morning_of_each_house),
		cmocka_unit_test(the_same_day_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
