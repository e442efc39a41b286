/* SPDX-License-Identifier: MIT */
/* Bytes of a row: the format byte, how many series, then per series its id, whether it counts energy, how many
 * buckets, and per bucket what changed since the one before, all as varints. */
#include "core/history/tier_list.h"

#include "core/history/varint.h"

enum { TIER_PLAIN = 0x41, MAX_BUCKETS = 1 << 20 };

bool tier_list_add(struct tier_list *l, int32_t series, const struct tier_bucket *b)
{
	if (l->n == l->capacity)
		return false;
	l->items[l->n++] = (struct tier_item){ series, *b };
	return true;
}

bool tier_list_row(struct tier_list *l, const struct tier_row *r, const struct store_series *series,
	const int32_t *ids, int32_t n_series)
{
	struct tier_bucket b;

	for (int32_t s = 0; s < n_series; s++)
		for (int32_t k = 0; k < r->n_buckets; k++)
			if (tier_get(r, s, &series[s], k, &b) && !tier_list_add(l, ids != NULL ? ids[s] : s, &b))
				return false;
	return true;
}

static int32_t run_of(const struct tier_list *l, int32_t from)
{
	int32_t n = from;

	while (n < l->n && l->items[n].series == l->items[from].series)
		n++;
	return n - from;
}

static void pack_run(struct varint_out *o, const struct tier_item *at, int32_t n, int64_t start_ms, int64_t bucket_ms)
{
	bool wh = at[0].bucket.wh_known;
	int64_t k = -1, mean = 0;

	varint_put(o, (uint64_t)at[0].series);
	varint_put(o, (uint64_t)n << 1 | wh);
	for (int32_t i = 0; i < n; i++) {
		const struct tier_bucket *b = &at[i].bucket;
		int64_t now = (b->start_ms - start_ms) / bucket_ms;

		varint_put(o, (uint64_t)(now - k - 1));
		varint_put(o, (uint64_t)b->count);
		varint_put(o, zigzag(delta_of(b->mean, mean)));
		varint_put(o, zigzag(delta_of(b->mean, b->min)));
		varint_put(o, zigzag(delta_of(b->max, b->mean)));
		if (wh)
			varint_put(o, zigzag(b->wh));
		k = now;
		mean = b->mean;
	}
}

int tier_pack(const struct tier_list *l, int64_t start_ms, int64_t bucket_ms, uint8_t *bytes, size_t size)
{
	struct varint_out o = { bytes, size, 0, false };
	int32_t runs = 0;

	for (int32_t i = 0; i < l->n; i += run_of(l, i))
		runs++;
	varint_put(&o, TIER_PLAIN);
	varint_put(&o, (uint64_t)runs);
	for (int32_t i = 0, n; i < l->n; i += n) {
		n = run_of(l, i);
		pack_run(&o, &l->items[i], n, start_ms, bucket_ms);
	}
	return o.full ? -1 : (int)o.n;
}

static bool unpack_run(struct varint_in *in, int64_t start_ms, int64_t bucket_ms, struct tier_list *l)
{
	int32_t series = varint_get_count(in, INT32_MAX), n = varint_get_count(in, 2 * MAX_BUCKETS);
	bool wh = (n & 1) != 0;
	int64_t k = -1, mean = 0;

	for (n >>= 1; n > 0 && !in->bad; n--) {
		struct tier_bucket b = { .wh_known = wh };

		k += 1 + varint_get_count(in, MAX_BUCKETS);
		b.start_ms = delta_add(start_ms, (int64_t)((uint64_t)k * (uint64_t)bucket_ms));
		b.count = varint_get_count(in, INT32_MAX);
		b.mean = mean = delta_add(mean, unzigzag(varint_get(in)));
		b.min = delta_of(mean, unzigzag(varint_get(in)));
		b.max = delta_add(mean, unzigzag(varint_get(in)));
		b.wh = wh ? unzigzag(varint_get(in)) : 0;
		if (in->bad || !tier_list_add(l, series, &b))
			return false;
	}
	return !in->bad;
}

bool tier_unpack(const uint8_t *bytes, size_t length, int64_t start_ms, int64_t bucket_ms, struct tier_list *l)
{
	struct varint_in in = { bytes, length, 0, false };
	bool ok = varint_get(&in) == TIER_PLAIN;
	int32_t runs = varint_get_count(&in, BLOCK_MAX_SERIES + 16);

	l->n = 0;
	for (; ok && runs > 0; runs--)
		ok = unpack_run(&in, start_ms, bucket_ms, l);
	ok = ok && !in.bad && in.n == length;
	if (!ok)
		l->n = 0;
	return ok;
}
