/* SPDX-License-Identifier: MIT */
/* hold.c: `spaceheat hold` and `spaceheat reset`: the setpoint for a time, and what the guard has locked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/words.h"

static bool read_hold(int argc, char **argv, cJSON *args)
{
	bool given = false;
	double hours = 4;
	char *end;

	if (argc == 2 && strcmp(argv[1], "cancel") == 0) {
		cJSON_AddTrueToObject(args, "cancel");
		return true;
	}
	for (int i = 1; i + 1 < argc; i += 2) {
		double value = strtod(argv[i + 1], &end);

		if (*end != '\0' || end == argv[i + 1])
			return false;
		if (strcmp(argv[i], "--setpoint") == 0) {
			cJSON_AddNumberToObject(args, "setpoint_c", value);
			given = true;
		} else if (strcmp(argv[i], "--hours") == 0) {
			hours = value;
		} else {
			return false;
		}
	}
	if (!(hours > 0 && hours <= 24))
		return false;
	cJSON_AddNumberToObject(args, "minutes", (double)(long)(hours * 60 + 0.5));
	return given && argc % 2 == 1;
}

int cli_hold(struct cli *cli, int argc, char **argv)
{
	cJSON *args = cJSON_CreateObject(), *data;
	char setpoint[WORDS], until[WORDS];
	double ms;
	int result;

	if (!read_hold(argc, argv, args)) {
		cJSON_Delete(args);
		return cli_usage("hold", "needs --setpoint C, with --hours at most 24, or the word cancel");
	}
	result = ask_once(cli, "hold", "hold", args, &data);
	if (data == NULL)
		return result;
	printf("setpoint %s", words_celsius(data, "setpoint_c", setpoint));
	if (words_number(data, "until_ms", &ms))
		printf(" until %s", words_clock(words_zone_of(data), (int64_t)ms, until));
	putchar('\n');
	cJSON_Delete(data);
	return result;
}

int cli_reset(struct cli *cli, int argc, char **argv)
{
	cJSON *args, *data;
	char what[120];
	int result;

	if (argc != 2)
		return cli_usage("reset", "needs the name of a relay, or the word trip");
	args = cJSON_CreateObject();
	cJSON_AddStringToObject(args, "node", argv[1]);
	snprintf(what, sizeof(what), "reset %.100s", argv[1]);
	result = ask_once(cli, what, "reset", args, &data);
	if (data != NULL)
		puts("Done");
	cJSON_Delete(data);
	return result;
}
