/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/lines.h"
#include "cli/words.h"

enum { ROWS = 20 };

static void print_contract(const cJSON *data)
{
	const cJSON *c = words_at(data, "contract");
	struct words_zone z = words_zone_of(data);
	char from[WORDS], to[WORDS], out[WORDS], wh[WORDS];
	double start, end, age_s, limit_s;

	printf("state    %s%s%s\n", words_text(c, "state", "?"), words_at(c, "outcome") != NULL ? " " : "",
		words_text(c, "outcome", ""));
	printf("mode     %s (%s)\n", words_text(c, "mode", "?"), words_text(c, "cause", "?"));
	printf("with     %s\n", words_text(c, "atn", "?"));
	if (words_number(c, "start_ms", &start) && words_number(c, "end_ms", &end)) {
		printf("id       %s\n", words_text(c, "id", "?"));
		printf("window   %s to %s\n", words_minute(z, (int64_t)start, from), words_minute(z, (int64_t)end, to));
		printf("energy   %s, estimated %s\n", words_format(c, "energy_wh", "%.0f Wh", out),
			words_format(c, "energy_estimated_wh", "%.0f Wh", wh));
	}
	if (words_number(c, "beat_age_s", &age_s) && words_number(c, "beat_limit_s", &limit_s))
		printf("beat     %s ago (limit %.0f s), echo %s\n", words_span(age_s, out), limit_s,
			words_true(c, "echo_ok") ? "ok" : "not ok");
}

static bool is_row(const cJSON *line)
{
	static const char *const codes[] = { "CONTRACT", "MODE", "BEAT_LATE", "BEAT_LOST" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(words_text(line, "code", ""), codes[i]) == 0)
			return true;
	return false;
}

/* Leaves only rows of the contract log, at most `most` of them, the newest. */
static void keep_rows(cJSON *lines, int most)
{
	for (int i = cJSON_GetArraySize(lines) - 1; i >= 0; i--) {
		if (is_row(cJSON_GetArrayItem(lines, i)) && most > 0)
			most--;
		else
			cJSON_DeleteItemFromArray(lines, i);
	}
}

static int contract_from(struct ask *a, bool log_only)
{
	cJSON *data = NULL, *log = NULL, *lines;
	const cJSON *line;
	int result = ask_verb(a, "contract", NULL, &data);

	if (result == EXIT_DONE)
		result = ask_verb(a, "log", NULL, &log);
	lines = cJSON_DetachItemFromObjectCaseSensitive(log, "lines");
	keep_rows(lines, log_only ? INT32_MAX : ROWS);
	if (result == EXIT_DONE && a->cli->json) {
		cJSON_AddItemToObject(data, "log", lines);
		lines = NULL;
		ask_print(data);
	} else if (result == EXIT_DONE) {
		if (!log_only)
			print_contract(data);
		cJSON_ArrayForEach(line, lines)
			lines_print(line);
	}
	cJSON_Delete(lines);
	cJSON_Delete(data);
	cJSON_Delete(log);
	return a->refusal != NULL ? ask_tell(a) : result;
}

int cli_contract(struct cli *cli, int argc, char **argv)
{
	bool log_only = argc == 2 && strcmp(argv[1], "log") == 0;
	struct ask *a;
	int result;

	if (argc > 1 && !log_only)
		return cli_usage("contract", "takes only the word log");
	a = malloc(sizeof(*a));
	if (a == NULL)
		return cli_fail(EXIT_FAILED, "contract: out of memory");
	result = ask_open(a, cli, "contract");
	if (result == EXIT_DONE) {
		result = contract_from(a, log_only);
		ask_close(a);
	}
	free(a);
	return result;
}
