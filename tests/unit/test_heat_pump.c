/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/vectors.h"
#include "core/heat/heat.h"
#include "sim/heat_pump.h"
#include "core/sim/rng.h"

enum { DT_S = 10 };

static void oak(struct plant *p)
{
	vectors_plant("dw1.isone.me.oak.1", p);
}

/* Steps until it is in that state; returns the seconds it took, -1 when it never comes within a day. */
static int seconds_until(struct heat_pump *m, const struct plant *p, enum heat_pump_state want, bool call,
	double ewt_c, double out_c)
{
	for (int t = 0; t < 86400; t += DT_S) {
		heat_pump_step(m, &p->heat_pump, call, ewt_c, out_c, DT_S);
		if (m->state == want)
			return t;
	}
	return -1;
}

/* Full output comes 12 minutes after the call, and not at once. */
static void full_output_comes_after_twelve_minutes(void **state)
{
	struct heat_pump m;
	struct plant p;
	double full_w;

	(void)state;
	oak(&p);
	heat_pump_init(&m, &p.heat_pump);
	full_w = heat_pump_capacity_w(&p.heat_pump, 5, 45);
	for (int t = 0; t <= 720; t += DT_S) {
		heat_pump_step(&m, &p.heat_pump, true, 40, 5, DT_S);
		assert_true(t == 720 ? fabs(m.heat_w - full_w) < 1e-6 : m.heat_w < full_w - 1);
	}
}

/* After a run it stays off for its minimum, whatever is called; so after a start that was called off. */
static void it_rests_before_it_starts_again(void **state)
{
	struct heat_pump m;
	struct plant p;

	(void)state;
	oak(&p);
	heat_pump_init(&m, &p.heat_pump);
	assert_int_equal(seconds_until(&m, &p, HP_STARTING, true, 40, 5), 0);
	assert_int_equal(seconds_until(&m, &p, HP_OFF, false, 40, 5), 0);
	assert_int_equal(seconds_until(&m, &p, HP_STARTING, true, 40, 5), 290);
	assert_true(seconds_until(&m, &p, HP_RUNNING, true, 40, 5) >= 0);
	assert_int_equal(seconds_until(&m, &p, HP_RUN_DOWN, false, 40, 5), 0);
	assert_int_equal(seconds_until(&m, &p, HP_OFF, true, 40, 5), 110);
	assert_int_equal(seconds_until(&m, &p, HP_STARTING, true, 40, 5), 290);
}

/* Water that leaves too hot trips it for seven minutes; its pump stands and it draws its standby alone. */
static void too_hot_water_locks_it_out(void **state)
{
	struct heat_pump m;
	struct plant p;

	(void)state;
	oak(&p);
	heat_pump_init(&m, &p.heat_pump);
	assert_true(seconds_until(&m, &p, HP_LOCKOUT, true, 77.9, 5) >= 0);
	assert_int_equal(m.trips, 1);
	assert_false(heat_pump_moves_water(&m));
	assert_true(m.heat_w == 0 && m.elec_w == p.heat_pump.standby_w);
	assert_int_equal(seconds_until(&m, &p, HP_OFF, true, 40, 5), 410);
}

/* Ice grows slower in dry cold, not at all in warm air, and only a defrost takes it away. */
static void ice_grows_with_the_weather(void **state)
{
	static const struct { double out_c; int every_s; } cases[] = { { 0, 3600 }, { -10, 6000 }, { 10, -1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heat_pump m;
		struct plant p;
		int took_s;

		oak(&p);
		heat_pump_init(&m, &p.heat_pump);
		assert_true(seconds_until(&m, &p, HP_RUNNING, true, 40, cases[i].out_c) >= 0);
		took_s = seconds_until(&m, &p, HP_DEFROST, true, 40, cases[i].out_c);
		assert_int_equal(took_s, cases[i].every_s < 0 ? -1 : cases[i].every_s - DT_S);
		assert_true(took_s < 0 || (m.heat_w < 0 && m.lwt_c < 40));
	}
}

/* Stopped and started again, the ice of the first run still counts. */
static void ice_stays_over_a_stop(void **state)
{
	struct heat_pump m;
	struct plant p;

	(void)state;
	oak(&p);
	heat_pump_init(&m, &p.heat_pump);
	assert_true(seconds_until(&m, &p, HP_RUNNING, true, 40, 0) >= 0);
	for (int t = 0; t < 1800; t += DT_S)
		heat_pump_step(&m, &p.heat_pump, true, 40, 0, DT_S);
	assert_true(seconds_until(&m, &p, HP_OFF, false, 40, 0) >= 0);
	assert_true(seconds_until(&m, &p, HP_RUNNING, true, 40, 0) >= 0);
	assert_int_equal(seconds_until(&m, &p, HP_DEFROST, true, 40, 0), 1780);
}

/* Whatever is called when: heat only where water moves, standby where nothing runs, one name per state. */
static void every_state_keeps_its_promise(void **state)
{
	bool seen[HP_N_STATES] = { false };
	struct heat_pump m;
	struct plant p;
	struct rng r = rng_start(1, "calls");
	bool call = false;
	double out_c = 0, ewt_c = 40;

	(void)state;
	oak(&p);
	heat_pump_init(&m, &p.heat_pump);
	for (int i = 0; i < 200000; i++) {
		if (rng_uniform(&r) < 0.003)
			call = !call;
		if (rng_uniform(&r) < 0.002) {
			out_c = -30 + 45 * rng_uniform(&r);
			ewt_c = 20 + 58 * rng_uniform(&r);
		}
		heat_pump_step(&m, &p.heat_pump, call, ewt_c, out_c, DT_S);
		seen[m.state] = true;
		assert_true(heat_pump_moves_water(&m) || (m.heat_w == 0 && m.elec_w == p.heat_pump.standby_w));
		assert_true(m.elec_w >= 0 && m.elec_w <= p.heat_pump.elec_max_w * (1 + 1e-12));
		assert_true(heat_pump_moves_water(&m) || m.lwt_c == m.ewt_c);
	}
	for (int s = 0; s < HP_N_STATES; s++) {
		if (!seen[s])
			fail_msg("never %s", heat_pump_state_name((enum heat_pump_state)s));
		assert_string_not_equal(heat_pump_state_name((enum heat_pump_state)s), "?");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_output_comes_after_twelve_minutes),
		cmocka_unit_test(it_rests_before_it_starts_again),
		cmocka_unit_test(too_hot_water_locks_it_out),
		cmocka_unit_test(ice_grows_with_the_weather),
		cmocka_unit_test(ice_stays_over_a_stop),
		cmocka_unit_test(every_state_keeps_its_promise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
