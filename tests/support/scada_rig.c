/* SPDX-License-Identifier: MIT */
#include "scada_rig.h"

int64_t rig_clock_ms(const struct rig *r)
{
	return T0_S * 1000LL + r->now.ms + r->wall_step_ms;
}

static void to_disk(struct rig *r)
{
	for (int i = 0; i < r->n_batch; i++)
		r->disk.at[r->batch[i].place] = r->batch[i].record;
}

/* The disk: an offer is on it when the test says so (rig_stored), all else at once. */
static void store(struct rig *r, const struct msg_store *m)
{
	bool awaited = r->scada.storing != STORING_NOTHING && m->seq == r->scada.offer_seq;

	if (m->part == 0)
		r->n_batch = 0;
	r->batch[r->n_batch++] = *m;
	if (m->part + 1 < m->parts)
		return;
	r->commits++;
	if (awaited)
		return;
	if (!r->disk_full)
		to_disk(r);
	rig_give(r, (struct msg){ .type = r->disk_full ? MSG_STORE_FAILED : MSG_STORED,
		.stored = { .seq = m->seq, .reason = "disk full" } });
}

static void hear(struct rig *r, const struct msg *said)
{
	if (said->type == MSG_SEND_ANSWER)
		r->beat = said->send_answer.beat;
	if (said->type == MSG_SEND_BEAT)
		r->beat = said->send_beat.beat;
	assert_true(r->n < RIG_SAID);
	r->said[r->n++] = *said;
}

void rig_give(struct rig *r, struct msg m)
{
	struct outbox out = { .n = 0 };

	m.now = r->now;
	m.clock = (struct wall){ rig_clock_ms(r) };
	m.clock_trusted = !r->clock_unknown;
	m.random[0] = 0x1234567 + (uint64_t)r->now.ms * 77 + (uint64_t)r->n;
	scada_step(&r->scada, &m, &out);
	assert_int_equal(out.dropped, 0);
	for (int i = 0; i < out.n; i++)
		hear(r, &out.box[i]);
	for (int i = 0; i < out.n; i++) {
		if (out.box[i].to == TO_SCADA)
			rig_give(r, out.box[i]);
		else if (out.box[i].type == MSG_STORE)
			store(r, &out.box[i].store);
	}
}

const struct msg *rig_find(const struct rig *r, enum msg_type type)
{
	for (int i = r->n - 1; i >= 0; i--)
		if (r->said[i].type == type)
			return &r->said[i];
	return NULL;
}

int rig_count(const struct rig *r, enum msg_type type)
{
	int n = 0;

	for (int i = 0; i < r->n; i++)
		n += r->said[i].type == type;
	return n;
}

const struct msg *rig_line(const struct rig *r, enum log_code code, enum log_level level)
{
	for (int i = r->n - 1; i >= 0; i--)
		if (r->said[i].type == MSG_LOG && r->said[i].log.code == code && r->said[i].log.level == level)
			return &r->said[i];
	return NULL;
}

void rig_read(struct rig *r, int channel, int64_t code)
{
	rig_give(r, (struct msg){ .type = MSG_READING, .reading = { .channel = channel, .quality = QUALITY_GOOD,
		.code = code, .at = r->now, .tick = { rig_clock_ms(r) },
		.has_register = r->has_register && channel == FX_CH_POWER, .register_wh = r->register_wh } });
}

void rig_pass_w(struct rig *r, int seconds, int64_t power_w)
{
	for (int i = 0; i < seconds; i++) {
		r->now.ms += 1000;
		if (r->now.ms / 1000 % 5 == 0) {
			rig_read(r, FX_CH_TOP, 50 * 16);
			if (!r->room_silent)
				rig_read(r, FX_CH_ROOM, r->room_code);
		}
		if (power_w >= 0)
			rig_read(r, FX_CH_POWER, power_w);
		rig_give(r, (struct msg){ .type = MSG_TICK });
	}
}

void rig_pass(struct rig *r, int seconds)
{
	rig_pass_w(r, seconds, 0);
}

void rig_clear(struct rig *r)
{
	r->n = 0;
}

static void wake_up(struct rig *r)
{
	scada_init(&r->scada, &r->house, &r->settings, NULL, &r->disk.at[CONTRACT_NOW]);
	scada_remember(&r->scada, &r->disk);
	rig_read(r, FX_CH_TOP, 50 * 16);
	if (!r->room_silent)
		rig_read(r, FX_CH_ROOM, r->room_code);
	rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
	rig_give(r, (struct msg){ .type = MSG_TICK });
}

struct rig *rig_prepare(void)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	fixture_house(&r->house);
	fixture_settings(&r->settings);
	r->room_code = 18 * 16;
	return r;
}

void rig_start(struct rig *r)
{
	wake_up(r);
}

struct rig *rig_new(struct contract_record record)
{
	struct rig *r = rig_prepare();

	r->disk.at[CONTRACT_NOW] = record;
	wake_up(r);
	return r;
}

void rig_restart(struct rig *r, int down_s)
{
	r->now.ms += down_s * 1000LL;
	wake_up(r);
}

/* Answers every WANT that was said and not yet answered, as a guard that allows all. */
void rig_guard(struct rig *r, enum guard_result result, int held_for_ms)
{
	int n = r->n;

	for (int i = 0; i < n; i++) {
		struct msg w = r->said[i];

		if (w.type != MSG_WANT)
			continue;
		r->said[i].type = MSG_TICK;	/* answered */
		rig_give(r, (struct msg){ .type = MSG_ANSWER, .answer = { .relay = w.want.relay, .seq = w.want.seq,
			.result = (uint8_t)result, .held_for_ms = held_for_ms,
			.on = result == GUARD_DONE ? w.want.on : r->scada.relays[w.want.relay].on } });
	}
}

struct msg rig_offer_msg(const struct rig *r, uint8_t id, int64_t start_s, int64_t end_s)
{
	return (struct msg){ .type = MSG_OFFER, .offer = { .contract = { { id } }, .start_s = start_s,
		.end_s = end_s, .send_ms = rig_clock_ms(r), .max_power_w = -1, .beat = 5 } };
}

void rig_offer(struct rig *r, uint8_t id, int64_t start_s, int64_t end_s)
{
	rig_give(r, rig_offer_msg(r, id, start_s, end_s));
}

void rig_stored(struct rig *r)
{
	assert_int_not_equal(r->scada.storing, STORING_NOTHING);
	to_disk(r);
	rig_give(r, (struct msg){ .type = MSG_STORED, .stored = { .seq = r->scada.offer_seq } });
}

void rig_beat(struct rig *r, uint8_t id)
{
	rig_give(r, (struct msg){ .type = MSG_BEAT, .beat = { .contract = { { id } }, .beat = 6, .echo = r->beat,
		.send_ms = rig_clock_ms(r), .wants = WANTS_REMOTE } });
}

/* Time passes, and every minute the contract's beat comes. */
void rig_pass_beating(struct rig *r, uint8_t id, int seconds)
{
	for (int i = 0; i < seconds; i += 60) {
		r->now.ms += 1;		/* two beats never share their time */
		rig_beat(r, id);
		rig_pass(r, seconds - i < 60 ? seconds - i : 60);
	}
}

void rig_end(struct rig *r, uint8_t id)
{
	rig_give(r, (struct msg){ .type = MSG_END, .end = { .contract = { { id } }, .send_ms = rig_clock_ms(r) } });
}

void rig_acknowledge(struct rig *r, uint8_t id, struct uuid uid)
{
	rig_give(r, (struct msg){ .type = MSG_REPORT_ACK, .report_ack = { .contract = { { id } }, .uid = uid,
		.send_ms = rig_clock_ms(r) } });
}

struct msg rig_dispatch(const struct rig *r, const char *about, bool on)
{
	struct msg m = { .type = MSG_DISPATCH, .dispatch = { .send_ms = rig_clock_ms(r), .on = on } };

	strcpy(m.dispatch.about, about);
	return m;
}

struct rig *rig_remote(void)
{
	struct rig *r = rig_new((struct contract_record){ 0 });

	rig_offer(r, 1, T0_S, T0_S + 3600);
	rig_stored(r);
	rig_pass(r, 1);
	rig_beat(r, 1);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	rig_guard(r, GUARD_DONE, 0);
	rig_clear(r);
	return r;
}

int rig_reports_owed(const struct rig *r)
{
	int n = 0;

	for (int i = 0; i < CONTRACT_MAX_OWED; i++)
		n += r->scada.reports[i].state != CONTRACT_NONE;
	return n;
}
