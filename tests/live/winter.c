/* SPDX-License-Identifier: MIT */
/* winter DAYS HOUSES.json: runs every simulated house with random relays; prints per house a digest of all that
 * happened to the last bit, with -t also how long it took. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/wire/houses.h"
#include "sim/plant.h"
#include "sim/prices.h"

enum { DAY_S = 86400, SEED = 11, MAX_BYTES = 1 << 22 };

struct winter { int days; bool timed; double worst; };

static uint64_t mix(uint64_t digest, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	for (int i = 0; i < 8; i++)
		digest = (digest ^ (bits >> (8 * i) & 0xff)) * 0x100000001B3u;
	return digest;
}

static uint64_t mix_state(uint64_t digest, const struct plant_state *s)
{
	digest = mix(mix(mix(digest, s->air_c), s->mass_c), s->power_w);
	digest = mix(mix(digest, s->account.elec), s->lwt_c);
	for (int i = 0; i < s->buffer.layers; i++)
		digest = mix(digest, s->buffer.c[i]);
	for (int i = 0; s->plant->store.kind != STORE_NONE && i < s->plant->store.tank.layers; i++)
		digest = mix(digest, plant_store_c(s, i));
	return digest;
}

static void toss(struct rng *r, struct plant_inputs *in)
{
	for (int i = 0; i < N_PLANT_RELAYS; i++)
		if (rng_uniform(r) < 0.005)
			in->on[i] = !in->on[i];
}

static uint64_t run(const struct plant *p, int days, struct plant_state *s)
{
	static const struct plant_prices seeded = { .kind = SERIES_SEEDED };
	struct rng r = rng_start(SEED, "relays");
	struct plant_inputs in = { .on = { false } };
	uint64_t digest = 0xCBF29CE484222325u;
	struct weather w;
	struct prices prices;
	struct err e;

	if (!weather_open(&w, &p->weather, SEED, 0, 300, &e) || !prices_open(&prices, &seeded, SEED, 0, 300, 0, &e))
		exit(1);
	plant_init(s, p, weather_at(&w, 0).out_c);
	for (double t = 0; t < (double)days * DAY_S; t += p->dt_s) {
		struct weather_row now = weather_at(&w, t);

		toss(&r, &in);
		plant_step(s, &in, &now);
		if (s->steps % 60 == 0)
			digest = mix(mix_state(digest, s), prices_at(&prices, t).usd_per_kwh);
	}
	weather_close(&w);
	prices_close(&prices);
	return digest;
}

static void each(void *ctx, const struct house *h)
{
	struct winter *winter = ctx;
	clock_t began = clock();
	struct plant_state s;
	uint64_t digest;

	if (!h->has_plant)
		return;
	digest = run(&h->plant, winter->days, &s);
	if (plant_residual(&s) > winter->worst)
		winter->worst = plant_residual(&s);
	if (winter->timed)
		printf("%s_%dd %.2f s\n", h->key, winter->days, (double)(clock() - began) / CLOCKS_PER_SEC);
	else
		printf("%s %016" PRIx64 "\n", h->key, digest);
}

int main(int argc, char **argv)
{
	bool timed = argc == 4 && strcmp(argv[3], "-t") == 0;
	struct winter winter = { .days = argc >= 3 ? atoi(argv[1]) : 0, .timed = timed };
	struct problems problems = { .n = 0 };
	struct house *scratch = malloc(sizeof(*scratch));
	char *text = malloc(MAX_BYTES);
	FILE *f = argc >= 3 ? fopen(argv[2], "r") : NULL;
	size_t n;

	if (winter.days < 1 || f == NULL || text == NULL || scratch == NULL) {
		fprintf(stderr, "usage: winter DAYS HOUSES.json [-t]\n");
		return 2;
	}
	n = fread(text, 1, MAX_BYTES - 1, f);
	text[n] = '\0';
	fclose(f);
	houses_list(text, n, argv[2], scratch, each, &winter, &problems);
	free(text);
	free(scratch);
	return problems.n == 0 && winter.worst < 1e-9 ? 0 : 1;
}
