/* SPDX-License-Identifier: MIT */
#include "actor/scada.h"

#include <string.h>

#include "actor/scada_parts.h"
#include "core/settings/guard_config.h"
#include "spaceheat/splitmix.h"

uint64_t scada_random(struct scada *s)
{
	uint64_t z;

	/* One delivery brings 128 random bits, one step may need more numbers than that. */
	do
		z = splitmix64(&s->random);
	while (z == 0);
	return z;
}

struct uuid scada_uuid(struct scada *s)
{
	uint64_t bits[2];

	bits[0] = scada_random(s);
	bits[1] = scada_random(s);
	return uuid_random(bits);
}

void scada_init(struct scada *s, const struct house *h, const struct settings *settings, const struct pool *pool,
	const struct contract_record *record)
{
	struct guard_limits limits;

	memset(s, 0, sizeof(*s));
	s->house = h;
	s->settings = settings;
	scada_index_channels(s);
	s->pool = pool;
	s->contract = *record;
	s->reserved = -1;
	sla_start(&s->sla, record->sla_hold);
	energy_begin(&s->energy, record);
	s->log_seq = record->log_seq;
	s->restored = true;
	guard_config_limits(settings, h, &limits);
	s->own_delay_ms = limits.start_delay_ms;
	s->tick_ms = settings->simulated && settings->meter.poll_ms > SCADA_TICK_MS ? settings->meter.poll_ms : SCADA_TICK_MS;
	scada_pace(s, settings->sim.speed);
}

void scada_pace(struct scada *s, double speed)
{
	s->age_limit_ms = gate_age_limit_ms(s->settings->simulated, speed);
}

void scada_remember(struct scada *s, const struct contract_book *book)
{
	s->next = book->at[CONTRACT_NEXT];
	for (int i = 0; i < CONTRACT_MAX_OWED; i++)
		s->reports[i] = book->at[CONTRACT_OWED + i];
}

/* The first message of a start sets the times everything else is measured from. */
static void first_time(struct scada *s)
{
	s->started = true;
	s->next_tick = s->last_tick = s->seeing_since = s->now;
	s->next_status = mono_after(s->now, SCADA_STATUS_MS);
	s->next_report = mono_after(s->now, SCADA_REPORT_MS);
	s->next_keep = mono_after(s->now, SCADA_KEEP_MS);
	s->calm_until = mono_after(s->now, s->own_delay_ms);
	s->look_until = mono_after(s->now, SCADA_LOOK_MS);
	beats_restart(&s->beats, s->now);
}

static struct mode present_mode(const struct scada *s)
{
	struct mode_inputs in = {
		.state = (enum contract_state)s->contract.state,
		.beat_age_ms = beats_age_ms(&s->beats, s->now),
		.beat_heard = s->beats.ever,
		.echo_ok = beats_ok(&s->beats),
		.clock_trusted = s->clock_trusted,
		.sensors_ok = mono_since(s->now, s->seeing_since) < SCADA_BLIND_MS,
		.safe_mode = s->safe_mode,
		.atn_wants_local = s->atn_wants_local,
		.dispatched = scada_dispatched(s),
		.operator_lease = scada_operated(s),
		.instructed = scada_instructed(s),
	};

	return control_mode(&in);
}

static void say_mode(struct scada *s, struct mode before, struct outbox *out)
{
	const char *cause = s->mode.mode == REMOTE_CONTROL ? "beat echoed" : cause_name(s->mode.cause);

	if (s->mode_known && s->mode.mode == before.mode &&
		(s->mode.mode == REMOTE_CONTROL || s->mode.cause == before.cause))
		return;
	s->log_seq++;
	record(out, LEVEL_INFO, LOG_MODE, NO_NODE, (int32_t)s->mode.mode, "%s (%s)",
		control_mode_name(s->mode.mode), cause);
	scada_news(&(struct msg_news){ .kind = NEWS_MODE, .mode = (uint8_t)s->mode.mode,
		.cause = (uint8_t)s->mode.cause, .node = NO_NODE }, out);
	scada_contract_keep(s, out);	/* LogSeq must not go back over a restart */
}

/* Uplink and history hear of the mode when anything they use of it changes. */
static void tell_mode(struct scada *s, struct outbox *out)
{
	struct msg m = { .type = MSG_MODE, .mode = {
		.mode = s->mode.mode, .cause = s->mode.cause,
		.contract_live = s->contract.state == CONTRACT_LIVE,
		.acks_status = s->contract.acks_status != 0 } };
	bool same = s->mode_known && s->told.mode == m.mode.mode && s->told.cause == m.mode.cause &&
		s->told.contract_live == m.mode.contract_live && s->told.acks_status == m.mode.acks_status;

	if (same)
		return;
	s->told = m.mode;
	m.to = TO_HISTORY;
	say(out, &m);
	m.to = TO_UPLINK;
	say(out, &m);
}

/* SF-33: between a contract's early end and its successor's start, as long as nothing else takes the controls away. */
static bool holds_to_start(struct scada *s)
{
	s->hold_to_start = s->hold_to_start && s->contract.state == CONTRACT_PENDING &&
		s->mode.mode == LOCAL_CONTROL && s->clock_trusted &&
		mono_since(s->now, s->seeing_since) < SCADA_BLIND_MS;
	return s->hold_to_start;
}

void scada_settle_mode(struct scada *s, struct outbox *out)
{
	struct mode before = s->mode;

	s->mode = present_mode(s);
	if (s->mode.mode != REMOTE_CONTROL && scada_dispatched(s) && !holds_to_start(s)) {
		scada_release_dispatches(s);
		s->mode = present_mode(s);
	}
	say_mode(s, before, out);
	tell_mode(s, out);
	if (s->beat_due || (s->mode_known && s->mode.mode != before.mode && s->contract.state == CONTRACT_LIVE))
		scada_send_beat(s, out);
	s->beat_due = false;
	s->mode_known = true;
}

static bool due(struct scada *s, struct mono *when, int64_t every_ms)
{
	if (!mono_reached(s->now, *when))
		return false;
	*when = mono_after(*when, every_ms);
	if (mono_reached(s->now, *when))	/* the machine slept: no burst of what was missed */
		*when = mono_after(s->now, every_ms);
	return true;
}

static void tick(struct scada *s, struct outbox *out)
{
	scada_energy(s);
	scada_slots_tick(s, out);
	if (s->mode.mode == REMOTE_CONTROL)
		s->contract.remote_ms += mono_since(s->now, s->last_tick);
	s->last_tick = s->now;
	scada_keep_relays(s, out);
	scada_worry(s, out);
	if (due(s, &s->next_report, SCADA_REPORT_MS))
		scada_send_reports(s, out);
	if (due(s, &s->next_keep, SCADA_KEEP_MS) && s->contract.state == CONTRACT_LIVE)
		scada_contract_keep(s, out);
	if (due(s, &s->next_status, SCADA_STATUS_MS) && s->settings->simulated)
		scada_status_line(s, out);
}

static void link_changed(struct scada *s, const struct msg *in, struct outbox *out)
{
	s->link_up = in->link.up;
	if (!s->link_up)
		return;
	s->power.reported = false;
	s->calm_until = mono_after(s->now, s->own_delay_ms);
	alerts_tell_again(&s->alerts);
	scada_send_reports(s, out);
	s->beat_due = s->contract.state == CONTRACT_LIVE;	/* something fresh to echo */
	scada_send_power(s, out);
}

static void owed_changed(struct scada *s, const struct msg *in, struct outbox *out)
{
	(void)out;
	s->owed = in->owed.count;
}

static void safe_mode_changed(struct scada *s, const struct msg *in, struct outbox *out)
{
	(void)out;
	s->safe_mode = in->safe_mode.on;
}

typedef void scada_handler(struct scada *, const struct msg *, struct outbox *);

static scada_handler *const handlers[N_MSG_TYPES] = {
	[MSG_READING] = scada_reading,
	[MSG_READINGS] = scada_readings,
	[MSG_ANSWER] = scada_answer,
	[MSG_RELAY_EVENT] = scada_relay_event,
	[MSG_REFUSED] = scada_refused,
	[MSG_DISPATCH] = scada_dispatch,
	[MSG_OFFER] = scada_offer,
	[MSG_BEAT] = scada_beat,
	[MSG_END] = scada_end,
	[MSG_REPORT_ACK] = scada_report_ack,
	[MSG_SNAPSHOT_REQUEST] = scada_snapshot,
	[MSG_INSTRUCTION] = scada_instruct,
	[MSG_STATUS_ACK] = scada_status_ack,
	[MSG_HISTORY_REQUEST] = scada_history_request,
	[MSG_LINK] = link_changed,
	[MSG_STORED] = scada_stored,
	[MSG_STORE_FAILED] = scada_store_failed,
	[MSG_OWED] = owed_changed,
	[MSG_ALARM] = scada_alarm,
	[MSG_OPERATOR] = scada_operator,
	[MSG_QUERY] = scada_query,
	[MSG_SAFE_MODE] = safe_mode_changed,
	[MSG_PLAN] = scada_plan,
	[MSG_WEATHER] = scada_weather,
	[MSG_PRICES] = scada_prices,
	[MSG_OUTLOOK] = scada_outlook,
};

/* SF-83: not being able to see is said once, and so is its end. */
static void watch_sight(struct scada *s, struct outbox *out)
{
	bool seeing = scada_seeing(s);

	if (seeing)
		s->seeing_since = s->now;
	if (!seeing && !s->blind_said && mono_since(s->now, s->seeing_since) >= SCADA_BLIND_MS) {
		s->blind_said = true;
		record(out, LEVEL_CRITICAL, LOG_BLIND, NO_NODE, 1, "no good reading of the store's top or of a critical "
			"zone for 5 min: element off, zones heated - replace the sensor named in the SENSOR lines");
	} else if (seeing && s->blind_said) {
		s->blind_said = false;
		record(out, LEVEL_INFO, LOG_BLIND, NO_NODE, 0, "seeing again");
	}
}

/* False: no time has passed since the last message, whose own end has seen to all that time brings. */
static bool read_stamps(struct scada *s, const struct msg *in)
{
	bool later = !s->started || s->now.ms != in->now.ms || s->clock.ms != in->clock.ms ||
		s->clock_trusted != in->clock_trusted;

	s->now = in->now;
	s->clock = in->clock;
	s->clock_trusted = in->clock_trusted;
	s->random = in->random[0] ^ (in->random[1] << 1);
	return later;
}

static bool is_reading(const struct msg *in)
{
	return in->type == MSG_READING || in->type == MSG_READINGS;
}

/* May a reading wait for the last of its instant, or does it change nothing that is decided upon between two ticks? */
static bool may_wait(const struct scada *s, const struct msg *in, bool later)
{
	return is_reading(in) && !later && (in->more || !s->unsettled);
}

/* What follows from the time that has come. */
static void pass_time(struct scada *s, struct outbox *out)
{
	scada_contract_tick(s, out);
	scada_settle_mode(s, out);
}

static void settle(struct scada *s, struct outbox *out)
{
	s->unsettled = false;
	watch_sight(s, out);
	pass_time(s, out);
	scada_drive(s, false, out);
}

/* A tick changes nothing by which contract and mode are judged: time before it is time after it. */
static void step_tick(struct scada *s, bool later, struct outbox *out)
{
	watch_sight(s, out);
	if (later)
		pass_time(s, out);
	tick(s, out);
	scada_drive(s, true, out);
	while (mono_reached(s->now, s->next_tick))
		s->next_tick = mono_after(s->next_tick, s->tick_ms);
}

/* True: what follows from it may wait. */
static bool step_message(struct scada *s, const struct msg *in, bool later, struct outbox *out)
{
	/* Time first: a contract that is over must not be obeyed for the rest of a tick. */
	if (later)
		pass_time(s, out);
	if (handlers[in->type] != NULL && scada_admit(s, in, out))
		handlers[in->type](s, in, out);
	if (may_wait(s, in, later))
		return true;
	settle(s, out);
	return false;
}

/* Readings come by the dozen in one instant: what follows from them is decided after the last, and in any case before
 * anything else is handled and before time goes on. */
void scada_step(void *self, const struct msg *in, struct outbox *out)
{
	struct scada *s = self;
	bool later = read_stamps(s, in);

	if (!s->started)
		first_time(s);
	if (in->type == MSG_STOP) {	/* history stops after us: what was told is kept */
		scada_energy(s);
		scada_contract_keep(s, out);
		scada_book_flush(s, out);
		return;
	}
	if (s->unsettled && (later || !is_reading(in)))
		settle(s, out);
	if (in->type == MSG_TICK)
		step_tick(s, later, out);
	else if (step_message(s, in, later, out))
		return;
	scada_book_flush(s, out);
	scada_tell_alerts(s, out);
	out->wake_at = s->next_tick;
}
