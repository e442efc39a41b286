/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/when.h"
#include "cli/words.h"

static void print_since(const char *what, const cJSON *data, const char *key, const struct zone *z)
{
	char text[WHEN_TEXT];
	double ms;

	if (words_number(data, key, &ms))
		printf("%s %s\n", what, when_text((int64_t)ms, z, false, text));
	else
		printf("%s none\n", what);
}

static void print_outbox(const cJSON *data)
{
	char owed[WORDS], inflight[WORDS], rate[WORDS], eta[WORDS];
	double offset_s = 0, eta_s = 0, t_ms = 0;
	struct zone z;
	bool known;

	words_number(data, "t_ms", &t_ms);
	known = words_number(data, "utc_offset_s", &offset_s);
	when_zone(known, (int)offset_s, (int64_t)t_ms, &z);
	words_number(data, "eta_s", &eta_s);
	printf("owed        %s statuses, %s sent and not acknowledged\n", words_format(data, "owed", "%.0f", owed),
		words_format(data, "inflight", "%.0f", inflight));
	print_since("oldest     ", data, "oldest_ms", &z);
	print_since("last ack   ", data, "last_ack_ms", &z);
	printf("rate        at most %s a minute; all of it in %s\n", words_format(data, "rate_per_min", "%.0f", rate),
		words_span(eta_s, eta));
	printf("gaps        %d\n", cJSON_GetArraySize(words_at(data, "gaps")));
}

int cli_outbox(struct cli *cli, int argc, char **argv)
{
	bool flush = argc == 2 && strcmp(argv[1], "--flush") == 0, drop = argc == 3 && strcmp(argv[1], "drop") == 0;
	cJSON *data, *args = NULL;
	int result;

	if (argc > 1 && !flush && !drop)
		return cli_usage("outbox", "takes nothing, --flush, or drop UID");
	if (drop) {
		args = cJSON_CreateObject();
		cJSON_AddStringToObject(args, "uid", argv[2]);
	}
	result = ask_once(cli, "outbox", drop ? "outbox_drop" : flush ? "outbox_flush" : "outbox", args, &data);
	if (result == EXIT_DONE && data != NULL && drop)
		puts("dropped; the gap is on record");
	else if (result == EXIT_DONE && data != NULL)
		print_outbox(data);
	cJSON_Delete(data);
	return result;
}
