/* SPDX-License-Identifier: MIT */
/* What an AtomicTNode and a family may rely on about the contract, and its gate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/control/contract.h"
#include "core/control/gate.h"

enum { T0_S = 1799924400, HOUR_S = 3600, NAMEPLATE_W = 4890 };

static struct wall at_s(int64_t s)
{
	return (struct wall){ s * 1000 };
}

static struct msg_offer offer(uint8_t id)
{
	return (struct msg_offer){ .contract = { { id } }, .start_s = T0_S, .end_s = T0_S + HOUR_S, .max_power_w = -1 };
}

static struct contract_record record_in(enum contract_state state)
{
	struct msg_offer o = offer(1);

	return contract_from_offer(&o, state);
}

static const struct contract_record no_next = { .state = CONTRACT_NONE };

static enum contract_event judge(const struct contract_record *r, const struct msg_offer *o, struct wall clock,
	enum diag *why)
{
	struct contract_terms terms = { .clock = clock, .nameplate_w = NAMEPLATE_W };

	return contract_judge_offer(r, &no_next, o, &terms, why);
}

/* --- the table --------------------------------------------------------------------------------- */

static bool acts(const struct contract_cell *cell, enum contract_action a)
{
	for (int i = 0; i < CONTRACT_MAX_ACTIONS; i++)
		if (cell->act[i] == a)
			return true;
	return false;
}

/* Every cell that is written keeps the laws: what changes is stored, an end is reported, nothing leaves an open
 * contract but its end, and a refusal changes nothing. */
static void every_cell_keeps_the_laws(void **state)
{
	(void)state;
	for (int s = 0; s < N_CONTRACT_STATES; s++) {
		for (int e = 0; e < E_N_EVENTS; e++) {
			const struct contract_cell *c = &contract_table[s][e];
			bool changes = c->legal && (int)c->next != s;

			if (!c->legal) {
				assert_int_equal(c->act[0], DO_NOTHING);
				continue;
			}
			if (changes)
				assert_true(acts(c, DO_STORE) || acts(c, DO_STORE_THEN_ANSWER));
			if (changes && c->next == CONTRACT_ENDED)
				assert_true(acts(c, DO_REPORT));
			if (s == CONTRACT_LIVE && changes) {
				assert_int_equal(c->next, CONTRACT_ENDED);
				assert_true(acts(c, DO_RELEASE));
			}
			if (s == CONTRACT_LIVE && changes)	/* whoever waits follows, or is ended too */
				assert_true(acts(c, DO_FOLLOW) != acts(c, DO_END_NEXT));
			if (acts(c, DO_FOLLOW) || acts(c, DO_END_NEXT) || acts(c, DO_REPLACE) || acts(c, DO_STORE_NEXT))
				assert_int_equal(s, CONTRACT_LIVE);	/* only a Live one has a successor */
			if (s == CONTRACT_PENDING && changes)
				assert_true(c->next == CONTRACT_LIVE || c->next == CONTRACT_ENDED);
			if (acts(c, DO_REFUSE))
				assert_false(changes);
			if (acts(c, DO_STORE_THEN_ANSWER))
				assert_true(c->next == CONTRACT_PENDING || c->next == CONTRACT_LIVE);
			if (acts(c, DO_REFRESH))
				assert_int_equal(s, CONTRACT_LIVE);
		}
	}
}

/* The cells of the specification's table, one by one. */
static void the_table_is_the_specification(void **state)
{
	static const struct { int from, event, legal, next; } rows[] = {
		{ CONTRACT_NONE, E_OFFER_AHEAD, 1, CONTRACT_PENDING },
		{ CONTRACT_NONE, E_OFFER_NOW, 1, CONTRACT_LIVE },
		{ CONTRACT_NONE, E_OFFER_BAD, 1, CONTRACT_NONE },
		{ CONTRACT_NONE, E_BEAT, 0, 0 },
		{ CONTRACT_NONE, E_END, 0, 0 },
		{ CONTRACT_NONE, E_STRANGER, 1, CONTRACT_NONE },
		{ CONTRACT_PENDING, E_OFFER_AGAIN, 1, CONTRACT_PENDING },
		{ CONTRACT_PENDING, E_OFFER_CONFLICT, 1, CONTRACT_PENDING },
		{ CONTRACT_PENDING, E_OFFER_OVERLAP, 1, CONTRACT_PENDING },
		{ CONTRACT_PENDING, E_START_TIME, 1, CONTRACT_LIVE },
		{ CONTRACT_PENDING, E_END_MISSED, 1, CONTRACT_ENDED },
		{ CONTRACT_PENDING, E_END, 1, CONTRACT_ENDED },
		{ CONTRACT_PENDING, E_BEAT, 0, 0 },
		{ CONTRACT_LIVE, E_BEAT, 1, CONTRACT_LIVE },
		{ CONTRACT_LIVE, E_BEAT_MIS_ECHOED, 1, CONTRACT_LIVE },
		{ CONTRACT_LIVE, E_END, 1, CONTRACT_ENDED },
		{ CONTRACT_LIVE, E_END_TIME, 1, CONTRACT_ENDED },
		{ CONTRACT_LIVE, E_START_TIME, 0, 0 },
		{ CONTRACT_LIVE, E_REPORT_ACK, 0, 0 },
		{ CONTRACT_LIVE, E_OFFER_REPLACES, 1, CONTRACT_LIVE },
		{ CONTRACT_LIVE, E_OFFER_FOLLOWS, 1, CONTRACT_LIVE },
		{ CONTRACT_LIVE, E_NEXT_END, 1, CONTRACT_LIVE },
		{ CONTRACT_LIVE, E_TOO_COLD, 1, CONTRACT_ENDED },
		{ CONTRACT_LIVE, E_NODE_REMOVED, 1, CONTRACT_ENDED },
		{ CONTRACT_PENDING, E_OFFER_REPLACES, 0, 0 },
		{ CONTRACT_PENDING, E_TOO_COLD, 0, 0 },
		{ CONTRACT_ENDED, E_REPORT_ACK, 1, CONTRACT_NONE },
		{ CONTRACT_ENDED, E_OFFER_AHEAD, 1, CONTRACT_PENDING },
		{ CONTRACT_ENDED, E_OFFER_NOW, 1, CONTRACT_LIVE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct contract_cell *c = &contract_table[rows[i].from][rows[i].event];

		assert_int_equal(c->legal, rows[i].legal);
		if (c->legal)
			assert_int_equal(c->next, rows[i].next);
	}
}

/* --- offers -------------------------------------------------------------------------------------- */

/* An offer is taken from 5 minutes before its start until its end, never a second outside. */
static void an_offer_is_judged_by_its_window(void **state)
{
	struct contract_record none = { .state = CONTRACT_NONE };
	struct msg_offer o = offer(1);
	enum diag why;

	(void)state;
	assert_int_equal(judge(&none, &o, at_s(T0_S - 301), &why), E_OFFER_BAD);
	assert_int_equal(why, DIAG_CONTRACT_TOO_EARLY);
	assert_int_equal(judge(&none, &o, at_s(T0_S - 300), &why), E_OFFER_AHEAD);
	assert_int_equal(judge(&none, &o, at_s(T0_S), &why), E_OFFER_NOW);
	assert_int_equal(why, DIAG_NONE);
	assert_int_equal(judge(&none, &o, at_s(o.end_s - 1), &why), E_OFFER_NOW);
	assert_int_equal(judge(&none, &o, at_s(o.end_s), &why), E_OFFER_BAD);
	assert_int_equal(why, DIAG_CONTRACT_EXPIRED);
}

/* More power than the house can draw is not for sale. */
static void an_offer_over_nameplate_is_refused(void **state)
{
	struct contract_record none = { .state = CONTRACT_NONE };
	struct msg_offer o = offer(1);
	enum diag why;

	(void)state;
	o.max_power_w = NAMEPLATE_W;
	assert_int_equal(judge(&none, &o, at_s(T0_S), &why), E_OFFER_NOW);
	o.max_power_w = NAMEPLATE_W + 1;
	assert_int_equal(judge(&none, &o, at_s(T0_S), &why), E_OFFER_BAD);
	assert_int_equal(why, DIAG_OVER_NAMEPLATE);
}

/* The same offer again is the same answer; the same id with any other content is a conflict. */
static void an_id_means_one_content(void **state)
{
	struct contract_record live = record_in(CONTRACT_LIVE);
	struct msg_offer o = offer(1);
	enum diag why;

	(void)state;
	assert_int_equal(judge(&live, &o, at_s(T0_S), &why), E_OFFER_AGAIN);
	o.end_s += 60;
	assert_int_equal(judge(&live, &o, at_s(T0_S), &why), E_OFFER_CONFLICT);
	o = offer(1);
	o.acks_status = true;
	assert_int_equal(judge(&live, &o, at_s(T0_S), &why), E_OFFER_CONFLICT);
	assert_int_equal(why, DIAG_CONTRACT_CONFLICT);
	live.state = CONTRACT_ENDED;
	o = offer(1);
	assert_int_equal(judge(&live, &o, at_s(T0_S), &why), E_OFFER_CONFLICT);
}

/* One contract at a time: another that overlaps is refused, so is one that begins after the end; one that begins at
 * the end may follow, at most 5 minutes ahead. */
static void one_contract_at_a_time(void **state)
{
	struct contract_record live = record_in(CONTRACT_LIVE), pending = record_in(CONTRACT_PENDING);
	struct msg_offer o = offer(2);
	enum diag why;

	(void)state;
	assert_int_equal(judge(&live, &o, at_s(T0_S), &why), E_OFFER_OVERLAP);
	assert_int_equal(why, DIAG_CONTRACT_OVERLAP);
	o.start_s = live.end_s + 60;
	o.end_s = live.end_s + HOUR_S;
	assert_int_equal(judge(&live, &o, at_s(live.end_s - 60), &why), E_OFFER_LATER);
	assert_int_equal(why, DIAG_CONTRACT_TOO_EARLY);
	o.start_s = live.end_s;
	assert_int_equal(judge(&live, &o, at_s(live.end_s - 301), &why), E_OFFER_BAD);
	assert_int_equal(why, DIAG_CONTRACT_TOO_EARLY);
	assert_int_equal(judge(&live, &o, at_s(live.end_s - 300), &why), E_OFFER_FOLLOWS);
	assert_int_equal(why, DIAG_NONE);
	assert_int_equal(judge(&pending, &o, at_s(live.end_s - 300), &why), E_OFFER_LATER);
}

/* A successor has its own id, content and window: the same again is the same answer, anything else beside it is refused
 * by name. */
static void one_successor_at_a_time(void **state)
{
	struct contract_record live = record_in(CONTRACT_LIVE), next;
	struct msg_offer o = offer(2);
	struct contract_terms terms = { .clock = at_s(T0_S + HOUR_S - 100), .nameplate_w = NAMEPLATE_W };
	enum diag why;

	(void)state;
	o.start_s = live.end_s;
	o.end_s = live.end_s + HOUR_S;
	next = contract_from_offer(&o, CONTRACT_PENDING);
	assert_int_equal(contract_judge_offer(&live, &next, &o, &terms, &why), E_OFFER_AGAIN);
	o.end_s += 60;
	assert_int_equal(contract_judge_offer(&live, &next, &o, &terms, &why), E_OFFER_CONFLICT);
	o.contract.b[0] = 3;
	assert_int_equal(contract_judge_offer(&live, &next, &o, &terms, &why), E_OFFER_OVERLAP);
	o.start_s = next.end_s;
	o.end_s = o.start_s + HOUR_S;
	assert_int_equal(contract_judge_offer(&live, &next, &o, &terms, &why), E_OFFER_LATER);
	assert_int_equal(why, DIAG_CONTRACT_TOO_EARLY);
}

/* An offer may replace the Live contract it names, at once, and never one it does not name or a successor. */
static void an_offer_may_replace_the_live_one(void **state)
{
	struct contract_record live = record_in(CONTRACT_LIVE), pending = record_in(CONTRACT_PENDING), next;
	struct msg_offer o = offer(2);
	struct contract_terms terms = { .clock = at_s(T0_S + 600), .nameplate_w = NAMEPLATE_W };
	enum diag why;

	(void)state;
	o.has_replaces = true;
	o.replaces = live.id;
	assert_int_equal(judge(&live, &o, at_s(T0_S + 600), &why), E_OFFER_REPLACES);
	assert_int_equal(judge(&pending, &o, at_s(T0_S + 600), &why), E_OFFER_OVERLAP);
	o.start_s = T0_S + 660;
	assert_int_equal(judge(&live, &o, at_s(T0_S + 600), &why), E_OFFER_BAD);
	assert_int_equal(why, DIAG_CONTRACT_TOO_EARLY);
	o.start_s = T0_S;
	next = contract_from_offer(&o, CONTRACT_PENDING);
	next.id.b[0] = 9;
	next.start_s = live.end_s;
	next.end_s = live.end_s + HOUR_S;
	assert_int_equal(contract_judge_offer(&live, &next, &o, &terms, &why), E_OFFER_REPLACES);
	o.end_s += 60;
	assert_int_equal(contract_judge_offer(&live, &next, &o, &terms, &why), E_OFFER_OVERLAP);
	o.end_s -= 60;
	o.replaces.b[5] = 5;
	assert_int_equal(judge(&live, &o, at_s(T0_S + 600), &why), E_OFFER_OVERLAP);
}

/* After a breach no offer is good until the zone is warm again. */
static void a_breach_closes_the_door(void **state)
{
	struct contract_record none = record_in(CONTRACT_NONE);
	struct msg_offer o = offer(2);
	struct contract_terms terms = { .clock = at_s(T0_S), .nameplate_w = NAMEPLATE_W, .sla_hold = true };
	enum diag why;

	(void)state;
	assert_int_equal(contract_judge_offer(&none, &no_next, &o, &terms, &why), E_OFFER_BAD);
	assert_int_equal(why, DIAG_SLA_HOLD);
}

/* A message about another id is a stranger's, whatever the state; so is one about a contract that has ended. */
static void only_the_open_contract_is_known(void **state)
{
	struct contract_record r = record_in(CONTRACT_LIVE);

	(void)state;
	assert_int_equal(contract_judge_id(&r, r.id, E_BEAT), E_BEAT);
	assert_int_equal(contract_judge_id(&r, (struct uuid){ { 9 } }, E_BEAT), E_STRANGER);
	r.state = CONTRACT_ENDED;
	assert_int_equal(contract_judge_id(&r, r.id, E_END), E_STRANGER);
}

/* --- time ----------------------------------------------------------------------------------------- */

/* Start and end come with the clock, to the second; an untrusted clock brings neither. */
static void time_starts_and_ends_it(void **state)
{
	struct contract_record r = record_in(CONTRACT_PENDING);

	(void)state;
	assert_int_equal(contract_due(&r, at_s(T0_S - 1), true, false), E_N_EVENTS);
	assert_int_equal(contract_due(&r, at_s(T0_S), true, false), E_START_TIME);
	assert_int_equal(contract_due(&r, at_s(T0_S), false, false), E_N_EVENTS);
	assert_int_equal(contract_due(&r, at_s(r.end_s), true, false), E_END_MISSED);
	r.state = CONTRACT_LIVE;
	assert_int_equal(contract_due(&r, at_s(r.end_s - 1), true, false), E_N_EVENTS);
	assert_int_equal(contract_due(&r, at_s(r.end_s), true, false), E_END_TIME);
	assert_int_equal(contract_due(&r, at_s(r.end_s), true, true), E_END_MISSED);
	r.state = CONTRACT_ENDED;
	assert_int_equal(contract_due(&r, at_s(r.end_s), true, false), E_N_EVENTS);
}

/* Each way of ending has its outcome; what ended while we were down says so. */
static void an_end_names_its_outcome(void **state)
{
	struct contract_record r = record_in(CONTRACT_LIVE);

	(void)state;
	contract_end(&r, E_END_TIME, at_s(T0_S), (struct uuid){ { 7 } });
	assert_int_equal(r.state, CONTRACT_ENDED);
	assert_int_equal(r.outcome, OUTCOME_COMPLETED);
	contract_end(&r, E_END, at_s(T0_S), (struct uuid){ { 7 } });
	assert_int_equal(r.outcome, OUTCOME_BY_ATN);
	contract_end(&r, E_END_MISSED, at_s(T0_S), (struct uuid){ { 7 } });
	assert_int_equal(r.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(r.ended_ms, T0_S * 1000LL);
}

/* --- gate --------------------------------------------------------------------------------------------- */

/* A command is fresh from 10 s ahead to 30 s old, both inclusive, and only if newer than the last. */
static void old_new_and_repeated_commands(void **state)
{
	struct gate_order order = { 0 };
	struct wall now = at_s(T0_S);

	(void)state;
	assert_int_equal(gate_fresh(&order, now.ms + 10000, now, true, 30000), DIAG_NONE);
	assert_int_equal(gate_fresh(&order, now.ms + 10001, now, true, 30000), DIAG_FROM_FUTURE);
	assert_int_equal(gate_fresh(&order, now.ms - 30000, now, true, 30000), DIAG_NONE);
	assert_int_equal(gate_fresh(&order, now.ms - 30001, now, true, 30000), DIAG_STALE);
	assert_int_equal(gate_fresh(&order, now.ms, now, false, 30000), DIAG_CLOCK_NOT_TRUSTED);
	gate_accept(&order, now.ms);
	assert_int_equal(gate_fresh(&order, now.ms, now, true, 30000), DIAG_DUPLICATE);
	assert_int_equal(gate_fresh(&order, now.ms - 1, now, true, 30000), DIAG_OUT_OF_ORDER);
	assert_int_equal(gate_fresh(&order, now.ms + 1, now, true, 30000), DIAG_NONE);
}

/* A simulation that runs fast forgives what a person's clock cannot meet; a real house never does. */
static void the_age_limit_grows_with_simulated_speed(void **state)
{
	(void)state;
	assert_int_equal(gate_age_limit_ms(false, 600), 30000);
	assert_int_equal(gate_age_limit_ms(true, 1), 30000);
	assert_int_equal(gate_age_limit_ms(true, 60), 180000);
	assert_int_equal(gate_age_limit_ms(true, 0), 3600000);
}

/* Without a live contract and control, no dispatch passes; then the node must be a relay of this house. */
static void a_dispatch_needs_contract_and_control(void **state)
{
	struct contract_record live = record_in(CONTRACT_LIVE), pending = record_in(CONTRACT_PENDING);
	struct gate_dispatch d = { .contract = &pending, .mode = LOCAL_CONTROL, .node = NO_NODE };

	(void)state;
	assert_int_equal(gate_dispatch(&d), DIAG_NO_CONTRACT);
	d.contract = &live;
	d.has_contract = true;
	assert_int_equal(gate_dispatch(&d), DIAG_CONTRACT_MISMATCH);
	d.contract_id = live.id;
	assert_int_equal(gate_dispatch(&d), DIAG_NOT_IN_CONTROL);
	d.mode = REMOTE_CONTROL;
	assert_int_equal(gate_dispatch(&d), DIAG_UNKNOWN_NODE);
	d.node = 3;
	assert_int_equal(gate_dispatch(&d), DIAG_NODE_NOT_BOOLEAN_ACTUATOR);
	d.is_actuator = true;
	assert_int_equal(gate_dispatch(&d), DIAG_NONE);
}

/* The printed table has a row for every cell, so the document cannot leave one out. */
static void the_printed_table_is_whole(void **state)
{
	static char text[16384];
	int rows = 0;

	(void)state;
	assert_in_range(contract_print(text, sizeof(text)), 1, sizeof(text) - 2);
	for (char *p = text; *p != '\0'; p++)
		rows += *p == '\n';
	assert_int_equal(rows, 2 + N_CONTRACT_STATES * E_N_EVENTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_keeps_the_laws),
		cmocka_unit_test(the_table_is_the_specification),
		cmocka_unit_test(an_offer_is_judged_by_its_window),
		cmocka_unit_test(an_offer_over_nameplate_is_refused),
		cmocka_unit_test(an_id_means_one_content),
		cmocka_unit_test(one_contract_at_a_time),
		cmocka_unit_test(one_successor_at_a_time),
		cmocka_unit_test(an_offer_may_replace_the_live_one),
		cmocka_unit_test(a_breach_closes_the_door),
		cmocka_unit_test(only_the_open_contract_is_known),
		cmocka_unit_test(time_starts_and_ends_it),
		cmocka_unit_test(an_end_names_its_outcome),
		cmocka_unit_test(old_new_and_repeated_commands),
		cmocka_unit_test(the_age_limit_grows_with_simulated_speed),
		cmocka_unit_test(a_dispatch_needs_contract_and_control),
		cmocka_unit_test(the_printed_table_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
