/* SPDX-License-Identifier: MIT */
/* The scada heats the house by its model, and spends energy instructions of a contract. */
#include "../support/scada_rig.h"
#include "../support/vectors.h"
#include "spaceheat/zone.h"

/* In RemoteControl, in a house whose model is known. */
static struct rig *modelled(void)
{
	struct rig *r = rig_remote();

	vectors_plant("dw1.isone.nh.orange.1", &r->house.plant);
	r->house.has_model = true;
	return r;
}

static struct msg_instruction instruction(const struct rig *r, int64_t start_s, int avg_w)
{
	return (struct msg_instruction){ .contract = r->scada.contract.id, .slot_start_s = start_s,
		.send_ms = rig_clock_ms(r), .minutes = 30, .avg_w = avg_w };
}

static enum diag instruct(struct rig *r, struct msg_instruction m)
{
	rig_clear(r);
	rig_give(r, (struct msg){ .type = MSG_INSTRUCTION, .instruction = m });
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.slot_start_s, m.slot_start_s);
	return rig_find(r, MSG_SEND_RESULT)->send_result.diag;
}

static int64_t slot_of(const struct rig *r)
{
	return rig_clock_ms(r) / 1000 / 300 * 300;
}

static void an_instruction_is_judged_and_answered(void **state)
{
	struct rig *r = modelled();
	int64_t now_s = slot_of(r);
	struct msg_instruction m = instruction(r, now_s, 2000);

	(void)state;
	memset(&m.contract, 0x5a, sizeof(m.contract));
	assert_int_equal(instruct(r, m), DIAG_CONTRACT_MISMATCH);
	assert_int_equal(instruct(r, instruction(r, now_s, 1000000)), DIAG_OVER_NAMEPLATE);
	assert_int_equal(instruct(r, instruction(r, now_s + 3600, 2000)), DIAG_OUT_OF_RANGE);
	m = instruction(r, now_s, 2000);
	m.send_ms -= 3600 * 1000;
	assert_int_equal(instruct(r, m), DIAG_STALE);
	assert_int_equal(instruct(r, instruction(r, now_s, 2000)), DIAG_NONE);
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.result, GUARD_DONE);
	free(r);
}

static void without_a_model_it_is_refused(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	r->house.has_model = false;
	assert_int_equal(instruct(r, instruction(r, slot_of(r), 2000)), DIAG_PAYLOAD_NOT_IMPLEMENTED);
	free(r);
}

/* With one in force the beat says so; without, the house is heated locally inside RemoteControl. */
static void the_beat_tells_the_cause(void **state)
{
	struct rig *r = modelled();

	(void)state;
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	assert_int_equal(r->scada.mode.cause, CAUSE_NO_INSTRUCTION);
	assert_int_equal(instruct(r, instruction(r, slot_of(r), 2000)), DIAG_NONE);
	assert_int_equal(r->scada.mode.cause, CAUSE_INSTRUCTION);
	rig_pass_beating(r, 1, 1860);
	assert_int_equal(r->scada.mode.cause, CAUSE_NO_INSTRUCTION);
	free(r);
}

static void an_overrun_is_said_once_and_holds_dispatches(void **state)
{
	struct rig *r = modelled();
	int lines = 0;

	(void)state;
	assert_int_equal(instruct(r, instruction(r, slot_of(r), 2000)), DIAG_NONE);
	rig_pass(r, 2);
	r->scada.contract.energy_mwh += 990 * 1000;
	rig_pass(r, 2);
	assert_null(rig_line(r, LOG_OVERRUN, LEVEL_WARNING));
	rig_clear(r);
	r->scada.contract.energy_mwh += 70 * 1000;
	rig_pass(r, 5);
	for (int i = 0; i < r->n; i++)
		lines += r->said[i].type == MSG_LOG && r->said[i].log.code == LOG_OVERRUN;
	assert_int_equal(lines, 1);
	rig_clear(r);
	rig_give(r, rig_dispatch(r, "a.elt1.relay", true));
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.diag, DIAG_OVERRUN);
	assert_int_equal(rig_count(r, MSG_WANT), 0);
	free(r);
}

/* Local control knows at once, and for as long as the dispatch stands, that its source is kept off. */
static void a_dispatch_keeps_the_source_off(void **state)
{
	struct rig *r = modelled();

	(void)state;
	r->settings.dispatch_hold_s = 120;
	rig_give(r, rig_dispatch(r, "a.elt1.relay", true));
	rig_guard(r, GUARD_DONE, 0);
	rig_pass(r, 1);
	assert_false(r->scada.heat.inputs.source_forbidden);
	rig_give(r, rig_dispatch(r, "a.elt1.relay", false));
	rig_guard(r, GUARD_DONE, 0);
	rig_pass(r, 1);
	assert_true(r->scada.heat.inputs.source_forbidden);
	rig_pass_beating(r, 1, 90);
	assert_true(r->scada.heat.inputs.source_forbidden);
	rig_pass_beating(r, 1, 60);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	assert_false(r->scada.heat.inputs.source_forbidden);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_instruction_is_judged_and_answered),
		cmocka_unit_test(without_a_model_it_is_refused),
		cmocka_unit_test(the_beat_tells_the_cause),
		cmocka_unit_test(an_overrun_is_said_once_and_holds_dispatches),
		cmocka_unit_test(a_dispatch_keeps_the_source_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
