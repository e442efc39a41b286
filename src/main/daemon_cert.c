/* SPDX-License-Identifier: MIT */
/* Our own certificate, looked at once an hour: who lets it run out loses the uplink (SF-56). */
#include <stdio.h>

#include "main/daemon_parts.h"
#include "port/clock_linux.h"
#include "port/tls_look.h"

enum { LOOK_EVERY_MS = 3600 * 1000 };

static void say_stage(struct daemon *d, enum cert_stage stage, int64_t until_s)
{
	enum log_level level = stage == CERT_GOOD ? LEVEL_INFO : stage >= CERT_1_DAY ? LEVEL_ERROR : LEVEL_WARNING;
	char day[TLS_DAY_SIZE];

	tls_day(until_s, day);
	daemon_record(d, level, LOG_CERT, (int32_t)stage, "our certificate %s (until=%s, file=%.60s)%s", cert_words(stage),
		day, d->loaded->settings.uplink.cert_file, stage == CERT_GOOD ? "" : " - renew it, then reload");
}

static void look(struct daemon *d, int64_t now_s)
{
	enum cert_stage stage;
	int64_t until_s;
	struct err e;

	if (!tls_file_until(d->loaded->settings.uplink.cert_file, &until_s, &e)) {
		daemon_record(d, LEVEL_WARNING, LOG_CERT, -1, "our certificate: %.120s - check uplink.cert_file", e.text);
		return;
	}
	stage = cert_look(now_s, until_s);
	if (stage != d->cert_said)
		say_stage(d, stage, until_s);
	d->cert_said = stage;
}

void daemon_look_at_certificate(struct daemon *d)
{
	int64_t now_ms = clock_linux_boottime_ms();

	if (!d->trusted || !d->loaded->settings.uplink.tls || d->loaded->settings.uplink.cert_file[0] == '\0' ||
		now_ms < d->cert_due_ms)
		return;
	d->cert_due_ms = now_ms + LOOK_EVERY_MS;
	look(d, tls_now_s());
}
