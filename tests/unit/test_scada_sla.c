/* SPDX-License-Identifier: MIT */
/* What a family may rely on when a contract lets their house get cold (SF-37). */
#include "../support/scada_rig.h"
#include "core/control/sla.h"

enum { COLD = 16 * 16 + 6, WARM = 18 * 16 - 8, BARELY = 16 * 16 + 9 };	/* 16.4, 17.5, 16.6 C of a setpoint of 18 */

/* Passes time with beats, forgetting what was said, until the contract has ended; the seconds it took, or -1. */
static int seconds_until_ended(struct rig *r, int most)
{
	for (int i = 0; i < most; i++) {
		if (i % 60 == 0) {
			r->now.ms += 1;
			rig_beat(r, 1);
			rig_clear(r);
		}
		rig_pass(r, 1);
		if (r->scada.contract.state == CONTRACT_ENDED)
			return i + 1;
	}
	return -1;
}

/* More than 1.5 K below setpoint for 15 min ends the contract, names zone and temperature, and tells everybody. */
static void a_cold_zone_takes_the_house_back(void **state)
{
	struct rig *r = rig_remote();
	const struct msg *m;

	(void)state;
	rig_give(r, rig_dispatch(r, "a.elt1.relay", false));
	rig_guard(r, GUARD_DONE, 0);
	r->room_code = COLD;
	assert_in_range(seconds_until_ended(r, 1000), 895, 910);
	assert_int_equal(r->scada.contract.outcome, OUTCOME_BY_SCADA);
	assert_int_equal(r->scada.contract.cause, CAUSE_SLA_BREACH);
	assert_int_equal(rig_find(r, MSG_SEND_REPORT)->send_report.cause, CAUSE_SLA_BREACH);
	m = rig_line(r, LOG_SLA_BREACH, LEVEL_CRITICAL);
	assert_non_null(m);
	assert_int_equal(m->log.node, FX_ROOM);
	assert_non_null(strstr(m->log.text, "room at 16.4 C"));
	assert_non_null(strstr(m->log.text, "18.0 C"));
	m = rig_find(r, MSG_SEND_ALERT);
	assert_int_equal(m->send_alert.code, LOG_SLA_BREACH);
	assert_false(m->send_alert.ended);
	assert_int_equal(r->scada.mode.cause, CAUSE_NO_CONTRACT);
	assert_true(r->scada.relays[0].wanted);		/* the tank is charged again */
	free(r);
}

/* Barely inside 1.5 K nothing happens, however long; neither when the zone recovers in time. */
static void inside_the_band_nothing_happens(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	r->room_code = BARELY;
	assert_int_equal(seconds_until_ended(r, 2000), -1);
	r->room_code = COLD;
	assert_int_equal(seconds_until_ended(r, 800), -1);
	r->room_code = WARM;
	assert_int_equal(seconds_until_ended(r, 20), -1);
	r->room_code = COLD;
	assert_int_equal(seconds_until_ended(r, 700), -1);
	free(r);
}

/* Below the floor it takes less than a minute, but not one wrong reading. */
static void below_the_floor_it_is_quick(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	r->room_code = 15 * 16;
	assert_int_equal(seconds_until_ended(r, 9), -1);
	r->room_code = 18 * 16;
	assert_int_equal(seconds_until_ended(r, 60), -1);
	r->room_code = 15 * 16 + 15;
	assert_in_range(seconds_until_ended(r, 100), 25, 60);
	free(r);
}

/* Missing data moves control, it ends no contract. */
static void a_silent_sensor_ends_nothing(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	r->room_code = COLD;
	assert_int_equal(seconds_until_ended(r, 300), -1);
	r->room_silent = true;
	assert_int_equal(seconds_until_ended(r, 1800), -1);
	assert_int_equal(r->scada.mode.cause, CAUSE_BLIND);
	free(r);
}

/* Offers are refused with SlaHold until the zone has been at setpoint - 0.5 K for 30 min without break, also over a
 * restart; a successor that waited is ended too. */
static void no_contract_before_it_is_warm(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	r->room_code = 15 * 16;
	seconds_until_ended(r, 60);
	r->room_code = WARM - 1;
	for (int i = 0; i < 20; i++) {
		rig_pass(r, 100);
		rig_clear(r);
	}
	rig_offer(r, 2, T0_S, T0_S + 36000);
	assert_int_equal(rig_find(r, MSG_SEND_ANSWER)->send_answer.reason, DIAG_SLA_HOLD);
	rig_restart(r, 5);
	assert_int_equal(r->scada.sla.held, 1);
	r->room_code = WARM;
	for (int i = 0; i < 17; i++) {
		rig_pass(r, 100);
		rig_clear(r);
	}
	rig_offer(r, 2, T0_S, T0_S + 36000);
	assert_int_equal(rig_find(r, MSG_SEND_ANSWER)->send_answer.reason, DIAG_SLA_HOLD);
	rig_pass(r, 120);
	assert_non_null(rig_line(r, LOG_SLA_BREACH, LEVEL_INFO));
	rig_offer(r, 2, T0_S, T0_S + 36000);
	rig_stored(r);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(r->disk.at[CONTRACT_NOW].sla_hold, 0);
	free(r);
}

static void a_breach_ends_the_successor_too(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	for (int i = 0; i < 56; i++) {
		rig_pass_beating(r, 1, 60);
		rig_clear(r);
	}
	rig_offer(r, 2, T0_S + 3600, T0_S + 7200);
	rig_stored(r);
	r->room_code = 15 * 16;
	assert_true(seconds_until_ended(r, 60) > 0);
	assert_int_equal(r->scada.next.state, CONTRACT_NONE);
	assert_int_equal(rig_count(r, MSG_SEND_REPORT), 2);
	free(r);
}

/* --- the machine ------------------------------------------------------------------------------------------ */

static int step(struct sla *s, const struct settings *settings, double setpoint_c, double zone_c, int minute)
{
	struct homealone_picture p = { .setpoint_mc = (int64_t)(setpoint_c * 1000),
		.zone = { { true, (int64_t)(zone_c * 1000) } } };

	return sla_step(s, settings, &p, (struct mono){ minute * 60000LL });
}

/* A zone is measured against the lowest setpoint of the last four hours: who raises it does not end a contract. */
static void a_raised_setpoint_is_no_breach(void **state)
{
	struct settings settings;
	struct sla s;
	int minute = 0;

	(void)state;
	fixture_settings(&settings);
	sla_start(&s, 0);
	for (; minute < 60; minute++)
		assert_int_equal(step(&s, &settings, 17, 17, minute), -1);
	for (; minute < 60 + 239; minute++)
		assert_int_equal(step(&s, &settings, 20, 17, minute), -1);
	assert_int_equal(sla_setpoint_mc(&s), 17000);
	for (; minute < 60 + 239 + 16; minute++)
		step(&s, &settings, 20, 17, minute);
	assert_int_equal(sla_setpoint_mc(&s), 20000);
	for (; minute < 60 + 239 + 32; minute++)
		step(&s, &settings, 20, 17, minute);
	assert_int_equal(step(&s, &settings, 20, 17, minute), 0);
}

/* A zone that is not critical ends nothing, and one that is gone from the configuration is not waited for. */
static void only_critical_zones_count(void **state)
{
	struct settings settings;
	struct sla s;

	(void)state;
	fixture_settings(&settings);
	settings.zones[0].critical = false;
	sla_start(&s, 2);
	for (int minute = 0; minute < 40; minute++)
		assert_int_equal(step(&s, &settings, 18, 10, minute), -1);
	assert_int_equal(s.held, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cold_zone_takes_the_house_back),
		cmocka_unit_test(inside_the_band_nothing_happens),
		cmocka_unit_test(below_the_floor_it_is_quick),
		cmocka_unit_test(a_silent_sensor_ends_nothing),
		cmocka_unit_test(no_contract_before_it_is_warm),
		cmocka_unit_test(a_breach_ends_the_successor_too),
		cmocka_unit_test(a_raised_setpoint_is_no_breach),
		cmocka_unit_test(only_critical_zones_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
