/* SPDX-License-Identifier: MIT */
/* status.c: the house on one screen; exit codes as monitoring plugins have them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/words.h"

static int health_exit(const cJSON *d)
{
	const char *health = words_text(d, "health", "");

	if (strcmp(health, "ok") == 0)
		return EXIT_DONE;
	if (strcmp(health, "warning") == 0)
		return EXIT_FAILED;
	return strcmp(health, "critical") == 0 ? EXIT_USAGE : EXIT_UNKNOWN;	/* 2 is critical here */
}

static void print_program(const cJSON *d, bool demo)
{
	char up[WORDS], t[WORDS];
	double s = 0, speed = 0, t_ms = 0;

	words_number(d, "uptime_s", &s);
	words_number(d, "t_ms", &t_ms);
	printf("%sspaceheat %s  %s  %s  up %s", demo ? "(demo) " : "", words_text(d, "version", "?"),
		words_text(d, "house", "?"), words_clock(words_zone_of(d), (int64_t)t_ms, t), words_span(s, up));
	printf("  clock %strusted%s", words_true(d, "clock.trusted") ? "" : "NOT ",
		words_true(d, "safe_mode") ? "  SAFE MODE" : "");
	if (words_true(d, "simulated") && words_number(d, "speed", &speed) && speed > 0)
		printf("  SIMULATED %gx", speed);
	else if (words_true(d, "simulated"))
		printf("  SIMULATED");
	putchar('\n');
}

static void print_mode(const cJSON *d)
{
	struct words_zone z = words_zone_of(d);
	double start, end, age, limit;
	char from[WORDS], to[WORDS], ago[WORDS];

	printf("MODE     %s (%s)", words_text(d, "contract.mode", "?"), words_text(d, "contract.cause", "?"));
	if (words_number(d, "contract.start_ms", &start) && words_number(d, "contract.end_ms", &end))
		printf("   contract %.8s %s %s-%s", words_text(d, "contract.id", "?"), words_text(d, "contract.state", "?"),
			words_minute(z, (int64_t)start, from), words_minute(z, (int64_t)end, to));
	if (words_number(d, "contract.beat_age_s", &age) && words_number(d, "contract.beat_limit_s", &limit))
		printf("  beat %s ago (limit %g)", words_span(age, ago), limit);
	putchar('\n');
}

static void print_comfort(const cJSON *d)
{
	const cJSON *zone;
	char room[WORDS], low[WORDS], high[WORDS], until[WORDS];
	double ms;

	cJSON_ArrayForEach(zone, words_at(d, "comfort")) {
		printf("COMFORT  %s %s  want %s..%s  %s", words_text(zone, "zone", "?"), words_celsius(zone, "temp_c", room),
			words_format(zone, "low_c", "%.1f", low), words_format(zone, "high_c", "%.1f", high),
			words_text(zone, "state", "unknown"));
		if (words_number(zone, "hold_until_ms", &ms))
			printf("  held until %s", words_minute(words_zone_of(d), (int64_t)ms, until));
		if (zone->prev == NULL || zone == words_at(d, "comfort")->child)
			printf("      lowest pipe %s %s  freeze %s", words_celsius(d, "freeze.lowest_c", low),
				words_text(d, "freeze.node", ""), words_text(d, "freeze.state", "unknown"));
		putchar('\n');
	}
}

static void print_store(const cJSON *d)
{
	const cJSON *layers = words_at(d, "store.layers_c"), *layer;
	char out[WORDS];

	printf("STORE   ");
	cJSON_ArrayForEach(layer, layers)
		printf(" %s%s", layer == layers->child ? "top " : "",
			cJSON_IsNumber(layer) ? words_format(layer, "", "%.1f", out) : "unknown");
	printf(" C%s   outdoors %s\n", words_true(d, "store.tripped") ? "  TRIPPED (spaceheat reset trip)" : "",
		words_celsius(d, "outdoor_c", out));
}

static void print_power(const cJSON *d)
{
	const cJSON *load;
	char out[WORDS];

	printf("POWER    %s", words_format(d, "power.total_w", "%.0f W", out));
	cJSON_ArrayForEach(load, words_at(d, "power.by_node"))
		printf("   %s %s", load->string, words_format(load, "", "%.0f W", out));
	putchar('\n');
}

static void print_relays(const cJSON *d)
{
	const cJSON *relay;
	char at[WORDS];
	double ms;
	int held = 0;

	printf("RELAYS  ");
	cJSON_ArrayForEach(relay, words_at(d, "relays")) {
		printf(" %s %s", words_text(relay, "node", "?"), words_text(relay, "state", "?"));
		if (words_number(relay, "since_ms", &ms))
			printf(" (%s %s)", words_text(relay, "by", "?"), words_minute(words_zone_of(d), (int64_t)ms, at));
		printf("%s", relay->next != NULL ? " " : "");
		held += words_at(relay, "held") != NULL;
	}
	if (held > 0)
		printf("   %d held (spaceheat relays)", held);
	putchar('\n');
}

static void print_uplink(const cJSON *d)
{
	char since[WORDS], ack[WORDS], owed[WORDS], sent[WORDS], bytes[WORDS];
	double s, ms = 0, t_ms = 0;

	if (strcmp(words_text(d, "uplink.state", ""), "off") == 0) {
		puts("UPLINK   off: the house runs alone");
		return;
	}
	words_number(d, "t_ms", &t_ms);
	printf("UPLINK   %s %s:%s %s", words_true(d, "uplink.tls") ? "tls" : "plain", words_text(d, "uplink.host", "?"),
		words_format(d, "uplink.port", "%.0f", since), words_text(d, "uplink.state", "unknown"));
	if (words_number(d, "uplink.since_ms", &ms))
		printf(" %s", words_span((t_ms - ms) / 1000, since));
	if (words_at(d, "uplink.last_error") != NULL)
		printf(" (%s)", words_text(d, "uplink.last_error", ""));
	printf("   owed %s", words_format(d, "uplink.owed", "%.0f", owed));
	if (words_number(d, "uplink.last_ack_s", &s))
		printf("   last ack %s ago", words_span(s, ack));
	printf("   sent %s, %s bytes\n", words_format(d, "uplink.sent_total", "%.0f", sent),
		words_format(d, "uplink.bytes_total", "%.0f", bytes));
}

static void print_history(const cJSON *d)
{
	const cJSON *tier;
	char have[WORDS], of[WORDS], size[WORDS], card[WORDS] = "";
	double have_s, of_s, bytes;

	printf("HISTORY ");
	cJSON_ArrayForEach(tier, words_at(d, "history.tiers"))
		if (words_number(tier, "of_s", &of_s))
			printf(" %s %s of %s", words_text(tier, "tier", "?"),
				words_number(tier, "have_s", &have_s) ? words_span(have_s, have) : "unknown",
				words_span(of_s, of));
	if (words_number(d, "history.db_bytes", &bytes))
		snprintf(size, sizeof(size), "%.1f MB", bytes / 1e6);
	else
		snprintf(size, sizeof(size), "unknown");
	if (words_number(d, "history.card_bytes_today", &bytes))
		snprintf(card, sizeof(card), ", card %.1f MB today", bytes / 1e6);
	printf("   db %s%s%s\n", size, card, words_true(d, "history.failing") ? "   NOT WRITTEN (spaceheat alerts)" : "");
}

static void print_sensors(const cJSON *d)
{
	const cJSON *bad;
	char good[WORDS], age[WORDS];
	double critical = 0, error = 0, warning = 0, s;

	printf("SENSORS  %s good", words_format(d, "sensors.good", "%.0f", good));
	cJSON_ArrayForEach(bad, words_at(d, "sensors.bad")) {
		printf(", %s %s", words_text(bad, "node", "?"), words_text(bad, "quality", "?"));
		if (words_number(bad, "age_s", &s))
			printf(" %s", words_span(s, age));
	}
	words_number(d, "alerts.critical", &critical);
	words_number(d, "alerts.error", &error);
	words_number(d, "alerts.warning", &warning);
	if (critical + error + warning > 0)
		printf("   ALERTS %.0f critical, %.0f error, %.0f warning (spaceheat alerts)\n", critical, error, warning);
	else
		puts("   ALERTS none");
}

static void print_status(const cJSON *d, bool demo)
{
	print_program(d, demo);
	print_mode(d);
	print_comfort(d);
	print_store(d);
	print_power(d);
	print_relays(d);
	print_uplink(d);
	print_history(d);
	print_sensors(d);
}

static int once(struct cli *cli)
{
	struct ask *a = malloc(sizeof(*a));
	cJSON *d = NULL;
	int result;

	if (a == NULL)
		return cli_fail(EXIT_UNKNOWN, "status: out of memory");
	result = ask_open(a, cli, "status");
	if (result == EXIT_DONE) {
		result = ask_verb(a, "status", NULL, &d);
		if (a->refusal != NULL)
			ask_tell(a);
		ask_close(a);
	}
	if (d == NULL) {
		free(a);
		return result == EXIT_PERMISSION ? EXIT_PERMISSION : EXIT_UNKNOWN;
	}
	if (cli->json)
		ask_print(d);
	else if (cli->quiet)
		puts(words_text(d, "health", "unknown"));
	else
		print_status(d, a->demo);
	result = health_exit(d);
	cJSON_Delete(d);
	free(a);
	return result;
}

int cli_status(struct cli *cli, int argc, char **argv)
{
	long every_s = argc == 3 && strcmp(argv[1], "-w") == 0 ? strtol(argv[2], NULL, 10) : 0;
	int result;

	if (argc != 1 && (every_s < 1 || every_s > 86400)) {
		cli_usage("status", "takes only -w with a number of seconds");
		return EXIT_UNKNOWN;
	}
	for (;;) {
		result = once(cli);
		if (every_s == 0)
			return result;
		fflush(stdout);
		sleep((unsigned int)every_s);
	}
}
