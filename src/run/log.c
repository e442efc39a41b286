/* SPDX-License-Identifier: MIT */
#include "run/log.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Bytes of the character at p, 0 for a control character or broken UTF-8. */
static size_t printable(const unsigned char *p)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 :
		p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < n; i++)	/* stops at the end of the text: 0 is no continuation */
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((n == 1 && (p[0] < 0x20 || p[0] == 0x7f)) || (p[0] == 0xc2 && p[1] < 0xa0))
		return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;	/* overlong, surrogates, beyond Unicode */
	return n;
}

/* At most LOG_TEXT_MAX bytes come out; characters are never cut. */
static void escape(const char *text, char out[LOG_TEXT_MAX + 1])
{
	const unsigned char *p = (const unsigned char *)text;
	size_t used = 0;

	while (*p != '\0') {
		size_t n = printable(p);
		size_t width = n > 0 ? n : 4;

		if (used + width > LOG_TEXT_MAX)
			break;
		if (n > 0)
			memcpy(out + used, p, n);
		else
			snprintf(out + used, 5, "\\x%02x", *p);
		used += width;
		p += n > 0 ? n : 1;
	}
	out[used] = '\0';
}

static size_t line_begin(
	const struct log_sink *s, struct wall clock, int level, int code, char *out, size_t size)
{
	time_t t = (time_t)(clock.ms / 1000);
	struct tm tm;
	int n;

	if (gmtime_r(&t, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	n = snprintf(out, size, "%s%04d-%02d-%02dT%02d:%02d:%02dZ %s %s", s->simulated ? "sim " : "",
		tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		log_level_name((enum log_level)level), log_code_name((enum log_code)code));
	return (size_t)n < size ? (size_t)n : size - 1;
}

static size_t line_of(const struct log_sink *s, const struct msg *m, uint32_t held, char out[LOG_LINE_SIZE])
{
	size_t used = line_begin(s, m->clock, m->log.level, m->log.code, out, LOG_LINE_SIZE);
	bool about = s->house != NULL && m->log.node >= 0 && m->log.node < s->house->n_nodes;
	char text[LOG_TEXT_MAX + 1], again[40] = "";
	int n;

	escape(m->log.text, text);
	if (held > 0)
		snprintf(again, sizeof(again), " (repeated=%u)", (unsigned int)held);
	n = snprintf(out + used, LOG_LINE_SIZE - used, "%s%s: %s%s\n", about ? " " : "",
		about ? house_alias(s->house, m->log.node) : "", text, again);
	return used + (size_t)n;
}

size_t log_line(const struct log_sink *s, const struct msg *m, char out[LOG_LINE_SIZE])
{
	return line_of(s, m, 0, out);
}

/* One write, so that lines of several programs on one terminal stay whole. A pipe that is writable takes a line of
 * less than PIPE_BUF at once; one that is not must never hold up the house (SF-2): the line is lost, and counted. */
static bool put_line(const struct log_sink *s, const char *line, size_t length)
{
	struct pollfd p = { .fd = s->fd, .events = POLLOUT };
	ssize_t n;

	if (poll(&p, 1, 0) != 1 || (p.revents & POLLOUT) == 0)
		return false;
	do
		n = write(s->fd, line, length);
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

static void say_unread(struct log_sink *s)
{
	char line[80];
	int n = snprintf(line, sizeof(line), "(%u lines of this log were lost: nobody read them)\n",
		(unsigned int)s->unread);

	if (put_line(s, line, (size_t)n))
		s->unread = 0;
}

static void write_line(struct log_sink *s, const char *line, size_t length)
{
	if (s->fd < 0)
		return;
	if (s->unread > 0)
		say_unread(s);
	if (s->unread > 0 || !put_line(s, line, length))
		s->unread++;
}

static void say_held(struct log_sink *s, struct mono now, struct wall clock)
{
	char line[LOG_LINE_SIZE];
	enum log_level level;
	enum log_code code;
	uint32_t held;

	while (log_rate_over(&s->rate, now, &code, &level, &held)) {
		size_t used = line_begin(s, clock, (int)level, (int)code, line, sizeof(line));
		int n = snprintf(
			line + used, sizeof(line) - used, " repeated %u times in 60 s\n", (unsigned int)held);

		write_line(s, line, used + (size_t)n);
	}
}

void log_sink_init(
	struct log_sink *s, FILE *f, enum log_level level, bool simulated, const struct house *house)
{
	memset(s, 0, sizeof(*s));
	s->fd = f != NULL ? fileno(f) : -1;
	s->level = level;
	s->simulated = simulated;
	s->house = house;
}

void log_sink_take(void *self, const struct msg *m)
{
	struct log_sink *s = self;
	char line[LOG_LINE_SIZE];
	uint32_t held;

	if (m->type != MSG_LOG)
		return;
	if (s->also != NULL)
		s->also(s->also_ctx, m);
	say_held(s, m->now, m->clock);
	if ((enum log_level)m->log.level > s->level || !log_rate_pass(&s->rate, m, &held))
		return;
	write_line(s, line, line_of(s, m, held, line));
}

void log_sink_flush(struct log_sink *s, struct wall clock)
{
	say_held(s, MONO_NEVER, clock);
}
