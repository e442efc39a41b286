/* SPDX-License-Identifier: MIT */
/* SIGHUP: the configuration read anew, checked whole, and taken over as gently as its changes allow (SF-25). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings/diff.h"
#include "main/daemon_parts.h"
#include "port/last_good.h"

enum { STILL_MS = 3000 };

struct change { struct daemon *d; const struct settings *to; bool sensors; struct zone zone; };

/* Between steps: actors read settings where they stand. */
static void take_live(void *ctx)
{
	struct change *c = ctx;

	settings_take_live(&c->d->loaded->settings, c->to);
	c->d->log.level = c->to->log.level;
	c->d->zone = c->zone;
	if (c->sensors)
		for (int i = 0; i < N_SENSE_BUSES; i++)
			sensor_reload(&c->d->sensors[i], &c->d->loaded->settings);
}

/* The uplink learns that its connection is gone before the new one can say that it is there. */
static bool renew_link(struct daemon *d, struct err *e)
{
	struct msg down = { .type = MSG_LINK, .to = TO_UPLINK, .link = { .code = LOG_LINK } };

	daemon_close_net(d);
	snprintf(down.link.reason, sizeof(down.link.reason), "closed, to be made anew by the reload");
	d->post.post(d->post.self, &down);
	return daemon_open_net(d, e);
}

/* A reload also is the word of a person that what kept us from the broker was mended: no waiting for the next try. */
static bool link_is_down(const struct daemon *d)
{
	return d->paho != NULL && !net_paho_await_up(d->paho, 0);
}

static void keep_old(struct daemon *d, const char *why, const char *advice)
{
	daemon_record(d, LEVEL_ERROR, LOG_CONFIG, 0, "not reloaded, the old one stays: %.90s - %s", why, advice);
}

static void keep_old_for(struct daemon *d, const struct problems *p)
{
	char advice[64] = "run: spaceheat config check";

	if (p->n + p->more > 1)
		snprintf(advice, sizeof(advice), "and %d more; run: spaceheat config check", p->n + p->more - 1);
	keep_old(d, p->text[0], advice);
}

static void took(struct daemon *d, const struct settings *to, const struct settings_diff *diff)
{
	struct err e;

	if (d->fallback[0] != '\0')
		daemon_record(d, LEVEL_INFO, LOG_CONFIG, 0, "good again: no longer on the last good copy");
	d->fallback[0] = '\0';
	d->cert_due_ms = 0;	/* ours may be renewed under its old name */
	if (!d->stateless && !last_good_save(d->loaded->settings.state_dir, d->config, to->houses_file, &e))
		daemon_record(d, LEVEL_WARNING, LOG_CONFIG, 0, "%.150s", e.text);
	daemon_record(d, LEVEL_INFO, LOG_RELOAD, diff->live, "%s%s", diff->live > 0 ? "taken over: " : "nothing changed",
		diff->names);
}

static void take_over(struct daemon *d, const struct settings *to, const struct settings_diff *diff)
{
	struct change c = { .d = d, .to = to, .sensors = diff->sensors };
	const struct msg reloaded = { .type = MSG_RELOADED, .to = TO_PLANNER };
	struct err e;

	if (!daemon_read_zone(d, to, &c.zone, &e)) {
		keep_old(d, e.text, "change display.timezone");
		return;
	}
	if (!runtime_between_steps(d->runtime, STILL_MS, take_live, &c)) {
		keep_old(d, "a device or the disk does not answer", "send SIGHUP again later");
		return;
	}
	if ((diff->link || link_is_down(d)) && !renew_link(d, &e))
		daemon_record(d, LEVEL_ERROR, LOG_CONFIG, 0, "no connection with the changed settings: %.110s", e.text);
	d->post.post(d->post.self, &reloaded);
	took(d, to, diff);
}

/* Relays, guard or the house itself: all is closed in order, relays in their fail state, and opened with the new one. */
static void start_anew(struct daemon *d, struct loaded *fresh, const char *names)
{
	daemon_record(d, LEVEL_INFO, LOG_RELOAD, 0, "%s changed: relays to their fail state, then on with the new settings",
		names[0] != '\0' ? names : "houses.json");
	d->next = fresh;
	daemon_stop(d);
}

static void compare_and_take(struct daemon *d, struct loaded *fresh)
{
	struct settings_diff diff = settings_compare(&d->loaded->settings, &fresh->settings);
	char why[DIFF_NAMES + 40];

	if (diff.restart > 0) {
		snprintf(why, sizeof(why), "a reload cannot change %s", diff.names);
		keep_old(d, why, "restart the service");
	} else if (diff.fail_state > 0 || fresh->houses_crc != d->loaded->houses_crc) {
		start_anew(d, fresh, diff.fail_state > 0 ? diff.names : "");
	} else {
		take_over(d, &fresh->settings, &diff);
	}
}

void daemon_reload(struct daemon *d)
{
	struct problems *problems;
	struct loaded *fresh;

	if (d->next != NULL)	/* on its way already */
		return;
	problems = calloc(1, sizeof(*problems));
	fresh = calloc(1, sizeof(*fresh));
	if (problems == NULL || fresh == NULL)
		keep_old(d, "no memory", "close other programs");
	else if (!load_service(d->config, fresh, problems))
		keep_old_for(d, problems);
	else
		compare_and_take(d, fresh);
	free(problems);
	if (d->next != fresh)
		free(fresh);
}

struct loaded *daemon_next(struct daemon *d)
{
	return d->next;
}
