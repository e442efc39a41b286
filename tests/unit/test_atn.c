/* SPDX-License-Identifier: MIT */
/* The reference AtomicTNode's decisions: its table, its windows, its thermostat, and its memo. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "cli/atn_memo.h"
#include "core/control/atn.h"

enum { EST_S = -5 * 3600 };

/* 2027-01-14T05:55:00-05:00 */
static const struct wall demo_start = { 1799924100000 };

static struct wall at(int hour, int minute, int second)
{
	return (struct wall){ demo_start.ms + ((hour - 5) * 3600 + (minute - 55) * 60 + second) * 1000LL };
}

static struct uuid an_id(uint8_t n)
{
	return (struct uuid){ { n, 2, 3 } };
}

/* --- the table ------------------------------------------------------------------------------------- */

static bool does(const struct atn_cell *c, enum atn_action action)
{
	for (int i = 0; i < ATN_MAX_ACTIONS; i++)
		if (c->act[i] == action)
			return true;
	return false;
}

/* In every cell: beats only into Live, a new id only from NoContract, and no contract is left without a time
 * for the next offer. */
static void table_keeps_its_promises(void **state)
{
	(void)state;
	for (int s = 0; s < N_ATN_STATES; s++) {
		for (int e = 0; e < N_ATN_EVENTS; e++) {
			const struct atn_cell *c = &atn_table[s][e];

			if (!c->legal)
				continue;
			assert_true(!does(c, ATN_DO_SEND_BEAT) || c->next == ATN_LIVE);
			assert_true(!does(c, ATN_DO_NEW_OFFER) || s == ATN_NO_CONTRACT);
			assert_int_equal(
				c->next == ATN_NO_CONTRACT, does(c, ATN_DO_SOON) || does(c, ATN_DO_LATER));
			assert_true(does(c, ATN_DO_KEEP) || c->next != ATN_NO_CONTRACT);
		}
		/* whatever the state, a contract that is gone or over is let go */
		assert_true(s == ATN_NO_CONTRACT || atn_table[s][ATN_E_GONE].next == ATN_NO_CONTRACT);
		assert_true(s == ATN_NO_CONTRACT || atn_table[s][ATN_E_END].next == ATN_NO_CONTRACT);
	}
}

/* Applying any event in any state leaves the machine in the state the table names, and never due for ever. */
static void every_cell_can_be_applied(void **state)
{
	(void)state;
	for (int s = 0; s < N_ATN_STATES; s++) {
		for (int e = 0; e < N_ATN_EVENTS; e++) {
			struct atn_talk t = { .state = (enum atn_state)s, .contract = { an_id(1), 0, 0, 0 } };
			struct mono now = { 1000000 };
			int turns = 0;

			t.contract.end_s = at(12, 0, 0).ms / 1000;
			atn_talk_apply(&t, (enum atn_event)e, now, at(7, 0, 0), EST_S, an_id(2));
			assert_int_equal(
				t.state, atn_table[s][e].legal ? atn_table[s][e].next : (enum atn_state)s);
			while (turns < 10) {
				enum atn_event due = atn_talk_due(&t, now, at(7, 0, 0), true);

				if (due == N_ATN_EVENTS)
					break;
				atn_talk_apply(&t, due, now, at(7, 0, 0), EST_S, an_id(3));
				turns++;
			}
			assert_in_range(turns, 0, 3);
			assert_true(atn_talk_wake(&t, now, at(7, 0, 0), true).ms > now.ms);
		}
	}
}

/* The printed table has one row for each legal cell. */
static void table_prints_every_legal_cell(void **state)
{
	char text[8192];
	int rows = 0, legal = 0;

	(void)state;
	atn_print(text, sizeof(text));
	for (const char *p = text; *p != '\0'; p++)
		rows += *p == '\n';
	for (int s = 0; s < N_ATN_STATES; s++)
		for (int e = 0; e < N_ATN_EVENTS; e++)
			legal += atn_table[s][e].legal;
	assert_int_equal(rows, legal + 2);
	assert_int_equal(atn_print(text, 40), 39); /* a small buffer is cut, not overrun */
}

/* --- windows ---------------------------------------------------------------------------------------- */

static void expect_window(struct wall now, bool first, struct wall start, struct wall end)
{
	int64_t start_s, end_s;

	atn_window(now, EST_S, first, &start_s, &end_s);
	assert_int_equal(start_s, start.ms / 1000);
	assert_int_equal(end_s, end.ms / 1000);
}

/* Contracts end with the six-hour blocks of the local day, and none is shorter than an hour. */
static void windows_follow_the_local_day(void **state)
{
	(void)state;
	expect_window(at(5, 59, 30), true, at(6, 0, 0), at(12, 0, 0));
	expect_window(at(12, 0, 2), false, at(12, 0, 0), at(18, 0, 0));
	expect_window(at(11, 0, 59), false, at(11, 0, 0), at(12, 0, 0));
	expect_window(at(11, 1, 0), false, at(11, 1, 0), at(18, 0, 0));
	expect_window(at(23, 30, 0), false, at(23, 30, 0), at(30, 0, 0));
	expect_window(at(6, 0, 0), true, at(6, 5, 0), at(12, 0, 0)); /* never more than 5 min ahead */
}

/* --- the thermostat --------------------------------------------------------------------------------- */

/* The tank is charged from 62 to 68 C when power is cheap, in peak hours only from 55 to 59 C. */
static void charging_has_hysteresis_and_hours(void **state)
{
	(void)state;
	assert_true(atn_wants_charge(false, 61999, false));
	assert_false(atn_wants_charge(false, 62000, false));
	assert_true(atn_wants_charge(true, 67999, false));
	assert_false(atn_wants_charge(true, 68000, false));
	assert_false(atn_wants_charge(true, 59000, true));
	assert_true(atn_wants_charge(false, 54999, true));
	assert_false(atn_is_peak(at(6, 59, 59), EST_S));
	assert_true(atn_is_peak(at(7, 0, 0), EST_S));
	assert_false(atn_is_peak(at(12, 0, 0), EST_S));
	assert_true(atn_is_peak(at(19, 59, 59), EST_S));
	assert_false(atn_is_peak(at(20, 0, 0), EST_S));
}

static struct atn_picture picture_of(int64_t top_mc, struct mono top_at)
{
	return (struct atn_picture){ .may = true,
		.top_known = true,
		.top_mc = top_mc,
		.top_at = top_at,
		.utc_offset_s = EST_S,
		.hold_ms = 3600000 };
}

/* A dispatch is renewed at half its lease, repeated when nobody answers, and tried later when it is held. */
static void dispatches_are_renewed_and_retried(void **state)
{
	struct atn_charge c = { 0 };
	struct atn_picture p = picture_of(55000, (struct mono){ 0 });
	struct mono t = { 0 };

	(void)state;
	assert_true(atn_charge_due(&c, &p, t, at(6, 5, 0)));
	assert_true(c.charging);
	atn_charge_sent(&c, true, 77, t);
	assert_false(atn_charge_due(&c, &p, mono_after(t, 9999), at(6, 5, 9)));
	assert_true(atn_charge_due(&c, &p, mono_after(t, 10000), at(6, 5, 10))); /* no result */
	atn_charge_result(&c, 76, true);                                         /* of another dispatch */
	assert_int_equal(c.sent, ATN_SENT_WAITING);
	atn_charge_result(&c, 77, false);
	assert_false(atn_charge_due(&c, &p, mono_after(t, 119999), at(6, 6, 59)));
	assert_true(atn_charge_due(&c, &p, mono_after(t, 120000), at(6, 7, 0)));
	atn_charge_sent(&c, true, 78, t);
	atn_charge_result(&c, 78, true);
	p.top_at.ms = 1800000;
	assert_false(atn_charge_due(&c, &p, mono_after(t, 1799999), at(6, 30, 0)));
	assert_int_equal(atn_charge_wake(&c, &p).ms, 1800000);
	assert_true(atn_charge_due(&c, &p, mono_after(t, 1800000), at(6, 30, 0)));
	p.top_mc = 68000;
	assert_true(atn_charge_due(&c, &p, mono_after(t, 20000), at(6, 5, 20))); /* a change goes at once */
	assert_false(c.charging);
}

/* Nothing is dispatched without RemoteControl or on an old temperature; control back, it is said anew. */
static void no_dispatch_without_control_or_knowledge(void **state)
{
	struct atn_charge c = { 0 };
	struct atn_picture p = picture_of(55000, (struct mono){ 0 });

	(void)state;
	assert_false(atn_charge_due(&c, &p, (struct mono){ ATN_TOP_AGE_MS + 1 }, at(6, 5, 0)));
	p.top_known = false;
	assert_false(atn_charge_due(&c, &p, (struct mono){ 0 }, at(6, 5, 0)));
	p.top_known = true;
	atn_charge_sent(&c, true, 1, (struct mono){ 0 });
	atn_charge_result(&c, 1, true);
	p.may = false;
	assert_false(atn_charge_due(&c, &p, (struct mono){ 1000 }, at(6, 5, 0)));
	p.may = true;
	assert_true(atn_charge_due(&c, &p, (struct mono){ 2000 }, at(6, 5, 0)));
}

/* --- the memo --------------------------------------------------------------------------------------- */

static void put_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* What was kept is loaded; a damaged, cut or missing file counts as none and harms nothing. */
static void memo_survives_and_refuses_damage(void **state)
{
	static const char *const damaged[] = { "", "{}", "{\"ContractId\":\"01", "\xff\xfe",
		"{\"ContractId\":\"zz\"}" };
	struct atn_memory in = { true, { an_id(9), 100, 200, 4500 }, 0xfeedfacecafebeef }, out;
	char dir[] = "/tmp/test_atn.XXXXXX", path[64];
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/atn.json", dir);
	assert_false(atn_memo_load(dir, &out));
	assert_true(atn_memo_keep(dir, &in, &e));
	assert_true(atn_memo_load(dir, &out));
	assert_true(out.has_contract);
	assert_true(uuid_equal(out.contract.id, in.contract.id));
	assert_int_equal(out.contract.end_s, 200);
	assert_int_equal(out.contract.max_power_w, 4500);
	assert_true(out.scada_beat == in.scada_beat);
	in.has_contract = false;
	assert_true(atn_memo_keep(dir, &in, &e));
	assert_true(atn_memo_load(dir, &out));
	assert_false(out.has_contract);
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		put_text(path, damaged[i]);
		assert_false(atn_memo_load(dir, &out));
		assert_false(out.has_contract);
	}
	unlink(path);
	rmdir(dir);
	assert_false(atn_memo_keep(dir, &in, &e));
}

/* A source that makes hotter water is charged to hotter water, a cooler one is not asked for what it cannot give. */
static void each_source_has_its_own_full(void **state)
{
	struct mono t = { 0 };

	(void)state;
	for (int64_t warmer_mc = -14000; warmer_mc <= 9000; warmer_mc += 23000) {
		struct atn_picture p = picture_of(ATN_TANK_OFF_MC + warmer_mc - 1, t);
		struct atn_charge c = { .charging = true, .on = true };

		p.warmer_mc = warmer_mc;
		assert_true(atn_charge_due(&c, &p, t, at(6, 5, 0)) && c.charging);
		p.top_mc++;
		assert_true(atn_charge_due(&c, &p, t, at(6, 5, 0)) && !c.charging);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_keeps_its_promises),
		cmocka_unit_test(every_cell_can_be_applied),
		cmocka_unit_test(table_prints_every_legal_cell),
		cmocka_unit_test(windows_follow_the_local_day),
		cmocka_unit_test(charging_has_hysteresis_and_hours),
		cmocka_unit_test(dispatches_are_renewed_and_retried),
		cmocka_unit_test(each_source_has_its_own_full),
		cmocka_unit_test(no_dispatch_without_control_or_knowledge),
		cmocka_unit_test(memo_survives_and_refuses_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
