/* SPDX-License-Identifier: MIT */
#include "whole/breaks.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "port/store_sqlite.h"

enum { FLAP_S = 2, CRASH_MS = 3000, DEAD_MS = 8000 };

/* Whom a hang may befall here. */
static const struct { const char *name; enum address address; bool vital; } parts[] = {
	{ "history", TO_HISTORY, false }, { "scada", TO_SCADA, true }, { "relay", TO_RELAY, true },
	{ "sensor", TO_SENSOR_0, false }, { "meter", TO_METER, false }, { "uplink", TO_UPLINK, true },
};

static int part_of(const char *actor)
{
	for (int i = 0; i < (int)(sizeof(parts) / sizeof(parts[0])); i++)
		if (strcmp(parts[i].name, actor) == 0)
			return i;
	return -1;
}

bool breaks_can(const struct fault_spec *f, struct err *e)
{
	if (f->kind != FAULT_ACTOR_HANG || part_of(f->node) >= 0)
		return true;
	return err_set(e, ERR_RANGE, 0, "actor:%s=hang: this simulation has no such part - try it with run_local", f->node);
}

/* Nonsense over the head of the file, then a look at it: what a card does that dies. */
static void damage_database(void *ctx, struct store *inner)
{
	struct inhouse *h = ctx;
	char path[160], nonsense[512];
	struct err unused;
	int fd;

	snprintf(path, sizeof(path), "%s/history.db", h->dir);
	memset(nonsense, 0xA5, sizeof(nonsense));
	inner->close(inner->self);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && pwrite(fd, nonsense, sizeof(nonsense), 0) < 0)
		fd = fd + 0;	/* then it is not damaged, and the next look says so */
	if (fd >= 0)
		close(fd);
	(void)store_sqlite_open(path, inner, &unused);	/* it has a notice, or its begin says why */
}

void breaks_open(struct breaks *b, struct inhouse *h, struct break_row *list, int n)
{
	*b = (struct breaks){ .house = h, .list = list, .n = n, .hostile = hostile_start(h->o.seed) };
	for (int i = 0; i < N_INJECT_CLASSES; i++)
		b->last[i] = MONO_NEVER;
	b->lied = MONO_NEVER;
	h->disk.damage_it = damage_database;
	h->disk.ctx = h;
}

/* --- what each kind does: `now` is what stands there from now on, or NULL ------------------------------------------ */

typedef void apply(struct breaks *, const struct fault_spec *about, const struct fault_spec *now);

static void apply_sensor(struct breaks *b, const struct fault_spec *about, const struct fault_spec *now)
{
	static const enum world_fault faults[N_FAULT_KINDS] = {
		[FAULT_SENSOR_OPEN] = WORLD_OPEN, [FAULT_SENSOR_SHORT] = WORLD_SHORT, [FAULT_SENSOR_STUCK] = WORLD_STUCK,
		[FAULT_SENSOR_JUMP] = WORLD_JUMP, [FAULT_SENSOR_CRC] = WORLD_CRC,
		[FAULT_SENSOR_POWERUP85] = WORLD_POWER_UP, [FAULT_SENSOR_SLOW] = WORLD_SLOW,
		[FAULT_METER_SILENT] = WORLD_SILENT, [FAULT_METER_REVERSED] = WORLD_REVERSED,
	};

	world_set_fault(b->house->world, about->node, now != NULL ? faults[now->kind] : WORLD_NO_FAULT,
		now != NULL ? now->value : 0);
}

static void apply_relay(struct breaks *b, const struct fault_spec *about, const struct fault_spec *now)
{
	static const enum world_relay_fault faults[N_FAULT_KINDS] = { [FAULT_RELAY_STUCKOPEN] = WORLD_RELAY_DEAD,
		[FAULT_RELAY_WELDED] = WORLD_RELAY_WELDED, [FAULT_RELAY_NOLOAD] = WORLD_RELAY_DEAD };

	world_set_relay_fault(b->house->world, about->node, now != NULL ? faults[now->kind] : WORLD_RELAY_SOUND);
}

static void apply_broker(struct breaks *b, const struct fault_spec *about, const struct fault_spec *now)
{
	(void)about;
	b->flapping = now != NULL && now->kind == FAULT_BROKER_FLAP;
	b->slow = now != NULL && now->kind == FAULT_BROKER_SLOW;
	net_sim_cut(b->house->broker, now != NULL && !b->slow);
	net_sim_slow(b->house->broker, b->slow);
}

static void apply_atn(struct breaks *b, const struct fault_spec *about, const struct fault_spec *now)
{
	static const enum inhouse_atn words[N_FAULT_KINDS] = { [FAULT_ATN_SILENT] = INHOUSE_ATN_SILENT,
		[FAULT_ATN_REPLAY] = INHOUSE_ATN_REPEATS, [FAULT_ATN_HOSTILE] = INHOUSE_ATN_HOSTILE };

	(void)about;
	b->house->atn_is = now != NULL ? words[now->kind] : INHOUSE_ATN_SOUND;
}

static void tell_clock(const struct breaks *b)
{
	single_skew(b->house->single, b->skew_ms);
	single_trust(b->house->single, !b->unsync);
}

static void apply_clock(struct breaks *b, const struct fault_spec *about, const struct fault_spec *now)
{
	(void)about;
	b->unsync = now != NULL && now->kind == FAULT_CLOCK_UNSYNC;
	b->skew_ms = now != NULL && !b->unsync ? (int64_t)(now->value * 1000) : 0;
	tell_clock(b);
}

static void apply_disk(struct breaks *b, const struct fault_spec *about, const struct fault_spec *now)
{
	static const enum store_fault faults[N_FAULT_KINDS] = { [FAULT_DISK_FULL] = STORE_FULL,
		[FAULT_DISK_READONLY] = STORE_READ_ONLY };

	if (about->kind == FAULT_DISK_CORRUPT)
		store_faults_damage(&b->house->disk);
	else
		store_faults_set(&b->house->disk, now != NULL ? faults[now->kind] : STORE_SOUND);
}

static void apply_weather(struct breaks *b, const struct fault_spec *about, const struct fault_spec *now)
{
	(void)about;
	world_set_cold(b->house->world, now != NULL ? now->value : 0);
}

/* What the runtime's supervisor says of it, in real time, where there are threads. */
static void say_of(const struct breaks *b, int part, enum log_level level, enum log_code code, const char *text)
{
	struct msg m = { .type = MSG_LOG, .to = TO_LOG, .log = { .level = (uint8_t)level, .code = (uint8_t)code, .node = NO_NODE } };

	snprintf(m.log.text, sizeof(m.log.text), "%s: %s", parts[part].name, text);
	b->house->post.post(b->house->post.self, &m);
}

static void apply_actor(struct breaks *b, const struct fault_spec *about, const struct fault_spec *now)
{
	int part = part_of(about->node);

	if (about->kind != FAULT_ACTOR_HANG)
		return;
	if (now != NULL)
		single_hold(b->house->single, parts[part].address);
	else if (single_release(b->house->single, parts[part].address) > 0)
		say_of(b, part, LEVEL_WARNING, LOG_GAP, "mailbox full, messages dropped");
}

/* By class; power and a crash are restarts. */
static apply *const appliers[N_INJECT_CLASSES] = {
	[INJECT_SENSOR] = apply_sensor, [INJECT_RELAY] = apply_relay, [INJECT_METER] = apply_sensor,
	[INJECT_BROKER] = apply_broker, [INJECT_ATN] = apply_atn, [INJECT_CLOCK] = apply_clock,
	[INJECT_DISK] = apply_disk, [INJECT_WEATHER] = apply_weather, [INJECT_ACTOR] = apply_actor,
};

/* --- time -------------------------------------------------------------------------------------------------------- */

static bool restart(struct breaks *b, const struct fault_spec *f, struct err *e)
{
	bool power = f->kind == FAULT_POWER_CUT;
	struct wall clock;

	for (int i = b->done; i < b->next; i++)
		if (b->list[i].spec.kind == FAULT_ACTOR_HANG && b->list[i].begun && !b->list[i].ended) {
			b->list[i].ended = true;	/* it went with its process */
			b->list[i].end = inhouse_now(b->house, &clock);
		}
	return inhouse_restart(b->house, power ? f->for_ms : CRASH_MS, power, e);
}

static const struct fault_spec *standing(const struct breaks *b, const struct fault_spec *target)
{
	for (int i = b->next - 1; i >= b->done; i--)
		if (b->list[i].begun && !b->list[i].ended && fault_same_target(&b->list[i].spec, target))
			return &b->list[i].spec;
	return NULL;
}

static void carry_out(struct breaks *b, const struct fault_spec *f, const struct fault_spec *now)
{
	apply *a = appliers[inject_class_of(f->kind)];

	if (a != NULL)
		a(b, f, now);
}

static bool begin(struct breaks *b, struct break_row *r, struct mono now, struct err *e)
{
	bool instant = fault_rows[r->spec.kind].instant || r->spec.kind == FAULT_POWER_CUT;

	r->begun = true;
	r->begin = now;
	r->end = r->spec.for_ms > 0 ? mono_after(now, r->spec.for_ms) : instant ? now : MONO_NEVER;
	carry_out(b, &r->spec, &r->spec);
	r->ended = instant;
	if (r->spec.kind != FAULT_POWER_CUT && r->spec.kind != FAULT_ACTOR_CRASH)
		return true;
	return restart(b, &r->spec, e);
}

/* SF-22: a vital part is late after 2 s, and after 8 s the process ends; another is late after 8 s. */
static bool supervise(struct breaks *b, struct mono now, struct err *e)
{
	for (int i = b->done; i < b->next; i++) {
		struct break_row *r = &b->list[i];
		int part = r->spec.kind == FAULT_ACTOR_HANG && r->begun && !r->ended ? part_of(r->spec.node) : -1;
		int64_t silent_ms = part >= 0 ? mono_since(now, r->begin) : 0;

		if (part < 0)
			continue;
		if (!r->told && silent_ms >= (parts[part].vital ? DEAD_MS / 4 : DEAD_MS)) {
			say_of(b, part, LEVEL_WARNING, LOG_ACTOR_LATE, "no check-in");
			r->told = true;
		}
		if (!parts[part].vital || silent_ms < DEAD_MS)
			continue;
		say_of(b, part, LEVEL_CRITICAL, LOG_ACTOR_DEAD, "no check-in - the process ends, relays go to their fail state");
		return restart(b, &r->spec, e);
	}
	return true;
}

static void mark(struct breaks *b, struct mono now)
{
	while (b->done < b->next && b->list[b->done].ended && b->list[b->done].end.ms < now.ms - 1000)
		b->done++;
	for (int i = b->done; i < b->next; i++) {
		const struct break_row *r = &b->list[i];

		if ((r->spec.kind == FAULT_SENSOR_STUCK || r->spec.kind == FAULT_SENSOR_JUMP) && !r->ended)
			b->lied = now;
		if (r->spec.kind != FAULT_ATN_HOSTILE && (!r->ended || r->end.ms >= now.ms - 1000))	/* it excuses nothing */
			b->last[inject_class_of(r->spec.kind)] = now;
	}
}

static void end_due(struct breaks *b, struct mono now)
{
	for (int i = b->done; i < b->next; i++) {
		struct break_row *r = &b->list[i];

		if (r->ended || !mono_reached(now, r->end))
			continue;
		r->ended = true;
		carry_out(b, &r->spec, standing(b, &r->spec));
		if (r->told)
			say_of(b, part_of(r->spec.node), LEVEL_INFO, LOG_ACTOR_LATE, "checks in again");
	}
}

bool breaks_step(struct breaks *b, struct err *e)
{
	struct wall clock;
	struct mono now = inhouse_now(b->house, &clock);

	if (b->n == 0)
		return true;
	end_due(b, now);
	if (!supervise(b, now, e))
		return false;
	now = inhouse_now(b->house, &clock);
	while (b->next < b->n && b->list[b->next].spec.at_ms <= now.ms) {
		if (!begin(b, &b->list[b->next++], now, e))
			return false;
		now = inhouse_now(b->house, &clock);
		end_due(b, now);
	}
	if (b->slow)
		net_sim_let(b->house->broker);
	if (b->flapping)
		net_sim_cut(b->house->broker, now.ms / 1000 / FLAP_S % 2 == 0);
	b->hostile_speaks = b->house->atn_is == INHOUSE_ATN_HOSTILE;
	if (b->hostile_speaks)
		hostile_step(&b->hostile, b->house);
	b->hostile_speaks = false;
	mark(b, now);
	return true;
}

int64_t breaks_since_ms(const struct breaks *b, enum inject_class c, struct mono now)
{
	return b->last[c].ms == MONO_NEVER.ms ? INT64_MAX : mono_since(now, b->last[c]);
}
