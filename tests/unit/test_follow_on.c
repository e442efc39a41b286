/* SPDX-License-Identifier: MIT */
/* How the reference AtomicTNode keeps a house under contract without a gap: each contract's successor in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../support/inhouse.h"
#include "core/control/atn.h"

enum { SEED = 1, HOUR_S = 3600, END_S = 1799924400 };	/* the end of a contract */

static struct wall at_s(int64_t s)
{
	return (struct wall){ s * 1000 };
}

static struct mono mono_s(int64_t s)
{
	return (struct mono){ (s - END_S + 100000) * 1000 };
}

static struct atn_talk live(void)
{
	struct atn_talk t = { .state = ATN_LIVE,
		.contract = { { { 7, 7 } }, END_S - 6 * HOUR_S, END_S, 4890 }, .next_beat = MONO_NEVER };

	return t;
}

static void apply(struct atn_talk *t, enum atn_event event, int64_t s)
{
	assert_true(atn_table[t->state][event].legal);
	atn_talk_apply(t, event, mono_s(s), at_s(s), 0, (struct uuid){ { 99 } });
}

/* Four minutes before the end the successor is offered, every 10 s until it is answered; then no more. */
static void a_successor_is_offered_in_time(void **state)
{
	struct atn_talk t = live();

	(void)state;
	assert_int_equal(atn_talk_due(&t, mono_s(END_S - 241), at_s(END_S - 241), true), N_ATN_EVENTS);
	assert_int_equal(atn_talk_due(&t, mono_s(END_S - 240), at_s(END_S - 240), false), N_ATN_EVENTS);
	assert_int_equal(atn_talk_due(&t, mono_s(END_S - 240), at_s(END_S - 240), true), ATN_E_FOLLOW_DUE);
	apply(&t, ATN_E_FOLLOW_DUE, END_S - 240);
	assert_int_equal(t.state, ATN_LIVE);
	assert_int_equal(atn_talk_due(&t, mono_s(END_S - 231), at_s(END_S - 231), true), N_ATN_EVENTS);
	assert_int_equal(atn_talk_wake(&t, mono_s(END_S - 231), at_s(END_S - 231), true).ms, mono_s(END_S - 230).ms);
	assert_int_equal(atn_talk_due(&t, mono_s(END_S - 230), at_s(END_S - 230), true), ATN_E_FOLLOW_DUE);
	apply(&t, ATN_E_NEXT_ACCEPTED, END_S - 229);
	assert_int_equal(atn_talk_due(&t, mono_s(END_S - 200), at_s(END_S - 200), true), N_ATN_EVENTS);
}

/* At the end it takes its place, and is offered again at once, answered or not: the same offer gets the same answer. */
static void it_takes_its_place(void **state)
{
	for (int answered = 0; answered < 2; answered++) {
		struct atn_talk t = live();
		struct atn_contract next = atn_successor(&t.contract);

		(void)state;
		apply(&t, ATN_E_FOLLOW_DUE, END_S - 240);
		if (answered)
			apply(&t, ATN_E_NEXT_ACCEPTED, END_S - 239);
		assert_int_equal(atn_talk_due(&t, mono_s(END_S), at_s(END_S), true), ATN_E_END_NEXT);
		apply(&t, ATN_E_END_NEXT, END_S);
		assert_int_equal(t.state, ATN_OFFERED);
		assert_memory_equal(&t.contract.id, &next.id, sizeof(next.id));
		assert_int_equal(t.contract.start_s, END_S);
		assert_int_equal(t.contract.end_s, END_S + 6 * HOUR_S);
		assert_int_equal(atn_talk_due(&t, mono_s(END_S), at_s(END_S), true), ATN_E_OFFER_DUE);
	}
}

/* One that is refused is given up; after the end a new one is offered as ever. */
static void a_refused_one_is_given_up(void **state)
{
	struct atn_talk t = live();

	(void)state;
	apply(&t, ATN_E_FOLLOW_DUE, END_S - 240);
	apply(&t, ATN_E_NEXT_REFUSED, END_S - 239);
	assert_int_equal(atn_talk_due(&t, mono_s(END_S - 100), at_s(END_S - 100), true), N_ATN_EVENTS);
	assert_int_equal(atn_talk_due(&t, mono_s(END_S), at_s(END_S), true), ATN_E_END);
	apply(&t, ATN_E_END, END_S);
	assert_int_equal(t.state, ATN_NO_CONTRACT);
	assert_int_equal(t.next, ATN_NEXT_NONE);
}

/* A restart, before the end or after, finds the same successor: its id and window follow from the contract alone. */
static void a_restart_finds_the_same(void **state)
{
	struct atn_talk t = live(), again;
	struct atn_contract next = atn_successor(&t.contract), after = atn_successor(&next);

	(void)state;
	assert_true(memcmp(&next.id, &t.contract.id, sizeof(next.id)) != 0);
	assert_true(memcmp(&next.id, &after.id, sizeof(next.id)) != 0);
	atn_talk_start(&again, &t.contract, mono_s(END_S + 60), at_s(END_S + 60));
	assert_int_equal(again.state, ATN_OFFERED);
	assert_memory_equal(&again.contract.id, &next.id, sizeof(next.id));
	assert_int_equal(again.contract.end_s, next.end_s);
	atn_talk_start(&again, &t.contract, mono_s(END_S + 7 * HOUR_S), at_s(END_S + 7 * HOUR_S));
	assert_int_equal(again.state, ATN_NO_CONTRACT);
}

/* --- with the whole service ------------------------------------------------------------------------------- */

static const struct inhouse_event *find(const struct inhouse *h, int from, int code, const char *part)
{
	for (int i = from; i < h->n_events; i++)
		if (h->events[i].code == code && h->events[i].from == TO_SCADA &&
			strncmp(h->events[i].text, part, strlen(part)) == 0)
			return &h->events[i];
	return NULL;
}

/* Over the noon boundary RemoteControl is away for a second or two, nothing is refused, the report is acknowledged, and the
 * energy of the contract is that of the simulated meter. */
static void a_house_stays_under_contract(void **state)
{
	struct inhouse *h = inhouse_run(INHOUSE_SINGLE, "dw1.isone.nh.orange.1", SEED, 6 * HOUR_S + 600);
	const struct inhouse_event *ended = find(h, 0, LOG_CONTRACT, "Ended"), *live_again, *remote;

	(void)state;
	assert_non_null(ended);
	assert_non_null(strstr(ended->text, "Completed (EndOfContract)"));
	live_again = find(h, (int)(ended - h->events), LOG_CONTRACT, "Live");
	remote = find(h, (int)(ended - h->events), LOG_MODE, "RemoteControl");
	assert_non_null(live_again);
	assert_int_equal(live_again->second, ended->second);
	assert_non_null(remote);
	assert_in_range(remote->second - ended->second, 0, 2);
	assert_null(find(h, 0, LOG_REFUSED, ""));
	for (int i = 0; i < CONTRACT_MAX_OWED; i++)
		assert_int_equal(h->scada.reports[i].state, CONTRACT_NONE);
	assert_int_equal(h->scada.contract.state, CONTRACT_LIVE);
	inhouse_free(h);
}

/* After an hour the account says what the simulated register says, to the watt-hour, and none of it is estimated. */
static void the_account_agrees_with_the_meter(void **state)
{
	struct inhouse *h = inhouse_run(INHOUSE_SINGLE, "dw1.isone.nh.orange.1", SEED, 2 * HOUR_S);
	const struct energy *e = &h->scada.energy;
	int64_t off_mwh = (e->register_wh - e->anchor_wh) * 1000 - (h->scada.contract.energy_mwh - e->anchor_mwh);

	(void)state;
	assert_true(e->has_register);
	assert_true(h->scada.contract.energy_mwh > 1000 * 1000);
	assert_true(off_mwh > -1100 && off_mwh < 1100);
	assert_int_equal(h->scada.contract.energy_estimated_mwh, 0);
	inhouse_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_successor_is_offered_in_time),
		cmocka_unit_test(it_takes_its_place),
		cmocka_unit_test(a_refused_one_is_given_up),
		cmocka_unit_test(a_restart_finds_the_same),
		cmocka_unit_test(a_house_stays_under_contract),
		cmocka_unit_test(the_account_agrees_with_the_meter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
