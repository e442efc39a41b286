/* SPDX-License-Identifier: MIT */
/* Each number is told as its difference from that of the hour before, in a code that grows and shrinks with the
 * differences; six bits make a letter. */
#include "core/control/forecast_pack.h"

#include <math.h>
#include <string.h>

enum { COUNT_BITS = 7, MOST_BITS = 19, N_VALUES = 3, LETTER_BITS = 6, MEAN_SHARE = 2, MOST_STEPS = 1 << (MOST_BITS - 2) };

static const double OUT_STEPS = 5, WIND_STEPS = 2, SUN_STEP_W = 20, PRICE_STEPS = 10000;	/* in K, m/s, USD/kWh */
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";

struct bits { char *out; const char *in; size_t n, room; bool bad; };	/* in bits */

/* What was last told of a value; mean: of the differences, times MEAN_SHARE. */
struct run { int last; unsigned int mean; };

/* --- bits ----------------------------------------------------------------------------------------------------- */

static void put(struct bits *b, unsigned int value, int n)
{
	for (int i = n - 1; i >= 0; i--, b->n++) {
		char *at = &b->out[b->n / LETTER_BITS];

		if (b->n == b->room) {
			b->bad = true;
			return;
		}
		if (b->n % LETTER_BITS == 0)
			*at = 0;
		*at = (char)((unsigned char)*at | (value >> i & 1) << (LETTER_BITS - 1 - b->n % LETTER_BITS));
	}
}

static unsigned int get(struct bits *b, int n)
{
	unsigned int value = 0;

	for (int i = 0; i < n; i++, b->n++) {
		const char *at = b->n < b->room ? strchr(letters, b->in[b->n / LETTER_BITS]) : NULL;

		if (at == NULL) {
			b->bad = true;
			return 0;
		}
		value = value << 1 | ((unsigned int)(at - letters) >> (LETTER_BITS - 1 - b->n % LETTER_BITS) & 1);
	}
	return value;
}

/* --- numbers -------------------------------------------------------------------------------------------------- */

static int low_bits(const struct run *r)
{
	int k = 0;

	while (r->mean / MEAN_SHARE >> k > 1)
		k++;
	return k;
}

static void learn(struct run *r, unsigned int coded)
{
	r->mean += coded - r->mean / MEAN_SHARE;
}

/* 0 -1 1 -2 2 ...; what is above the low bits as an Elias gamma code. */
static void put_next(struct bits *b, struct run *r, int value)
{
	int d = value - r->last, k = low_bits(r), length = 0;
	unsigned int coded = d < 0 ? 2u * (unsigned int)-d - 1 : 2u * (unsigned int)d, high = (coded >> k) + 1;

	while (high >> length > 1)
		length++;
	put(b, (1u << length) - 1, length);
	put(b, 0, 1);
	put(b, high, length);
	put(b, coded, k);
	r->last = value;
	learn(r, coded);
}

static int get_next(struct bits *b, struct run *r)
{
	int k = low_bits(r), length = 0;
	unsigned int coded;

	while (length < MOST_BITS && get(b, 1))
		length++;
	coded = ((1u << length | get(b, length)) - 1) << k;
	coded |= get(b, k);
	r->last += coded % 2 ? -(int)(coded / 2) - 1 : (int)(coded / 2);
	learn(r, coded);
	return r->last;
}

/* --- rows of numbers ------------------------------------------------------------------------------------------ */

/* n rows of `of` numbers; ago: how many hours before now they begin. */
struct table { int n, of, ago; int v[FORECAST_HOURS * N_VALUES]; };

static bool put_table(const struct table *t, int n, struct bits *b)
{
	struct run run[N_VALUES] = { { 0, 0 } };

	b->n = 0;
	b->bad = false;
	put(b, (unsigned int)n, COUNT_BITS);
	put(b, (unsigned int)t->ago, COUNT_BITS);
	for (int i = 0; i < n * t->of; i++)
		put_next(b, &run[i % t->of], t->v[i]);
	return !b->bad;
}

static void write_table(const struct table *t, char *text, size_t size)
{
	struct bits b = { .out = text, .room = (size - 1) * LETTER_BITS };
	int n = t->n;
	size_t length;

	while (n > 0 && !put_table(t, n, &b))
		n--;
	length = n > 0 ? (b.n + LETTER_BITS - 1) / LETTER_BITS : 0;
	for (size_t i = 0; i < length; i++)
		text[i] = letters[(unsigned char)text[i]];
	text[length] = '\0';
}

static bool read_table(const char *text, struct table *t)
{
	struct bits b = { .in = text, .room = strlen(text) * LETTER_BITS };
	struct run run[N_VALUES] = { { 0, 0 } };

	t->n = (int)get(&b, COUNT_BITS);
	t->ago = (int)get(&b, COUNT_BITS);
	for (int i = 0; t->n <= FORECAST_HOURS && i < t->n * t->of; i++)
		t->v[i] = get_next(&b, &run[i % t->of]);
	return !b.bad && t->n > 0 && t->n <= FORECAST_HOURS;
}

static int steps(double value)
{
	return (int)fmax(1 - MOST_STEPS, fmin(MOST_STEPS - 1, round(value)));
}

static int64_t hour_of(int64_t unix_s)
{
	return unix_s / FORECAST_HOUR_S;
}

/* --- weather --------------------------------------------------------------------------------------------------- */

static void steps_of(const struct forecast_hour *h, int v[])
{
	v[0] = steps(h->out_c * OUT_STEPS);
	v[1] = steps(h->wind_ms * WIND_STEPS);
	v[2] = steps(h->sun_w_m2 / SUN_STEP_W);
}

static struct forecast_hour weather_of(const int v[])
{
	return (struct forecast_hour){ v[0] / OUT_STEPS, v[1] / WIND_STEPS, v[2] * SUN_STEP_W };
}

void forecast_round(struct forecast_weather *w)
{
	int v[N_VALUES];

	for (int i = 0; i < w->n; i++) {
		steps_of(&w->hour[i], v);
		w->hour[i] = weather_of(v);
	}
}

void forecast_pack(const struct forecast_weather *w, int64_t now_s, char *text, size_t size)
{
	int64_t ago = hour_of(now_s) - hour_of(w->start_s);
	struct table t = { .of = N_VALUES };

	text[0] = '\0';
	if (ago < 0 || ago >= w->n)
		return;
	t.ago = (int)ago;
	t.n = w->n < t.ago + FORECAST_LOOK_HOURS ? w->n : t.ago + FORECAST_LOOK_HOURS;
	for (int i = 0; i < t.n; i++)
		steps_of(&w->hour[i], &t.v[i * t.of]);
	write_table(&t, text, size);
}

bool forecast_unpack(const char *text, int64_t now_s, struct forecast_weather *w)
{
	struct table t = { .of = N_VALUES };

	*w = (struct forecast_weather){ .n = 0 };
	if (!read_table(text, &t))
		return false;
	w->start_s = (hour_of(now_s) - t.ago) * FORECAST_HOUR_S;
	w->n = t.n;
	for (int i = 0; i < t.n; i++)
		w->hour[i] = weather_of(&t.v[i * t.of]);
	return true;
}

/* --- prices ---------------------------------------------------------------------------------------------------- */

double price_round(double usd_per_kwh)
{
	return steps(usd_per_kwh * PRICE_STEPS) / PRICE_STEPS;
}

void price_pack(const struct price_table *p, int64_t now_s, char *text, size_t size)
{
	struct table t = { .of = 1 };
	double usd;

	text[0] = '\0';
	while (t.n < FORECAST_HOURS && price_known(p, now_s + t.n * (int64_t)FORECAST_HOUR_S, &usd))
		t.v[t.n++] = steps(usd * PRICE_STEPS);
	write_table(&t, text, size);
}

bool price_unpack(const char *text, int64_t now_s, struct price_table *p)
{
	struct table t = { .of = 1 };

	if (!read_table(text, &t))
		return false;
	for (int i = 0; i < t.n; i++)
		price_put(p, now_s + (i - t.ago) * (int64_t)FORECAST_HOUR_S, t.v[i] / PRICE_STEPS);
	return true;
}
