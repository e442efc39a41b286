/* SPDX-License-Identifier: MIT */
/* `spaceheat sim --days N`: days of a simulated house in seconds, with what breaks and what must hold. */
#include "main/cli_sim_run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run/log.h"
#include "whole/winter.h"

enum { MAX_DAYS = 400 };

struct sim_words {
	struct winter_options o;
	const char *profile;
	bool shrink, trace_only, bar;
	struct fault_spec *orders;
	struct cli *cli;
};

/* --- words ---------------------------------------------------------------------------------------------------------- */

static bool whole_number(const char *text, long long low, long long high, long long *n)
{
	char *end;

	*n = strtoll(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && *n >= low && *n <= high;
}

static int take_days(struct sim_words *w, const char *v)
{
	long long n;

	if (!whole_number(v, 1, MAX_DAYS, &n))
		return cli_fail(EXIT_USAGE, "sim: --days %.20s - give 1 to %d", v, MAX_DAYS);
	w->o.days = (int)n;
	return EXIT_DONE;
}

static int take_seed(struct sim_words *w, const char *v)
{
	long long n;

	if (!whole_number(v, 0, INT64_MAX, &n))
		return cli_fail(EXIT_USAGE, "sim: --seed %.20s - give a whole number from 0", v);
	w->o.seed = (uint64_t)n;
	return EXIT_DONE;
}

static int take_house(struct sim_words *w, const char *v)
{
	w->o.house = v;
	return EXIT_DONE;
}

static int take_houses(struct sim_words *w, const char *v)
{
	w->o.houses_file = v;
	return EXIT_DONE;
}

static int take_start(struct sim_words *w, const char *v)
{
	w->o.start = v;
	return EXIT_DONE;
}

static int take_weather(struct sim_words *w, const char *v)
{
	w->o.weather_file = v;
	return EXIT_DONE;
}

static int take_prices(struct sim_words *w, const char *v)
{
	w->o.price_file = v;
	return EXIT_DONE;
}

static int take_speed(struct sim_words *w, const char *v)
{
	(void)w;
	if (strcmp(v, "max") == 0)
		return EXIT_DONE;
	return cli_fail(EXIT_USAGE, "sim: --speed %.20s - a run of days is never paced: max, or take run_local --speed", v);
}

static int take_faults(struct sim_words *w, const char *v)
{
	struct err e;

	w->profile = v;
	return inject_parse(v, &w->o.faults, &e) ? EXIT_DONE : cli_fail(EXIT_USAGE, "sim: --faults %s", e.text);
}

static int take_fault(struct sim_words *w, const char *v)
{
	struct fault_spec *f = &w->orders[w->o.n_orders];
	struct err e;

	if (w->o.n_orders == WINTER_FAULTS)
		return cli_fail(EXIT_USAGE, "sim: --fault: at most %d", WINTER_FAULTS);
	if (!fault_parse(v, f, &e) || !breaks_can(f, &e))
		return cli_fail(EXIT_USAGE, "sim: --fault: %s", e.text);
	if (f->when == WHEN_LOCAL)
		return cli_fail(EXIT_USAGE, "sim: --fault %.100s: give an offset from the beginning, +2d6h", v);
	while (f > w->orders && f[-1].at_ms > f->at_ms) {
		struct fault_spec later = f[-1];

		f[-1] = *f;
		*f-- = later;
	}
	w->o.n_orders++;
	w->o.orders = w->orders;
	return EXIT_DONE;
}

static void print_line(void *ctx, const struct house *h, const struct msg *m)
{
	struct log_sink sink;
	char text[LOG_LINE_SIZE];
	size_t length;

	(void)ctx;
	if (m->log.level > LEVEL_INFO)
		return;
	log_sink_init(&sink, NULL, LEVEL_INFO, true, h);
	length = log_line(&sink, m, text);
	fwrite(text, 1, length, stderr);
}

static int read_words(struct sim_words *w, int argc, char **argv)
{
	static const struct { const char *word; int (*take)(struct sim_words *, const char *); } options[] = {
		{ "--days", take_days }, { "--seed", take_seed }, { "--house", take_house }, { "--houses", take_houses },
		{ "--start", take_start }, { "--speed", take_speed }, { "--faults", take_faults }, { "--fault", take_fault },
		{ "--weather", take_weather }, { "--prices", take_prices },
	};
	size_t n = sizeof(options) / sizeof(options[0]), k;
	int result = EXIT_DONE;

	for (int i = 1; i < argc && result == EXIT_DONE; i++) {
		for (k = 0; k < n && strcmp(argv[i], options[k].word) != 0; k++)
			;
		if (strcmp(argv[i], "--shrink") == 0)
			w->shrink = true;
		else if (strcmp(argv[i], "--trace-hash") == 0)
			w->trace_only = true;
		else if (strcmp(argv[i], "--plan") == 0)
			w->o.plan = true;
		else if (strcmp(argv[i], "--log") == 0)
			w->o.line = print_line;
		else if (k == n)
			result = cli_usage("sim", "%.40s is not understood", argv[i]);
		else if (i + 1 == argc)
			result = cli_usage("sim", "%s needs a value", argv[i]);
		else
			result = options[k].take(w, argv[++i]);
	}
	return result;
}

/* --- what it says ----------------------------------------------------------------------------------------------------- */

static void print_hash(const struct winter_result *r, char out[2 * WINTER_HASH + 1])
{
	for (int i = 0; i < WINTER_HASH; i++)
		snprintf(out + 2 * i, 3, "%02x", r->hash[i]);
}

static void print_again(const struct sim_words *w, char *out, size_t size)
{
	int n = snprintf(out, size, "spaceheat sim --days %d --seed %llu --house %s", w->o.days, (unsigned long long)w->o.seed,
		w->o.house);

	if (w->o.start != NULL)
		n += snprintf(out + n, size - (size_t)n, " --start %.40s", w->o.start);
	if (w->o.weather_file != NULL)
		n += snprintf(out + n, size - (size_t)n, " --weather %.100s", w->o.weather_file);
	if (w->o.price_file != NULL)
		n += snprintf(out + n, size - (size_t)n, " --prices %.100s", w->o.price_file);
	if (w->o.orders == NULL)
		snprintf(out + n, size - (size_t)n, " --faults %.80s", w->profile);
}

static void print_orders(const struct fault_spec *list, int n)
{
	char text[FAULT_TEXT];

	for (int i = 0; i < n; i++) {
		fault_write(&list[i], text, sizeof(text));
		fprintf(stderr, " \\\n    --fault '%s'", text);
	}
}

static void print_violation(const struct sim_words *w, const struct winter_result *r, int i)
{
	int64_t s = r->at[i].ms / 1000;
	char again[400];

	print_again(w, again, sizeof(again));
	fprintf(stderr, "violated %s (%s): seed %llu, after %lldd %02lld:%02lld:%02lld, %lld s in all: %s - again: %s",
		invariant_table[i].id, invariant_table[i].says, (unsigned long long)w->o.seed, (long long)s / 86400,
		(long long)s / 3600 % 24, (long long)s / 60 % 60, (long long)s % 60, (long long)r->violated[i], r->why[i], again);
	if (w->o.orders != NULL)
		print_orders(w->o.orders, w->o.n_orders);
	fputc('\n', stderr);
}

static void print_text(const struct sim_words *w, const struct winter_result *r, double took_s)
{
	char hash[2 * WINTER_HASH + 1];

	print_hash(r, hash);
	printf("%s, %.2f days, seed %llu, faults %s\n", w->o.house, (double)r->seconds / 86400, (unsigned long long)w->o.seed,
		w->o.orders != NULL ? "as ordered" : w->profile);
	printf("  heat      %.1f kWh for $%.2f, %d starts, %d defrosts, outdoors %.1f C on average\n", r->kwh, r->cost_usd, r->starts,
		r->defrosts, r->mean_out_c);
	printf("  comfort   %.0f min and %.2f K h below setpoint - 0.5 K, lowest %.2f C\n", r->cold_min, r->cold_kh, r->lowest_c);
	printf("  energy    account of the plant off by %.2g %%\n", 100 * r->residual);
	printf("  faults    %d, found %d; %d starts of the service\n", r->faults, r->faults_found, r->boots);
	printf("  record    %lld messages, %d statuses, %lld bytes of history\n", (long long)r->messages, r->statuses,
		(long long)r->history_bytes);
	printf("  trace     %s\n", hash);
	printf("  took      %.2f s, %.0f days a second\n", took_s, (double)r->seconds / 86400 / took_s);
	printf("  %s\n", winter_held(r) ? "all invariants held" : "VIOLATED, see above");
}

static void print_json(const struct sim_words *w, const struct winter_result *r, double took_s)
{
	char hash[2 * WINTER_HASH + 1];

	print_hash(r, hash);
	printf("{\"house\":\"%s\",\"seed\":%llu,\"days\":%.4f,\"faults\":\"%s\",\"kwh\":%.3f,\"cost_usd\":%.4f,\"hp_starts\":%d,"
		"\"defrosts\":%d,\"mean_out_c\":%.3f,", w->o.house, (unsigned long long)w->o.seed, (double)r->seconds / 86400,
		w->o.orders != NULL ? "orders" : w->profile, r->kwh, r->cost_usd, r->starts, r->defrosts, r->mean_out_c);
	printf("\"cold_min\":%.3f,\"cold_kh\":%.4f,\"lowest_c\":%.3f,\"energy_residual\":%.3g,\"faults_injected\":%d,"
		"\"faults_found\":%d,\"boots\":%d,\"messages\":%lld,\"statuses\":%d,\"history_bytes\":%lld,", r->cold_min, r->cold_kh,
		r->lowest_c, r->residual, r->faults, r->faults_found, r->boots, (long long)r->messages, r->statuses,
		(long long)r->history_bytes);
	printf("\"mailbox_most\":%u,\"mailbox_room\":%u,", r->mailbox_most, r->mailbox_room);
	printf("\"violations\":{");
	for (int i = 0, n = 0; i < N_INVARIANTS; i++)
		if (r->violated[i] > 0)
			printf("%s\"%s\":%lld", n++ > 0 ? "," : "", invariant_table[i].id, (long long)r->violated[i]);
	printf("},\"trace\":\"%s\",\"wall_s\":%.3f,\"held\":%s}\n", hash, took_s, winter_held(r) ? "true" : "false");
}

/* --- running ------------------------------------------------------------------------------------------------------------ */

static bool interrupted(void)
{
	sigset_t waiting;

	return sigpending(&waiting) == 0 && (sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1);
}

static bool going_on(void *ctx, int64_t hours, int64_t of)
{
	const struct sim_words *w = ctx;

	if (w->bar && hours % 24 == 0)
		fprintf(stderr, "\rsim %lld of %lld days ", (long long)hours / 24, (long long)of / 24);
	if (w->bar && hours == of)
		fputs("\r                          \r", stderr);
	return !interrupted();
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void shrink(const struct sim_words *w, const struct winter_result *r, int invariant)
{
	struct fault_spec *least = calloc((size_t)r->n_list + 1, sizeof(*least));
	struct sim_words less = *w;
	char again[400];

	if (least == NULL)
		return;
	less.bar = false;
	less.o.line = NULL;
	less.o.ctx = &less;
	less.o.days = (int)(r->at[invariant].ms / 86400000) + 1;
	less.o.n_orders = winter_shrink(&less.o, r->list, r->n_list, invariant, least);
	less.o.orders = least;
	print_again(&less, again, sizeof(again));
	fprintf(stderr, "with %d of %d faults %s still breaks: %s", less.o.n_orders, r->n_list, invariant_table[invariant].id, again);
	print_orders(least, less.o.n_orders);
	fputs(less.o.n_orders == 0 ? " --faults calm\n" : "\n", stderr);
	free(least);
}

static void tell(const struct sim_words *w, const struct winter_result *r, double took_s)
{
	char hash[2 * WINTER_HASH + 1];
	int first = -1;

	for (int i = 0; i < N_INVARIANTS; i++) {
		if (r->violated[i] == 0)
			continue;
		print_violation(w, r, i);
		if (first < 0 || r->at[i].ms < r->at[first].ms)
			first = i;
	}
	if (r->residual >= 0.001)
		fprintf(stderr, "violated: the plant's energy account is off by %.3g %%\n", 100 * r->residual);
	print_hash(r, hash);
	if (w->trace_only)
		puts(hash);
	else if (w->cli->json)
		print_json(w, r, took_s);
	else
		print_text(w, r, took_s);
	fflush(stdout);
	if (w->shrink && first >= 0)
		shrink(w, r, first);
}

static int run(struct sim_words *w)
{
	struct winter_result r;
	double began = seconds();
	struct err e;
	bool ran;

	ran = winter_run(&w->o, &r, &e);
	if (ran)
		tell(w, &r, seconds() - began);
	free(r.list);
	if (!ran)
		return cli_fail(EXIT_FAILED, "sim: %s", e.text);
	if (r.stopped && interrupted())
		return EXIT_INTERRUPTED;
	return winter_held(&r) ? EXIT_DONE : EXIT_FAILED;
}

static const char *houses_file(void)
{
	return access("input_data/houses.json", R_OK) == 0 ? "input_data/houses.json" : "/etc/spaceheat/houses.json";
}

int cli_sim_run(struct cli *cli, int argc, char **argv)
{
	struct sim_words w = { .profile = "calm", .cli = cli, .o = { .house = "dw1.isone.me.oak.1", .days = 28, .seed = 1,
		.houses_file = houses_file(), .going_on = going_on } };
	sigset_t signals;
	int result;

	w.orders = calloc(WINTER_FAULTS + 1, sizeof(*w.orders));
	if (w.orders == NULL)
		return cli_fail(EXIT_FAILED, "sim: out of memory");
	w.o.ctx = &w;
	w.bar = isatty(STDERR_FILENO) && !cli->quiet && !cli->json;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	result = read_words(&w, argc, argv);
	if (result == EXIT_DONE)
		result = run(&w);
	free(w.orders);
	return result;
}
