/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "core/control/alerts.h"
#include "spaceheat/actor.h"

void say(struct outbox *out, const struct msg *m)
{
	if (out->n == OUTBOX_MAX) {
		out->dropped++;
		return;
	}
	out->box[out->n++] = *m;
}

static void say_line(struct outbox *out, struct msg *m, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static void say_line(struct outbox *out, struct msg *m, const char *format, va_list args)
{
	vsnprintf(m->log.text, sizeof(m->log.text), format, args);
	say(out, m);
}

void note(struct outbox *out, enum log_level level, enum log_code code, int node, const char *format, ...)
{
	struct msg m = { .type = MSG_LOG, .to = TO_LOG,
		.log = { .level = (uint8_t)level, .code = (uint8_t)code, .node = (int16_t)node } };
	va_list args;

	va_start(args, format);
	say_line(out, &m, format, args);
	va_end(args);
}

void record(struct outbox *out, enum log_level level, enum log_code code, int node, int32_t value,
	const char *format, ...)
{
	struct msg m = { .type = MSG_LOG, .to = TO_LOG,
		.log = { .level = (uint8_t)level, .code = (uint8_t)code, .node = (int16_t)node, .value = value } };
	va_list args;

	va_start(args, format);
	say_line(out, &m, format, args);
	va_end(args);
	m.type = MSG_EVENT;
	m.to = TO_HISTORY;
	say(out, &m);
	if (!alerts_concern(level, code))
		return;
	m.type = MSG_ALARM;
	m.to = TO_SCADA;
	say(out, &m);
}
