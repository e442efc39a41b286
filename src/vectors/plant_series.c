/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "sim/prices.h"
#include "core/sim/rng.h"
#include "sim/weather.h"
#include "vectors/plant.h"

enum { WEEK_HOURS = 168 };

static void compare_hex(struct cases *c, const char *what, uint64_t got, const char *want)
{
	char text[20];

	snprintf(text, sizeof(text), "%016" PRIx64, got);
	case_text(c, what, text, want);
}

static const char *text_at(struct cases *c, const cJSON *list, int i)
{
	const cJSON *item = case_at(c, list, i);

	return cJSON_IsString(item) ? item->valuestring : "";
}

static void compare_stream(struct cases *c, const cJSON *v, const char *key, uint64_t seed, const char *name,
	double (*next)(struct rng *))
{
	const cJSON *want = case_item(c, v, key);
	struct rng r = rng_start(seed, name);

	for (int i = 0; i < cJSON_GetArraySize(want); i++)
		case_close(c, key, next(&r), case_number_at(c, want, i));
}

void plant_case_rng(struct cases *c, const cJSON *v)
{
	const cJSON *u64;
	const char *name;
	uint64_t seed;
	struct rng r;

	case_begin(c, "rng", -1);
	u64 = case_item(c, v, "u64");
	name = case_string(c, v, "name");
	seed = (uint64_t)case_int(c, v, "seed");
	r = rng_start(seed, name);
	compare_hex(c, "fnv1a", rng_hash(name), case_string(c, v, "fnv1a"));
	for (int i = 0; i < cJSON_GetArraySize(u64); i++)
		compare_hex(c, "u64", rng_next(&r), text_at(c, u64, i));
	compare_stream(c, v, "uniform_x", seed, "x", rng_uniform);
	compare_stream(c, v, "normal_y", seed, "y", rng_normal);
	case_end(c);
}

static double weather_abs(const struct cases *c)
{
	return case_number_or(cJSON_GetObjectItemCaseSensitive(c->root, "tol"), "weather_abs", 1e-6);
}

static void compare_weather(struct cases *c, const struct weather_row *got, const cJSON *want)
{
	double tolerance = weather_abs(c);

	case_within(c, "out_c", got->out_c, case_number_at(c, want, 0), tolerance);
	case_within(c, "wind_ms", got->wind_ms, case_number_at(c, want, 1), tolerance);
	case_within(c, "ghi_wm2", got->sun_w_m2, case_number_at(c, want, 2), tolerance);
}

/* Draws the week: seven days of the seed from doy0. */
static void draw_weather(struct cases *c, const cJSON *v, struct weather_row rows[WEEK_HOURS])
{
	struct plant_weather p = { .kind = SERIES_SEEDED,
		.latitude = case_number_or(v, "latitude", 45.65) };
	struct weather w;
	struct err e;

	weather_open(&w, &p, (uint64_t)case_int(c, v, "seed"), 0, (int)case_int(c, v, "doy0"), &e);
	for (int k = 0; k < WEEK_HOURS; k++)
		rows[k] = weather_at(&w, k * 3600.0);
	weather_close(&w);
}

static void compare_seasons(struct cases *c, const cJSON *clim)
{
	const cJSON *row;
	int i = 0;

	cJSON_ArrayForEach(row, clim) {
		const cJSON *want;
		struct weather_normal n;

		case_begin(c, "weather.clim", i++);
		want = case_at(c, row, 1);
		n = weather_normal(case_number_at(c, row, 0));
		case_close(c, "mean", n.mean_c, case_number_at(c, want, 0));
		case_close(c, "swing", n.swing_k, case_number_at(c, want, 1));
		case_close(c, "wind", n.wind_ms, case_number_at(c, want, 2));
		case_close(c, "clearness", n.clearness, case_number_at(c, want, 3));
		case_end(c);
	}
}

void plant_case_weather(struct cases *c, const cJSON *v)
{
	struct weather_row rows[WEEK_HOURS];
	const cJSON *first;
	double sum = 0;

	case_begin(c, "weather", -1);
	draw_weather(c, v, rows);
	first = case_item(c, v, "first");
	for (int i = 0; i < cJSON_GetArraySize(first) && i < WEEK_HOURS; i++)
		compare_weather(c, &rows[i], case_at(c, first, i));
	compare_weather(c, &rows[12], case_item(c, v, "at_noon"));
	compare_weather(c, &rows[WEEK_HOURS - 1], case_item(c, v, "last"));
	for (int k = 0; k < WEEK_HOURS; k++)
		sum += rows[k].out_c;
	case_within(c, "mean_c", sum / WEEK_HOURS, case_number(c, v, "mean_c"), weather_abs(c));
	case_end(c);
	compare_seasons(c, cJSON_GetObjectItemCaseSensitive(v, "clim"));
}

static void draw_prices(struct cases *c, const cJSON *v, struct price_row rows[WEEK_HOURS])
{
	struct plant_prices seeded = { .kind = SERIES_SEEDED };
	struct prices p;
	struct err e;

	prices_open(&p, &seeded, (uint64_t)case_int(c, v, "seed"), 0, (int)case_int(c, v, "doy0"),
		(int)case_int(c, v, "dow0"), &e);
	for (int k = 0; k < WEEK_HOURS; k++)
		rows[k] = prices_at(&p, k * 3600.0);
	prices_close(&p);
}

static void compare_price(struct cases *c, const cJSON *row, const struct price_row rows[WEEK_HOURS])
{
	double hour = case_number_at(c, row, 0);
	const cJSON *want = case_at(c, row, 1);
	const struct price_row *got;

	if (!(hour >= 0 && hour < WEEK_HOURS)) {
		case_fail(c, "hour %g is outside the week", hour);
		return;
	}
	got = &rows[(int)hour];
	case_close(c, "usd_per_kwh", got->usd_per_kwh, case_number_at(c, want, 0));
	case_close(c, "lmp", got->lmp, case_number_at(c, want, 1));
	case_close(c, "distribution", got->distribution, case_number_at(c, want, 2));
}

void plant_case_prices(struct cases *c, const cJSON *v)
{
	struct price_row rows[WEEK_HOURS];
	const cJSON *row;
	double sum = 0;
	int i = 0;

	case_begin(c, "prices.mean", -1);
	draw_prices(c, v, rows);
	for (int k = 0; k < WEEK_HOURS; k++)
		sum += rows[k].usd_per_kwh;
	case_close(c, "mean", sum / WEEK_HOURS, case_number(c, v, "mean"));
	case_end(c);
	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(v, "rows")) {
		case_begin(c, "prices", i++);
		compare_price(c, row, rows);
		case_end(c);
	}
}
