/* SPDX-License-Identifier: MIT */
/* What a person at the house may do with relays, setpoint and locks, and what scada tells people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/fixture.h"
#include "actor/scada.h"
#include "spaceheat/guard.h"

enum { T0_S = 1799924400, ELEMENT = 0, PUMP = 1, SAID = 4096 };

/* A scada on a bench, with a guard that answers as told. */
struct rig {
	struct house house;
	struct settings settings;
	struct scada scada;
	struct view_boxes boxes;
	struct outbox out;
	struct msg said[SAID];
	int n;
	struct mono now;
	enum guard_result guard;	/* its answer to the operator's requests */
	int64_t top_c;
};

static void give(struct rig *r, struct msg m)
{
	m.now = r->now;
	m.clock = (struct wall){ T0_S * 1000LL + r->now.ms };
	m.clock_trusted = true;
	m.random[0] = 0x1234567 + (uint64_t)r->now.ms * 77 + (uint64_t)r->n;
	r->out.n = 0;
	scada_step(&r->scada, &m, &r->out);
	for (int i = 0; i < r->out.n && r->n < SAID; i++)
		r->said[r->n++] = r->out.box[i];
}

/* The guard does what local control and contract ask; the operator gets what the test set. */
static void answer_wants(struct rig *r, int from)
{
	for (int i = from; i < r->n; i++) {
		struct msg_want w = r->said[i].want;
		bool operators = w.rank == GUARD_RANK_OPERATOR && w.lease_ms > 0;
		bool done = !operators || r->guard == GUARD_DONE;

		if (r->said[i].type != MSG_WANT || w.lease_ms == 0)
			continue;
		give(r, (struct msg){ .type = MSG_ANSWER, .answer = { .relay = w.relay, .seq = w.seq,
			.result = (uint8_t)(done ? GUARD_DONE : r->guard), .on = done ? w.on : r->scada.relays[w.relay].on,
			.held_for_ms = done ? 0 : 9000 } });
	}
}

static void tell(struct rig *r, struct msg m)
{
	int from = r->n;

	give(r, m);
	answer_wants(r, from);
}

static void read_channel(struct rig *r, int channel, int64_t code)
{
	tell(r, (struct msg){ .type = MSG_READING, .reading = { .channel = channel, .quality = QUALITY_GOOD, .code = code,
		.at = r->now, .tick = { T0_S * 1000LL + r->now.ms } } });
}

static void pass(struct rig *r, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		r->now.ms += 1000;
		r->n = r->n > SAID / 2 ? 0 : r->n;
		if (r->now.ms / 1000 % 5 == 0) {
			read_channel(r, FX_CH_TOP, r->top_c * 16);
			read_channel(r, FX_CH_ROOM, 18 * 16);
		}
		read_channel(r, FX_CH_POWER, 0);
		tell(r, (struct msg){ .type = MSG_TICK });
	}
}

static int set_up(void **state)
{
	struct contract_record none = { .state = CONTRACT_NONE };
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	fixture_house(&r->house);
	fixture_settings(&r->settings);
	r->top_c = 50;
	r->now.ms = 1000;
	scada_init(&r->scada, &r->house, &r->settings, NULL, &none);
	scada_show(&r->scada, &r->boxes);
	read_channel(r, FX_CH_TOP, r->top_c * 16);
	read_channel(r, FX_CH_ROOM, 18 * 16);
	pass(r, 6);
	r->n = 0;
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static const struct msg *find(const struct rig *r, enum msg_type type)
{
	for (int i = r->n - 1; i >= 0; i--)
		if (r->said[i].type == type)
			return &r->said[i];
	return NULL;
}

static struct msg_operator_answer ask(struct rig *r, struct msg_operator o)
{
	const struct msg *m;

	r->n = 0;
	tell(r, (struct msg){ .type = MSG_OPERATOR, .operator = o });
	m = find(r, MSG_OPERATOR_ANSWER);
	assert_non_null(m);
	assert_int_equal(m->to, TO_CONTROL);
	return m->operator_answer;
}

static struct msg_operator dispatch(int relay, bool on, int minutes)
{
	return (struct msg_operator){ .ticket = 7, .verb = OPERATOR_DISPATCH, .relay = relay, .on = on,
		.minutes = minutes };
}

/* A live contract that has beaten: RemoteControl. */
static void make_remote(struct rig *r)
{
	struct uuid id = { { 9 } };
	const struct msg *beat;

	give(r, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
	give(r, (struct msg){ .type = MSG_OFFER, .offer = { .contract = id, .start_s = T0_S, .end_s = T0_S + 7200,
		.send_ms = T0_S * 1000LL + r->now.ms, .beat = 5, .max_power_w = -1 } });
	give(r, (struct msg){ .type = MSG_STORED, .stored = { .seq = find(r, MSG_STORE)->store.seq } });
	beat = find(r, MSG_SEND_ANSWER);
	assert_non_null(beat);
	r->now.ms += 1000;
	tell(r, (struct msg){ .type = MSG_BEAT, .beat = { .contract = id, .beat = 6, .echo = beat->send_answer.beat,
		.send_ms = T0_S * 1000LL + r->now.ms } });
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
}

/* A person takes a relay, at a rank above the contract's, and mode and relay say so. */
static void a_person_takes_a_relay(void **state)
{
	struct rig *r = *state;
	struct msg_operator_answer a = ask(r, dispatch(ELEMENT, false, 30));

	assert_int_equal(a.ticket, 7);
	assert_int_equal(a.verdict, OPERATOR_DONE);
	assert_int_equal(a.until_ms, T0_S * 1000LL + r->now.ms + 30 * 60000);
	assert_int_equal(r->scada.mode.mode, OPERATOR_CONTROL);
	assert_false(r->scada.relays[ELEMENT].on);
	assert_int_equal(r->scada.relays[ELEMENT].by, BY_OPERATOR);
	assert_int_equal(find(r, MSG_WANT)->want.rank, GUARD_RANK_OPERATOR);
}

/* The lease ends by itself at the minute it was given for, and is handed back to the guard. */
static void the_lease_ends_by_itself(void **state)
{
	struct rig *r = *state;
	bool gave_up = false;

	ask(r, dispatch(ELEMENT, false, 1));
	pass(r, 58);
	assert_int_equal(r->scada.mode.mode, OPERATOR_CONTROL);
	r->n = 0;
	pass(r, 2);
	assert_int_equal(r->scada.mode.mode, LOCAL_CONTROL);
	for (int i = 0; i < r->n; i++)
		gave_up |= r->said[i].type == MSG_WANT && r->said[i].want.rank == GUARD_RANK_OPERATOR &&
			r->said[i].want.lease_ms == 0;
	assert_true(gave_up);
	assert_true(r->scada.relays[ELEMENT].on);	/* the tank is cold: local control heats again */
}

/* `auto` gives back at once; giving back what was not taken is no fault. */
static void auto_gives_back(void **state)
{
	struct rig *r = *state;

	ask(r, dispatch(ELEMENT, false, 60));
	assert_int_equal(ask(r, (struct msg_operator){ .verb = OPERATOR_AUTO, .relay = ELEMENT }).verdict, OPERATOR_DONE);
	assert_int_equal(r->scada.mode.mode, LOCAL_CONTROL);
	assert_true(r->scada.relays[ELEMENT].on);
	assert_int_equal(ask(r, (struct msg_operator){ .verb = OPERATOR_AUTO, .relay = ELEMENT }).verdict, OPERATOR_DONE);
}

/* In RemoteControl a person must say that they mean it; the contract lives on and comes back. */
static void remote_control_needs_override(void **state)
{
	struct rig *r = *state;
	struct msg_operator o = dispatch(ELEMENT, false, 60);
	struct msg_operator_answer a;

	make_remote(r);
	a = ask(r, o);
	assert_int_equal(a.verdict, OPERATOR_NOT_IN_CONTROL);
	assert_int_equal(a.until_ms, (T0_S + 7200) * 1000LL);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	assert_null(find(r, MSG_WANT));
	o.override = true;
	assert_int_equal(ask(r, o).verdict, OPERATOR_DONE);
	assert_int_equal(r->scada.mode.mode, OPERATOR_CONTROL);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	ask(r, (struct msg_operator){ .verb = OPERATOR_AUTO, .relay = ELEMENT });
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
}

/* While a person holds the controls the AtomicTNode is told that it does not. */
static void dispatches_are_refused_meanwhile(void **state)
{
	struct rig *r = *state;
	struct msg_operator o = dispatch(ELEMENT, false, 60);
	struct msg m = { .type = MSG_DISPATCH, .dispatch = { .on = true, .about = "a.pump.relay" } };

	make_remote(r);
	o.override = true;
	ask(r, o);
	m.dispatch.send_ms = T0_S * 1000LL + r->now.ms;
	tell(r, m);
	assert_int_equal(find(r, MSG_SEND_RESULT)->send_result.diag, DIAG_NOT_IN_CONTROL);
}

/* What the guard holds is told with the time it may end, and is done when it ends. */
static void the_guard_still_rules(void **state)
{
	struct rig *r = *state;
	struct msg_operator_answer a;

	r->guard = GUARD_HELD_MIN_OFF;
	a = ask(r, dispatch(ELEMENT, false, 60));
	assert_int_equal(a.verdict, OPERATOR_GUARD_HOLDS);
	assert_int_equal(a.result, GUARD_HELD_MIN_OFF);
	assert_int_equal(a.held_until_ms, T0_S * 1000LL + r->now.ms + 9000);
	assert_true(r->scada.relays[ELEMENT].on);
	r->guard = GUARD_DONE;
	pass(r, 11);
	assert_false(r->scada.relays[ELEMENT].on);
}

/* No lease is longer than a day, none shorter than a minute, and none on what is no relay. */
static void leases_have_limits(void **state)
{
	struct rig *r = *state;

	assert_int_equal(ask(r, dispatch(ELEMENT, false, 0)).verdict, OPERATOR_OUT_OF_RANGE);
	assert_int_equal(ask(r, dispatch(ELEMENT, false, 1441)).verdict, OPERATOR_OUT_OF_RANGE);
	assert_int_equal(ask(r, dispatch(2, false, 60)).verdict, OPERATOR_OUT_OF_RANGE);
	assert_int_equal(ask(r, dispatch(-1, false, 60)).verdict, OPERATOR_OUT_OF_RANGE);
	assert_int_equal(r->scada.mode.mode, LOCAL_CONTROL);
	assert_int_equal(ask(r, dispatch(ELEMENT, false, 1440)).verdict, OPERATOR_DONE);
}

/* A held setpoint counts until its time is over, inside the configured limits only. */
static void a_setpoint_is_held(void **state)
{
	struct rig *r = *state;
	struct msg_operator o = { .verb = OPERATOR_HOLD, .minutes = 1, .setpoint_mc = 16000 };

	o.setpoint_mc = 15999;
	assert_int_equal(ask(r, o).verdict, OPERATOR_OUT_OF_RANGE);
	o.setpoint_mc = 24001;
	assert_int_equal(ask(r, o).verdict, OPERATOR_OUT_OF_RANGE);
	o.setpoint_mc = 24000;
	assert_int_equal(ask(r, o).verdict, OPERATOR_DONE);
	pass(r, 2);
	assert_true(r->scada.relays[PUMP].on);	/* 18 C is cold now */
	assert_int_equal(r->scada.mode.mode, LOCAL_CONTROL);
	o.setpoint_mc = 16000;
	ask(r, o);
	pass(r, 2);
	assert_false(r->scada.relays[PUMP].on);
	ask(r, (struct msg_operator){ .verb = OPERATOR_HOLD_CANCEL });
	o.setpoint_mc = 24000;
	ask(r, o);
	pass(r, 61);
	give(r, (struct msg){ .type = MSG_QUERY, .query = { .ticket = 1, .box = 0 } });
	assert_int_equal(r->boxes.box[0].setpoint_mc, 18000);
	assert_int_equal(r->boxes.box[0].hold_until_ms, 0);
}

static void trip(struct rig *r, enum guard_event_kind kind)
{
	tell(r, (struct msg){ .type = MSG_RELAY_EVENT, .relay_event = { .kind = (uint8_t)kind, .relay = GUARD_NO_RELAY } });
}

/* A trip is reset when the store is cool enough, refused with the reading before, and only when there is one. */
static void a_trip_is_reset_when_cool(void **state)
{
	struct rig *r = *state;
	struct msg_operator o = { .verb = OPERATOR_RESET, .relay = -1 };
	struct msg_operator_answer a;

	assert_int_equal(ask(r, o).verdict, OPERATOR_NOTHING_LOCKED);
	trip(r, GUARD_EVENT_TRIP);
	read_channel(r, FX_CH_TOP, 70 * 16);
	a = ask(r, o);
	assert_int_equal(a.verdict, OPERATOR_STILL_HOT);
	assert_int_equal(a.value_mc, 70000);
	assert_null(find(r, MSG_RESET));
	read_channel(r, FX_CH_TOP, 69 * 16);
	assert_int_equal(ask(r, o).verdict, OPERATOR_DONE);
	assert_int_equal(find(r, MSG_RESET)->reset.relay, -1);
	assert_int_equal(find(r, MSG_RESET)->to, TO_RELAY);
	trip(r, GUARD_EVENT_TRIP_RESET);
	assert_int_equal(ask(r, o).verdict, OPERATOR_NOTHING_LOCKED);
}

/* A relay the guard does not lock is not reset. */
static void only_what_is_locked_is_reset(void **state)
{
	struct rig *r = *state;
	struct msg_operator o = { .verb = OPERATOR_RESET, .relay = ELEMENT };

	assert_int_equal(ask(r, o).verdict, OPERATOR_NOTHING_LOCKED);
	tell(r, (struct msg){ .type = MSG_RELAY_EVENT, .relay_event = { .kind = GUARD_EVENT_DRY_FIRE, .relay = ELEMENT,
		.on = 1, .text = "rises" } });
	assert_int_equal(ask(r, o).verdict, OPERATOR_DONE);
	assert_int_equal(find(r, MSG_RESET)->reset.relay, ELEMENT);
	tell(r, (struct msg){ .type = MSG_RELAY_EVENT, .relay_event = { .kind = GUARD_EVENT_DRY_FIRE, .relay = ELEMENT } });
	assert_int_equal(ask(r, o).verdict, OPERATOR_NOTHING_LOCKED);
}

/* The view says what is known, and of what is not that it is not. */
static void the_view_is_true(void **state)
{
	struct rig *r = *state;
	const struct house_view *v = &r->boxes.box[1];

	give(r, (struct msg){ .type = MSG_QUERY, .query = { .ticket = 42, .box = 1 } });
	assert_int_equal(find(r, MSG_VIEW)->view.ticket, 42);
	assert_int_equal(find(r, MSG_VIEW)->view.box, 1);
	assert_int_equal(v->t_ms, T0_S * 1000LL + r->now.ms);
	assert_int_equal(v->mode, LOCAL_CONTROL);
	assert_int_equal(v->channels[FX_CH_TOP].quality, QUALITY_GOOD);
	assert_int_equal(v->channels[FX_CH_TOP].mc, 50000);
	assert_int_equal(v->channels[FX_CH_SUPPLY].quality, QUALITY_UNKNOWN);
	assert_int_equal(v->channels[FX_CH_SUPPLY].age_ms, -1);
	assert_false(v->supply.good);
	assert_true(v->store[0].good);
	assert_true(v->relays[ELEMENT].on);
	assert_int_equal(v->relays[ELEMENT].starts_1h, 1);
	r->now.ms += 40000;
	give(r, (struct msg){ .type = MSG_QUERY, .query = { .ticket = 43, .box = 1 } });
	assert_int_equal(v->channels[FX_CH_TOP].quality, QUALITY_STALE);
	assert_false(v->store[0].good);
	assert_false(v->power_known);
}

/* What the board said with the guard's last answer; of a relay that moved since, or was not asked for half a minute, it is
 * not known. */
static void a_read_back_grows_old(void **state)
{
	struct rig *r = *state;
	const struct view_relay *v = &r->boxes.box[1].relays[ELEMENT];
	struct msg query = { .type = MSG_QUERY, .query = { .ticket = 42, .box = 1 } };
	struct msg answer = { .type = MSG_ANSWER, .answer = { .relay = ELEMENT, .result = GUARD_DONE, .on = 1,
		.read_back = READ_BACK_OFF } };

	give(r, answer);
	give(r, query);
	assert_true(v->on);
	assert_int_equal(v->read_back, READ_BACK_OFF);
	r->now.ms += 24000;
	give(r, query);
	assert_int_equal(v->read_back, READ_BACK_OFF);
	r->now.ms += 1000;
	give(r, query);
	assert_int_equal(v->read_back, READ_BACK_UNKNOWN);
	give(r, answer);
	give(r, (struct msg){ .type = MSG_RELAY_EVENT, .relay_event = { .kind = GUARD_EVENT_MOVED, .relay = ELEMENT } });
	give(r, query);
	assert_false(v->on);
	assert_int_equal(v->read_back, READ_BACK_UNKNOWN);
}

/* A question about a box that does not exist, or when nobody looks, is no question. */
static void boxes_are_checked(void **state)
{
	struct rig *r = *state;

	give(r, (struct msg){ .type = MSG_QUERY, .query = { .ticket = 1, .box = VIEW_BOXES } });
	give(r, (struct msg){ .type = MSG_QUERY, .query = { .ticket = 1, .box = -1 } });
	scada_show(&r->scada, NULL);
	give(r, (struct msg){ .type = MSG_QUERY, .query = { .ticket = 1, .box = 0 } });
	assert_null(find(r, MSG_VIEW));
}

/* Mode, contract and relays are told as they change. */
static void changes_are_news(void **state)
{
	struct rig *r = *state;
	int seen[NEWS_LINK + 1] = { 0 };

	make_remote(r);
	tell(r, (struct msg){ .type = MSG_OPERATOR, .operator = { .verb = OPERATOR_DISPATCH, .relay = ELEMENT,
		.minutes = 5, .override = true } });
	for (int i = 0; i < r->n; i++)
		if (r->said[i].type == MSG_NEWS)
			seen[r->said[i].news.kind]++;
	assert_true(seen[NEWS_MODE] >= 1);
	assert_true(seen[NEWS_RELAY] >= 1);
	assert_true(seen[NEWS_CONTRACT] >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_person_takes_a_relay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_lease_ends_by_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(auto_gives_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(remote_control_needs_override, set_up, tear_down),
		cmocka_unit_test_setup_teardown(dispatches_are_refused_meanwhile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_guard_still_rules, set_up, tear_down),
		cmocka_unit_test_setup_teardown(leases_have_limits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_setpoint_is_held, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_trip_is_reset_when_cool, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_what_is_locked_is_reset, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_view_is_true, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_read_back_grows_old, set_up, tear_down),
		cmocka_unit_test_setup_teardown(boxes_are_checked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(changes_are_news, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
