/* SPDX-License-Identifier: MIT */
/* Any text of a weather or price file: rows in order and in range, which the tables take, or an error with words that
 * names a line. */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/control/forecast.h"

static void use(const struct series_form *f, const struct series_row *rows, int n)
{
	static struct price_table prices;
	struct forecast_weather w;
	struct forecast_hour at;
	double usd;
	int64_t now_s = rows[n / 2].unix_s;

	for (int i = 0; i < n; i++) {
		assert(i == 0 || rows[i].unix_s > rows[i - 1].unix_s);
		assert(series_row_at(rows, n, rows[i].unix_s) == i);
		for (int c = 0; c < f->columns; c++)
			assert(rows[i].v[c] >= f->column[c].low && rows[i].v[c] <= f->column[c].high);
	}
	if (f == &series_weather) {
		forecast_from_rows(&w, rows, n, now_s);
		if (forecast_weather_at(&w, now_s + 200000, &at))
			assert(at.out_c >= -90 && at.out_c <= 60);
		return;
	}
	price_from_rows(&prices, rows, n, now_s);
	if (price_known(&prices, now_s, &usd))
		assert(usd >= -10 && usd <= 10);
}

static void try_form(const struct series_form *f, const char *text)
{
	struct series_row *rows;
	struct err e = { .code = ERR_NONE };
	int n = 0, again = 0;

	if (!series_parse(f, text, NULL, &n, &e)) {
		assert(e.code != ERR_NONE && strncmp(e.text, "line ", 5) == 0);
		return;
	}
	rows = malloc((size_t)n * sizeof(*rows));
	assert(rows != NULL && series_parse(f, text, rows, &again, &e) && again == n);
	use(f, rows, n);
	free(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	assert(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	try_form(&series_weather, text);
	try_form(&series_prices, text);
	free(text);
	return 0;
}
