/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/words.h"

static void print_alert(const cJSON *a, struct words_zone z)
{
	char id[WORDS], since[WORDS], count[WORDS], ended[WORDS];
	double ms = 0;

	words_number(a, "since_ms", &ms);
	printf("%4s  %-8s %-12s %s%ssince %s  (%s times)", words_format(a, "id", "%.0f", id), words_text(a, "severity", "?"),
		words_text(a, "code", "?"), words_text(a, "node", ""), words_at(a, "node") != NULL ? "  " : "",
		words_clock(z, (int64_t)ms, since), words_format(a, "count", "%.0f", count));
	if (words_number(a, "ended_ms", &ms))
		printf("  ended %s", words_clock(z, (int64_t)ms, ended));
	printf("\n      %s%s%s\n", words_text(a, "text", ""), words_at(a, "action") != NULL ? "\n      do: " : "",
		words_text(a, "action", ""));
	if (words_at(a, "acked_by") != NULL)
		printf("      seen by %s%s%s\n", words_text(a, "acked_by", "?"), words_at(a, "note") != NULL ? ": " : "",
			words_text(a, "note", ""));
}

/* Those that have ended are left out. */
static void keep_present(cJSON *list)
{
	for (int i = cJSON_GetArraySize(list) - 1; i >= 0; i--)
		if (words_at(cJSON_GetArrayItem(list, i), "ended_ms") != NULL)
			cJSON_DeleteItemFromArray(list, i);
}

static int acknowledge(struct cli *cli, int argc, char **argv)
{
	cJSON *args, *data;
	char *end = NULL;
	double id = argc > 2 ? strtod(argv[2], &end) : 0;
	int result;

	if ((argc != 3 && argc != 5) || *end != '\0' || id < 1 || (argc == 5 && strcmp(argv[3], "--note") != 0))
		return cli_usage("alerts", "ack needs the number of an alert, and takes --note TEXT");
	args = cJSON_CreateObject();
	cJSON_AddNumberToObject(args, "id", id);
	if (argc == 5)
		cJSON_AddStringToObject(args, "note", argv[4]);
	result = ask_once(cli, "alerts ack", "alerts_ack", args, &data);
	if (result == EXIT_DONE && data != NULL)
		printf("seen by %s\n", words_text(data, "acked_by", "?"));
	cJSON_Delete(data);
	return result;
}

int cli_alerts(struct cli *cli, int argc, char **argv)
{
	bool all = argc == 2 && strcmp(argv[1], "--all") == 0;
	struct cli quiet = *cli;
	const cJSON *a;
	cJSON *data, *list;
	int result;

	if (argc > 1 && strcmp(argv[1], "ack") == 0)
		return acknowledge(cli, argc, argv);
	if (argc > 1 && !all)
		return cli_usage("alerts", "takes only --all or ack");
	quiet.json = false;	/* chosen first, printed here */
	result = ask_once(&quiet, "alerts", "alerts", NULL, &data);
	if (result != EXIT_DONE)
		return result;
	list = cJSON_GetObjectItemCaseSensitive(data, "alerts");
	if (!all)
		keep_present(list);
	if (cli->json)
		ask_print(data);
	else if (cJSON_GetArraySize(list) == 0)
		puts("no alerts");
	else
		cJSON_ArrayForEach(a, list)
			print_alert(a, words_zone_of(data));
	cJSON_Delete(data);
	return EXIT_DONE;
}
