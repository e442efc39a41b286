/* SPDX-License-Identifier: MIT */
/* Beats of both sides, and the control mode that follows from them, the contract, the clock and the sensors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/control/beats.h"
#include "core/control/mode.h"

static struct mono mono_s(int64_t s)
{
	return (struct mono){ s * 1000 };
}

/* A beat counts only when it echoes a number we sent, and each number once. */
static void an_echo_counts_once(void **state)
{
	struct beats b = { 0 };

	(void)state;
	beats_restart(&b, mono_s(0));
	beats_send(&b, 0xabc);
	assert_false(beats_hear(&b, 1, 0xdef, mono_s(1)));
	assert_false(beats_hear(&b, 1, 0, mono_s(1)));
	assert_false(beats_ok(&b));
	assert_true(beats_hear(&b, 2, 0xabc, mono_s(2)));
	assert_true(beats_ok(&b));
	assert_false(beats_hear(&b, 3, 0xabc, mono_s(3)));
	assert_int_equal(beats_age_ms(&b, mono_s(3)), 1000);
	assert_int_equal(b.heard, 3);
}

/* Only the last eight numbers are remembered. */
static void the_ninth_number_forgets_the_first(void **state)
{
	struct beats b = { 0 };

	(void)state;
	for (uint64_t i = 1; i <= 9; i++)
		beats_send(&b, i);
	assert_false(beats_hear(&b, 100, 1, mono_s(1)));
	assert_true(beats_hear(&b, 100, 2, mono_s(1)));
}

static void good_beat(struct beats *b, int64_t second)
{
	beats_send(b, (uint64_t)second + 1000);
	assert_true(beats_hear(b, 1, (uint64_t)second + 1000, mono_s(second)));
}

/* After a loss two good beats at least 45 s apart bring control back, not one and not two in a row. */
static void a_loss_takes_two_beats_to_mend(void **state)
{
	struct beats b = { 0 };

	(void)state;
	beats_restart(&b, mono_s(0));
	good_beat(&b, 1);
	beats_tick(&b, mono_s(181));
	assert_true(beats_ok(&b));
	beats_tick(&b, (struct mono){ 181001 });
	assert_false(beats_ok(&b));
	good_beat(&b, 200);
	good_beat(&b, 244);
	assert_false(beats_ok(&b));
	good_beat(&b, 245);
	assert_true(beats_ok(&b));
}

static struct mode_inputs remote_and_healthy(void)
{
	return (struct mode_inputs){ .state = CONTRACT_LIVE, .beat_heard = true, .echo_ok = true,
		.clock_trusted = true, .sensors_ok = true };
}

/* A silent AtomicTNode loses control at 180 s and not a step earlier. */
static void silence_hands_control_back(void **state)
{
	struct mode_inputs in = remote_and_healthy();

	(void)state;
	in.beat_age_ms = 180000;
	assert_int_equal(control_mode(&in).mode, REMOTE_CONTROL);
	in.beat_age_ms = 180001;
	assert_int_equal(control_mode(&in).mode, LOCAL_CONTROL);
	assert_int_equal(control_mode(&in).cause, CAUSE_BEAT_LOST);
}

/* Over all 2^9 x 4 inputs: RemoteControl needs every one of its conditions, and the first failure is the cause. */
static void remote_control_needs_everything(void **state)
{
	(void)state;
	for (int bits = 0; bits < 512; bits++) {
		for (int st = 0; st < N_CONTRACT_STATES; st++) {
			struct mode_inputs in = { .state = (enum contract_state)st, .beat_age_ms = bits & 1 ? 0 : 999999,
				.beat_heard = bits & 2, .echo_ok = bits & 4, .clock_trusted = bits & 8,
				.sensors_ok = bits & 16, .safe_mode = bits & 32, .operator_lease = bits & 64,
				.atn_wants_local = bits & 128, .dispatched = bits & 256 };
			struct mode m = control_mode(&in);
			bool all = st == CONTRACT_LIVE && (bits & 31) == 31 && !(bits & (32 | 64 | 128));

			assert_int_equal(m.mode == REMOTE_CONTROL, all);
			assert_int_equal(m.mode == OPERATOR_CONTROL, in.operator_lease);
			if (m.mode == LOCAL_CONTROL && st != CONTRACT_LIVE)
				assert_int_equal(m.cause, CAUSE_NO_CONTRACT);
			if (all)
				assert_int_equal(m.cause, in.dispatched ? CAUSE_DISPATCH : CAUSE_NO_INSTRUCTION);
			assert_int_not_equal(m.cause, CAUSE_NONE);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_echo_counts_once),
		cmocka_unit_test(the_ninth_number_forgets_the_first),
		cmocka_unit_test(a_loss_takes_two_beats_to_mend),
		cmocka_unit_test(silence_hands_control_back),
		cmocka_unit_test(remote_control_needs_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
