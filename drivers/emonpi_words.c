/* SPDX-License-Identifier: MIT */
#include "emonpi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_W = 1000000 };

bool emonpi_understand(const char *payload, size_t length, int64_t *watts, struct err *e)
{
	char text[32], *end;

	if (length == 0 || length >= sizeof(text))
		return err_set(e, ERR_FORMAT, 0, "a message of %zu bytes is no power", length);
	memcpy(text, payload, length);
	text[length] = '\0';
	*watts = strtoll(text, &end, 10);
	if (end != text && *end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	if (end == text || strlen(text) != length || *end != '\0' || strspn(text, "-0123456789.") != length)
		return err_set(e, ERR_FORMAT, 0, "\"%.20s\" is no power", text);
	if (*watts > MOST_W || *watts < -MOST_W)
		return err_set(e, ERR_RANGE, 0, "%lld W, which no house has", (long long)*watts);
	return true;
}

void emonpi_heard(struct emonpi_times *t, int64_t now_ms)
{
	int64_t between_ms = now_ms - t->last_ms;

	t->between_ms = t->heard == 0 || between_ms > EMONPI_LONGEST_MS ? EMONPI_LONGEST_MS : between_ms;
	t->last_ms = now_ms;
	t->heard = t->heard < 2 ? t->heard + 1 : 2;
}

bool emonpi_current(const struct emonpi_times *t, int64_t now_ms)
{
	return t->heard > 0 && now_ms - t->last_ms <= t->between_ms + EMONPI_GRACE_MS;
}

bool emonpi_place(const char *port, struct emonpi_place *p, struct err *e)
{
	static const char scheme[] = "mqtt://";
	const char *rest = port + sizeof(scheme) - 1, *slash;
	int host;

	snprintf(p->broker, sizeof(p->broker), "tcp://localhost:1883");
	snprintf(p->topic, sizeof(p->topic), "emon/emonpi/power1");
	if (port[0] == '\0')
		return true;
	if (strncmp(port, scheme, sizeof(scheme) - 1) != 0 || strchr(rest, '@') != NULL || strpbrk(rest, "#+ ") != NULL)
		return err_set(e, ERR_CONFIG, 0, "meter.port = \"%.60s\" - write \"mqtt://localhost:1883/emon/emonpi/power1\"",
			port);
	slash = strchr(rest, '/');
	host = slash != NULL ? (int)(slash - rest) : (int)strlen(rest);
	if (host > 0)
		snprintf(p->broker, sizeof(p->broker), "tcp://%.*s%s", host < 140 ? host : 140, rest,
			memchr(rest, ':', (size_t)host) != NULL ? "" : ":1883");
	if (slash != NULL && slash[1] != '\0')
		snprintf(p->topic, sizeof(p->topic), "%s", slash + 1);
	return true;
}
