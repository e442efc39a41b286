/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/words.h"

static void print_holds(const cJSON *r, struct words_zone z)
{
	char until[WORDS];
	double ms;

	if (words_at(r, "held") != NULL) {
		printf("  %s by %s held: %s", words_text(r, "wanted", "?"), words_text(r, "wanted_by", "?"),
			words_text(r, "held", "?"));
		if (words_number(r, "held_until_ms", &ms))
			printf(" until %s", words_clock(z, (int64_t)ms, until));
	}
	if (cJSON_IsFalse(words_at(r, "readback_ok")))
		printf("  READS BACK %s", words_text(r, "readback", "?"));
	if (words_true(r, "locked"))
		printf("  LOCKED (spaceheat alerts, then: spaceheat reset %s)", words_text(r, "node", "?"));
	if (words_number(r, "operator_until_ms", &ms))
		printf("  operator until %s", words_clock(z, (int64_t)ms, until));
}

static void print_relay(const cJSON *r, struct words_zone z)
{
	char since[WORDS] = "-", watts[WORDS], starts[WORDS];
	double ms;

	if (words_number(r, "since_ms", &ms))
		words_clock(z, (int64_t)ms, since);
	printf("%-28s %-6s %-10s %-9s %-10s %9s %9s  %-9s %s", words_text(r, "node", "?"), words_text(r, "state", "?"),
		since, words_text(r, "by", "-"), words_text(r, "reason", "-"),
		words_at(r, "power_w") != NULL ? words_format(r, "power_w", "%.0f W", watts) : "-",
		words_format(r, "starts_1h", "%.0f/h", starts), words_text(r, "fail_state", "?"),
		words_text(r, "label", ""));
	print_holds(r, z);
	putchar('\n');
}

int cli_relays(struct cli *cli, int argc, char **argv)
{
	const cJSON *r;
	cJSON *data;
	int result;

	(void)argv;
	if (argc > 1)
		return cli_usage("relays", "takes no arguments");
	result = ask_once(cli, "relays", "relays", NULL, &data);
	if (data == NULL)
		return result;
	printf("%-28s %-6s %-10s %-9s %-10s %9s %9s  %-9s %s\n", "NODE", "STATE", "SINCE", "BY", "REASON", "POWER", "STARTS",
		"FAILS TO", "LABEL");
	cJSON_ArrayForEach(r, words_at(data, "relays"))
		print_relay(r, words_zone_of(data));
	cJSON_Delete(data);
	return result;
}
