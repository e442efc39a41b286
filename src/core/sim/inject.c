/* SPDX-License-Identifier: MIT */
#include "core/sim/inject.h"

#include <stdio.h>
#include <string.h>

#include "core/sim/rng.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

#define KINDS(...) \
	.kinds = { __VA_ARGS__ }, .n_kinds = (int)(sizeof((enum fault_kind[]){ __VA_ARGS__ }) / sizeof(enum fault_kind))

/* clang-format off */
const struct inject_row inject_rows[N_INJECT_CLASSES] = {
	[INJECT_SENSOR] = { "sensor", { 0, 0.05, 1.0 }, 600, 6 * HOUR_S, -20, 20, KINDS(FAULT_SENSOR_OPEN, FAULT_SENSOR_SHORT,
		FAULT_SENSOR_STUCK, FAULT_SENSOR_JUMP, FAULT_SENSOR_CRC, FAULT_SENSOR_POWERUP85, FAULT_SENSOR_SLOW) },
	[INJECT_RELAY] = { "relay", { 0, 0.01, 0.15 }, 1200, 3 * HOUR_S, 0, 0,
		KINDS(FAULT_RELAY_STUCKOPEN, FAULT_RELAY_WELDED, FAULT_RELAY_NOLOAD) },
	[INJECT_METER] = { "meter", { 0, 0.02, 0.3 }, 300, 4 * HOUR_S, 0, 0, KINDS(FAULT_METER_SILENT, FAULT_METER_REVERSED) },
	[INJECT_BROKER] = { "broker", { 0, 0.2, 2.0 }, 10, 6 * HOUR_S, 0, 0,
		KINDS(FAULT_BROKER_DOWN, FAULT_BROKER_DOWN, FAULT_BROKER_FLAP, FAULT_BROKER_SLOW) },
	[INJECT_ATN] = { "atn", { 0, 0.1, 1.0 }, 300, 6 * HOUR_S, 0, 0, KINDS(FAULT_ATN_SILENT, FAULT_ATN_REPLAY,
		FAULT_ATN_HOSTILE) },
	[INJECT_CLOCK] = { "clock", { 0, 0.02, 0.3 }, 300, 3 * HOUR_S, -7200, 7200, KINDS(FAULT_CLOCK_STEP, FAULT_CLOCK_UNSYNC) },
	[INJECT_DISK] = { "disk", { 0, 0.01, 0.2 }, 300, 3 * HOUR_S, 0, 0, KINDS(FAULT_DISK_FULL, FAULT_DISK_READONLY) },
	[INJECT_POWER] = { "power", { 0, 0.05, 0.5 }, 2, HOUR_S, 0, 0, KINDS(FAULT_POWER_CUT) },
	[INJECT_ACTOR] = { "actor", { 0, 0.02, 0.3 }, 2, 1800, 0, 0, KINDS(FAULT_ACTOR_CRASH, FAULT_ACTOR_HANG) },
	[INJECT_WEATHER] = { "weather", { 0, 0.02, 0.1 }, 6 * HOUR_S, DAY_S, 3, 15, KINDS(FAULT_WEATHER_COLD) },
};
/* clang-format on */

static const char *const profiles[N_INJECT_PROFILES] = { "calm", "normal", "storm" };

/* --- which are wanted ------------------------------------------------------------------------------------------ */

static bool add_class(const char *name, size_t length, uint32_t *classes)
{
	for (int i = 0; i < N_INJECT_CLASSES; i++)
		if (strlen(inject_rows[i].name) == length && memcmp(inject_rows[i].name, name, length) == 0) {
			*classes |= 1u << i;
			return true;
		}
	return false;
}

bool inject_parse(const char *text, struct inject_wish *w, struct err *e)
{
	const char *p = text + 5;

	for (int i = 0; i < N_INJECT_PROFILES; i++)
		if (strcmp(text, profiles[i]) == 0) {
			w->profile = (enum inject_profile)i;
			w->classes = (1u << N_INJECT_CLASSES) - 1;
			return true;
		}
	w->profile = INJECT_STORM;
	w->classes = 0;
	for (bool more = strncmp(text, "only=", 5) == 0; more; p += strcspn(p, ",") + 1) {
		more = p[strcspn(p, ",")] == ',';
		if (!add_class(p, strcspn(p, ","), &w->classes))
			return err_set(e, ERR_RANGE, 0, "no class of faults \"%.*s\" - there are sensor, relay, meter, broker, atn, "
				"clock, disk, power, actor, weather", (int)strcspn(p, ","), p);
	}
	return w->classes != 0 || err_set(e, ERR_RANGE, 0, "\"%.40s\" - say calm, normal, storm or only=CLASS,CLASS", text);
}

enum inject_class inject_class_of(enum fault_kind k)
{
	enum inject_class c = 0;

	while (c < N_INJECT_CLASSES - 1 && strcmp(inject_rows[c].name, fault_rows[k].what) != 0)
		c++;
	return c;
}

/* --- chance ------------------------------------------------------------------------------------------------------ */

static int pick(struct rng *state, int n)
{
	return (int)(rng_uniform(state) * n);
}

/* One of the nodes that may have such a fault. */
static bool draw_place(struct rng *state, struct fault_spec *f, const struct house *h, const struct settings *s)
{
	struct fault_spec fit[HOUSE_MAX_NODES], one = *f;
	struct err unused;
	int n = 0;

	if (fault_rows[f->kind].place == PLACE_NONE)
		return true;
	if (fault_rows[f->kind].place == PLACE_ACTOR)	/* the last is control, which the simulation of days has not */
		snprintf(f->node, sizeof(f->node), "%s", fault_actors[pick(state, N_FAULT_ACTORS - 1)]);
	if (fault_rows[f->kind].place == PLACE_ACTOR)
		return fault_place(f, h, s, &unused);
	for (int i = 0; i < h->n_nodes; i++) {
		snprintf(one.node, sizeof(one.node), "%s", house_alias(h, i));
		if (fault_place(&one, h, s, &unused))
			fit[n++] = one;
	}
	if (n > 0)
		*f = fit[pick(state, n)];
	return n > 0;
}

static bool draw(struct rng *state, const struct inject_row *r, int64_t hour_s, const struct house *h,
	const struct settings *s, struct fault_spec *f)
{
	const struct fault_row *row;

	*f = (struct fault_spec){ .kind = r->kinds[pick(state, r->n_kinds)], .when = WHEN_OFFSET };
	row = &fault_rows[f->kind];
	f->at_ms = (hour_s + pick(state, HOUR_S)) * 1000LL;
	f->for_ms = row->instant ? 0 : (r->min_s + pick(state, r->max_s - r->min_s + 1)) * 1000LL;
	if (row->key != NULL)
		f->value = (double)(int)(r->low + rng_uniform(state) * (r->high - r->low));
	return draw_place(state, f, h, s);
}

/* --- the list --------------------------------------------------------------------------------------------------- */

static int make_class(const struct inject_wish *w, const struct inject_row *r, const struct house *h,
	const struct settings *s, struct fault_spec out[], int max)
{
	struct rng state = rng_start(w->seed, r->name);
	int64_t free_ms = w->from_s * 1000;
	int n = 0;

	for (int64_t hour_s = 0; hour_s < w->to_s && n < max; hour_s += HOUR_S) {
		struct fault_spec f;

		if (rng_uniform(&state) * 24 >= r->per_day[w->profile] || !draw(&state, r, hour_s, h, s, &f))
			continue;
		if (f.at_ms < free_ms || f.at_ms >= w->to_s * 1000 || f.at_ms == 0)
			continue;
		free_ms = f.at_ms + f.for_ms + HOUR_S * 1000;
		out[n++] = f;
	}
	return n;
}

static void insert(struct fault_spec list[], int n, struct fault_spec f)
{
	while (n > 0 && list[n - 1].at_ms > f.at_ms) {
		list[n] = list[n - 1];
		n--;
	}
	list[n] = f;
}

int inject_make(const struct inject_wish *w, const struct house *h, const struct settings *s, struct fault_spec out[],
	int max)
{
	int n = 0;

	for (int c = 0; c < N_INJECT_CLASSES; c++) {
		int more = (w->classes >> c & 1) != 0 ? make_class(w, &inject_rows[c], h, s, out + n, max - n) : 0;

		for (int i = 0; i < more; i++)
			insert(out, n + i, out[n + i]);
		n += more;
	}
	return n;
}

size_t inject_print(char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "| Class | `normal`, a day | `storm`, a day | Stands | Kinds |\n"
		"|---|---|---|---|---|\n");

	for (int c = 0; c < N_INJECT_CLASSES; c++) {
		const struct inject_row *r = &inject_rows[c];

		used += (size_t)snprintf(used < size ? out + used : NULL, used < size ? size - used : 0,
			"| `%s` | %g | %g | %d s to %d s |", r->name, r->per_day[INJECT_NORMAL], r->per_day[INJECT_STORM], r->min_s,
			r->max_s);
		for (int k = 0; k < r->n_kinds; k++)
			if (k == 0 || r->kinds[k] != r->kinds[k - 1])
				used += (size_t)snprintf(used < size ? out + used : NULL, used < size ? size - used : 0, "%s `%s`",
					k > 0 ? "," : "", fault_rows[r->kinds[k]].word);
		used += (size_t)snprintf(used < size ? out + used : NULL, used < size ? size - used : 0, " |\n");
	}
	return used;
}
