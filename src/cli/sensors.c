/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/words.h"

/* A value that is not good is its quality with its age, never the number alone (UI-3). */
static void value_of(const cJSON *sensor, char out[WORDS])
{
	const char *quality = words_text(sensor, "quality", "unknown");
	char age[WORDS] = "";
	double value, age_s;

	if (words_number(sensor, "value", &value))
		snprintf(out, WORDS, "%.1f %.8s", value, words_text(sensor, "unit", ""));
	else if (words_number(sensor, "age_s", &age_s))
		snprintf(out, WORDS, "%.20s %.30s", quality, words_span(age_s, age));
	else
		snprintf(out, WORDS, "%.20s", quality);
}

static void print_sensor(const cJSON *s)
{
	char value[WORDS], age[WORDS] = "never", errors[WORDS];
	double age_s;

	value_of(s, value);
	if (words_number(s, "age_s", &age_s))
		words_span(age_s, age);
	printf("%-44s %-20s %16s  %-9s %-11s %6s  %s\n", words_text(s, "node", "?"), words_text(s, "role", "?"), value, age,
		words_text(s, "quality", "?"), words_format(s, "errors_total", "%.0f", errors),
		words_text(s, "driver", "-"));
}

static bool is_asked(const cJSON *s, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(words_text(s, "node", ""), argv[i]) == 0)
			return true;
	return argc == 1;
}

/* Only the asked ones stay; false: one of them is not there. */
static const char *pick(cJSON *data, int argc, char **argv)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(data, "sensors");

	for (int i = 1; i < argc; i++) {
		const cJSON *s;
		bool found = false;

		cJSON_ArrayForEach(s, list)
			found |= strcmp(words_text(s, "node", ""), argv[i]) == 0;
		if (!found)
			return argv[i];
	}
	for (int i = cJSON_GetArraySize(list) - 1; i >= 0; i--)
		if (!is_asked(cJSON_GetArrayItem(list, i), argc, argv))
			cJSON_DeleteItemFromArray(list, i);
	return NULL;
}

int cli_sensors(struct cli *cli, int argc, char **argv)
{
	struct cli text = *cli;
	const cJSON *s;
	const char *missing;
	cJSON *data;
	int result;

	text.json = false;	/* picked first, printed here */
	result = ask_once(&text, "sensors", "sensors", NULL, &data);
	if (result != EXIT_DONE)
		return result;
	missing = pick(data, argc, argv);
	if (missing != NULL) {
		cJSON_Delete(data);
		return cli_fail(EXIT_USAGE, "no sensor \"%.100s\" - run: spaceheat sensors", missing);
	}
	if (cli->json) {
		ask_print(data);
	} else {
		printf("%-44s %-20s %16s  %-9s %-11s %6s  %s\n", "NODE", "ROLE", "VALUE", "AGE", "QUALITY", "ERRORS",
			"DRIVER");
		cJSON_ArrayForEach(s, words_at(data, "sensors"))
			print_sensor(s);
	}
	cJSON_Delete(data);
	return EXIT_DONE;
}
