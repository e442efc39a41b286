/* SPDX-License-Identifier: MIT */
/* What a replay came to, as text and as JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cli/when.h"
#include "cli/words.h"
#include "core/control/local.h"
#include "core/control/local_top.h"
#include "core/settings/diff.h"
#include "main/cli_replay.h"

static const double S_PER_H = 3600, W_PER_KW = 1000;

static double kwh(const struct replay_words *w, double s)
{
	return s / S_PER_H * w->decided.source_w / W_PER_KW;
}

static bool is_edge(const struct replay_words *w, const struct replay_difference *d)
{
	return (double)(d->to_ms - d->from_ms) <= 1000 * w->decided.edge_s;
}

/* --- text -------------------------------------------------------------------------------------------------------- */

static void print_change(void *ctx, const struct setting_change *c)
{
	(void)ctx;
	printf("  %s = %s (as it is: %s)\n", c->path, c->then, c->now);
}

static void print_head(const struct replay_words *w)
{
	char from[WHEN_TEXT], to[WHEN_TEXT];

	printf("%s, %s to %s, decided again %s:\n", w->place->loaded.house.key,
		when_text(w->o.from_s * 1000, &w->zone[0], false, from), when_text(w->o.to_s * 1000, &w->zone[0], false, to),
		w->o.plan ? "with the optimiser" : "by the tariff");
	if (settings_changes(&w->place->loaded.settings, &w->changed->settings, print_change, NULL) == 0)
		puts("  the configuration as it is");
	if (w->o.plan != w->o.as_is_plan)
		printf("  the record was made %s\n", w->o.as_is_plan ? "with the optimiser" : "without the optimiser");
}

static void print_differences(const struct replay_words *w)
{
	const struct replay_result *r = &w->decided;

	for (int i = 0; i < r->n; i++) {
		const struct replay_difference *d = &r->list[i];
		char from[WHEN_TEXT], span[WORDS];

		if (is_edge(w, d) && !w->all)
			continue;
		printf("\n%s for %s: %s was, %s would be\n", when_text(d->from_ms, &w->zone[0], false, from),
			words_span((double)(d->to_ms - d->from_ms) / 1000, span), local_state_name((enum local_state)d->done),
			local_state_name((enum local_state)d->again));
		printf("  done   %s\n  again  %s\n", d->done_why, d->again_why);
		if (d->done_top != d->again_top)
			printf("  mode   done %s, again %s\n", top_mode_name((enum top_mode)d->done_top),
				top_mode_name((enum top_mode)d->again_top));
		if (strcmp(d->done_wish, d->again_wish) != 0)
			printf("  wish   done: %s, again: %s\n", d->done_wish, d->again_wish);
	}
	if (r->cut)
		printf("\n... and more: only the first %d are listed\n", REPLAY_MOST_DIFFERENCES);
}

static void print_sum(const struct replay_words *w)
{
	const struct replay_result *r = &w->decided;

	printf("\n%-26s %10s %10s\n", "", "DONE", "AGAIN");
	printf("%-26s %10.2f %10.2f\n", "source on, h", r->done.on_s / S_PER_H, r->again.on_s / S_PER_H);
	printf("%-26s %10d %10d\n", "starts", r->done.starts, r->again.starts);
	printf("%-26s %10.1f %10.1f\n", "on-peak, kWh by nameplate", kwh(w, r->done.peak_s), kwh(w, r->again.peak_s));
	printf("%-26s %10d %10d\n", "transitions", r->done.transitions, r->again.transitions);
	printf("In the same state for %.2f %% of %.2f h", r->compared_s > 0 ? 100 * (1 - r->differ_s / r->compared_s) : 0,
		r->compared_s / S_PER_H);
	if (r->other_s > 0)
		printf("; others had the controls for %.2f h", r->other_s / S_PER_H);
	if (r->blank_s > 0)
		printf("; no readings for %.2f h", r->blank_s / S_PER_H);
	puts(".");
	if (r->top_s > 0 || r->wish_s > 0)
		printf("In another top mode for %.2f h, with another wish for %.2f h.\n", r->top_s / S_PER_H, r->wish_s / S_PER_H);
	if (w->changed->settings.weather.source == WEATHER_SENSOR)
		puts("Decided without a forecast of the weather (weather.source).");
	else
		printf("A forecast of the weather is on record for %.2f h; else decided without one.\n", r->foretold_s / S_PER_H);
	if (r->edges > 0)
		printf("%d differences of at most %.0f s%s: of some thermometers the record has one reading a\n"
			"minute, so a threshold is seen that much earlier or later.\n", r->edges, r->edge_s,
			w->all ? "" : " are not listed (--all)");
	puts("Water and room temperatures are the recorded ones, whatever is decided.");
}

static void print_row(const char *name, const char *format, double as_is, double changed)
{
	char a[WORDS], b[WORDS];

	snprintf(a, sizeof(a), "%.3f", as_is);
	snprintf(b, sizeof(b), "%.3f", changed);
	if (format[0] == '0') {
		snprintf(a, sizeof(a), "%.0f", as_is);
		snprintf(b, sizeof(b), "%.0f", changed);
	} else if (format[0] == '2') {
		snprintf(a, sizeof(a), "%.2f", as_is);
		snprintf(b, sizeof(b), "%.2f", changed);
	}
	printf("%-26s %10s %10s\n", name, a, b);
}

static void print_what_if(const struct replay_words *w)
{
	const struct replay_what_if *f = &w->what_if;
	const struct replay_case *a = &f->as_is, *c = &f->changed;
	const char *currency = w->changed->settings.display.currency;
	char cost[WORDS];

	snprintf(cost, sizeof(cost), "cost by tariff, %.8s", currency);
	printf("\nThe house's model from the same state, outdoors as recorded (mean %.1f C), ", f->mean_out_c);
	if (f->sky_known)
		puts("wind and sun of the simulation:");
	else
		printf("%.0f m/s of wind and no sun:\n", f->wind_ms);
	printf("%-26s %10s %10s\n", "", "AS IS", "CHANGED");
	print_row(cost, "2", a->cost, c->cost);
	print_row("energy, kWh", "2", a->kwh, c->kwh);
	print_row("on-peak, kWh", "2", a->peak_kwh, c->peak_kwh);
	print_row("starts", "0", a->starts, c->starts);
	print_row("K h below setpoint - 0.5", "2", a->cold_kh, c->cold_kh);
	print_row("room, mean C", "2", a->mean_c, c->mean_c);
	print_row("room, lowest C", "2", a->lowest_c, c->lowest_c);
	print_row("more heat at the end, kWh", "2", a->end_kwh, c->end_kwh);
}

void cli_replay_text(const struct replay_words *w)
{
	print_head(w);
	print_differences(w);
	print_sum(w);
	if (w->asked)
		print_what_if(w);
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

/* Rounded, so that a last bit is no difference. */
static void add(cJSON *to, const char *key, double value)
{
	cJSON_AddNumberToObject(to, key, round(value * 1000) / 1000);
}

static void add_change(void *ctx, const struct setting_change *c)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "path", c->path);
	cJSON_AddStringToObject(o, "as_is", c->now);
	cJSON_AddStringToObject(o, "changed", c->then);
	cJSON_AddItemToArray(ctx, o);
}

static void add_side(cJSON *to, const char *key, const struct replay_words *w, const struct replay_side *s)
{
	cJSON *o = cJSON_AddObjectToObject(to, key);

	add(o, "on_s", s->on_s);
	add(o, "starts", s->starts);
	add(o, "on_peak_kwh", kwh(w, s->peak_s));
	add(o, "transitions", s->transitions);
}

static void add_differences(cJSON *to, const struct replay_words *w)
{
	cJSON *list = cJSON_AddArrayToObject(to, "differences");

	for (int i = 0; i < w->decided.n; i++) {
		const struct replay_difference *d = &w->decided.list[i];
		cJSON *o = cJSON_CreateObject();

		add(o, "from_ms", (double)d->from_ms);
		add(o, "to_ms", (double)d->to_ms);
		cJSON_AddStringToObject(o, "done", local_state_name((enum local_state)d->done));
		cJSON_AddStringToObject(o, "again", local_state_name((enum local_state)d->again));
		cJSON_AddStringToObject(o, "done_why", d->done_why);
		cJSON_AddStringToObject(o, "again_why", d->again_why);
		cJSON_AddStringToObject(o, "done_mode", top_mode_name((enum top_mode)d->done_top));
		cJSON_AddStringToObject(o, "again_mode", top_mode_name((enum top_mode)d->again_top));
		cJSON_AddStringToObject(o, "done_wish", d->done_wish);
		cJSON_AddStringToObject(o, "again_wish", d->again_wish);
		cJSON_AddBoolToObject(o, "edge", is_edge(w, d));
		cJSON_AddItemToArray(list, o);
	}
}

static void add_case(cJSON *to, const char *key, const struct replay_case *c)
{
	cJSON *o = cJSON_AddObjectToObject(to, key);

	add(o, "cost", c->cost);
	add(o, "energy_kwh", c->kwh);
	add(o, "on_peak_kwh", c->peak_kwh);
	add(o, "starts", c->starts);
	add(o, "cold_kh", c->cold_kh);
	add(o, "room_mean_c", c->mean_c);
	add(o, "room_lowest_c", c->lowest_c);
	add(o, "end_heat_kwh", c->end_kwh);
}

static void add_what_if(cJSON *to, const struct replay_words *w)
{
	cJSON *o = cJSON_AddObjectToObject(to, "what_if");

	add(o, "mean_out_c", w->what_if.mean_out_c);
	cJSON_AddBoolToObject(o, "sky_known", w->what_if.sky_known);
	cJSON_AddStringToObject(o, "currency", w->changed->settings.display.currency);
	add_case(o, "as_is", &w->what_if.as_is);
	add_case(o, "changed", &w->what_if.changed);
}

void cli_replay_json(const struct replay_words *w)
{
	const struct replay_result *r = &w->decided;
	cJSON *o = cJSON_CreateObject();
	char *text;

	add(o, "v", 1);
	cJSON_AddStringToObject(o, "house", w->place->loaded.house.key);
	add(o, "from_ms", (double)w->o.from_s * 1000);
	add(o, "to_ms", (double)w->o.to_s * 1000);
	cJSON_AddBoolToObject(o, "plan", w->o.plan);
	cJSON_AddBoolToObject(o, "was_planned", w->o.as_is_plan);
	settings_changes(&w->place->loaded.settings, &w->changed->settings, add_change, cJSON_AddArrayToObject(o, "changes"));
	add_differences(o, w);
	cJSON_AddBoolToObject(o, "cut", r->cut);
	add(o, "edge_s", r->edge_s);
	add(o, "compared_s", r->compared_s);
	add(o, "differ_s", r->differ_s);
	add(o, "mode_differs_s", r->top_s);
	add(o, "wish_differs_s", r->wish_s);
	add(o, "others_s", r->other_s);
	add(o, "no_readings_s", r->blank_s);
	add(o, "foretold_s", r->foretold_s);
	add_side(o, "done", w, &r->done);
	add_side(o, "again", w, &r->again);
	if (w->asked)
		add_what_if(o, w);
	text = cJSON_PrintUnformatted(o);
	if (text != NULL)
		puts(text);
	cJSON_free(text);
	cJSON_Delete(o);
}
