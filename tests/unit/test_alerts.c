/* SPDX-License-Identifier: MIT */
/* What the AtomicTNode and the people of a house may rely on about alerts: each has one beginning and one end. */
#include <stdio.h>

#include "../support/scada_rig.h"

static struct msg_log line(enum log_level level, enum log_code code, int node, const char *text)
{
	struct msg_log l = { .level = (uint8_t)level, .code = (uint8_t)code, .node = (int16_t)node };

	snprintf(l.text, sizeof(l.text), "%s", text);
	return l;
}

static void hear_at(struct alerts *s, int64_t second, enum log_level level, enum log_code code, int node)
{
	struct msg_log l = line(level, code, node, "text - action");
	static const struct uuid none;
	struct uuid id = none;

	id.b[0] = (uint8_t)(second % 250 + 1);
	id.b[1] = (uint8_t)code;
	alerts_hear(s, &l, (struct mono){ second * 1000 }, (struct wall){ second * 1000 }, id);
}

static void tick_at(struct alerts *s, int64_t second)
{
	alerts_tick(s, (struct mono){ second * 1000 }, (struct wall){ second * 1000 });
}

/* Every cell: only what was raised is ever told, only what was told to be over is over, and nothing is forgotten while it
 * stands. */
static void every_cell_keeps_the_laws(void **state)
{
	(void)state;
	for (int s = 0; s < N_ALERT_STATES; s++) {
		for (int e = 0; e < N_ALERT_EVENTS; e++) {
			const struct alert_cell *c = &alert_table[s][e];

			if (!c->legal)
				continue;
			assert_int_equal(c->act == ALERT_DO_FORGET, c->next == ALERT_FREE);
			assert_int_equal(c->act == ALERT_DO_TELL,
				(s == ALERT_RISING && c->next == ALERT_RAISED) || c->next == ALERT_ENDED);
			assert_int_equal(c->act == ALERT_DO_BEGIN, s == ALERT_FREE);
			if (s == ALERT_RAISED || s == ALERT_FALLING)
				assert_int_not_equal(c->next, ALERT_FREE);
		}
	}
}

/* An alert lasts from its bad line to its good one and its rule's rest, under one id; what returns in between is the same
 * alert. */
static void it_begins_and_ends_once(void **state)
{
	struct alerts s = { .lost = 0 };
	const struct alert *a;
	struct uuid id;

	(void)state;
	hear_at(&s, 10, LEVEL_ERROR, LOG_STORE, NO_NODE);
	a = alerts_to_tell(&s);
	assert_non_null(a);
	assert_int_equal(a->state, ALERT_RAISED);
	assert_int_equal(a->since.ms, 10000);
	id = a->id;
	hear_at(&s, 20, LEVEL_ERROR, LOG_STORE, NO_NODE);
	assert_null(alerts_to_tell(&s));
	hear_at(&s, 30, LEVEL_INFO, LOG_STORE, NO_NODE);
	hear_at(&s, 60, LEVEL_ERROR, LOG_STORE, NO_NODE);
	hear_at(&s, 70, LEVEL_INFO, LOG_STORE, NO_NODE);
	tick_at(&s, 129);
	assert_null(alerts_to_tell(&s));
	assert_int_equal(alerts_count(&s), 1);
	tick_at(&s, 130);
	a = alerts_to_tell(&s);
	assert_non_null(a);
	assert_int_equal(a->state, ALERT_ENDED);
	assert_true(uuid_equal(a->id, id));
	assert_int_equal(a->count, 3);
	assert_int_equal(alerts_count(&s), 0);
	hear_at(&s, 131, LEVEL_ERROR, LOG_STORE, NO_NODE);
	a = alerts_to_tell(&s);
	assert_false(uuid_equal(a->id, id));
}

/* Devices are told apart; a good line without a device ends all of its code, and a connection ends what kept it away. */
static void devices_are_told_apart(void **state)
{
	struct alerts s = { .lost = 0 };

	(void)state;
	hear_at(&s, 1, LEVEL_WARNING, LOG_SENSOR, FX_ROOM);
	hear_at(&s, 1, LEVEL_WARNING, LOG_SENSOR, FX_TANK_TOP);
	hear_at(&s, 1, LEVEL_ERROR, LOG_AUTH, NO_NODE);
	assert_int_equal(alerts_count(&s), 3);
	hear_at(&s, 2, LEVEL_INFO, LOG_SENSOR, FX_ROOM);
	assert_int_equal(alerts_count(&s), 2);
	hear_at(&s, 3, LEVEL_INFO, LOG_SENSOR, NO_NODE);
	assert_int_equal(alerts_count(&s), 1);
	hear_at(&s, 4, LEVEL_INFO, LOG_LINK, NO_NODE);
	assert_int_equal(alerts_count(&s), 0);
}

/* What a rule says must last, lasts; what has no good line fades; what tells what happened is no alert at all. */
static void rules_are_kept(void **state)
{
	struct alerts s = { .lost = 0 };

	(void)state;
	hear_at(&s, 0, LEVEL_WARNING, LOG_LINK, NO_NODE);
	tick_at(&s, 899);
	assert_int_equal(alerts_count(&s), 0);
	tick_at(&s, 900);
	assert_int_equal(alerts_count(&s), 1);
	hear_at(&s, 901, LEVEL_INFO, LOG_LINK, NO_NODE);
	tick_at(&s, 961);
	assert_int_equal(alerts_count(&s), 0);
	hear_at(&s, 1000, LEVEL_WARNING, LOG_LINK, NO_NODE);
	hear_at(&s, 1100, LEVEL_INFO, LOG_LINK, NO_NODE);
	tick_at(&s, 3000);
	assert_int_equal(alerts_count(&s), 0);
	hear_at(&s, 3000, LEVEL_ERROR, LOG_DRIVER, FX_PUMP_RELAY);
	hear_at(&s, 3500, LEVEL_ERROR, LOG_DRIVER, FX_PUMP_RELAY);
	tick_at(&s, 4099);
	assert_int_equal(alerts_count(&s), 1);
	tick_at(&s, 4100);
	tick_at(&s, 4160);
	assert_int_equal(alerts_count(&s), 0);
	hear_at(&s, 5000, LEVEL_WARNING, LOG_REFUSED, NO_NODE);
	assert_int_equal(alerts_count(&s), 0);
}

/* The AtomicTNode hears of levels E and C; one that grows worse is told again under its id. */
static void only_errors_go_up(void **state)
{
	struct alerts s = { .lost = 0 };
	struct uuid id;

	(void)state;
	hear_at(&s, 1, LEVEL_WARNING, LOG_CEILING, NO_NODE);
	assert_null(alerts_to_tell(&s));
	hear_at(&s, 2, LEVEL_ERROR, LOG_CEILING, NO_NODE);
	id = alerts_to_tell(&s)->id;
	assert_null(alerts_to_tell(&s));
	hear_at(&s, 3, LEVEL_CRITICAL, LOG_CEILING, NO_NODE);
	assert_true(uuid_equal(alerts_to_tell(&s)->id, id));
	assert_int_equal(alerts_count_level(&s, LEVEL_CRITICAL), 1);
}

/* More trouble than there is room for loses the least of it, never what is critical, and counts it. */
static void the_worst_is_kept(void **state)
{
	struct alerts s = { .lost = 0 };

	(void)state;
	hear_at(&s, 1, LEVEL_CRITICAL, LOG_TRIP, 1);
	for (int node = 0; node < 2 * ALERTS_MAX; node++)
		hear_at(&s, 2, LEVEL_WARNING, LOG_SENSOR, node);
	assert_int_equal(alerts_count(&s), ALERTS_MAX);
	assert_int_equal(alerts_count_level(&s, LEVEL_CRITICAL), 1);
	assert_int_equal(s.lost, ALERTS_MAX + 1);
}

/* Every code has a row that says all a person needs; alerts say when they begin and when they are over. */
static void every_code_has_its_row(void **state)
{
	(void)state;
	for (int c = 0; c < N_LOG_CODES; c++) {
		const struct code_row *r = &code_table[c];

		if (r->meaning == NULL || r->cause == NULL || r->action == NULL)
			fail_msg("%s has no row in codes.c", log_code_name((enum log_code)c));
		assert_int_equal(r->fires == NULL, r->clears == NULL);
		assert_true(r->fires == NULL || r->level <= LEVEL_WARNING);
		assert_true(r->fires != NULL || (r->for_s == 0 && r->hold_s == 0 && r->fades_s == 0));
		assert_true(r->also_ended_by == LOG_BOOT || r->also_ended_by != (enum log_code)c);
	}
}

/* For people all levels count, and what has ended stays to be looked at until its place is needed, the oldest first. */
static void people_see_what_has_ended(void **state)
{
	struct alerts s = { .for_people = true };

	(void)state;
	hear_at(&s, 1, LEVEL_WARNING, LOG_SENSOR, 0);
	assert_int_equal(alerts_to_tell(&s)->state, ALERT_RAISED);
	hear_at(&s, 9, LEVEL_INFO, LOG_SENSOR, 0);
	assert_int_equal(alerts_to_tell(&s)->state, ALERT_ENDED);
	tick_at(&s, 100000);
	assert_int_equal(s.list[0].state, ALERT_ENDED);
	assert_int_equal(s.list[0].ended.ms, 9000);
	for (int node = 1; node < ALERTS_MAX; node++)
		hear_at(&s, 100000, LEVEL_WARNING, LOG_SENSOR, node);
	assert_int_equal(s.list[0].state, ALERT_ENDED);
	hear_at(&s, 100001, LEVEL_WARNING, LOG_METER, 0);
	assert_int_equal(s.list[0].code, LOG_METER);
	assert_int_equal(s.lost, 0);
}

/* A clock that is set is an event; one that is not trusted is a state, and an alert after ten minutes. */
static void a_clock_that_is_set_is_no_alert(void **state)
{
	struct msg_log set = line(LEVEL_WARNING, LOG_CLOCK, NO_NODE, "set forward by 90.0 s");
	struct alerts s = { .lost = 0 };

	(void)state;
	set.value = 90;
	alerts_hear(&s, &set, (struct mono){ 1000 }, (struct wall){ 1000 }, (struct uuid){ { 1 } });
	tick_at(&s, 5000);
	assert_int_equal(alerts_count(&s), 0);
	hear_at(&s, 5000, LEVEL_WARNING, LOG_CLOCK, NO_NODE);
	tick_at(&s, 5600);
	assert_int_equal(alerts_count(&s), 1);
}

/* --- in the scada ------------------------------------------------------------------------------------------ */

static void bad(struct rig *r, enum log_level level)
{
	rig_give(r, (struct msg){ .type = MSG_ALARM, .log = line(level, LOG_TRIP, NO_NODE, "too hot - let it cool") });
}

/* A line of any actor reaches the AtomicTNode at once, in every mode, and its end too. */
static void an_alert_goes_up_at_once(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });
	const struct msg *m;

	(void)state;
	bad(r, LEVEL_CRITICAL);
	m = rig_find(r, MSG_SEND_ALERT);
	assert_non_null(m);
	assert_int_equal(m->to, TO_UPLINK);
	assert_int_equal(m->send_alert.code, LOG_TRIP);
	assert_string_equal(m->send_alert.text, "too hot - let it cool");
	rig_clear(r);
	bad(r, LEVEL_INFO);
	rig_pass(r, 1);
	assert_true(rig_find(r, MSG_SEND_ALERT)->send_alert.ended);
	free(r);
}

/* Without a link it waits; with one it is told, and each new connection is told of all that stand. */
static void an_alert_waits_for_the_link(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });

	(void)state;
	rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = false } });
	bad(r, LEVEL_CRITICAL);
	rig_pass(r, 10);
	assert_null(rig_find(r, MSG_SEND_ALERT));
	for (int i = 0; i < 2; i++) {
		rig_clear(r);
		rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
		assert_int_equal(rig_count(r, MSG_SEND_ALERT), 1);
	}
	rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = false } });
	bad(r, LEVEL_INFO);
	rig_pass(r, 600);
	rig_clear(r);
	rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
	assert_true(rig_find(r, MSG_SEND_ALERT)->send_alert.ended);
	rig_pass(r, 61);
	rig_clear(r);
	rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
	assert_null(rig_find(r, MSG_SEND_ALERT));
	free(r);
}

/* The simulation's status line counts what stands. */
static void the_status_line_counts(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });

	(void)state;
	bad(r, LEVEL_CRITICAL);
	rig_pass(r, 301);
	assert_non_null(strstr(rig_line(r, LOG_STATUS, LEVEL_INFO)->log.text, "outbox 0 alerts 1"));
	free(r);
}

/* A recorded line tells log, history and scada; one that is no alert does not bother the scada. */
static void a_recorded_line_reaches_the_scada(void **state)
{
	struct outbox out = { .n = 0 };

	(void)state;
	record(&out, LEVEL_ERROR, LOG_STORE, NO_NODE, 0, "broken");
	assert_int_equal(out.n, 3);
	assert_int_equal(out.box[2].type, MSG_ALARM);
	assert_int_equal(out.box[2].to, TO_SCADA);
	record(&out, LEVEL_WARNING, LOG_REFUSED, NO_NODE, 0, "no");
	assert_int_equal(out.n, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_keeps_the_laws), cmocka_unit_test(every_code_has_its_row),
		cmocka_unit_test(people_see_what_has_ended), cmocka_unit_test(a_clock_that_is_set_is_no_alert),
		cmocka_unit_test(it_begins_and_ends_once),
		cmocka_unit_test(devices_are_told_apart),
		cmocka_unit_test(rules_are_kept),
		cmocka_unit_test(only_errors_go_up),
		cmocka_unit_test(the_worst_is_kept),
		cmocka_unit_test(an_alert_goes_up_at_once),
		cmocka_unit_test(an_alert_waits_for_the_link),
		cmocka_unit_test(the_status_line_counts),
		cmocka_unit_test(a_recorded_line_reaches_the_scada),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
