/* SPDX-License-Identifier: MIT */
/* Why a relay was what it was: told from the events of the record, for any time of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/inhouse.h"
#include "actor/history_parts.h"
#include "core/history/past.h"

enum { T_MS = 1000000000 };

static const char OAK[] = "dw1.isone.me.oak.1";

static void put(struct archive_event v[N_PAST_KINDS], enum past_kind k, int64_t before_s, int32_t value, const char *text)
{
	v[k] = (struct archive_event){ .at_ms = T_MS - before_s * 1000, .value = value };
	snprintf(v[k].text, sizeof(v[k].text), "%s", text);
}

static const struct view_layer *layer(const struct view_explain *e, const char *name)
{
	for (int i = 0; i < e->n_layers; i++)
		if (strcmp(e->layer[i].name, name) == 0)
			return &e->layer[i];
	fail_msg("no layer %s", name);
	return &e->layer[0];
}

static const char *decides(const struct view_explain *e)
{
	const char *found = "nothing";
	int n = 0;

	for (int i = 0; i < e->n_layers; i++)
		if (e->layer[i].decides) {
			found = e->layer[i].name;
			n++;
		}
	assert_true(n <= 1);
	return found;
}

/* Each line goes to its kind; what is another relay's does not. */
static void lines_have_their_kinds(void **state)
{
	static const struct { const char *code, *node, *text; enum past_kind kind; } lines[] = {
		{ "RELAY", "a.hp", "on by ally (Done)", PAST_RELAY }, { "RELAY", "a.pump", "on by local (Done)", N_PAST_KINDS },
		{ "HELD", "a.hp", "on by ally held: HeldByMinOff (for_s=9)", PAST_HELD },
		{ "HEAT", "-", "HpOff -> HpOn: PlanOn (buf=40.0(45.0))", PAST_STATE },
		{ "HEAT", "-", "mode Normal -> Backup (blind=0(300))", PAST_TOP },
		{ "HEAT", "-", "wish on by Plan (boost=0)", PAST_WISH }, { "MODE", "-", "RemoteControl (beat echoed)", PAST_MODE },
		{ "CONTRACT", "-", "Live", PAST_CONTRACT }, { "BOOT", "-", "started", PAST_START }, { "BLIND", "-", "x", PAST_SIGHT },
		{ "CEILING", "a.tank", "x", PAST_GUARD }, { "WELDED", "a.pump", "x", N_PAST_KINDS },
		{ "WELDED", "a.hp", "x", PAST_GUARD }, { "LINK", "-", "x", N_PAST_KINDS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(past_kind_of(lines[i].code, lines[i].node, lines[i].text, "a.hp"), lines[i].kind);
}

/* Who moved it last decides: ally and local by the schedule, AtomicTNode by the contract, a person, the guard; a hold stands
 * above them as long as it was to last; a start lets everything go. */
static void the_last_mover_decides(void **state)
{
	static const struct { const char *text, *layer; } movers[] = {
		{ "on by ally (Done)", "LocalSchedule" }, { "on by local (Done)", "LocalSchedule" },
		{ "on by atn (Done)", "Contract" }, { "on by operator (Done)", "Operator" }, { "on by test (Done)", "Operator" },
		{ "on by guard (freeze)", "Guard" },
	};
	struct archive_event v[N_PAST_KINDS] = { { .at_ms = 0 } };
	struct view_explain e;

	(void)state;
	past_explain(v, T_MS, &e);
	assert_false(e.known);
	assert_string_equal(decides(&e), "nothing");
	for (size_t i = 0; i < sizeof(movers) / sizeof(movers[0]); i++) {
		put(v, PAST_RELAY, 600, 1, movers[i].text);
		past_explain(v, T_MS, &e);
		assert_true(e.known && e.on && e.past);
		assert_string_equal(decides(&e), movers[i].layer);
		assert_int_equal(layer(&e, movers[i].layer)->asks, ASKS_ON);
	}
	put(v, PAST_RELAY, 600, 0, "off by ally (Done)");
	put(v, PAST_HELD, 100, GUARD_HELD_MIN_OFF, "on by ally held: HeldByMinOff (for_s=100)");
	past_explain(v, T_MS, &e);
	assert_string_equal(decides(&e), "Guard");
	assert_true(layer(&e, "Guard")->asks == ASKS_OFF && layer(&e, "Guard")->input[0].value == 100);
	past_explain(v, T_MS + 1, &e);
	assert_string_equal(decides(&e), "LocalSchedule");
	put(v, PAST_RELAY, 600, 1, "on by ally (Done)");
	put(v, PAST_START, 599, 0, "started after a stop in order");
	put(v, PAST_HELD, 700, 0, "");
	past_explain(v, T_MS, &e);
	assert_true(e.known && !e.on);
	assert_string_equal(decides(&e), "Guard");
}

/* Values and the limits they were held against are read back from the line. */
static void inputs_and_limits_come_back(void **state)
{
	struct archive_event v[N_PAST_KINDS] = { { .at_ms = 0 } };
	const struct view_layer *l;
	struct view_explain e;

	(void)state;
	put(v, PAST_STATE, 60, 0, "HpOff -> HpOn: PlanOn (buf=40.5(45.0) bottom=38.0 usable=-2(3100) gain=99.0 on-peak cold)");
	put(v, PAST_TOP, 60, 0, "mode Normal -> Backup (blind=0(300) cold=301(300)) - none needed");
	put(v, PAST_MODE, 5, 0, "LocalControl (BeatLost)");
	past_explain(v, T_MS, &e);
	l = layer(&e, "LocalSchedule");
	assert_int_equal(l->n_inputs, 4);
	assert_true(l->input[0].value == 40.5 && l->input[0].has_limit && l->input[0].limit == 45);
	assert_true(l->input[1].value == 38 && !l->input[1].has_limit && l->input[2].value == -2 && l->input[2].limit == 3100);
	assert_string_equal(l->input[3].name, "gain");
	assert_string_equal(l->text, "HpOff -> HpOn: PlanOn, 60 s before");
	l = layer(&e, "LocalMode");
	assert_true(l->n_inputs == 2 && l->input[1].value == 301 && l->input[1].limit == 300);
	assert_string_equal(layer(&e, "ControlMode")->text, "LocalControl (BeatLost), 5 s before");
}

/* --- a running house ------------------------------------------------------------------------------------------------------ */

enum { SECONDS = 5 * 3600, EVERY_S = 97, SETTLED_S = 2 };

struct seen { uint8_t on[SECONDS + 1][HOUSE_MAX_RELAYS]; };

static void look(struct inhouse *h, struct mono now, struct wall clock)
{
	struct seen *s = h->test;
	int64_t second = (clock.ms - h->start.ms) / 1000;

	(void)now;
	for (int i = 0; i < h->loaded.settings.n_relays && second <= SECONDS; i++)
		s->on[second][i] = h->relays[i] != 0;
}

static void prepare(struct inhouse *h)
{
	h->each_second = look;
}

static void ask(struct inhouse *h, struct archive *a, int relay, int64_t at_ms, struct view_explain *e)
{
	static struct outbox out;

	*a = (struct archive){ .q = { .kind = ARCHIVE_PAST, .query = { at_ms - PAST_SPAN_MS * 1000LL, at_ms + 1, 0, 0 } } };
	snprintf(a->q.channel, sizeof(a->q.channel), "%s", h->loaded.settings.relays[relay].node_name);
	out.n = 0;
	history_ask_archive(&h->history, &(struct msg){ .type = MSG_ARCHIVE }, &out);
	assert_int_equal(a->outcome, ARCHIVE_DONE);
	past_explain(a->events, at_ms, e);
}

static bool steady(const struct seen *s, int second, int relay)
{
	for (int d = -SETTLED_S; d <= SETTLED_S; d++)
		if (s->on[second + d][relay] != s->on[second][relay])
			return false;
	return true;
}

/* For each relay of a house under plan and contract, at times all over the run: the explanation knows what it was, one layer
 * decides, and by the record of the wish. */
static void any_time_of_a_run_is_explained(void **state)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	struct archive *a = calloc(1, sizeof(*a));
	struct inhouse *h;
	struct view_explain e;
	int told = 0, wishes = 0, by_contract = 0;

	(void)state;
	assert_true(seen != NULL && a != NULL);
	h = inhouse_run_test(OAK, 3, SECONDS, prepare, seen);
	history_show(&h->history, a);
	for (int i = 0; i < h->loaded.settings.n_relays; i++)
		for (int second = 60; second < SECONDS - 10; second += EVERY_S) {
			ask(h, a, i, h->start.ms + second * 1000LL, &e);
			if (!e.known) {
				assert_false(seen->on[second][i]);
				continue;
			}
			if (!steady(seen, second, i))
				continue;
			if (e.on != seen->on[second][i])
				fail_msg("relay %d at %d s: %d, explained as %d (%s)", i, second, seen->on[second][i], e.on,
					e.next_change);
			assert_string_not_equal(decides(&e), "nothing");
			told++;
			by_contract += strcmp(decides(&e), "Contract") == 0;
			wishes += strncmp(layer(&e, "LocalWish")->text, "wish ", 5) == 0 && layer(&e, "LocalWish")->n_inputs > 0;
		}
	assert_true(told > 200 && wishes > told / 2 && by_contract > 10);
	history_show(&h->history, NULL);
	inhouse_free(h);
	free(a);
	free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_have_their_kinds),
		cmocka_unit_test(the_last_mover_decides),
		cmocka_unit_test(inputs_and_limits_come_back),
		cmocka_unit_test(any_time_of_a_run_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
