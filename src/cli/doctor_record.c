/* SPDX-License-Identifier: MIT */
/* The record and what it stands on: database, card; and the certificates. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

#include "cli/card.h"
#include "cli/doctor.h"
#include "cli/words.h"
#include "port/store_check.h"
#include "port/tls_look.h"

enum {
	CERT_WARN_DAYS = 30, DAY_S = 86400, MB = 1024 * 1024,
	RECORD_MB_DAY = 50,		/* more than this is said as CARD_WRITES, too */
	LIFE_WARN_TENTHS = 9, LIFE_OVER_TENTHS = 11,
};

/* ---- certificates ---- */

static void certificate(const char *what, const char *path, const char *fix, struct finding *f)
{
	int64_t until_s, left_s;
	char day[TLS_DAY_SIZE];
	struct err e;

	if (!tls_file_until(path, &until_s, &e)) {
		doctor_say(f, FINDING_FAIL, fix, "%s: %.150s", what, e.text);
		return;
	}
	tls_day(until_s, day);
	left_s = until_s - tls_now_s();
	if (left_s < 0)
		doctor_say(f, FINDING_FAIL, fix, "%s expired on %s (%.80s)", what, day, path);
	else
		doctor_say(f, left_s < CERT_WARN_DAYS * DAY_S ? FINDING_WARN : FINDING_OK,
			left_s < CERT_WARN_DAYS * DAY_S ? fix : "", "%s until %s, %d days left", what, day, (int)(left_s / DAY_S));
}

static const struct settings_uplink *tls_of(const struct doctor *d, struct finding *f)
{
	const struct settings_uplink *u = &d->l.settings.uplink;

	f->result = FINDING_SKIP;
	return d->loaded && u->enable && u->tls ? u : NULL;
}

void doctor_own_certificate(struct doctor *d, struct finding *f)
{
	const struct settings_uplink *u = tls_of(d, f);

	if (u != NULL && u->cert_file[0] != '\0')
		certificate("our certificate", u->cert_file, "renew it (uplink.cert_file), then: sudo systemctl reload spaceheatd", f);
}

/* Of a bundle the first one. */
void doctor_ca_certificate(struct doctor *d, struct finding *f)
{
	const struct settings_uplink *u = tls_of(d, f);

	if (u != NULL && u->ca_file[0] != '\0')
		certificate("the authority's certificate", u->ca_file, "ask who runs the broker for its new one (uplink.ca_file)", f);
	else if (u != NULL)
		doctor_say(f, FINDING_OK, "", "the broker is held against the system's authorities");
}

/* ---- database ---- */

/* What the service says of it; without one nothing. */
static void told(const struct doctor *d, const struct err *why, struct finding *f)
{
	if (words_true(d->status, "history.failing"))
		doctor_say(f, FINDING_FAIL, "spaceheat alerts", "the service cannot write its record");
	else if (d->status != NULL)
		doctor_say(f, FINDING_OK, "", "the service has it, checked it when it opened it, and writes it (not looked into: %.60s)",
			why->text);
	else
		doctor_say(f, FINDING_WARN, "sudo spaceheat doctor", "not looked into: %.150s", why->text);
}

void doctor_database(struct doctor *d, struct finding *f)
{
	char path[PATH_SIZE + 16];
	struct err e = { .code = ERR_NONE };

	f->result = FINDING_SKIP;
	if (!d->loaded)
		return;
	snprintf(path, sizeof(path), "%s/history.db", d->l.settings.state_dir);
	doctor_status(d);
	if (store_check(path, &e))
		doctor_say(f, FINDING_OK, "", "%s: quick_check finds nothing wrong", path);
	else if (e.code == ERR_FORMAT)
		doctor_say(f, FINDING_FAIL, "restart the service: it puts the damaged file aside and begins a new one", "damaged: %.150s",
			e.text);
	else if (e.code == ERR_ABSENT && d->status == NULL)
		doctor_say(f, FINDING_OK, "", "%s: none yet", path);
	else
		told(d, &e, f);
	if (f->result == FINDING_OK && words_true(d->status, "history.failing"))
		told(d, &e, f);
}

/* ---- card ---- */

static void append(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void append(char *out, size_t size, const char *format, ...)
{
	size_t used = strlen(out);
	va_list args;

	if (used > 0)
		used += (size_t)snprintf(out + used, size - used, ", ");
	va_start(args, format);
	vsnprintf(out + used, size - used, format, args);
	va_end(args);
}

static enum finding_result worst_of(const struct card *c, double record_mb)
{
	if (c->life_tenths >= LIFE_OVER_TENTHS || c->spare == 3)
		return FINDING_FAIL;
	return c->life_tenths >= LIFE_WARN_TENTHS || c->spare == 2 || record_mb > RECORD_MB_DAY ? FINDING_WARN : FINDING_OK;
}

void doctor_judge_card(const struct card *c, double record_bytes, double up_s, struct finding *f)
{
	double record_mb = record_bytes / MB;
	enum finding_result result = worst_of(c, record_mb);
	char words[160] = "";

	if (record_bytes >= 0)
		append(words, sizeof(words), "%.1f MB of the record today", record_mb);
	if (c->written_bytes >= 0)
		append(words, sizeof(words), "%.0f MB by all since the start %.1f days ago", (double)c->written_bytes / MB,
			up_s / DAY_S);
	if (c->life_tenths >= LIFE_OVER_TENTHS)
		append(words, sizeof(words), "beyond its life");
	else if (c->life_tenths > 0)
		append(words, sizeof(words), "up to %d %% of its life used", 10 * c->life_tenths);
	if (c->spare > 1)
		append(words, sizeof(words), "its reserve is %s", c->spare == 2 ? "80 % used" : "used up");
	doctor_say(f, result, result == FINDING_OK ? "" : record_mb > RECORD_MB_DAY ? "raise history.commit_s" :
		"copy the card to a new one, and boot from that", "%s: written: %s", c->name, words[0] != '\0' ? words : "not known");
}

void doctor_card(struct doctor *d, struct finding *f)
{
	struct sysinfo s = { .uptime = 0 };
	double record = -1;
	struct stat st;
	struct card c;

	f->result = FINDING_SKIP;
	if (!d->loaded || stat(d->l.settings.state_dir, &st) != 0 || !card_look(d->sys, st.st_dev, &c))
		return;
	doctor_status(d);
	if (!words_number(d->status, "history.card_bytes_today", &record))
		record = -1;
	sysinfo(&s);
	doctor_judge_card(&c, record, (double)s.uptime, f);
}
