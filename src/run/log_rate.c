/* SPDX-License-Identifier: MIT */
#include "run/log_rate.h"

#include <stddef.h>

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };

/* Codes whose lines each tell something new, even when the words are the same as last time. */
static const bool tells_change[N_LOG_CODES] = {
	[LOG_BOOT] = true, [LOG_MODE] = true, [LOG_CONTRACT] = true, [LOG_RELAY] = true, [LOG_STATUS] = true,
	[LOG_OPERATOR] = true, [LOG_RELOAD] = true, [LOG_TEST] = true,
};

static uint64_t hash_without_digits(const char *text)
{
	uint64_t h = 0xCBF29CE484222325u;

	for (; *text != '\0'; text++)
		if (*text < '0' || *text > '9')
			h = (h ^ (uint8_t)*text) * 0x100000001B3u;
	return h;
}

static int64_t rung_after_ms(int rung)
{
	static const int64_t first[] = { MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS };
	enum { N = sizeof(first) / sizeof(first[0]) };

	return rung < N ? first[rung] : HOUR_MS + (int64_t)(rung - N + 1) * 6 * HOUR_MS;
}

static bool same_subject(const struct log_repeat *r, const struct msg_log *log)
{
	return r->used && r->node == log->node && r->code == log->code;
}

/* A fault ends what was said about its absence, and the other way round. */
static void forget_opposite(struct log_rate *rate, const struct msg_log *log, bool fault)
{
	for (int i = 0; i < LOG_RATE_REPEATS; i++)
		if (same_subject(&rate->repeats[i], log) && rate->repeats[i].fault != fault)
			rate->repeats[i].used = false;
}

static struct log_repeat *find(struct log_rate *rate, const struct msg_log *log, uint64_t text)
{
	for (int i = 0; i < LOG_RATE_REPEATS; i++)
		if (same_subject(&rate->repeats[i], log) && rate->repeats[i].text == text)
			return &rate->repeats[i];
	return NULL;
}

/* A free place, or that of what has been silent longest. */
static struct log_repeat *place(struct log_rate *rate)
{
	struct log_repeat *oldest = &rate->repeats[0];

	for (int i = 0; i < LOG_RATE_REPEATS; i++) {
		if (!rate->repeats[i].used)
			return &rate->repeats[i];
		if (rate->repeats[i].last.ms < oldest->last.ms)
			oldest = &rate->repeats[i];
	}
	return oldest;
}

static bool repeat_pass(struct log_rate *rate, const struct msg *m, uint32_t *held)
{
	uint64_t text = hash_without_digits(m->log.text);
	bool fault = m->log.level < LEVEL_INFO;
	struct log_repeat *r;

	forget_opposite(rate, &m->log, fault);
	r = find(rate, &m->log, text);
	if (r == NULL) {
		*place(rate) = (struct log_repeat){ .used = true, .fault = fault, .code = m->log.code,
			.node = m->log.node, .text = text, .first = m->now, .last = m->now };
		return true;
	}
	r->last = m->now;
	if (mono_since(m->now, r->first) < rung_after_ms(r->rung)) {
		r->held++;
		return false;
	}
	while (mono_since(m->now, r->first) >= rung_after_ms(r->rung))
		r->rung++;
	*held = r->held;
	r->held = 0;
	return true;
}

static bool minute_pass(struct log_rate *rate, const struct msg *m)
{
	struct log_minute *minute = &rate->minutes[m->log.code];

	if (!minute->open)
		*minute = (struct log_minute){ .open = true, .start = m->now, .level = m->log.level };
	if (minute->printed < LOG_RATE_PER_MINUTE) {
		minute->printed++;
		return true;
	}
	if (m->log.level < minute->level || minute->held == 0)
		minute->level = m->log.level;
	minute->held++;
	return false;
}

bool log_rate_pass(struct log_rate *rate, const struct msg *m, uint32_t *held)
{
	*held = 0;
	if (m->log.code >= N_LOG_CODES)
		return true;
	if (!tells_change[m->log.code] && !repeat_pass(rate, m, held))
		return false;
	return minute_pass(rate, m);
}

bool log_rate_over(struct log_rate *rate, struct mono now, enum log_code *code, enum log_level *level,
	uint32_t *held)
{
	for (int i = 0; i < N_LOG_CODES; i++) {
		struct log_minute *minute = &rate->minutes[i];

		if (!minute->open || mono_since(now, minute->start) < MINUTE_MS)
			continue;
		minute->open = false;
		if (minute->held == 0)
			continue;
		*code = (enum log_code)i;
		*level = minute->level;
		*held = minute->held;
		return true;
	}
	return false;
}
