/* SPDX-License-Identifier: MIT */
/* scada_bench.h: a scada on a bench, for the test programs of the scada actor: gives it messages and notes what it says. */
#ifndef TESTS_SCADA_BENCH_H
#define TESTS_SCADA_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/fixture.h"
#include "actor/scada.h"
#include "spaceheat/guard.h"

#define BENCH __attribute__((unused)) static

enum { T0_S = 1799924400 };

/* A scada on a bench: everything it said since the last rig_clear is in `said`. */
struct rig {
	struct house house;
	struct settings settings;
	struct scada scada;
	struct outbox out;
	struct msg said[2048];
	int n;
	struct mono now;
	uint64_t beat;		/* the scada's newest Beat, as the AtomicTNode would have it */
};

BENCH void rig_give(struct rig *r, struct msg m)
{
	m.now = r->now;
	m.clock = (struct wall){ T0_S * 1000LL + r->now.ms };
	m.clock_trusted = true;
	m.random[0] = 0x1234567 + (uint64_t)r->now.ms * 77 + (uint64_t)r->n;
	r->out.n = 0;
	scada_step(&r->scada, &m, &r->out);
	assert_int_equal(r->out.dropped, 0);
	for (int i = 0; i < r->out.n; i++) {
		const struct msg *said = &r->out.box[i];

		if (said->type == MSG_SEND_ANSWER)
			r->beat = said->send_answer.beat;
		if (said->type == MSG_SEND_BEAT)
			r->beat = said->send_beat.beat;
		assert_true(r->n < 2048);
		r->said[r->n++] = *said;
	}
}

BENCH const struct msg *rig_find(const struct rig *r, enum msg_type type)
{
	for (int i = r->n - 1; i >= 0; i--)
		if (r->said[i].type == type)
			return &r->said[i];
	return NULL;
}

BENCH int rig_count(const struct rig *r, enum msg_type type)
{
	int n = 0;

	for (int i = 0; i < r->n; i++)
		n += r->said[i].type == type;
	return n;
}

BENCH void rig_read(struct rig *r, int channel, int64_t code)
{
	rig_give(r, (struct msg){ .type = MSG_READING, .reading = { .channel = channel, .quality = QUALITY_GOOD,
		.code = code, .at = r->now, .tick = { T0_S * 1000LL + r->now.ms } } });
}

/* Lets time pass second by second, with readings each 5 s (tank 50 C, room 18 C) and power each second. */
BENCH void rig_pass_w(struct rig *r, int seconds, int64_t power_w)
{
	for (int i = 0; i < seconds; i++) {
		r->now.ms += 1000;
		if (r->now.ms / 1000 % 5 == 0) {
			rig_read(r, FX_CH_TOP, 50 * 16);
			rig_read(r, FX_CH_ROOM, 18 * 16);
		}
		rig_read(r, FX_CH_POWER, power_w);
		rig_give(r, (struct msg){ .type = MSG_TICK });
	}
}

BENCH void rig_pass(struct rig *r, int seconds)
{
	rig_pass_w(r, seconds, 0);
}

BENCH void rig_clear(struct rig *r)
{
	r->n = 0;
}

BENCH int64_t rig_clock_ms(const struct rig *r)
{
	return T0_S * 1000LL + r->now.ms;
}

BENCH struct rig *rig_new(struct contract_record record)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	fixture_house(&r->house);
	fixture_settings(&r->settings);
	scada_init(&r->scada, &r->house, &r->settings, NULL, &record);
	rig_read(r, FX_CH_TOP, 50 * 16);
	rig_read(r, FX_CH_ROOM, 18 * 16);
	rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
	rig_give(r, (struct msg){ .type = MSG_TICK });
	return r;
}

/* Answers every WANT that was said and not yet answered, as a guard that allows all. */
BENCH void rig_guard(struct rig *r, enum guard_result result, int held_for_ms)
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

BENCH void rig_offer(struct rig *r, uint8_t id, int64_t start_s, int64_t end_s)
{
	rig_give(r, (struct msg){ .type = MSG_OFFER, .offer = { .contract = { { id } }, .start_s = start_s,
		.end_s = end_s, .send_ms = rig_clock_ms(r), .max_power_w = -1, .beat = 5 } });
}

BENCH void rig_stored(struct rig *r)
{
	int n = r->n;

	assert_non_null(rig_find(r, MSG_STORE));
	for (int i = 0; i < n; i++)
		if (r->said[i].type == MSG_STORE)
			rig_give(r, (struct msg){ .type = MSG_STORED, .stored = { .seq = r->said[i].store.seq } });
}

BENCH void rig_beat(struct rig *r, uint8_t id)
{
	rig_give(r, (struct msg){ .type = MSG_BEAT, .beat = { .contract = { { id } }, .beat = 6, .echo = r->beat,
		.send_ms = rig_clock_ms(r), .wants = WANTS_REMOTE } });
}

BENCH struct msg dispatch_msg(const struct rig *r, const char *about, bool on)
{
	struct msg m = { .type = MSG_DISPATCH, .dispatch = { .send_ms = rig_clock_ms(r), .on = on } };

	strcpy(m.dispatch.about, about);
	return m;
}

BENCH struct rig *rig_remote(void)
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

#endif
