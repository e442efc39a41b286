/* SPDX-License-Identifier: MIT */
#include "cli/sim_ask.h"

#include <stdio.h>

#include "cli/ask.h"
#include "cli/words.h"

static void print_fault(const cJSON *f, struct words_zone zone)
{
	char begin[WORDS], end[WORDS];
	double ms, number = 0;
	bool stands = cJSON_IsString(words_at(f, "state")) && words_text(f, "state", "")[0] == 's';

	words_number(f, "number", &number);
	words_number(f, "begin_ms", &ms);
	printf("  fault %d %s %s", (int)number, stands ? "stands since" : "waits until", words_clock(zone, (int64_t)ms, begin));
	if (words_number(f, "end_ms", &ms))
		printf("%s %s", stands ? ", until" : ", ends", words_clock(zone, (int64_t)ms, end));
	printf(": %s\n", words_text(f, "fault", "?"));
}

static void print_sim(const cJSON *data)
{
	const cJSON *faults = words_at(data, "faults"), *f;
	double speed = 0, t_ms = 0, n;
	char when[WORDS];

	words_number(data, "speed", &speed);
	words_number(data, "t_ms", &t_ms);
	printf("%s  ", words_text(data, "house", "?"));
	if (speed > 0)
		printf("speed %gx", speed);
	else
		printf("speed max");
	printf("%s  %s\n", cJSON_IsTrue(words_at(data, "paused")) ? " (paused)" : "",
		words_clock(words_zone_of(data), (int64_t)t_ms, when));
	if (words_number(data, "added", &n))
		printf("fault %d is on the list\n", (int)n);
	if (words_number(data, "cleared", &n))
		printf("%d cleared\n", (int)n);
	cJSON_ArrayForEach(f, faults)
		print_fault(f, words_zone_of(data));
}

int sim_ask(struct cli *cli, const char *what, const char *key, cJSON *value)
{
	cJSON *args = cJSON_CreateObject(), *data;
	char about[64];
	int result;

	cJSON_AddStringToObject(args, "do", what);
	if (key != NULL)
		cJSON_AddItemToObject(args, key, value);
	snprintf(about, sizeof(about), "sim %s", what);
	result = ask_once(cli, about, "sim", args, &data);
	if (data == NULL)
		return result;
	print_sim(data);
	cJSON_Delete(data);
	return result;
}
