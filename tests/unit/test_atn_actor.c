/* SPDX-License-Identifier: MIT */
/* The AtomicTNode's actor, judged by what the SCADA understands of what it publishes. */
#include "atn_stage.h"

/* The demo: nothing before 4.5 min, then an offer for 06:00 to 12:00, repeated unchanged until answered. */
static void offers_at_four_and_a_half_minutes(void **state)
{
	struct stage *s = stage_new(ATN_AUTO);
	struct msg *first, *again;

	(void)state;
	tick_at(s, 0);
	come_online(s);
	assert_int_equal(s->out.wake_at.ms, 270000);
	tick_at(s, 269999);
	assert_int_equal(s->n_sent, 0);
	tick_at(s, 270000);
	first = last_sent(s, MSG_OFFER);
	assert_non_null(first);
	assert_int_equal(first->offer.start_s, at(6, 0, 0).ms / 1000);
	assert_int_equal(first->offer.end_s, at(12, 0, 0).ms / 1000);
	assert_int_equal(first->offer.max_power_w, 4500);
	assert_false(first->offer.acks_status);
	assert_int_equal(s->out.wake_at.ms, 280000);
	tick_at(s, 280000);
	again = last_sent(s, MSG_OFFER);
	assert_ptr_not_equal(first, again);
	assert_true(uuid_equal(first->offer.contract, again->offer.contract));
	assert_int_equal(first->offer.end_s, again->offer.end_s);
	assert_true(again->offer.send_ms > first->offer.send_ms);
	assert_true(first->offer.beat != again->offer.beat && again->offer.beat != 0);
	free(s);
}

/* The first beat echoes the number of the answer, each later one the SCADA's last beat; one a minute. */
static void beats_echo_the_last_number(void **state)
{
	struct stage *s = stage_live(ATN_AUTO);

	(void)state;
	assert_int_equal(count_sent(s, MSG_BEAT), 1);
	assert_int_equal(last_sent(s, MSG_BEAT)->beat.echo, 0xabcd);
	assert_int_equal(count_sent(s, MSG_SNAPSHOT_REQUEST), 1);
	scada_beats(s, 0x1234, CONTRACT_LIVE, REMOTE_CONTROL);
	assert_int_equal(s->kept.scada_beat, 0x1234);
	tick_at(s, 360999);
	assert_int_equal(count_sent(s, MSG_BEAT), 1);
	tick_at(s, 361000);
	assert_int_equal(count_sent(s, MSG_BEAT), 2);
	assert_int_equal(last_sent(s, MSG_BEAT)->beat.echo, 0x1234);
	free(s);
}

/* The element is dispatched once the SCADA says RemoteControl and the tank is known, and no longer once it is
 * silent for 150 s. */
static void dispatches_only_in_remote_control(void **state)
{
	struct stage *s = stage_live(ATN_AUTO);

	(void)state;
	scada_shows_top(s, 45000, TELEMETRY_WATER_TEMP_C);
	assert_null(last_sent(s, MSG_DISPATCH));
	scada_beats(s, 1, CONTRACT_LIVE, LOCAL_CONTROL);
	assert_null(last_sent(s, MSG_DISPATCH));
	scada_beats(s, 2, CONTRACT_LIVE, REMOTE_CONTROL);
	assert_non_null(last_sent(s, MSG_DISPATCH));
	assert_true(last_sent(s, MSG_DISPATCH)->dispatch.on);
	assert_string_equal(last_sent(s, MSG_DISPATCH)->dispatch.about, "a.elt1.relay");
	assert_true(uuid_equal(last_sent(s, MSG_DISPATCH)->dispatch.contract, s->atn.talk.contract.id));
	scada_shows_top(s, 160000, TELEMETRY_WATER_TEMP_F); /* 71 C: enough */
	assert_int_equal(count_sent(s, MSG_DISPATCH), 2);
	assert_false(last_sent(s, MSG_DISPATCH)->dispatch.on);
	s->now.ms += ATN_FRESH_MS + 1; /* silent for too long */
	scada_shows_top(s, 45000, TELEMETRY_WATER_TEMP_C);
	assert_int_equal(count_sent(s, MSG_DISPATCH), 2);
	free(s);
}

/* A held command is tried again two minutes later, not at once. */
static void held_commands_wait(void **state)
{
	struct stage *s = stage_live(ATN_AUTO);
	struct msg m = { .type = MSG_SCADA_RESULT };

	(void)state;
	scada_beats(s, 2, CONTRACT_LIVE, REMOTE_CONTROL);
	scada_shows_top(s, 45000, TELEMETRY_WATER_TEMP_C);
	m.scada_result.about_send_ms = last_sent(s, MSG_DISPATCH)->dispatch.send_ms;
	strcpy(m.scada_result.about, "a.elt1.relay");
	strcpy(m.scada_result.result, "HeldByMissingData");
	give(s, m);
	scada_shows_top(s, 44000, TELEMETRY_WATER_TEMP_C);
	tick_at(s, s->now.ms + 60000);
	assert_int_equal(count_sent(s, MSG_DISPATCH), 1);
	scada_beats(s, 3, CONTRACT_LIVE, REMOTE_CONTROL);
	tick_at(s, s->now.ms + 60000);
	assert_int_equal(count_sent(s, MSG_DISPATCH), 2);
	free(s);
}

/* manual: contract and beats as ever, but no dispatch. */
static void manual_never_dispatches(void **state)
{
	struct stage *s = stage_live(ATN_MANUAL);

	(void)state;
	scada_beats(s, 2, CONTRACT_LIVE, REMOTE_CONTROL);
	scada_shows_top(s, 45000, TELEMETRY_WATER_TEMP_C);
	tick_at(s, 361000);
	assert_int_equal(count_sent(s, MSG_BEAT), 2);
	assert_null(last_sent(s, MSG_DISPATCH));
	free(s);
}

/* Two seconds after a contract has ended the next one is offered, with a new id, from the present minute. */
static void offers_anew_after_the_end(void **state)
{
	struct stage *s = stage_live(ATN_AUTO);
	struct uuid old = s->atn.talk.contract.id;
	int64_t end_ms = at(12, 0, 0).ms - demo_start.ms;

	(void)state;
	s->n_sent = 0;
	tick_at(s, end_ms);
	assert_int_equal(s->atn.talk.state, ATN_NO_CONTRACT);
	assert_int_equal(count_sent(s, MSG_OFFER), 0);
	assert_int_equal(s->out.wake_at.ms, end_ms + 2000);
	tick_at(s, end_ms + 2000);
	assert_int_equal(count_sent(s, MSG_OFFER), 1);
	assert_int_equal(last_sent(s, MSG_OFFER)->offer.start_s, at(12, 0, 0).ms / 1000);
	assert_int_equal(last_sent(s, MSG_OFFER)->offer.end_s, at(18, 0, 0).ms / 1000);
	assert_false(uuid_equal(old, last_sent(s, MSG_OFFER)->offer.contract));
	answer(s, true, "None");
	assert_int_equal(s->atn.talk.state, ATN_LIVE); /* its start is past: the first beat goes at once */
	assert_int_equal(count_sent(s, MSG_BEAT), 1);
	free(s);
}

/* Every report is acknowledged, also one of a contract we do not know; only our own ends ours. */
static void reports_are_acknowledged(void **state)
{
	struct stage *s = stage_live(ATN_AUTO);
	struct msg m = { .type = MSG_SCADA_REPORT,
		.scada_report = { .contract = an_id(50), .uid = an_id(51), .outcome = OUTCOME_UNKNOWN } };

	(void)state;
	give(s, m);
	assert_true(uuid_equal(last_sent(s, MSG_REPORT_ACK)->report_ack.uid, an_id(51)));
	assert_int_equal(s->atn.talk.state, ATN_LIVE);
	m.scada_report.contract = s->atn.talk.contract.id;
	give(s, m);
	assert_int_equal(count_sent(s, MSG_REPORT_ACK), 2);
	assert_int_equal(s->atn.talk.state, ATN_NO_CONTRACT);
	assert_false(s->kept.has_contract);
	assert_int_equal(s->out.wake_at.ms, s->now.ms + ATN_RETRY_MS);
	free(s);
}

/* A refused offer is not repeated: a minute later there is a fresh one. */
static void refusals_are_taken(void **state)
{
	struct stage *s = stage_new(ATN_AUTO);
	struct uuid old;

	(void)state;
	tick_at(s, 0);
	come_online(s);
	tick_at(s, 270000);
	old = last_sent(s, MSG_OFFER)->offer.contract;
	answer(s, false, "ContractOverlap");
	tick_at(s, 329999);
	assert_int_equal(count_sent(s, MSG_OFFER), 1);
	tick_at(s, 330000);
	assert_int_equal(count_sent(s, MSG_OFFER), 2);
	assert_false(uuid_equal(old, last_sent(s, MSG_OFFER)->offer.contract));
	free(s);
}

/* A SCADA that forgot the contract (ContractMismatch, or a beat that says Ended) gets a new offer. */
static void forgotten_contracts_are_offered_anew(void **state)
{
	struct stage *s = stage_live(ATN_AUTO);

	(void)state;
	answer(s, false, "ContractConflict"); /* an answer to a repeated offer: nothing to us now */
	assert_int_equal(s->atn.talk.state, ATN_LIVE);
	answer(s, false, "ContractMismatch");
	assert_int_equal(s->atn.talk.state, ATN_NO_CONTRACT);
	free(s);
	s = stage_live(ATN_AUTO);
	scada_beats(s, 9, CONTRACT_ENDED, LOCAL_CONTROL);
	assert_int_equal(s->atn.talk.state, ATN_NO_CONTRACT);
	free(s);
}

/* After a restart the remembered contract is offered again unchanged, at once; an old one is forgotten. */
static void a_restart_goes_on_with_the_contract(void **state)
{
	struct stage *s = stage_live(ATN_AUTO);
	struct stage *next = stage_new(ATN_AUTO);
	const struct msg *offer = last_sent(s, MSG_OFFER);

	(void)state;
	scada_beats(s, 0x77, CONTRACT_LIVE, REMOTE_CONTROL);
	next->kept = s->kept;
	next->now.ms = 400000;
	give(next, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
	assert_int_equal(next->n_sent, 0); /* the SCADA has not said that it is there */
	give(next, (struct msg){ .type = MSG_SCADA_STATE, .scada_state = { true } });
	assert_int_equal(count_sent(next, MSG_OFFER), 1);
	assert_true(uuid_equal(last_sent(next, MSG_OFFER)->offer.contract, offer->offer.contract));
	assert_int_equal(last_sent(next, MSG_OFFER)->offer.start_s, offer->offer.start_s);
	assert_int_equal(last_sent(next, MSG_OFFER)->offer.end_s, offer->offer.end_s);
	answer(next, true, "None");
	assert_int_equal(last_sent(next, MSG_BEAT)->beat.echo, 0xabcd);
	free(next);
	next = stage_new(ATN_AUTO);
	next->kept = s->kept;
	next->now.ms = at(13, 0, 0).ms - demo_start.ms;
	come_online(next);
	assert_false(uuid_equal(last_sent(next, MSG_OFFER)->offer.contract, offer->offer.contract));
	free(next);
	free(s);
}

/* Nothing is sent to a SCADA that is away or without a connection, and what was due goes when it is back. */
static void an_absent_scada_is_waited_for(void **state)
{
	struct stage *s = stage_live(ATN_AUTO);

	(void)state;
	give(s, (struct msg){ .type = MSG_SCADA_STATE, .scada_state = { false } });
	tick_at(s, 500000);
	assert_int_equal(count_sent(s, MSG_BEAT), 1);
	give(s, (struct msg){ .type = MSG_SCADA_STATE, .scada_state = { true } });
	assert_int_equal(count_sent(s, MSG_BEAT), 2);
	give(s, (struct msg){ .type = MSG_LINK, .link = { .up = false, .reason = "gone" } });
	tick_at(s, 600000);
	assert_int_equal(count_sent(s, MSG_BEAT), 2);
	assert_true(s->out.wake_at.ms > s->now.ms);
	free(s);
}

static int64_t send_ms_of(const struct msg *m)
{
	if (m->type == MSG_OFFER)
		return m->offer.send_ms;
	return m->type == MSG_BEAT ? m->beat.send_ms : m->type == MSG_DISPATCH ? m->dispatch.send_ms : 0;
}

/* Send times strictly increase, also within one simulated instant and when publishing fails. */
static void send_times_strictly_increase(void **state)
{
	struct stage *s = stage_live(ATN_AUTO);
	int64_t last = 0;

	(void)state;
	scada_shows_top(s, 45000, TELEMETRY_WATER_TEMP_C);
	scada_beats(s, 2, CONTRACT_LIVE, REMOTE_CONTROL);
	s->broken = true;
	scada_shows_top(s, 80000, TELEMETRY_WATER_TEMP_C);
	s->broken = false;
	scada_shows_top(s, 80000, TELEMETRY_WATER_TEMP_C);
	tick_at(s, 361000);
	assert_int_equal(count_sent(s, MSG_DISPATCH), 3); /* on, off, and off again: nobody answered */
	for (int i = 0; i < s->n_sent; i++) {
		if (send_ms_of(&s->sent[i]) == 0)
			continue;
		assert_true(send_ms_of(&s->sent[i]) > last);
		last = send_ms_of(&s->sent[i]);
	}
	free(s);
}

static bool foresee(void *self, struct wall now, struct atn_forecast *f)
{
	(void)self;
	*f = (struct atn_forecast){ .start_s = now.ms / 3600000 * 3600, .n = ATN_FORECAST_HOURS };
	for (int i = 0; i < f->n; i++)
		f->hour[i] = (struct atn_forecast_hour){ -95, 250, 2000, 1e9 };	/* beyond what the message can say */
	return true;
}

/* Weather and prices are told when the SCADA comes, at each whole hour, and when it comes again; without a contract too. */
static void foretells_each_hour(void **state)
{
	struct stage *s = stage_new(ATN_AUTO);
	const struct msg_weather *w;

	(void)state;
	s->atn.foresight = (struct atn_foresight){ s, foresee };
	tick_at(s, 0);
	assert_int_equal(s->n_sent, 0);
	come_online(s);		/* 05:55 */
	assert_true(count_sent(s, MSG_WEATHER) == 1 && count_sent(s, MSG_PRICES) == 1);
	w = &last_sent(s, MSG_WEATHER)->weather;
	assert_true(w->n == FORECAST_PART && w->parts == 3 && w->out_cc[0] == -9000 && w->wind_cms[0] == 10000 &&
		w->sun_w_m2[0] == 1500);
	tick_at(s, 299000);
	assert_int_equal(count_sent(s, MSG_WEATHER), 1);
	assert_true(s->out.wake_at.ms <= 300000);
	tick_at(s, 300000);
	tick_at(s, 300000);
	assert_true(count_sent(s, MSG_WEATHER) == 2 && count_sent(s, MSG_PRICES) == 2);
	give(s, (struct msg){ .type = MSG_SCADA_STATE, .scada_state = { false } });
	tick_at(s, 2 * 3600000);
	assert_int_equal(count_sent(s, MSG_WEATHER), 2);
	give(s, (struct msg){ .type = MSG_SCADA_STATE, .scada_state = { true } });
	assert_int_equal(count_sent(s, MSG_WEATHER), 3);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offers_at_four_and_a_half_minutes),
		cmocka_unit_test(beats_echo_the_last_number),
		cmocka_unit_test(dispatches_only_in_remote_control),
		cmocka_unit_test(held_commands_wait),
		cmocka_unit_test(manual_never_dispatches),
		cmocka_unit_test(offers_anew_after_the_end),
		cmocka_unit_test(reports_are_acknowledged),
		cmocka_unit_test(refusals_are_taken),
		cmocka_unit_test(forgotten_contracts_are_offered_anew),
		cmocka_unit_test(a_restart_goes_on_with_the_contract),
		cmocka_unit_test(an_absent_scada_is_waited_for),
		cmocka_unit_test(send_times_strictly_increase),
		cmocka_unit_test(foretells_each_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
