/* SPDX-License-Identifier: MIT */
/* The planner actor plans when the half hour changes and when the house is not where the plan has it, never uses a result
 * that is too old, and the scada follows what it says. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/inhouse.h"
#include "actor/scada_parts.h"
#include "../support/vectors.h"

static const int64_t START_S = 1800000000;	/* a whole quarter hour */
static const char OAK[] = "dw1.isone.me.oak.1";

struct bench {
	struct house house;
	struct settings settings;
	struct planner planner;
	struct mono now;
	int slices, plans, warnings;
	int64_t slice_ms;		/* how long each slice takes */
	struct msg_plan plan;
};

static struct bench *open_bench(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->house.has_model = true;
	vectors_plant(OAK, &b->house.plant);
	b->settings.tariff.kind = TARIFF_TOU;
	b->settings.tariff.price_per_kwh = 0.14;
	assert_true(planner_init(&b->planner, &b->house, &b->settings, NULL));
	return b;
}

static void close_bench(struct bench *b)
{
	planner_free(&b->planner);
	free(b);
}

static struct msg_heat a_cold_day(void)
{
	return (struct msg_heat){ .tw_c = 45, .air_c = 20, .out_c = -8, .set_c = 20, .max_water_c = 65, .good = true };
}

static void deliver(struct bench *b, struct msg m, struct outbox *out)
{
	*out = (struct outbox){ .wake_at = MONO_NEVER };
	m.now = b->now;
	m.clock = (struct wall){ START_S * 1000 + b->now.ms };
	m.clock_trusted = true;
	planner_step(&b->planner, &m, out);
}

/* The message, and all slices that follow from it. */
static void tell(struct bench *b, const struct msg_heat *heat)
{
	static struct outbox out;
	struct msg m = { .type = MSG_HEAT, .heat = *heat };

	for (bool more = true; more;) {
		deliver(b, m, &out);
		more = false;
		for (int i = 0; i < out.n; i++) {
			if (out.box[i].type == MSG_PLAN) {
				b->plans++;
				b->plan = out.box[i].plan;
			} else if (out.box[i].type == MSG_PLAN_WORK) {
				assert_int_equal(out.box[i].to, TO_PLANNER);
				m = out.box[i];
				more = true;
				b->slices++;
				b->now.ms += b->slice_ms;
			} else if (out.box[i].type == MSG_LOG) {
				b->warnings += out.box[i].log.level <= LEVEL_WARNING;
			}
		}
	}
}

static int hours_on(const struct msg_plan *p, int from_quarter, int quarters)
{
	int n = 0;

	for (int q = from_quarter; q < from_quarter + quarters; q++)
		n += p->on[q / 8] >> q % 8 & 1;
	return n;
}

/* Small slices, one plan; it runs the source when it is cheap, and says what the water will be. */
static void plans_in_slices_for_cheap_hours(void **state)
{
	struct bench *b = open_bench();
	struct msg_heat heat = a_cold_day();
	struct tariff t = tariff_of_settings(&b->settings.tariff);
	struct zone utc = { .n = 0 };
	int dear = 0, dear_on = 0;

	(void)state;
	tell(b, &heat);
	assert_int_equal(b->plans, 1);
	assert_int_equal(b->slices, PLAN_QUARTERS / PLANNER_ROWS);
	assert_int_equal(b->plan.start_s, START_S);
	for (int q = 0; q < PLAN_QUARTERS; q++) {
		bool peak = tariff_usd_per_kwh(&t, &utc, START_S + q * 900) > 0.2;

		dear += peak;
		dear_on += peak && hours_on(&b->plan, q, 1);
	}
	assert_true(dear > 30 && dear_on < dear / 2 && hours_on(&b->plan, 0, PLAN_QUARTERS) > 4 * dear_on);
	assert_true(hours_on(&b->plan, 0, PLAN_QUARTERS) > 40);
	assert_true(b->plan.energy_kwh > 50 && b->plan.energy_kwh < 300);
	assert_true(b->plan.cost_usd > 0.14f * b->plan.energy_kwh);
	assert_true(b->plan.heat_usd_per_kwh > 0.02f && b->plan.heat_usd_per_kwh < 0.42f);
	assert_int_equal(b->plan.tw_half_c[0], 90);
	assert_int_equal(b->plan.out_half_c[0], -16);
	close_bench(b);
}

/* Every half hour of the clock, and within it only when water, weather or setpoint are beyond the limits of the ladder. */
static void plans_again_when_it_must(void **state)
{
	struct bench *b = open_bench();
	struct msg_heat heat = a_cold_day();
	struct plan_now now;

	(void)state;
	tell(b, &heat);
	for (b->now.ms = 60000; b->now.ms < 1800000; b->now.ms += 60000) {
		assert_true(plan_read(&b->plan, START_S + b->now.ms / 1000, &now));
		heat.tw_c = now.tw_c + 5.5;
		heat.out_c = now.out_c + 4.5;
		tell(b, &heat);
	}
	assert_int_equal(b->plans, 1);
	tell(b, &heat);
	assert_int_equal(b->plans, 2);
	b->now.ms += 400000;
	assert_true(plan_read(&b->plan, START_S + b->now.ms / 1000, &now));
	heat.tw_c = now.tw_c - 6.5;
	tell(b, &heat);
	assert_int_equal(b->plans, 3);
	b->now.ms += 60000;		/* not again at once */
	heat.set_c = 18;
	tell(b, &heat);
	assert_int_equal(b->plans, 3);
	b->now.ms += 300000;
	tell(b, &heat);
	assert_int_equal(b->plans, 4);
	close_bench(b);
}

/* On a machine so slow that a plan takes over two minutes its result is not used, and that is said. */
static void an_old_result_is_thrown_away(void **state)
{
	struct bench *b = open_bench();
	struct msg_heat heat = a_cold_day();

	(void)state;
	b->slice_ms = 6000;
	tell(b, &heat);
	assert_int_equal(b->plans, 0);
	assert_int_equal(b->warnings, 1);
	b->slice_ms = 4000;
	tell(b, &heat);
	assert_int_equal(b->plans, 1);
	close_bench(b);
}

/* What is not measured is not planned for. */
static void nothing_is_planned_blind(void **state)
{
	struct bench *b = open_bench();
	struct msg_heat heat = a_cold_day();

	(void)state;
	heat.good = false;
	tell(b, &heat);
	assert_int_equal(b->slices, 0);
	close_bench(b);
}

/* Steps are the quarter hours of the clock: what is left of the present one, with the next when that is little. */
static void rows_follow_the_clock(void **state)
{
	struct tariff t = { .usd_per_kwh = 0.2 };
	struct zone utc = { .n = 0 };
	struct plan_outlook o = { .out_c = -5, .tariff = &t, .zone = &utc };
	struct plan_row rows[PLAN_QUARTERS];
	struct plan_basis basis;

	(void)state;
	assert_int_equal(plan_rows(rows, START_S + 300, &o, &basis), PLAN_QUARTERS);
	assert_true(rows[0].dt_s == 600 && rows[1].dt_s == 900);
	assert_int_equal(plan_rows(rows, START_S + 301, &o, &basis), PLAN_QUARTERS - 1);
	assert_true(rows[0].dt_s == 599 + 900 && rows[1].dt_s == 900);
	assert_int_equal(plan_row_of(START_S + 301, 0), 0);
	assert_int_equal(plan_row_of(START_S + 301, 1), 0);
	assert_int_equal(plan_row_of(START_S + 301, 2), 1);
	plan_rows(rows, START_S, &o, &basis);
	assert_true(rows[0].out_c == -5 && fabs(rows[48].out_c - -6) < 1e-9);
}

/* The walls follow the air with the house's own time constant, between air and outdoors. */
static void the_mass_is_a_slow_mean(void **state)
{
	struct plant p;
	struct plan_mass m = { .known = false };
	double first_c, settled_c, tau_s;

	(void)state;
	vectors_plant(OAK, &p);
	tau_s = p.house.mass_j_per_k / (p.house.air_mass_w_per_k + p.house.mass_out_w_per_k);
	plan_mass_follow(&m, &p.house, 20, 0, 60);
	first_c = m.c;
	assert_true(first_c > 10 && first_c < 20);
	plan_mass_follow(&m, &p.house, 22, 0, 1e9);
	settled_c = m.c;
	assert_true(settled_c > first_c);
	m.c = first_c;
	plan_mass_follow(&m, &p.house, 22, 0, tau_s);
	assert_true(fabs((settled_c - m.c) / (settled_c - first_c) - exp(-1)) < 1e-9);
}

/* In the whole service: plans are made, and the house is heated by them. */
static void the_house_heats_by_plan(void **state)
{
	struct inhouse *h = inhouse_run(INHOUSE_SINGLE, OAK, 3, 4 * 3600);

	(void)state;
	assert_true(h->scada.heat.has_plan);
	assert_int_equal(h->scada.heat.level, LADDER_PLAN);
	assert_true(mono_since(h->scada.now, h->scada.heat.told.made) <= 1800000);
	assert_int_equal(h->planner.thrown_away, 0);
	inhouse_free(h);
}

/* Each relay of a running house is explained: eight layers, the highest that asks for something decides, and that is what
 * the guard was asked for. */
static void every_relay_is_explained(void **state)
{
	struct inhouse *h = inhouse_run(INHOUSE_SINGLE, OAK, 3, 2 * 3600);
	struct view_explain e;

	(void)state;
	for (int i = 0; i < h->loaded.settings.n_relays; i++) {
		int decides = 0, asks = 0;

		scada_explain(&h->scada, &(struct msg_query){ .explain = i + 1 }, &e);
		assert_int_equal(e.n_layers, VIEW_LAYERS);
		for (int l = 0; l < e.n_layers; l++) {
			decides += e.layer[l].decides;
			assert_true(!e.layer[l].decides || asks == 0);
			asks += e.layer[l].asks != ASKS_NOTHING;
			assert_true(e.layer[l].text[0] != '\0');
			if (e.layer[l].decides && e.known)
				assert_int_equal(e.layer[l].asks == ASKS_ON, h->scada.relays[i].wanted);
		}
		assert_int_equal(decides, 1);
		assert_true(e.next_change[0] != '\0');
	}
	inhouse_free(h);
}

/* A dispatch of a person stands above the schedule, a hold of the guard above both. */
static void layers_have_their_order(void **state)
{
	struct inhouse *h = inhouse_run(INHOUSE_SINGLE, OAK, 3, 2 * 3600);
	struct scada *s = &h->scada;
	int hp = settings_relay_of(&h->loaded.settings, house_node(&h->loaded.house, "a.hp1.relay"));
	struct msg_query q = { .explain = hp + 1 };
	struct view_explain e;

	(void)state;
	assert_true(hp >= 0);
	s->relays[hp].operated = true;
	s->relays[hp].operate_on = true;
	s->relays[hp].operate_until = mono_after(s->now, 60000);
	scada_explain(s, &q, &e);
	assert_string_equal(e.layer[5].name, "Operator");
	assert_true(e.layer[5].decides && e.layer[5].asks == ASKS_ON);
	s->relays[hp].on = false;
	s->relays[hp].wanted = true;
	s->relays[hp].result = GUARD_HELD_MIN_OFF;
	scada_explain(s, &q, &e);
	assert_true(e.layer[3].decides && e.layer[3].asks == ASKS_OFF && !e.layer[5].decides);
	inhouse_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_in_slices_for_cheap_hours),
		cmocka_unit_test(plans_again_when_it_must),
		cmocka_unit_test(an_old_result_is_thrown_away),
		cmocka_unit_test(nothing_is_planned_blind),
		cmocka_unit_test(rows_follow_the_clock),
		cmocka_unit_test(the_mass_is_a_slow_mean),
		cmocka_unit_test(the_house_heats_by_plan),
		cmocka_unit_test(every_relay_is_explained),
		cmocka_unit_test(layers_have_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
