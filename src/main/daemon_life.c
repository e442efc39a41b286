/* SPDX-License-Identifier: MIT */
/* What the service knows of its own life: starts and stops (SF-24), readiness and the watchdog (SF-23), its clock (SF-70,
 * SF-71). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/control/worry.h"
#include "main/daemon_parts.h"
#include "port/clock_linux.h"
#include "port/last_good.h"
#include "port/small_file.h"

static const char chips[] = "/sys/class/rtc";

/* --- starts and stops ----------------------------------------------------------------------------- */

static void life_path(const struct daemon *d, char path[PATH_SIZE + 16])
{
	snprintf(path, PATH_SIZE + 16, "%s/life", d->loaded->settings.state_dir);
}

static void keep_life(struct daemon *d)
{
	char path[PATH_SIZE + 16], text[LIFE_TEXT];

	if (d->stateless)
		return;
	life_path(d, path);
	if (small_file_replace(path, text, life_write(&d->life, text), &d->life_err))
		d->life_err.code = ERR_NONE;
}

static bool recall_life(struct daemon *d)
{
	char path[PATH_SIZE + 16];
	struct err unused;
	size_t length;
	char *text;
	bool known;

	life_path(d, path);
	text = d->stateless ? NULL : load_text(path, LIFE_TEXT, &length, &unused);
	known = text != NULL && life_read(text, &d->life);
	free(text);
	return known;
}

bool daemon_open_life(struct daemon *d, struct err *e)
{
	char boot[LIFE_BOOT];

	(void)e;	/* without a memory of it the house is heated all the same */
	notify_open(&d->notify, getenv("NOTIFY_SOCKET"));
	d->begun_ms = clock_linux_boottime_ms();
	clock_linux_boot(boot, sizeof(boot));
	d->life_start = life_begin(&d->life, recall_life(d), boot, d->begun_ms);
	d->newest_ms = d->life.wall_ms;
	d->trusted = d->loaded->settings.simulated;
	d->trust = N_TRUSTS;		/* nothing said yet */
	keep_life(d);
	return true;
}

static void see_time(struct daemon *d)
{
	struct mono unused;
	struct wall now;

	runtime_now(d->runtime, &unused, &now);
	if (d->trusted && !d->loaded->settings.simulated)
		life_saw(&d->life, now.ms);
}

void daemon_close_life(struct daemon *d)
{
	if (d->in_order) {
		life_end(&d->life);
		keep_life(d);
	}
	notify_close(&d->notify);
}

int64_t daemon_link_pause_ms(const struct daemon *d)
{
	int64_t left_ms = d->begun_ms + LIFE_STABLE_MS - clock_linux_boottime_ms();

	return d->life_start.safe_mode && left_ms > 0 ? left_ms : 0;
}

void daemon_say_life(struct daemon *d)
{
	const struct life_start *s = &d->life_start;

	if (s->unclean)
		daemon_record(d, LEVEL_WARNING, LOG_BOOT, s->recent, "the last run did not stop in order (unclean=%d in 10 min)",
			s->recent);
	else
		daemon_record(d, LEVEL_INFO, LOG_BOOT, 0, "%s", s->first ? "first start with this state directory" :
			"the last run stopped in order");
	if (s->safe_mode)
		daemon_record(d, LEVEL_CRITICAL, LOG_SAFE_MODE, s->recent,
			"%d unclean starts in 10 min: LocalControl only, no uplink for 10 min - look for the cause in the log",
			s->recent);
	if (d->life_err.code != ERR_NONE)
		daemon_record(d, LEVEL_ERROR, LOG_STORE, 0, "starts and stops cannot be counted: %.120s", d->life_err.text);
	if (d->fallback[0] != '\0')
		daemon_record(d, LEVEL_CRITICAL, LOG_CONFIG, 0,
			"running on the last good copy: %.100s - run: spaceheat config check", d->fallback);
}

/* Ten minutes without an end: what came before is forgiven. */
static void look_at_age(struct daemon *d)
{
	if (d->said_stable || clock_linux_boottime_ms() - d->begun_ms < LIFE_STABLE_MS)
		return;
	d->said_stable = true;
	see_time(d);
	life_stable(&d->life);
	keep_life(d);
	if (!d->life_start.safe_mode)
		return;
	d->post.post(d->post.self, &(struct msg){ .type = MSG_SAFE_MODE, .to = TO_SCADA });
	daemon_record(d, LEVEL_INFO, LOG_SAFE_MODE, 0, "over: ten minutes without an end of the service");
}

/* --- readiness ------------------------------------------------------------------------------------- */

/* The first MODE line is scada's first decision. Called with the log's lock held, by any thread: only a datagram. */
void daemon_hear(void *daemon, const struct msg *m)
{
	struct daemon *d = daemon;

	if (d->socket != NULL)	/* people follow the log there */
		control_socket_log(d->socket, m);
	if (m->log.code != LOG_MODE)
		return;
	if (!atomic_load(&d->decided)) {
		atomic_store(&d->decided_ms, clock_linux_boottime_ms());
		atomic_store(&d->decided, true);
		notify_say(&d->notify, "READY=1\nSTATUS=%.170s", m->log.text);
	} else {
		notify_say(&d->notify, "STATUS=%.170s", m->log.text);
	}
}

/* A configuration with which the house was decided about is one that works. */
static void keep_config(struct daemon *d)
{
	const struct settings *s = &d->loaded->settings;
	struct err e;

	if (d->stateless || d->fallback[0] != '\0' || last_good_save(s->state_dir, d->config, s->houses_file, &e))
		return;
	daemon_record(d, LEVEL_WARNING, LOG_CONFIG, 0, "%.150s", e.text);
}

static void look_at_readiness(struct daemon *d)
{
	int64_t took_ms;

	if (d->said_ready || !atomic_load(&d->decided))
		return;
	d->said_ready = true;
	took_ms = atomic_load(&d->decided_ms) - d->begun_ms;
	daemon_say(d, LEVEL_INFO, LOG_BOOT, "ready in %lld.%lld s", (long long)took_ms / 1000,
		(long long)took_ms % 1000 / 100);
	keep_config(d);
}

/* --- the wall clock of a real house ------------------------------------------------------------------ */

static struct trust_facts clock_facts(const struct daemon *d, struct wall now)
{
	struct trust_facts f = { .synchronised = clock_linux_synchronised(), .now = now, .newest_ms = d->newest_ms };

	f.chip = clock_linux_chip(chips, &f.chip_ms);
	return f;
}

void daemon_say_trust(struct daemon *d, enum trust t)
{
	if (trust_is_good(t))
		daemon_record(d, LEVEL_INFO, LOG_CLOCK, 1, "trusted: %s", trust_words(t));
	else
		daemon_record(d, LEVEL_WARNING, LOG_CLOCK, 0,
			"not trusted: %s; the house runs itself until it is - check the time service (timedatectl)",
			trust_words(t));
}

/* Trust, once there, stays: a clock that was right does not become wrong by losing its teacher. */
static void look_at_trust(struct daemon *d, struct wall now)
{
	struct trust_facts facts;
	enum trust t;

	if (d->trusted)
		return;
	facts = clock_facts(d, now);
	t = trust_look(&facts);
	if (t == d->trust)
		return;
	d->trust = t;
	d->trusted = trust_is_good(t);
	if (d->trusted)
		runtime_trust(d->runtime, true);
	daemon_say_trust(d, t);
}

static void look_at_steps(struct daemon *d, struct mono before, struct wall clock, struct mono after)
{
	int64_t step_ms = stepwatch_look(&d->steps, before, clock, after);
	int64_t size_ms = step_ms < 0 ? -step_ms : step_ms;

	if (step_ms == 0)
		return;
	daemon_record(d, LEVEL_WARNING, LOG_CLOCK, (int32_t)(step_ms / 1000 > INT32_MAX ? INT32_MAX : step_ms / 1000),
		"set %s by %lld.%01lld s: no duration and no lease changes, a contract's window is looked at anew",
		step_ms > 0 ? "forward" : "back", (long long)size_ms / 1000, (long long)size_ms % 1000 / 100);
}

void daemon_see_clock(struct daemon *d)
{
	struct mono before, after;
	struct wall clock, unused;

	runtime_now(d->runtime, &before, &clock);
	runtime_now(d->runtime, &after, &unused);
	look_at_steps(d, before, clock, after);
}

/* A simulated clock is looked at in each of its instants. */
static void look_at_clock(struct daemon *d)
{
	struct mono unused;
	struct wall clock;

	if (d->loaded->settings.simulated)
		return;
	daemon_see_clock(d);
	runtime_now(d->runtime, &unused, &clock);
	look_at_trust(d, clock);
}

/* --- room on the disk ----------------------------------------------------------------------------------- */

enum { DISK_LOOK_MS = 30000 };

static void look_at_disk(struct daemon *d)
{
	const char *dir = d->loaded->settings.state_dir;
	int64_t now_ms = clock_linux_boottime_ms(), free_mb;
	enum worry w;

	if (d->stateless || now_ms < d->next_disk_ms)
		return;
	d->next_disk_ms = now_ms + DISK_LOOK_MS;
	if (!small_file_room(dir, &free_mb))
		return;
	w = worry_disk(&d->disk_low, free_mb);
	if (w == WORRY_BEGINS)
		daemon_record(d, LEVEL_WARNING, LOG_DISK_LOW, (int32_t)free_mb, "%.80s has %lld MB free - clean up", dir,
			(long long)free_mb);
	else if (w == WORRY_ENDS)
		daemon_record(d, LEVEL_INFO, LOG_DISK_LOW, 0, "%.80s has room again", dir);
}

void daemon_look(struct daemon *d)
{
	look_at_disk(d);
	look_at_clock(d);
	look_at_readiness(d);
	look_at_age(d);
	daemon_look_at_certificate(d);
}
