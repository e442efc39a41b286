/* SPDX-License-Identifier: MIT */
#include "history_rivals.h"

#include <stdlib.h>
#include <string.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "core/history/varint.h"

static int varint_bytes(uint64_t v)
{
	int n = 1;

	while (v >>= 7)
		n++;
	return n;
}

static uint64_t delta(const struct block_reading *r, int32_t i)
{
	return zigzag(delta_of(r[i].code, i == 0 ? 0 : r[i - 1].code));
}

int64_t rival_varint(const struct block_reading *r, int32_t n)
{
	int64_t bytes = 0;

	for (int32_t i = 0; i < n; i++)
		bytes += varint_bytes(delta(r, i));
	return 8 * bytes;
}

int64_t rival_rice(const struct block_reading *r, int32_t n)
{
	int64_t best = INT64_MAX;

	if (n == 0)
		return 0;
	for (int k = 0; k < 40; k++) {
		int64_t bits = 4 + 8 * varint_bytes(delta(r, 0));

		for (int32_t i = 1; i < n; i++)
			bits += (int64_t)(delta(r, i) >> k) + 1 + k;
		if (bits < best)
			best = bits;
	}
	return best;
}

int64_t rival_gorilla(const struct block_reading *r, int32_t n)
{
	int64_t bits = 64;
	uint64_t before = 0;
	int lead = 65, trail = 0;	/* no window yet */

	for (int32_t i = 0; i < n; i++) {
		double v = (double)r[i].code;
		uint64_t now, x;

		memcpy(&now, &v, sizeof(now));
		x = now ^ before;
		before = now;
		if (i == 0)
			continue;
		bits++;
		if (x == 0)
			continue;
		if (lead <= 64 && __builtin_clzll(x) >= lead && __builtin_ctzll(x) >= trail) {
			bits += 1 + 64 - lead - trail;
			continue;
		}
		lead = __builtin_clzll(x) > 31 ? 31 : __builtin_clzll(x);
		trail = __builtin_ctzll(x);
		bits += 1 + 5 + 6 + 64 - lead - trail;
	}
	return n == 0 ? 0 : bits;
}

enum { DAY_BYTES = 20000 * 10 };

struct rival_day { uint8_t bytes[DAY_BYTES]; size_t n; int64_t last; };

struct rival_day *rival_day_open(void)
{
	return calloc(1, sizeof(struct rival_day));
}

void rival_day_add(struct rival_day *d, const struct block_reading *r, int32_t n)
{
	struct varint_out o = { d->bytes, DAY_BYTES, d->n, false };

	for (int32_t i = 0; i < n; i++) {
		varint_put(&o, zigzag(delta_of(r[i].code, d->last)));
		d->last = r[i].code;
	}
	d->n = o.n;
}

int64_t rival_day_bytes(struct rival_day *d)
{
	int64_t n = -1;
#ifdef HAVE_ZSTD
	static uint8_t out[DAY_BYTES * 2];
	size_t got = ZSTD_compress(out, sizeof(out), d->bytes, d->n, 19);

	n = ZSTD_isError(got) ? -1 : (int64_t)got;
#endif
	d->n = 0;
	d->last = 0;
	return n;
}

void rival_day_close(struct rival_day *d)
{
	free(d);
}
