/* SPDX-License-Identifier: MIT */
#include "core/control/beats.h"

void beats_restart(struct beats *b, struct mono now)
{
	b->ever = b->lost = b->coming_back = false;
	b->last_good = now;
}

void beats_send(struct beats *b, uint64_t beat)
{
	b->sent[b->next] = beat;
	b->next = (b->next + 1) % BEATS_REMEMBERED;
}

static bool take_echo(struct beats *b, uint64_t echo)
{
	for (int i = 0; echo != 0 && i < BEATS_REMEMBERED; i++) {
		if (b->sent[i] == echo) {
			b->sent[i] = 0;
			return true;
		}
	}
	return false;
}

static void note_good(struct beats *b, struct mono now)
{
	b->last_good = now;
	b->ever = true;
	if (!b->lost)
		return;
	if (!b->coming_back) {
		b->coming_back = true;
		b->first_back = now;
	} else if (mono_since(now, b->first_back) >= BEAT_RETURN_MS) {
		b->lost = b->coming_back = false;
	}
}

void beats_note(struct beats *b, uint64_t beat)
{
	b->heard = beat;
}

bool beats_hear(struct beats *b, uint64_t beat, uint64_t echo, struct mono now)
{
	beats_note(b, beat);
	if (!take_echo(b, echo))
		return false;
	note_good(b, now);
	return true;
}

void beats_hear_plain(struct beats *b, struct mono now)
{
	note_good(b, now);
}

void beats_tick(struct beats *b, struct mono now)
{
	if (b->ever && beats_age_ms(b, now) > BEAT_LOST_MS) {
		b->lost = true;
		b->coming_back = false;
	}
}

int64_t beats_age_ms(const struct beats *b, struct mono now)
{
	return mono_since(now, b->last_good);
}

bool beats_ok(const struct beats *b)
{
	return b->ever && !b->lost;
}
