/* SPDX-License-Identifier: MIT */
/* What people hear of although nothing is broken yet: when it begins, when it is over, and that it says so once. */
#include "../support/scada_rig.h"
#include "core/control/worry.h"

static struct reading_mc at(int64_t mc)
{
	return (struct reading_mc){ true, mc };
}

/* Cold begins 1 K below the setpoint and is over 0.5 K below it; below the floor it is worse; what is unknown changes
 * nothing. */
static void cold_begins_and_ends(void **state)
{
	enum worry_cold cold = COLD_NOT;

	(void)state;
	assert_int_equal(worry_cold(&cold, at(20000), 21000, 16000), WORRY_SAME);
	assert_int_equal(worry_cold(&cold, at(19999), 21000, 16000), WORRY_BEGINS);
	assert_int_equal(worry_cold(&cold, at(20499), 21000, 16000), WORRY_SAME);
	assert_int_equal(worry_cold(&cold, (struct reading_mc){ false, 0 }, 21000, 16000), WORRY_SAME);
	assert_int_equal(worry_cold(&cold, at(15999), 21000, 16000), WORRY_IS_BAD);
	assert_int_equal(worry_cold(&cold, at(16200), 21000, 16000), WORRY_SAME);
	assert_int_equal(worry_cold(&cold, at(16300), 21000, 16000), WORRY_SAME);
	assert_int_equal(cold, COLD_LOW);
	assert_int_equal(worry_cold(&cold, at(20500), 21000, 16000), WORRY_ENDS);
}

static void shares_have_two_edges(void **state)
{
	bool on = false;

	(void)state;
	assert_int_equal(worry_share(&on, 80, 100, 80, 60), WORRY_SAME);
	assert_int_equal(worry_share(&on, 81, 100, 80, 60), WORRY_BEGINS);
	assert_int_equal(worry_share(&on, 60, 100, 80, 60), WORRY_SAME);
	assert_int_equal(worry_share(&on, 59, 100, 80, 60), WORRY_ENDS);
	assert_int_equal(worry_disk(&on, 100), WORRY_SAME);
	assert_int_equal(worry_disk(&on, 99), WORRY_BEGINS);
	assert_int_equal(worry_disk(&on, 150), WORRY_SAME);
	assert_int_equal(worry_disk(&on, 151), WORRY_ENDS);
}

/* Half an hour with all sources on and the room falling; a source that is off ends it. */
static void falling_takes_half_an_hour(void **state)
{
	struct worry_fall f = { 0 };

	(void)state;
	for (int minute = 0; minute < 30; minute++)
		assert_int_equal(worry_fall(&f, true, at(20000 - minute * 10), (struct mono){ minute * 60000LL }), WORRY_SAME);
	assert_int_equal(worry_fall(&f, true, at(19700), (struct mono){ 30 * 60000LL }), WORRY_BEGINS);
	assert_int_equal(worry_fall(&f, true, at(19650), (struct mono){ 35 * 60000LL }), WORRY_SAME);
	assert_int_equal(worry_fall(&f, true, at(20100), (struct mono){ 40 * 60000LL }), WORRY_ENDS);
	f = (struct worry_fall){ .on = true };
	assert_int_equal(worry_fall(&f, false, at(15000), (struct mono){ 0 }), WORRY_ENDS);
	for (int minute = 0; minute < 60; minute++)	/* steady is not falling */
		assert_int_equal(worry_fall(&f, true, at(20000), (struct mono){ minute * 60000LL }), WORRY_SAME);
}

static enum worry flow_for(struct worry_flow *f, int64_t *s, int seconds, bool on, bool flows)
{
	enum worry last = WORRY_SAME, now;

	for (int i = 0; i < seconds; i++) {
		now = worry_flow(f, on, true, flows, (struct mono){ ++*s * 1000 });
		last = now != WORRY_SAME ? now : last;
	}
	return last;
}

/* A minute without flow while the pump runs; the third time is bad, and an hour of flow forgets. */
static void a_pump_must_move_water(void **state)
{
	struct worry_flow f = { 0 };
	int64_t s = 0;

	(void)state;
	assert_int_equal(flow_for(&f, &s, 1000, false, false), WORRY_SAME);
	assert_int_equal(flow_for(&f, &s, 60, true, false), WORRY_SAME);
	assert_int_equal(flow_for(&f, &s, 1, true, false), WORRY_BEGINS);
	assert_int_equal(flow_for(&f, &s, 1, true, true), WORRY_ENDS);
	assert_int_equal(flow_for(&f, &s, 61, true, false), WORRY_BEGINS);
	assert_int_equal(flow_for(&f, &s, 1, true, true), WORRY_ENDS);
	assert_int_equal(flow_for(&f, &s, 61, true, false), WORRY_IS_BAD);
	assert_int_equal(flow_for(&f, &s, 3700, true, true), WORRY_ENDS);
	assert_int_equal(flow_for(&f, &s, 61, true, false), WORRY_BEGINS);
	assert_int_equal(worry_flow(&f, true, false, false, (struct mono){ s * 1000 }), WORRY_SAME);	/* unknown */
}

/* --- in the scada ------------------------------------------------------------------------------------------ */

/* A room that is cold is said at once, an alert after a quarter of an hour, and told to the AtomicTNode only when it is
 * far too cold. */
static void a_cold_room_is_told(void **state)
{
	struct rig *r = rig_remote();
	const struct msg *m;

	(void)state;
	rig_clear(r);
	r->room_code = 16 * 17 - 8;	/* 16.5 of 18 */
	rig_pass(r, 10);
	m = rig_line(r, LOG_COMFORT_LOW, LEVEL_WARNING);
	assert_non_null(m);
	assert_int_equal(m->log.node, FX_ROOM);
	assert_non_null(strstr(m->log.text, "16.5 C (setpoint 18.0 C, sources on "));
	assert_int_equal(alerts_count_level(&r->scada.alerts, LEVEL_WARNING), 0);
	rig_clear(r);
	rig_pass(r, 880);
	assert_null(rig_line(r, LOG_COMFORT_LOW, LEVEL_WARNING));	/* said once */
	rig_clear(r);
	rig_pass(r, 20);
	assert_true(alerts_count_level(&r->scada.alerts, LEVEL_WARNING) >= 1);
	rig_clear(r);
	r->room_code = 16 * 18;
	rig_pass(r, 10);
	assert_non_null(rig_line(r, LOG_COMFORT_LOW, LEVEL_INFO));
	free(r);
}

/* The room falls by a sixteenth of a degree each 5 min, with the element on, and the pump of its zone as told.
 * Whether a shortage was said. */
static bool said_short(struct rig *r, int minutes, bool pump_on)
{
	bool said = false;

	for (int i = 0; i < minutes; i += 5, r->room_code--)
		for (int k = 0; k < 300; k += 10) {
			r->scada.relays[0].known = r->scada.relays[1].known = r->scada.relays[0].on = true;
			r->scada.relays[1].on = pump_on;
			rig_clear(r);
			rig_pass(r, 10);
			said = said || rig_line(r, LOG_CAPACITY_SHORT, LEVEL_WARNING) != NULL;
		}
	return said;
}

/* Heat that goes into the store while the thermostat is content is no shortage; that none reaches a room that asks is. */
static void a_content_room_may_cool(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	r->room_code = 16 * 18 + 12;
	assert_false(said_short(r, 60, false));
	r->room_code = 16 * 18;
	assert_true(said_short(r, 40, true));
	r->room_code = 16 * 19;
	assert_false(said_short(r, 5, false));
	r->room_code = 16 * 16 + 15;	/* too cold: it asks, whatever its pump does */
	assert_true(said_short(r, 40, false));
	free(r);
}

static void much_owed_is_told(void **state)
{
	struct rig *r = rig_remote();
	int most = 28 * 86400 / r->settings.status_period_s;

	(void)state;
	rig_clear(r);
	rig_give(r, (struct msg){ .type = MSG_OWED, .owed = { most * 81 / 100 } });
	rig_pass(r, 2);
	assert_non_null(rig_line(r, LOG_OUTBOX, LEVEL_WARNING));
	rig_clear(r);
	rig_give(r, (struct msg){ .type = MSG_OWED, .owed = { 3 } });
	rig_pass(r, 2);
	assert_non_null(rig_line(r, LOG_OUTBOX, LEVEL_INFO));
	free(r);
}

/* A relay that a person has held for 4 h, in however many leases. */
static void a_long_lease_is_told(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	rig_clear(r);
	for (int hour = 0; hour < 4; hour++) {
		rig_give(r, (struct msg){ .type = MSG_OPERATOR, .operator = { .verb = OPERATOR_DISPATCH, .relay = 1, .on = true,
			.minutes = 90, .override = true, .ticket = 1 } });
		rig_guard(r, GUARD_DONE, 0);
		assert_null(rig_line(r, LOG_TEST_MODE, LEVEL_WARNING));
		for (int i = 0; i < 36; i++) {
			rig_clear(r);
			rig_pass(r, 100);
		}
	}
	rig_pass(r, 5);
	assert_int_equal(alerts_count_level(&r->scada.alerts, LEVEL_WARNING) >= 1, 1);
	assert_true(r->scada.worries.lease[1].on);
	rig_clear(r);
	rig_give(r, (struct msg){ .type = MSG_OPERATOR, .operator = { .verb = OPERATOR_AUTO, .relay = 1, .ticket = 2 } });
	rig_pass(r, 2);
	assert_non_null(rig_line(r, LOG_TEST_MODE, LEVEL_INFO));
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cold_begins_and_ends), cmocka_unit_test(shares_have_two_edges),
		cmocka_unit_test(falling_takes_half_an_hour), cmocka_unit_test(a_pump_must_move_water),
		cmocka_unit_test(a_cold_room_is_told), cmocka_unit_test(a_content_room_may_cool),
		cmocka_unit_test(much_owed_is_told),
		cmocka_unit_test(a_long_lease_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
