/* SPDX-License-Identifier: MIT */
/* bench_week: the reference week, one line per seed: what it costs, how cold it gets, how often the source starts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/week.h"
#include "../support/week_plan.h"
#include "core/wire/houses.h"
#include "../support/week_bound.h"

enum { EXIT_USAGE = 2, MAX_FILE = 1 << 16 };

static bool read_plant(const char *name, struct plant *p)
{
	static const char path[] = "tests/vectors/plant-houses.json";
	static struct house h;
	struct problems problems = { .n = 0 };
	char text[MAX_FILE];
	FILE *f = fopen(path, "r");
	size_t n = f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f != NULL)
		fclose(f);
	text[n] = '\0';
	if (!houses_read_bare_plant(text, n, path, name, &h, &problems)) {
		fprintf(stderr, "bench_week: %s\n", n > 0 ? problems.text[0] : "run it in the project's folder");
		return false;
	}
	*p = h.plant;
	return true;
}

static void print_trace(void *ctx, int64_t t_s, const struct house_heat_trace *t)
{
	const struct local_picture *p = &t->picture;

	(void)ctx;
	printf("%lld.%02lld:%02lld %s%s -> %s %s | rswt %.1f buf %.1f/%.1f store %.1f usable %.0f required %.0f ewt %.1f "
		"gain %.2f on %llds peak %d cold %d\n", (long long)(t_s / 86400), (long long)(t_s / 3600 % 24),
		(long long)(t_s / 60 % 60), t->held ? "HELD " : "", local_state_name(t->from), local_state_name(t->to),
		local_cause_name(t->cause), p->rswt_c, p->buf_top_c, p->buf_bot_c, p->store_top_c, p->usable_wh,
		p->required_wh, p->ewt_c, p->gain_k, (long long)p->hp_on_s, p->onpeak, p->zone_cold);
}

static void print_sample(void *ctx, const struct week_sample *s)
{
	(void)ctx;
	printf("%.4f,%.2f,%.3f,%.2f,%.2f,%.2f,%.2f,%.4f,%.0f,%s,%d\n", (double)s->t_s / 86400, s->out_c, s->air_c,
		s->buffer_top_c, s->buffer_bottom_c, s->store_top_c, s->store_bottom_c, s->usd_per_kwh, s->power_w,
		local_state_name(s->state), s->source_on);
}

/* --- controllers ---------------------------------------------------------------------------------------- */

struct controller { const char *name, *title; enum week_kind kind; bool noisy; };

static const struct controller controllers[] = {
	{ "thermostat", "thermostat, buffer only", WEEK_THERMOSTAT, false },
	{ "tou", "fixed TOU", WEEK_TOU, false },
	{ "perfect", "optimiser, perfect forecast", WEEK_PLAN, false },
	{ "noisy", "optimiser, noisy forecast", WEEK_PLAN, true },
};
enum { N_CONTROLLERS = sizeof(controllers) / sizeof(controllers[0]) };

struct options { bool trace, no_backup, quiet, fine, csv; };

static struct week_result run_one(const struct controller *c, struct week *w, const struct options *o)
{
	struct week_optimiser *optimiser = malloc(sizeof(*optimiser));
	struct week_result r = { .cost_usd = 0 };

	w->kind = c->kind;
	w->trace = o->trace ? print_trace : NULL;
	w->sample = o->csv ? print_sample : NULL;
	w->no_backup = o->no_backup;
	if (o->csv)
		puts("day,out_c,air_c,buffer_top_c,buffer_bottom_c,store_top_c,store_bottom_c,usd_per_kwh,power_w,state,source_on");
	if (optimiser == NULL || !week_optimiser_open(optimiser, w->plant, &w->params, w->seed, c->noisy, !o->fine)) {
		fputs("bench_week: no memory\n", stderr);
		exit(1);
	}
	w->plan = week_optimiser_wish;
	w->ctx = optimiser;
	r = week_run(w);
	week_optimiser_close(optimiser);
	free(optimiser);
	return r;
}

static void print_week(const char *house, const char *name, uint64_t seed, const struct week_result *r,
	double bound_usd)
{
	printf("%s %s seed %llu: %.2f USD (%+.1f %% of the bound) %.2f K h cold %d starts (mean %.1f C, %.0f kWh, %.1f %% on-peak, "
		"shortest off %d s on %d s, most starts in 1 h %d, conflicts %lld, short %lld s, stuck cold %lld s)\n",
		house, name, (unsigned long long)seed, r->cost_usd, 100 * (r->cost_usd / bound_usd - 1), r->cold_kh, r->starts, r->mean_out_c,
		r->energy_kwh, 100 * r->peak_kwh / r->energy_kwh, r->shortest_off_s, r->shortest_on_s,
		r->most_starts_an_hour, (long long)r->conflicts, (long long)r->capacity_short_s,
		(long long)r->longest_state_cold_s);
}

/* Sum, and half the width of its 95 % interval over seeds. */
struct sum { double cost_usd, cost2, cold_kh, cold2, starts, bound_usd; int n; };

static double half_width(double sum, double squares, int n)
{
	return n > 1 ? 1.96 * sqrt(fmax(0, squares / n - sum / n * (sum / n)) / (n - 1)) : 0;
}

static void run_seeds(const char *house, const struct controller *c, struct week *w, uint64_t from, uint64_t to,
	const struct options *o)
{
	struct sum s = { .n = 0 };

	for (w->seed = from; w->seed <= to; w->seed++, s.n++) {
		double bound_usd = week_bound_usd(w->plant, &w->params, w->seed);
		struct week_result r = run_one(c, w, o);

		if (!o->quiet && !o->csv)
			print_week(house, c->name, w->seed, &r, bound_usd);
		s.bound_usd += bound_usd;
		s.cost_usd += r.cost_usd;
		s.cost2 += r.cost_usd * r.cost_usd;
		s.cold_kh += r.cold_kh;
		s.cold2 += r.cold_kh * r.cold_kh;
		s.starts += r.starts;
	}
	if (s.n > 1)
		printf("| %s | %s | %.0f | %.2f ± %.2f | %+.1f %% | %.2f ± %.2f | %.1f |\n", house, c->title, s.cost_usd,
			s.cost_usd / s.n, half_width(s.cost_usd, s.cost2, s.n), 100 * (s.cost_usd / s.bound_usd - 1),
			s.cold_kh / s.n, half_width(s.cold_kh, s.cold2, s.n), s.starts / s.n);
}

static void print_bounds(const char *house, const struct week *w, uint64_t from, uint64_t to, bool quiet)
{
	double sum = 0, squares = 0;
	int n = 0;

	for (uint64_t seed = from; seed <= to; seed++, n++) {
		double usd = week_bound_usd(w->plant, &w->params, seed);

		if (!quiet)
			printf("%s bound seed %llu: %.2f USD\n", house, (unsigned long long)seed, usd);
		sum += usd;
		squares += usd * usd;
	}
	if (n > 1)
		printf("| %s | bound | %.0f | %.2f ± %.2f | - | - | - |\n", house, sum, sum / n, half_width(sum, squares, n));
}

/* --- arguments ------------------------------------------------------------------------------------------ */

static int usage(void)
{
	fputs("usage: bench_week HOUSE thermostat|tou|perfect|noisy|bound|all FROM_SEED [TO_SEED [trace] [nobackup] [quiet] [fine] [csv]]\n"
	      "HOUSE: dw1.isone.me.oak.1, dw1.isone.me.beech.1, dw1.isone.me.elm.1, dw1.isone.nh.orange.1\n"
	      "fine: the optimiser on its default grid, not on 1 K x 0.5 K; csv: the week in steps of ten minutes\n", stderr);
	return EXIT_USAGE;
}

static bool has(int argc, char **argv, const char *word)
{
	for (int i = 4; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct options o = { has(argc, argv, "trace"), has(argc, argv, "nobackup"), has(argc, argv, "quiet"),
		has(argc, argv, "fine"), has(argc, argv, "csv") };
	unsigned long long from, to;
	struct plant plant;
	struct week w = { .plant = &plant };
	int found = 0;

	if (argc < 4)
		return usage();
	if (!read_plant(argv[1], &plant))
		return 1;
	w.params = week_params(&plant);
	from = strtoull(argv[3], NULL, 10);
	to = argc > 4 ? strtoull(argv[4], NULL, 10) : from;
	for (int i = 0; i < N_CONTROLLERS; i++) {
		if (strcmp(argv[2], "all") != 0 && strcmp(argv[2], controllers[i].name) != 0)
			continue;
		found++;
		run_seeds(argv[1], &controllers[i], &w, from, to, &o);
	}
	if (strcmp(argv[2], "all") == 0 || strcmp(argv[2], "bound") == 0) {
		found++;
		print_bounds(argv[1], &w, from, to, o.quiet);
	}
	return found > 0 ? 0 : usage();
}
