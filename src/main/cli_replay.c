/* SPDX-License-Identifier: MIT */
#include "main/cli_replay.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/when.h"
#include "core/settings/settings.h"
#include "port/store_sqlite.h"
#include "port/zone_system.h"

enum { DAY_S = 86400, MOST_PROBLEMS = 8 };

/* --- words ------------------------------------------------------------------------------------------------------ */

/* A word that is no number, list or truth stands without its quotes on a command line. */
static bool needs_quotes(const char *value)
{
	return isalpha((unsigned char)value[0]) && strcmp(value, "true") != 0 && strcmp(value, "false") != 0;
}

/* guard.hp_min_on_s=900 as spaceheat.cfg says it. */
static int take_set(struct replay_words *w, const char *text)
{
	const char *equals = strchr(text, '='), *quote, *end = equals;
	char path[REPLAY_SET_SIZE / 2];
	char *out, *dot, *at = path;
	size_t size = REPLAY_SET_SIZE;
	int groups = 0, n = 0;

	if (w->n_sets == REPLAY_SETS)
		return cli_usage("replay", "at most %d --set", REPLAY_SETS);
	out = w->set[w->n_sets];
	while (end != NULL && end > text && end[-1] == ' ')
		end--;
	if (equals == NULL || end == text || equals[1] == '\0' || (size_t)(end - text) >= sizeof(path) ||
		strlen(text) >= REPLAY_SET_SIZE / 2 || memchr(text, '[', (size_t)(end - text)) != NULL)
		return cli_usage("replay", "--set \"%.60s\" - write path=value, as guard.hp_min_on_s=900; a list is set "
			"whole", text);
	snprintf(path, sizeof(path), "%.*s", (int)(end - text), text);
	for (; (dot = strchr(at, '.')) != NULL; at = dot + 1, groups++)
		n += snprintf(out + n, size - (size_t)n, "%.*s: { ", (int)(dot - at), at);
	equals += 1 + strspn(equals + 1, " ");
	quote = needs_quotes(equals) ? "\"" : "";
	n += snprintf(out + n, size - (size_t)n, "%s = %s%s%s;", at, quote, equals, quote);
	while (groups-- > 0)
		n += snprintf(out + n, size - (size_t)n, " };");
	w->n_sets++;
	return EXIT_DONE;
}

static int read_words(struct replay_words *w, int argc, char **argv)
{
	const struct { const char *word; const char **to; } texts[] = {
		{ "--from", &w->from }, { "--to", &w->to }, { "--db", &w->db }, { "--config", &w->config } };
	const struct { const char *word; bool *to; } flags[] = {
		{ "--plan", &w->plan }, { "--no-plan", &w->no_plan }, { "--all", &w->all } };
	int result = EXIT_DONE;

	for (int i = 1; i < argc && result == EXIT_DONE; i++) {
		bool taken = false;

		for (size_t k = 0; k < sizeof(flags) / sizeof(flags[0]); k++)
			if (strcmp(argv[i], flags[k].word) == 0)
				taken = *flags[k].to = true;
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]) && !taken && i + 1 < argc; k++)
			if (strcmp(argv[i], texts[k].word) == 0) {
				*texts[k].to = argv[++i];
				taken = true;
			}
		if (!taken && strcmp(argv[i], "--set") == 0 && i + 1 < argc) {
			taken = true;
			result = take_set(w, argv[++i]);
		}
		if (!taken)
			return cli_usage("replay", "'%.40s' is no option, or lacks its value", argv[i]);
	}
	if (w->plan && w->no_plan)
		return cli_usage("replay", "--plan or --no-plan, not both");
	return result;
}

/* --- configurations ----------------------------------------------------------------------------------------------- */

static int load_changed(struct replay_words *w)
{
	struct problems *problems = calloc(1, sizeof(*problems));
	const char *texts[REPLAY_SETS], *cfg = w->config != NULL ? w->config : w->place->cfg;
	struct load_copy from = { .cfg_path = cfg, .stands_for = cfg, .more = texts, .n_more = w->n_sets,
		.more_name = "--set" };
	int result = EXIT_DONE;

	w->changed = calloc(1, sizeof(*w->changed));
	if (problems == NULL || w->changed == NULL) {
		free(problems);
		return cli_fail(EXIT_FAILED, "replay: out of memory");
	}
	for (int i = 0; i < w->n_sets; i++)
		texts[i] = w->set[i];
	if (!load_copy(&from, w->changed, problems)) {
		for (int i = 0; i < problems->n; i++)
			fprintf(stderr, "%s\n", problems->text[i]);
		result = EXIT_CONFIG;
	} else if (strcmp(w->changed->house.key, w->place->loaded.house.key) != 0) {
		result = cli_fail(EXIT_CONFIG, "replay: %s is of house \"%.60s\", the record of %s - name a configuration "
			"of the same house", cfg, w->changed->house.key, w->place->loaded.house.key);
	}
	free(problems);
	return result;
}

static int read_zone(const struct settings *s, struct zone *z)
{
	int64_t unused;
	struct err e;
	int offset_s = 0;

	if (s->simulated && s->display.timezone[0] == '\0') {
		settings_parse_time(s->sim.start, &unused, &offset_s);
		*z = (struct zone){ .first_offset_s = offset_s };
		return EXIT_DONE;
	}
	return zone_system_read(s->display.timezone, z, &e) ? EXIT_DONE : cli_fail(EXIT_CONFIG, "replay: %s", e.text);
}

static int load(struct replay_words *w)
{
	int result = place_open(w->cli, "replay", &w->place);

	if (result == EXIT_DONE)
		result = load_changed(w);
	if (result == EXIT_DONE)
		result = read_zone(&w->place->loaded.settings, &w->zone[0]);
	if (result == EXIT_DONE)
		result = read_zone(&w->changed->settings, &w->zone[1]);
	if (result == EXIT_DONE && !w->place->loaded.house.has_model)
		result = cli_fail(EXIT_CONFIG, "replay: %s has no model, its thermostats have nothing to decide again - "
			"describe it in house_model", w->place->loaded.house.key);
	return result;
}

/* --- the record ---------------------------------------------------------------------------------------------------- */

static int open_record(struct replay_words *w)
{
	char path[PATH_SIZE + 16];
	struct err e;

	snprintf(path, sizeof(path), "%s/history.db", w->place->loaded.settings.state_dir);
	w->is_open = store_sqlite_look(w->db != NULL ? w->db : path, &w->store, &e);
	if (w->is_open)
		return EXIT_DONE;
	return cli_fail(EXIT_FAILED, "replay: %s%s", e.text, w->db != NULL ? "" : " (--db FILE names another)");
}

/* Times are reckoned from the end of the record, so that the same record gives the same answer tomorrow. */
static int find_span(struct replay_words *w)
{
	int64_t last_s, now_ms, from_ms, to_ms;
	struct err e;
	bool found;

	if (!w->store.last_block(w->store.self, TIER_EXACT, INT64_MAX, &last_s, &found, &e))
		return cli_fail(EXIT_FAILED, "replay: %s", e.text);
	if (!found)
		return cli_fail(EXIT_FAILED, "replay: nothing is in the record yet");
	now_ms = (last_s + RECORD_ROW_S) * 1000;
	if (!when_parse(w->from != NULL ? w->from : "-24h", now_ms, &w->zone[0], &from_ms, &e) ||
		!when_parse(w->to != NULL ? w->to : "now", now_ms, &w->zone[0], &to_ms, &e))
		return cli_fail(EXIT_USAGE, "replay: %s", e.text);
	w->o.from_s = from_ms / 1000;
	w->o.to_s = (to_ms < now_ms ? to_ms : now_ms) / 1000;
	if (from_ms >= to_ms)
		return cli_fail(EXIT_USAGE, "replay: --from is not before --to - give an interval that is not empty");
	if (w->o.to_s - w->o.from_s > REPLAY_MOST_DAYS * DAY_S)
		return cli_fail(EXIT_USAGE, "replay: a span of %lld days - at most %d, as long as exact readings are kept",
			(long long)(w->o.to_s - w->o.from_s) / DAY_S, REPLAY_MOST_DAYS);
	if (w->o.from_s >= w->o.to_s)
		return cli_fail(EXIT_FAILED, "replay: no exact readings in that time - the record ends before it");
	return EXIT_DONE;
}

static int run(struct replay_words *w)
{
	struct replay_options *o = &w->o;
	bool planned;
	struct err e;

	o->store = &w->store;
	o->as_is = &w->place->loaded;
	o->changed = w->changed;
	o->zone[0] = &w->zone[0];
	o->zone[1] = &w->zone[1];
	if (!replay_was_planned(o, &planned, &e))
		return cli_fail(EXIT_FAILED, "replay: %s", e.text);
	o->as_is_plan = planned;
	o->plan = w->plan || (planned && !w->no_plan);
	w->asked = w->n_sets > 0 || w->config != NULL || o->plan != planned;
	if (!replay_decide(o, &w->decided, &e) || (w->asked && !replay_what_if(o, &w->what_if, &e)))
		return cli_fail(EXIT_FAILED, "replay: %s", e.text);
	if (w->cli->json)
		cli_replay_json(w);
	else
		cli_replay_text(w);
	return EXIT_DONE;
}

int cli_replay(struct cli *cli, int argc, char **argv)
{
	struct replay_words *w = calloc(1, sizeof(*w));
	int result;

	if (w == NULL)
		return cli_fail(EXIT_FAILED, "replay: out of memory");
	w->cli = cli;
	result = read_words(w, argc, argv);
	if (result == EXIT_DONE)
		result = load(w);
	if (result == EXIT_DONE)
		result = open_record(w);
	if (result == EXIT_DONE)
		result = find_span(w);
	if (result == EXIT_DONE)
		result = run(w);
	if (w->is_open)
		w->store.close(w->store.self);
	free(w->decided.list);
	free(w->changed);
	free(w->place);
	free(w);
	return result;
}
