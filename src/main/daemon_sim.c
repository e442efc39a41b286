/* SPDX-License-Identifier: MIT */
/* Faults on purpose, and the hands on time, of a simulated house. What a fault does is done at doors that are simulated
 * anyway, or to this process itself; the parts that must cope with it do not know that it was wanted. */
#include "main/daemon_sim.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "main/daemon_parts.h"
#include "port/store_sqlite.h"

enum { STILL_MS = 200, DAY_MS = 24 * 3600 * 1000 };

/* --- what is wanted, checked ------------------------------------------------------------------------------- */

/* Who speaks in the AtomicTNode's name needs its place at the broker: in one process there is one. */
static bool can_be_done(const struct fault_spec *f, struct err *e)
{
	return f->kind != FAULT_ATN_HOSTILE || err_set(e, ERR_RANGE, 0,
		"atn=hostile is carried out in one process alone - try it with: spaceheat sim --days 1 --fault atn=hostile@+1h+2h");
}

bool daemon_sim_check(const struct sim_orders *o, const struct house *h, const struct settings *s, struct err *e)
{
	struct fault_spec spec;

	if (o->n_faults > 0 && !s->simulated)
		return err_set(e, ERR_CONFIG, 0, "--fault: %.60s is a real house, nothing in it is broken on purpose - leave "
			"--fault out", s->house);
	if (o->n_faults > FAULT_MAX)
		return err_set(e, ERR_RANGE, 0, "--fault: %d of them - at most %d", o->n_faults, FAULT_MAX);
	for (int i = 0; i < o->n_faults; i++)
		if (!fault_parse(o->faults[i], &spec, e) || !can_be_done(&spec, e) || !fault_place(&spec, h, s, e))
			return err_in(e, "--fault");
	return true;
}

bool daemon_open_sim(struct daemon *d, struct err *e)
{
	pthread_mutex_init(&d->sim.lock, NULL);
	if (daemon_sim_check(&d->orders, &d->loaded->house, &d->loaded->settings, e))
		return true;
	d->exit_code = EXIT_BAD_FAULT;
	pthread_mutex_destroy(&d->sim.lock);
	return false;
}

void daemon_close_sim(struct daemon *d)
{
	pthread_mutex_destroy(&d->sim.lock);
}

static int64_t local_ms(const struct daemon *d, struct wall t)
{
	return ((t.ms + (int64_t)d->utc_offset_s * 1000) % DAY_MS + DAY_MS) % DAY_MS;
}

void daemon_sim_begin(struct daemon *d, struct mono now, struct wall clock)
{
	struct daemon_sim *sim = &d->sim;
	int64_t since_ms = d->orders.since_ms > 0 ? d->orders.since_ms : clock.ms;
	struct fault_origin origin = { mono_after(now, since_ms - clock.ms), local_ms(d, (struct wall){ since_ms }) };
	struct fault_spec spec;
	struct err unused;

	sim->base = origin.at;
	sim->begun = sim->now = now;
	sim->clock = clock;
	for (int i = 0; i < d->orders.n_faults; i++)	/* checked by the first stage */
		if (fault_parse(d->orders.faults[i], &spec, &unused) &&
			fault_place(&spec, &d->loaded->house, &d->loaded->settings, &unused))
			fault_schedule_add(&sim->schedule, &spec, origin);
	if (d->orders.since_ms > 0)
		fault_schedule_resume(&sim->schedule, now);
}

/* --- actors and disk: in front of what they stand for -------------------------------------------------------- */

static void faulty_step(void *self, const struct msg *in, struct outbox *out)
{
	const struct timespec nap = { .tv_nsec = 20 * 1000000L };
	struct actor_fault *f = self;

	while (atomic_load(&f->wish) == ACTOR_HANGS)
		nanosleep(&nap, NULL);
	if (atomic_load(&f->wish) == ACTOR_CRASHES)
		abort();
	f->actor.step(f->actor.self, in, out);
}

void daemon_sim_actors(struct daemon *d)
{
	for (int i = 0; i < d->n_actors; i++) {
		d->sim.actors[i].actor = d->actors[i];
		d->actors[i].step = faulty_step;
		d->actors[i].self = &d->sim.actors[i];
	}
}

/* Nonsense over the head of the file, then a look at it: what a card does that dies. */
static void damage_database(void *ctx, struct store *inner)
{
	struct daemon *d = ctx;
	char path[PATH_SIZE + 16], nonsense[512];
	struct err unused;
	int fd;

	snprintf(path, sizeof(path), "%s/history.db", d->loaded->settings.state_dir);
	memset(nonsense, 0xA5, sizeof(nonsense));
	inner->close(inner->self);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && pwrite(fd, nonsense, sizeof(nonsense), 0) != (ssize_t)sizeof(nonsense))
		daemon_say(d, LEVEL_WARNING, LOG_TEST, "%.100s could not be damaged", path);
	if (fd >= 0)
		close(fd);
	(void)store_sqlite_open(path, inner, &unused);	/* it has a notice, or its begin says why */
}

void daemon_sim_store(struct daemon *d)
{
	d->sim.disk.inner = d->store;
	d->sim.disk.damage_it = damage_database;
	d->sim.disk.ctx = d;
	d->store = store_faults_front(&d->sim.disk);
}

void daemon_sim_keep(struct daemon *d)
{
	char path[PATH_SIZE + 16];
	struct err e;

	snprintf(path, sizeof(path), "%s/heat", d->loaded->settings.state_dir);
	if (!world_keep(d->world, path, d->orders.off_s * 1000LL, &e))
		daemon_say(d, LEVEL_WARNING, LOG_BOOT, "the simulated house's heat is not kept: %.120s", e.text);
}

/* --- what each kind does: `about` has begun or ended, `now` is what stands there from now on, or NULL ---------- */

static void apply_sensor(struct daemon *d, const struct fault_spec *about, const struct fault_spec *now)
{
	static const enum world_fault faults[N_FAULT_KINDS] = {
		[FAULT_SENSOR_OPEN] = WORLD_OPEN, [FAULT_SENSOR_SHORT] = WORLD_SHORT, [FAULT_SENSOR_STUCK] = WORLD_STUCK,
		[FAULT_SENSOR_JUMP] = WORLD_JUMP, [FAULT_SENSOR_CRC] = WORLD_CRC,
		[FAULT_SENSOR_POWERUP85] = WORLD_POWER_UP, [FAULT_SENSOR_SLOW] = WORLD_SLOW,
		[FAULT_METER_SILENT] = WORLD_SILENT, [FAULT_METER_REVERSED] = WORLD_REVERSED,
	};

	world_set_fault(d->world, about->node, now != NULL ? faults[now->kind] : WORLD_NO_FAULT,
		now != NULL ? now->value : 0);
}

static void apply_relay(struct daemon *d, const struct fault_spec *about, const struct fault_spec *now)
{
	static const enum world_relay_fault faults[N_FAULT_KINDS] = {
		[FAULT_RELAY_STUCKOPEN] = WORLD_RELAY_DEAD, [FAULT_RELAY_WELDED] = WORLD_RELAY_WELDED,
		[FAULT_RELAY_NOLOAD] = WORLD_RELAY_DEAD,
	};

	world_set_relay_fault(d->world, about->node, now != NULL ? faults[now->kind] : WORLD_RELAY_SOUND);
}

static void apply_atn(struct daemon *d, const struct fault_spec *about, const struct fault_spec *now)
{
	static const enum clock_atn words[N_FAULT_KINDS] = { [FAULT_ATN_SILENT] = ATN_IS_SILENT,
		[FAULT_ATN_REPLAY] = ATN_REPEATS };

	(void)about;
	if (d->clock != NULL)
		clockfile_tell_atn(d->clock, now != NULL ? words[now->kind] : ATN_IS_SOUND);
}

static void apply_clock(struct daemon *d, const struct fault_spec *about, const struct fault_spec *now)
{
	bool unsync = now != NULL && now->kind == FAULT_CLOCK_UNSYNC;

	(void)about;
	runtime_skew(d->runtime, now != NULL && !unsync ? (int64_t)(now->value * 1000) : 0);
	if (d->trusted == unsync) {
		d->trusted = !unsync;
		runtime_trust(d->runtime, d->trusted);
		daemon_say_trust(d, unsync ? TRUST_NO_SOURCE : TRUST_SYNCHRONISED);
	}
}

static void apply_disk(struct daemon *d, const struct fault_spec *about, const struct fault_spec *now)
{
	static const enum store_fault faults[N_FAULT_KINDS] = { [FAULT_DISK_FULL] = STORE_FULL,
		[FAULT_DISK_READONLY] = STORE_READ_ONLY };

	if (about->kind == FAULT_DISK_CORRUPT)
		store_faults_damage(&d->sim.disk);
	else
		store_faults_set(&d->sim.disk, now != NULL ? faults[now->kind] : STORE_SOUND);
}

static void apply_actor(struct daemon *d, const struct fault_spec *about, const struct fault_spec *now)
{
	enum actor_wish wish = about->kind == FAULT_ACTOR_CRASH ? ACTOR_CRASHES : now != NULL ? ACTOR_HANGS : ACTOR_IS_SOUND;
	size_t n = strlen(about->node);

	for (int i = 0; i < d->n_actors; i++) {
		const char *name = d->sim.actors[i].actor.name;

		if (strncmp(name, about->node, n) == 0 && (name[n] == '\0' || name[n] == ' '))
			atomic_store(&d->sim.actors[i].wish, (int)wish);
	}
}

/* Nobody gets to do anything more: not even the guard, which has no power to move a relay with. */
static void apply_power(struct daemon *d, const struct fault_spec *about, const struct fault_spec *now)
{
	pid_t guard = guard_socket_pid(d->guard);

	(void)about;
	if (now == NULL)
		return;
	if (guard > 0)
		kill(guard, SIGKILL);
	raise(SIGKILL);
}

static void apply_weather(struct daemon *d, const struct fault_spec *about, const struct fault_spec *now)
{
	(void)about;
	world_set_cold(d->world, now != NULL ? now->value : 0);
}

typedef void apply(struct daemon *, const struct fault_spec *about, const struct fault_spec *now);

/* NULL: who started us does it, when he reads the line: the broker is his. */
static apply *const appliers[N_FAULT_KINDS] = {
	[FAULT_SENSOR_OPEN] = apply_sensor, [FAULT_SENSOR_SHORT] = apply_sensor, [FAULT_SENSOR_STUCK] = apply_sensor,
	[FAULT_SENSOR_JUMP] = apply_sensor, [FAULT_SENSOR_CRC] = apply_sensor, [FAULT_SENSOR_POWERUP85] = apply_sensor,
	[FAULT_SENSOR_SLOW] = apply_sensor,
	[FAULT_RELAY_STUCKOPEN] = apply_relay, [FAULT_RELAY_WELDED] = apply_relay, [FAULT_RELAY_NOLOAD] = apply_relay,
	[FAULT_METER_SILENT] = apply_sensor, [FAULT_METER_REVERSED] = apply_sensor,
	[FAULT_ATN_SILENT] = apply_atn, [FAULT_ATN_REPLAY] = apply_atn,
	[FAULT_CLOCK_STEP] = apply_clock, [FAULT_CLOCK_UNSYNC] = apply_clock,
	[FAULT_DISK_FULL] = apply_disk, [FAULT_DISK_READONLY] = apply_disk, [FAULT_DISK_CORRUPT] = apply_disk,
	[FAULT_ACTOR_HANG] = apply_actor, [FAULT_ACTOR_CRASH] = apply_actor,
	[FAULT_POWER_CUT] = apply_power,
	[FAULT_WEATHER_COLD] = apply_weather,
};

/* --- time --------------------------------------------------------------------------------------------------- */

static void say_event(struct daemon *d, const struct fault_event *ev)
{
	bool goes_on = ev->begins && ev->fault.begin.ms < d->sim.begun.ms;
	char text[FAULT_TEXT];

	fault_write(&ev->fault.spec, text, sizeof(text));
	daemon_record(d, LEVEL_INFO, LOG_TEST, ev->fault.number, "fault %d %s: %.130s", (int)ev->fault.number,
		!ev->begins ? "ends" : goes_on ? "goes on" : "begins", text);
}

static bool next_event(struct daemon_sim *sim, struct mono now, struct fault_event *ev, bool *stands,
	struct fault_spec *standing)
{
	const struct fault *found = NULL;
	bool due;

	pthread_mutex_lock(&sim->lock);
	due = fault_schedule_next(&sim->schedule, now, ev);
	if (due)
		found = fault_schedule_standing(&sim->schedule, &ev->fault.spec);
	*stands = found != NULL;
	if (found != NULL)
		*standing = found->spec;
	pthread_mutex_unlock(&sim->lock);
	return due;
}

void daemon_sim_tick(struct daemon *d, struct mono now, struct wall clock)
{
	struct fault_spec standing;
	struct fault_event ev;
	bool stands, instant;

	pthread_mutex_lock(&d->sim.lock);
	d->sim.now = now;
	d->sim.clock = clock;
	pthread_mutex_unlock(&d->sim.lock);
	while (next_event(&d->sim, now, &ev, &stands, &standing)) {
		instant = fault_rows[ev.fault.spec.kind].instant;
		say_event(d, &ev);
		if (appliers[ev.fault.spec.kind] != NULL)
			appliers[ev.fault.spec.kind](d, &ev.fault.spec, instant ? &ev.fault.spec : stands ? &standing : NULL);
	}
	daemon_see_clock(d);
}

/* --- the door for people -------------------------------------------------------------------------------------- */

static void show_fault(const struct daemon_sim *sim, const struct fault *f, struct sim_fault *out)
{
	int64_t to_wall_ms = sim->clock.ms - sim->now.ms;

	*out = (struct sim_fault){ .number = f->number, .stands = f->state == FAULT_STANDS,
		.begin_ms = f->begin.ms + to_wall_ms,
		.end_ms = f->end.ms == MONO_NEVER.ms ? 0 : f->end.ms + to_wall_ms };
	fault_write(&f->spec, out->text, sizeof(out->text));
}

static void door_look(void *self, struct sim_view *v)
{
	struct daemon *d = self;
	struct runtime_pace pace = runtime_pace(d->runtime);

	*v = (struct sim_view){ .speed = pace.speed, .paused = pace.paused };
	pthread_mutex_lock(&d->sim.lock);
	v->t_ms = d->sim.clock.ms;
	for (int i = 0; i < FAULT_MAX; i++)
		if (d->sim.schedule.list[i].state != FAULT_FREE)
			show_fault(&d->sim, &d->sim.schedule.list[i], &v->faults[v->n_faults++]);
	pthread_mutex_unlock(&d->sim.lock);
}

struct pace_change { struct daemon *daemon; double speed; };

static void tell_scada(void *ctx)
{
	const struct pace_change *c = ctx;

	scada_pace(&c->daemon->scada, c->speed);
}

static bool door_speed(void *self, double speed, struct err *e)
{
	struct daemon *d = self;
	struct pace_change c = { d, speed };
	struct runtime_pace pace = runtime_pace(d->runtime);

	if (!(speed == 0 || (speed >= 0.1 && speed <= 3600)))
		return err_set(e, ERR_RANGE, 0, "speed %g is outside 0.1..3600 - give one inside, or max", speed);
	if (!runtime_between_steps(d->runtime, STILL_MS, tell_scada, &c))
		return err_set(e, ERR_BUSY, 0, "a device or the disk does not answer - try again");
	pace.speed = speed;
	runtime_set_pace(d->runtime, pace);
	daemon_record(d, LEVEL_INFO, LOG_TEST, 0, speed == 0 ? "speed max" : "speed %g", speed);
	return true;
}

static void door_pause(void *self, bool paused)
{
	struct daemon *d = self;
	struct runtime_pace pace = runtime_pace(d->runtime);

	if (pace.paused == paused)
		return;
	pace.paused = paused;
	runtime_set_pace(d->runtime, pace);
	daemon_record(d, LEVEL_INFO, LOG_TEST, paused, paused ? "simulated time stands" : "simulated time goes on");
}

static bool door_fault(void *self, const char *text, int32_t *number, struct err *e)
{
	struct daemon *d = self;
	struct fault_spec spec;

	if (!fault_parse(text, &spec, e) || !can_be_done(&spec, e) ||
		!fault_place(&spec, &d->loaded->house, &d->loaded->settings, e))
		return false;
	pthread_mutex_lock(&d->sim.lock);
	*number = fault_schedule_add(&d->sim.schedule, &spec,
		(struct fault_origin){ d->sim.now, local_ms(d, d->sim.clock) });
	pthread_mutex_unlock(&d->sim.lock);
	return *number != 0 || err_set(e, ERR_RANGE, 0, "%d faults wait or stand already - clear them first", FAULT_MAX);
}

static int door_clear(void *self)
{
	struct daemon *d = self;
	int n;

	pthread_mutex_lock(&d->sim.lock);
	n = fault_schedule_clear(&d->sim.schedule, d->sim.now);
	pthread_mutex_unlock(&d->sim.lock);
	return n;
}

struct sim_door daemon_sim_door(struct daemon *d)
{
	if (!d->loaded->settings.simulated)
		return (struct sim_door){ 0 };
	return (struct sim_door){ .self = d, .look = door_look, .speed = door_speed, .pause = door_pause,
		.fault = door_fault, .clear = door_clear };
}
