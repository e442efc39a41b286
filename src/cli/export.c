/* SPDX-License-Identifier: MIT */
/* The record as a table: one row per time at which any of the channels has a value. Fetched in chunks, so that its length
 * costs no memory; written beside its name and renamed, so that there are whole files only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/span.h"
#include "cli/when.h"
#include "cli/words.h"
#include "core/history/query.h"

enum { CHUNK_POINTS = QUERY_MAX_POINTS };

struct export {
	struct span span;
	const char *format, *pattern, *file;
	bool force, utc;
	enum store_tier tier;
	const cJSON *channels[SPAN_CHANNELS];
	int n;
	FILE *out;
	cJSON *part[SPAN_CHANNELS];	/* the chunk in hand */
	const cJSON *t[SPAN_CHANNELS], *v[SPAN_CHANNELS];	/* where in it */
	int64_t rows;
};

static const char *const tier_names[] = { "exact", "minute", "quarter", "day" };
/* So long that a chunk has no more points than one answer. */
static const int64_t chunk_ms[] = { 3600000, 2 * 86400000LL, 40 * 86400000LL, 400 * 86400000LL };

static bool is_csv(const struct export *x)
{
	return strcmp(x->format, "csv") == 0;
}

static void write_head(struct export *x, const cJSON *answer, const char *version)
{
	if (!is_csv(x))
		return;
	fprintf(x->out, "# spaceheat export house=%s tz=%s tier=%s version=%s\ntime", words_text(answer, "house", "?"),
		x->utc ? "utc" : "local", tier_names[x->tier], version);
	for (int i = 0; i < x->n; i++) {
		const char *unit = words_text(x->channels[i], "unit", "");

		fprintf(x->out, ",%s[%s]", words_text(x->channels[i], "channel", "?"), strcmp(unit, "C") == 0 ? "degC" : unit);
	}
	fputc('\n', x->out);
}

/* The time of the next value of that channel; INT64_MAX: the chunk has no more. */
static int64_t time_of(const struct export *x, int i)
{
	return x->t[i] != NULL ? (int64_t)x->t[i]->valuedouble : INT64_MAX;
}

static double value_of(struct export *x, int i)
{
	double v = cJSON_GetNumberValue(x->v[i]);

	x->t[i] = x->t[i]->next;
	x->v[i] = x->v[i] != NULL ? x->v[i]->next : NULL;
	return v;
}

static void write_row(struct export *x, int64_t t_ms)
{
	char text[WHEN_TEXT];

	when_text(t_ms, &x->span.zone, x->utc, text);
	if (is_csv(x))
		fputs(text, x->out);
	else
		fprintf(x->out, "{\"time\":\"%s\",\"t_ms\":%lld", text, (long long)t_ms);
	for (int i = 0; i < x->n; i++) {
		bool has = time_of(x, i) == t_ms;

		if (is_csv(x) && has)
			fprintf(x->out, ",%.10g", value_of(x, i));
		else if (is_csv(x))
			fputc(',', x->out);
		else if (has)
			fprintf(x->out, ",\"%s\":%.10g", words_text(x->channels[i], "channel", "?"), value_of(x, i));
	}
	fputs(is_csv(x) ? "\n" : "}\n", x->out);
	x->rows++;
}

static void write_chunk(struct export *x)
{
	for (;;) {
		int64_t t_ms = INT64_MAX;

		for (int i = 0; i < x->n; i++)
			t_ms = time_of(x, i) < t_ms ? time_of(x, i) : t_ms;
		if (t_ms == INT64_MAX)
			return;
		write_row(x, t_ms);
	}
}

static int fetch(struct export *x, struct ask *a, int64_t from_ms, int64_t to_ms)
{
	for (int i = 0; i < x->n; i++) {
		int result = span_ask(a, words_text(x->channels[i], "channel", ""), from_ms, to_ms, tier_names[x->tier],
			CHUNK_POINTS, &x->part[i]);

		if (result != EXIT_DONE)
			return result;
		x->t[i] = cJSON_GetArrayItem(words_at(x->part[i], "t_ms"), 0);
		x->v[i] = cJSON_GetArrayItem(words_at(x->part[i], "v"), 0);
	}
	return EXIT_DONE;
}

static void forget(struct export *x)
{
	for (int i = 0; i < x->n; i++) {
		cJSON_Delete(x->part[i]);
		x->part[i] = NULL;
	}
}

static int write_all(struct export *x, struct ask *a)
{
	struct span *s = &x->span;
	int result = EXIT_DONE;

	for (int64_t ms = s->from_ms; ms < s->to_ms && result == EXIT_DONE; ms += chunk_ms[x->tier]) {
		int64_t end_ms = ms + chunk_ms[x->tier] < s->to_ms ? ms + chunk_ms[x->tier] : s->to_ms;

		result = fetch(x, a, ms, end_ms);
		if (result == EXIT_DONE)
			write_chunk(x);
		forget(x);
	}
	return result;
}

static int to_file(struct export *x, struct ask *a)
{
	char part[4096];
	int result;

	if (!x->force && access(x->file, F_OK) == 0)
		return cli_fail(EXIT_FAILED, "export: %s is there already - give another name, or --force", x->file);
	snprintf(part, sizeof(part), "%s.part", x->file);
	x->out = fopen(part, "we");
	if (x->out == NULL)
		return cli_fail(EXIT_FAILED, "export: %s: %s", part, strerror(errno));
	write_head(x, x->span.channels, a->cli->doors->version);
	result = write_all(x, a);
	if (result == EXIT_DONE && (fflush(x->out) != 0 || fsync(fileno(x->out)) != 0))
		result = cli_fail(EXIT_FAILED, "export: %s: %s - make room", part, strerror(errno));
	fclose(x->out);
	if (result == EXIT_DONE && rename(part, x->file) != 0)
		result = cli_fail(EXIT_FAILED, "export: %s: %s", x->file, strerror(errno));
	if (result != EXIT_DONE)
		unlink(part);
	else if (!a->cli->quiet)
		printf("%s: %lld rows of %d channels, tier %s\n", x->file, (long long)x->rows, x->n, tier_names[x->tier]);
	return result;
}

static int choose(struct export *x)
{
	const char *tier = x->span.tier;
	bool known = tier == NULL || strcmp(tier, "auto") == 0;
	const cJSON *c;
	int at = 0;

	x->tier = query_tier(x->span.to_ms - x->span.from_ms);
	for (int t = 0; tier != NULL && t < N_STORE_TIERS; t++)
		if (strcmp(tier_names[t], tier) == 0) {
			x->tier = (enum store_tier)t;
			known = true;
		}
	if (!known)
		return cli_usage("export", "no tier '%s'", tier);
	while (x->n < SPAN_CHANNELS && (c = span_match(&x->span, x->pattern, &at)) != NULL)
		if (x->tier == TIER_DAY || !cJSON_IsTrue(words_at(c, "figure")))
			x->channels[x->n++] = c;
	return x->n > 0 ? EXIT_DONE : cli_fail(EXIT_FAILED, "export: no channel matches '%s' - run: spaceheat history", x->pattern);
}

static int ask_export(struct cli *cli, struct export *x)
{
	struct ask *a = malloc(sizeof(*a));
	int result;

	if (a == NULL)
		return cli_fail(EXIT_FAILED, "export: out of memory");
	result = ask_open(a, cli, "export");
	if (result == EXIT_DONE) {
		result = span_open(&x->span, a, "-24h");
		if (result == EXIT_DONE)
			result = choose(x);
		if (result == EXIT_DONE)
			result = to_file(x, a);
		span_close(&x->span);
		ask_close(a);
	}
	free(a);
	return result;
}

static bool take(struct export *x, int argc, char **argv, int *i)
{
	const char *o = argv[*i];
	const char **to = strcmp(o, "--format") == 0 ? &x->format : strcmp(o, "--channels") == 0 ? &x->pattern :
		strcmp(o, "-o") == 0 ? &x->file : NULL;

	if (strcmp(o, "--force") == 0) {
		x->force = true;
		return true;
	}
	if (*i + 1 < argc && strcmp(o, "--tz") == 0) {
		x->utc = strcmp(argv[++*i], "utc") == 0;
		return x->utc || strcmp(argv[*i], "local") == 0;
	}
	if (to == NULL || *i + 1 >= argc)
		return span_option(&x->span, argc, argv, i);
	*to = argv[++*i];
	return true;
}

int cli_export(struct cli *cli, int argc, char **argv)
{
	struct export x = { .format = "csv", .pattern = "*" };

	for (int i = 1; i < argc; i++)
		if (!take(&x, argc, argv, &i))
			return cli_usage("export", "'%s' is no option, or lacks its value", argv[i]);
	if (strcmp(x.format, "csv") != 0 && strcmp(x.format, "jsonl") != 0)
		return cli_usage("export", "--format is csv or jsonl, not '%s'", x.format);
	if (x.file == NULL || x.span.points != 0)
		return cli_usage("export", "%s", x.file == NULL ? "-o FILE is missing" : "nothing is thinned: no --points");
	return ask_export(cli, &x);
}
