/* SPDX-License-Identifier: MIT */
/* bench_week: the reference week, one line per seed: what it costs, how cold it gets, how often the source starts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/week.h"
#include "core/wire/houses.h"

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

static int usage(void)
{
	fputs("usage: bench_week HOUSE thermostat|tou FROM_SEED [TO_SEED [trace|nobackup]]\n"
	      "HOUSE: dw1.isone.me.oak.1, dw1.isone.me.beech.1, dw1.isone.me.elm.1, dw1.isone.nh.orange.1\n", stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct week_result sum = { .cost_usd = 0 };
	unsigned long long from, to;
	struct plant plant;
	struct week w = { .plant = &plant };
	int n = 0;

	if (argc < 4)
		return usage();
	if (!read_plant(argv[1], &plant))
		return 1;
	w.kind = strcmp(argv[2], "thermostat") == 0 ? WEEK_THERMOSTAT : WEEK_TOU;
	w.params = week_params(&plant);
	from = strtoull(argv[3], NULL, 10);
	to = argc > 4 ? strtoull(argv[4], NULL, 10) : from;
	w.trace = argc > 5 && strcmp(argv[5], "trace") == 0 ? print_trace : NULL;
	w.no_backup = argc > 5 && strcmp(argv[5], "nobackup") == 0;
	for (w.seed = from; w.seed <= to; w.seed++) {
		struct week_result r = week_run(&w);

		printf("%s %s seed %llu: %.2f USD %.2f K h cold %d starts (mean %.1f C, %.0f kWh, %.1f %% on-peak, "
			"shortest off %d s on %d s, most starts in 1 h %d, conflicts %lld, short %lld s, stuck cold %lld s)\n",
			argv[1], argv[2], (unsigned long long)w.seed, r.cost_usd, r.cold_kh, r.starts, r.mean_out_c,
			r.energy_kwh, 100 * r.peak_kwh / r.energy_kwh, r.shortest_off_s, r.shortest_on_s,
			r.most_starts_an_hour, (long long)r.conflicts, (long long)r.capacity_short_s,
			(long long)r.longest_state_cold_s);
		sum.cost_usd += r.cost_usd;
		sum.cold_kh += r.cold_kh;
		sum.starts += r.starts;
		n++;
	}
	if (n > 1)
		printf("%d seeds: %.2f USD, %.2f K h and %.1f starts a week\n", n, sum.cost_usd, sum.cold_kh / n,
			(double)sum.starts / n);
	return 0;
}
