/* SPDX-License-Identifier: MIT */
/* The sender of the SCADA, driven by messages, with a net that remembers what it was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/uplink_bench.h"
#include "core/wire/codec.h"

static const struct uuid uid_a = { { 10 } }, uid_b = { { 11 } };

static void say_beat(struct bench *b)
{
	bench_step(b, (struct msg){ .type = MSG_SEND_BEAT, .send_beat = { .contract = uid_a, .beat = 1,
		.state = CONTRACT_LIVE, .mode = REMOTE_CONTROL, .cause = CAUSE_DISPATCH } });
}

static void say_buffer(struct bench *b, int index, uint32_t length, struct uuid uid)
{
	bench_step(b, (struct msg){ .type = MSG_SEND_BUFFER, .send_buffer = { .buffer = index,
		.length = length,
		.kind = BUFFER_STATUS, .uid = uid } });
}

/* When the link comes up the world is told at once, retained, and scada and history hear it too. */
static void online_is_retained(void **state)
{
	struct bench *b = *state;
	struct scada_state s;

	bench_link(b, true, "127.0.0.1:1883", LOG_LINK);
	assert_int_equal(b->n_sent, 1);
	assert_true(b->sent[0].retain);
	assert_int_equal(b->sent[0].qos, 1);
	bench_read(b, 0, &scada_state_wire, "dw1.h.ta.scada/scada.state.100", &s);
	assert_int_equal(s.state, PRESENCE_ONLINE);
	assert_string_equal(s.version, "0.1.0");
	assert_true(s.has_mode && s.mode == LOCAL_CONTROL);
	assert_true(uuid_equal(s.boot_id, bench_boot));
	assert_string_equal(s.head.to_g_node_alias, "dw1.h");
	assert_non_null(bench_said(b, MSG_LINK, TO_SCADA));
	assert_non_null(bench_said(b, MSG_LINK, TO_HISTORY));
	assert_string_equal(bench_said(b, MSG_LOG, TO_LOG)->log.text, "connected to 127.0.0.1:1883");
}

/* The retained state follows the mode, and only its changes; at the end it says stopping. */
static void state_follows_mode(void **state)
{
	struct bench *b = *state;
	struct scada_state s;

	bench_up(b);
	bench_step(b, (struct msg){ .type = MSG_MODE, .mode = { .mode = REMOTE_CONTROL,
		.contract_live = true } });
	bench_step(b, (struct msg){ .type = MSG_MODE, .mode = { .mode = REMOTE_CONTROL,
		.acks_status = true } });
	assert_int_equal(b->n_sent, 1);
	bench_read(b, 0, &scada_state_wire, "dw1.h.ta.scada/scada.state.100", &s);
	assert_int_equal(s.mode, REMOTE_CONTROL);
	bench_step(b, (struct msg){ .type = MSG_STOP });
	assert_int_equal(b->n_sent, 2);
	assert_true(b->sent[1].retain);
	bench_read(b, 1, &scada_state_wire, "dw1.h.ta.scada/scada.state.100", &s);
	assert_int_equal(s.state, PRESENCE_STOPPING);
}

/* The last will says offline, from when, and nothing about the mode. */
static void will_says_offline(void **state)
{
	struct bench *b = *state;
	struct arena arena = { b->arena, sizeof(b->arena), 0 };
	struct refusal r;
	struct scada_state s;
	char text[1024], small[20];
	int n = uplink_will(&b->house, "0.1.0", bench_boot, b->clock, text, sizeof(text));

	assert_true(n > 0);
	assert_true(codec_decode(&scada_state_wire, text, (size_t)n, WIRE_MAX_BYTES, &s, &arena, &r));
	assert_int_equal(s.state, PRESENCE_OFFLINE);
	assert_false(s.has_mode);
	assert_true(s.head.send_time_unix_ms == BENCH_START_MS);
	assert_int_equal(uplink_will(&b->house, "0.1.0", bench_boot, b->clock, small, sizeof(small)), -1);
}

/* An answer to an offer carries what was decided, and when refused, why and what to do. */
static void refused_offer_says_why(void **state)
{
	struct bench *b = *state;
	struct dispatch_contract_answer a;

	bench_up(b);
	bench_step(b, (struct msg){ .type = MSG_SEND_ANSWER, .send_answer = { .contract = uid_a,
		.beat = 0xabcdef,
		.echo = 0x10, .reason = DIAG_CONTRACT_OVERLAP, .state = CONTRACT_LIVE,
		.mode = REMOTE_CONTROL } });
	bench_step(b, (struct msg){ .type = MSG_SEND_ANSWER, .send_answer = { .contract = uid_b,
		.accepted = true,
		.state = CONTRACT_PENDING, .mode = LOCAL_CONTROL } });
	bench_read(b, 0, &dispatch_contract_answer_wire, "dw1.h.ta.scada/dispatch.contract.answer.100", &a);
	assert_int_equal(a.verdict, VERDICT_REFUSED);
	assert_string_equal(a.reason, "ContractOverlap");
	assert_string_equal(a.text,
		"another contract covers that time - end that one first, or start at its end");
	assert_true(a.beat == 0xabcdef && a.echo_beat == 0x10);
	assert_true(uuid_equal(a.contract_id, uid_a));
	bench_read(b, 1, &dispatch_contract_answer_wire, "dw1.h.ta.scada/dispatch.contract.answer.100", &a);
	assert_int_equal(a.verdict, VERDICT_ACCEPTED);
	assert_string_equal(a.reason, "None");
}

/* There is no refusal and no answer of the guard without words, and each fits its field. */
static void every_refusal_has_words(void **state)
{
	struct bench *b = *state;
	struct dispatch_result r;

	bench_up(b);
	for (int d = DIAG_NONE + 1; d < N_DIAGNOSTICS; d++) {
		b->n_sent = 0;
		bench_step(b, (struct msg){ .type = MSG_SEND_RESULT, .send_result = { .diag = (enum diag)d,
			.about_send_ms = BENCH_START_MS, .about = "a.elt1.relay" } });
		bench_read(b, 0, &dispatch_result_wire, "dw1.h.ta.scada/dispatch.result.100", &r);
		assert_string_equal(r.result, diag_name((enum diag)d));
		assert_non_null(strstr(r.text, " - "));
		assert_in_range(strlen(r.text), 20, 199);
		bench_acknowledge(b, b->sent[0].token);
	}
	for (int g = GUARD_DONE + 1; g < N_GUARD_RESULTS; g++) {
		b->n_sent = 0;
		bench_step(b, (struct msg){ .type = MSG_SEND_RESULT,
			.send_result = { .result = (enum guard_result)g,
			.about_send_ms = BENCH_START_MS, .about = "a.elt1.relay" } });
		bench_read(b, 0, &dispatch_result_wire, "dw1.h.ta.scada/dispatch.result.100", &r);
		assert_string_equal(r.result, guard_result_name((enum guard_result)g));
		assert_non_null(strstr(r.text, " - "));
		bench_acknowledge(b, b->sent[0].token);
	}
}

/* A held command says until when, rounded so that asking at that second is late enough. */
static void held_says_until_when(void **state)
{
	struct bench *b = *state;
	struct dispatch_result r;

	bench_up(b);
	bench_step(b, (struct msg){ .type = MSG_SEND_RESULT, .send_result = { .result = GUARD_HELD_MIN_OFF,
		.on = true,
		.about_send_ms = BENCH_START_MS - 40, .held_until_ms = BENCH_START_MS + 870001,
		.about = "a.elt1.relay",
		.has_message = true, .message = uid_b } });
	bench_read(b, 0, &dispatch_result_wire, "dw1.h.ta.scada/dispatch.result.100", &r);
	assert_string_equal(r.text,
		"the heat pump keeps its minimum off time; held until 11:14:31Z - ask again then");
	assert_true(r.has_about && !r.has_slot && r.relay_state);
	assert_string_equal(r.about_node_alias, "a.elt1.relay");
	assert_true(r.about_send_time_unix_ms == BENCH_START_MS - 40);
	assert_true(r.has_message_id && uuid_equal(r.message_id, uid_b));
}

/* A result about an energy slot names the slot and no relay. */
static void slot_result_names_the_slot(void **state)
{
	struct bench *b = *state;
	struct dispatch_result r;

	bench_up(b);
	bench_step(b, (struct msg){ .type = MSG_SEND_RESULT,
		.send_result = { .diag = DIAG_PAYLOAD_NOT_IMPLEMENTED,
		.about_send_ms = BENCH_START_MS, .slot_start_s = BENCH_START_MS / 1000 } });
	bench_read(b, 0, &dispatch_result_wire, "dw1.h.ta.scada/dispatch.result.100", &r);
	assert_true(r.has_slot && !r.has_about);
	assert_true(r.slot_start_unix_s == BENCH_START_MS / 1000);
}

/* An alert is split at its last " - " into what is wrong and what to do, and names its node. */
static void an_alert_is_split(void **state)
{
	struct bench *b = *state;
	struct scada_alert a;

	bench_up(b);
	bench_step(b, (struct msg){ .type = MSG_SEND_ALERT, .send_alert = { .id = uid_a, .since_ms = BENCH_START_MS,
		.node = NO_NODE, .code = LOG_TRIP, .level = LEVEL_CRITICAL, .text = "tank - top 83.0 C - let it cool" } });
	bench_step(b, (struct msg){ .type = MSG_SEND_ALERT, .send_alert = { .id = uid_a, .since_ms = BENCH_START_MS,
		.node = 0, .code = LOG_STORE, .level = LEVEL_ERROR, .ended = true, .text = "broken" } });
	bench_read(b, 0, &scada_alert_wire, "dw1.h.ta.scada/scada.alert.100", &a);
	assert_string_equal(a.code, "TRIP");
	assert_string_equal(a.text, "tank - top 83.0 C");
	assert_string_equal(a.action, "let it cool");
	assert_string_equal(a.node, "-");
	assert_true(a.severity == LEVEL_CRITICAL && !a.ended && a.since_unix_ms == BENCH_START_MS);
	bench_read(b, 1, &scada_alert_wire, "dw1.h.ta.scada/scada.alert.100", &a);
	assert_true(a.ended && a.severity == LEVEL_ERROR && strcmp(a.text, "broken") == 0 && a.action[0] == '\0');
}

/* Beat, report and the copy of a dispatch carry what scada bench_said. */
static void numbers_arrive(void **state)
{
	struct bench *b = *state;
	struct dispatch_contract_beat beat;
	struct dispatch_contract_report report;
	struct gt_dispatch_boolean_local copy;

	bench_up(b);
	bench_step(b, (struct msg){ .type = MSG_SEND_BEAT, .send_beat = { .contract = uid_a,
		.beat = UINT64_MAX,
		.echo = 1, .state = CONTRACT_LIVE, .mode = REMOTE_CONTROL, .cause = CAUSE_DISPATCH,
		.power_known = true, .power_w = -5,
		.energy_wh = 1234567, .energy_estimated_wh = 8, .log_seq = 99 } });
	bench_step(b, (struct msg){ .type = MSG_SEND_REPORT, .send_report = { .contract = uid_a, .uid = uid_b,
		.outcome = OUTCOME_BY_ATN, .cause = CAUSE_ATN_ENDED, .start_s = BENCH_START_MS / 1000,
		.end_s = BENCH_START_MS / 1000 + 3600, .energy_wh = 17, .remote_s = 3000, .log_seq = 100 } });
	bench_step(b, (struct msg){ .type = MSG_SEND_COPY, .send_copy = { .node = 0, .on = true } });
	bench_read(b, 0, &dispatch_contract_beat_wire, "dw1.h.ta.scada/dispatch.contract.beat.100", &beat);
	assert_true(beat.beat == UINT64_MAX && beat.echo_beat == 1 && beat.energy_wh == 1234567);
	assert_true(beat.has_power_w && beat.power_w == -5 && beat.log_seq == 99 && beat.cause == CAUSE_DISPATCH);
	assert_int_equal(strspn(beat.log_head, "0"), 64);
	bench_read(b, 1, &dispatch_contract_report_wire, "dw1.h.ta.scada/dispatch.contract.report.100",
		&report);
	assert_true(report.outcome == OUTCOME_BY_ATN && report.energy_wh == 17 && report.remote_s == 3000);
	assert_true(uuid_equal(report.uid, uid_b));
	bench_read(b, 2, &gt_dispatch_boolean_local_wire, "dw1.h.ta.scada/gt.dispatch.boolean.local.100",
		&copy);
	assert_string_equal(copy.from_node_alias, "a.s");
	assert_string_equal(copy.about_node_alias, "a.elt1.relay");
	assert_true(copy.relay_state);
}

/* Several messages of one instant carry rising times, and so does a clock that was set back. */
static void send_times_rise(void **state)
{
	struct bench *b = *state;
	struct dispatch_contract_beat beat;
	int64_t last = 0;

	bench_up(b);
	for (int i = 0; i < 6; i++) {
		if (i == 3)
			b->clock.ms -= 60000;
		say_beat(b);
		bench_read(b, i, &dispatch_contract_beat_wire, "dw1.h.ta.scada/dispatch.contract.beat.100",
			&beat);
		assert_true(beat.head.send_time_unix_ms > last);
		last = beat.head.send_time_unix_ms;
	}
	assert_true(last - BENCH_START_MS < 10);
}

/* Power is two bytes, quality 0, the nearest of int16. */
static void power_is_two_bytes(void **state)
{
	static const struct { int32_t w; unsigned char low, high; } cases[] = {
		{ 4500, 0x94, 0x11 }, { -1, 0xff, 0xff }, { 40000, 0xff, 0x7f }, { -40000, 0x00, 0x80 },
	};
	struct bench *b = *state;

	bench_up(b);
	for (int i = 0; i < 4; i++) {
		bench_step(b, (struct msg){ .type = MSG_SEND_POWER, .send_power.power_w = cases[i].w });
		assert_string_equal(b->sent[i].topic, "dw1.h.ta.scada/p");
		assert_int_equal(b->sent[i].length, 2);
		assert_int_equal(b->sent[i].qos, 0);
		assert_int_equal((unsigned char)b->sent[i].bytes[0], cases[i].low);
		assert_int_equal((unsigned char)b->sent[i].bytes[1], cases[i].high);
	}
}

/* Never more than 16 are unacknowledged; each acknowledgement lets one more go, in order. */
static void window_of_sixteen(void **state)
{
	struct bench *b = *state;

	bench_up(b);
	for (int i = 0; i < 30; i++)
		say_beat(b);
	assert_int_equal(b->n_sent, 16);
	for (int i = 0; i < 14; i++) {
		bench_acknowledge(b, b->sent[i].token);
		assert_int_equal(b->n_sent, 17 + i);
	}
	bench_acknowledge(b, 99999);	/* a stranger's */
	assert_int_equal(b->n_sent, 30);
}

/* Long messages are limited by their bytes; a small live one overtakes the buffers that wait. */
static void window_of_bytes(void **state)
{
	struct bench *b = *state;

	bench_up(b);
	for (int i = 0; i < POOL_BUFFERS; i++)
		say_buffer(b, i, 200 * 1024, uid_a);
	assert_int_equal(b->n_sent, 2);
	say_beat(b);
	assert_int_equal(b->n_sent, 3);
	assert_string_equal(b->sent[2].topic, "dw1.h.ta.scada/dispatch.contract.beat.100");
	bench_acknowledge(b, b->sent[0].token);
	assert_int_equal(b->n_sent, 4);
	assert_string_equal(b->sent[3].topic, "dw1.h.ta.scada/gt.sh.status.110");
	assert_int_equal(b->given[0] + b->given[1] + b->given[2], 3);
	assert_int_equal(b->given[3], 0);
}

/* History hears when its status went out and when the broker has it; the buffer is free at once. */
static void status_is_acknowledged(void **state)
{
	struct bench *b = *state;

	bench_up(b);
	say_buffer(b, 2, 9000, uid_b);
	assert_int_equal(b->given[2], 1);
	assert_true(bench_said(b, MSG_SENT, TO_HISTORY)->uid.ok);
	bench_acknowledge(b, b->sent[0].token);
	assert_true(uuid_equal(bench_said(b, MSG_ACKED, TO_HISTORY)->uid.uid, uid_b));
	assert_null(bench_said(b, MSG_SENT, TO_HISTORY));
}

/* Without a link nothing waits: buffers come back as not sent, words are dropped, and afterwards it is
 * bench_said. */
static void link_lost_empties_all(void **state)
{
	struct bench *b = *state;

	bench_up(b);
	for (int i = 0; i < 3; i++)
		say_buffer(b, i, 200 * 1024, uid_a);
	bench_link(b, false, "connection refused (127.0.0.1:1883)", LOG_LINK);
	assert_int_equal(b->given[2], 1);
	assert_false(bench_said(b, MSG_SENT, TO_HISTORY)->uid.ok);
	assert_string_equal(bench_said(b, MSG_LOG, TO_LOG)->log.text,
		"lost: connection refused (127.0.0.1:1883)");
	assert_non_null(bench_said(b, MSG_LINK, TO_HISTORY));
	b->n_sent = 0;
	say_beat(b);
	say_buffer(b, 3, 10, uid_b);
	assert_false(bench_said(b, MSG_SENT, TO_HISTORY)->uid.ok);
	assert_int_equal(b->given[3], 1);
	assert_int_equal(b->n_sent, 0);
	bench_link(b, true, "127.0.0.1:1883", LOG_LINK);
	assert_string_equal(bench_said(b, MSG_LOG, TO_LOG)->log.text, "regained (not_sent=3)");
	assert_int_equal(b->n_sent, 1);	/* online; and the window is empty again */
	for (int i = 0; i < 15; i++)
		say_beat(b);
	assert_int_equal(b->n_sent, 16);
}

/* A link that stays down is told once per reason, scada and history are not told again. */
static void down_is_told_once(void **state)
{
	struct bench *b = *state;

	bench_link(b, false, "name not found (x:1)", LOG_LINK);
	assert_string_equal(bench_said(b, MSG_LOG, TO_LOG)->log.text, "no connection: name not found (x:1)");
	assert_null(bench_said(b, MSG_LINK, TO_SCADA));
	bench_link(b, false, "name not found (x:1)", LOG_LINK);
	assert_int_equal(b->out.n, 0);
	bench_link(b, false, "not authorised (x:1)", LOG_AUTH);
	assert_int_equal(bench_said(b, MSG_LOG, TO_LOG)->log.code, LOG_AUTH);
	assert_int_equal(bench_said(b, MSG_LOG, TO_LOG)->log.level, LEVEL_ERROR);
}

/* A port that is busy loses nothing: all goes out when it takes again, the newest power first. */
static void busy_port_is_asked_again(void **state)
{
	struct bench *b = *state;

	bench_up(b);
	b->refuse = ERR_BUSY;
	say_beat(b);
	say_buffer(b, 0, 100, uid_a);
	bench_step(b, (struct msg){ .type = MSG_SEND_POWER, .send_power.power_w = 1 });
	bench_step(b, (struct msg){ .type = MSG_SEND_POWER, .send_power.power_w = 2 });
	assert_true(b->out.wake_at.ms == b->now.ms + UPLINK_RETRY_MS);
	assert_int_equal(b->given[0], 0);
	b->refuse = ERR_NONE;
	bench_step(b, (struct msg){ .type = MSG_TICK });
	assert_int_equal(b->n_sent, 3);
	assert_int_equal(b->sent[0].bytes[0], 2);
	assert_string_equal(b->sent[2].topic, "dw1.h.ta.scada/gt.sh.status.110");
	assert_true(b->out.wake_at.ms == MONO_NEVER.ms);
}

/* When more waits than has room the oldest goes, with a line; the newest are sent. */
static void full_queue_drops_the_oldest(void **state)
{
	struct bench *b = *state;

	bench_up(b);
	b->refuse = ERR_BUSY;
	for (int i = 0; i < UPLINK_QUEUE; i++) {
		say_beat(b);
		assert_null(bench_said(b, MSG_LOG, TO_LOG));
	}
	say_beat(b);
	assert_int_equal(bench_said(b, MSG_LOG, TO_LOG)->log.code, LOG_SEND);
	assert_true(b->uplink.counts.dropped_full == 1);
	assert_int_equal(b->uplink.n_queue, UPLINK_QUEUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(online_is_retained, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(state_follows_mode, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(will_says_offline, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(refused_offer_says_why, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(every_refusal_has_words, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(held_says_until_when, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(slot_result_names_the_slot, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(an_alert_is_split, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(numbers_arrive, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(send_times_rise, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(power_is_two_bytes, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(window_of_sixteen, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(window_of_bytes, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(status_is_acknowledged, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(link_lost_empties_all, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(down_is_told_once, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(busy_port_is_asked_again, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(full_queue_drops_the_oldest, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
