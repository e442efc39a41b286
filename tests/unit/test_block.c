/* SPDX-License-Identifier: MIT */
/* Blocks: what goes in comes out, whatever it is; and no bytes, however wrong, do harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/history/block.h"
#include "core/history/slot.h"
#include "spaceheat/splitmix.h"

enum { MAX_READINGS = 4096, MAX_BYTES = 128 * 1024 };

struct bench {
	uint64_t random;
	struct block in, out;
	struct block_reading in_readings[MAX_READINGS], out_readings[MAX_READINGS];
	uint8_t bytes[MAX_BYTES];
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->random = 42;
	b->in.readings = b->in_readings;
	b->out.readings = b->out_readings;
	b->in.capacity = b->out.capacity = MAX_READINGS;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static int below(struct bench *b, int n)
{
	return (int)(splitmix64(&b->random) % (uint64_t)n);
}

static void add_series(struct bench *b, int32_t id)
{
	b->in.series[b->in.n_series++] = (struct block_series){ id, b->in.n_readings, 0 };
}

static void add_reading(struct bench *b, int64_t at_ms, int64_t code)
{
	b->in.readings[b->in.n_readings++] = (struct block_reading){ at_ms, code };
	b->in.series[b->in.n_series - 1].count++;
}

static void assert_comes_back(struct bench *b, int n)
{
	int32_t k = 0;

	assert_true(n > 0);
	b->out.start_ms = b->in.start_ms;
	memset(b->out_readings, 0xa5, sizeof(b->out_readings));
	assert_true(block_decode(b->bytes, (size_t)n, &b->out));
	for (int32_t i = 0; i < b->in.n_series; i++) {
		const struct block_series *s = &b->in.series[i];

		if (s->count == 0)
			continue;
		assert_int_equal(b->out.series[k].id, s->id);
		assert_int_equal(b->out.series[k].count, s->count);
		assert_memory_equal(&b->out.readings[b->out.series[k].first], &b->in.readings[s->first],
			(size_t)s->count * sizeof(struct block_reading));
		k++;
	}
	assert_int_equal(b->out.n_series, k);
}

/* In each format, and in the one that is chosen, in no more room than is promised; bytes: those of the last. */
static int round_trip(struct bench *b)
{
	size_t most = block_most_bytes(b->in.n_series, b->in.n_readings);
	int n;

	assert_true(most <= sizeof(b->bytes));
	assert_comes_back(b, block_encode_as(&b->in, BLOCK_PACKED, b->bytes, sizeof(b->bytes)));
	assert_comes_back(b, block_encode_as(&b->in, BLOCK_PLAIN, b->bytes, most));
	n = block_encode(&b->in, b->bytes, most);
	assert_comes_back(b, n);
	return n;
}

static void clear(struct bench *b, int64_t start_ms)
{
	b->in.start_ms = start_ms;
	b->in.n_series = b->in.n_readings = 0;
}

/* A plausible slot: scans of 5 s and of 60 s, some readings missing, some late, a relay on change. */
static void fill_plausible(struct bench *b)
{
	int64_t start = 1800000000000 + 300000 * (int64_t)below(b, 1000);
	int series = 1 + below(b, 24);

	clear(b, start);
	for (int i = 0; i < series; i++) {
		int every = i % 4 == 3 ? 60000 : 5000, from = i % 4 == 2 ? below(b, 60000) : 0;
		int64_t code = below(b, 2000) - 300;

		add_series(b, i + 1);
		for (int64_t t = from; t < 300000; t += every) {
			code += below(b, 5) - 2;
			if (below(b, 20) != 0)
				add_reading(
					b, start + t + (below(b, 15) == 0 ? 1000 + below(b, 3000) : 0), code);
		}
	}
	add_series(b, 99);
	for (int64_t t = below(b, 200000); t < 300000; t += below(b, 100000))
		add_reading(b, start + t, b->in.series[b->in.n_series - 1].count & 1);
}

/* Any numbers at any times: what no house would bring. */
static void fill_wild(struct bench *b)
{
	int series = below(b, 40);

	clear(b, (int64_t)splitmix64(&b->random));
	for (int i = 0; i < series; i++) {
		int n = below(b, 60), shift = below(b, 64), time_shift = below(b, 64);

		add_series(b, below(b, INT32_MAX));
		for (int k = 0; k < n; k++)
			add_reading(b, (int64_t)(splitmix64(&b->random) >> time_shift),
				(int64_t)(splitmix64(&b->random) >> shift));
	}
}

/* Whatever readings a slot holds, decoding gives exactly them back, in their order. */
static void any_readings_come_back(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 500; i++) {
		fill_plausible(b);
		round_trip(b);
		fill_wild(b);
		round_trip(b);
	}
}

/* Extreme numbers next to each other are exact too, though their difference does not fit. */
static void extremes_are_exact(void **state)
{
	struct bench *b = *state;
	static const int64_t edge[] = { INT64_MIN, INT64_MAX, 0, -1, INT64_MAX, INT64_MIN, 1, INT64_MIN };

	clear(b, INT64_MAX);
	add_series(b, INT32_MAX);
	for (size_t i = 0; i < sizeof(edge) / sizeof(edge[0]); i++)
		for (size_t k = 0; k < sizeof(edge) / sizeof(edge[0]); k++)
			add_reading(b, edge[i], edge[k]);
	round_trip(b);
}

/* An empty slot is a block too: it says that nothing was read, not that the row is lost. */
static void an_empty_slot_is_a_block(void **state)
{
	struct bench *b = *state;

	clear(b, 1800000000000);
	assert_true(round_trip(b) <= 4);
	add_series(b, 7);	/* a series without readings is left out */
	round_trip(b);
	assert_int_equal(b->out.n_series, 0);
}

/* Thirty sensors on one 5 s scan: their times cost next to nothing, their noise little more than it holds. */
static void shared_times_cost_nothing(void **state)
{
	struct bench *b = *state;
	int n;

	clear(b, 1800000000000);
	for (int i = 0; i < 30; i++) {
		add_series(b, i + 1);
		for (int k = 0; k < 60; k++)
			add_reading(b, b->in.start_ms + 5000 * k, 320 + below(b, 3));
	}
	n = round_trip(b);	/* one of three, by chance: 1.58 bits */
	assert_true(n < 30 * 60 * 2 / 8);
	for (int i = 0; i < b->in.n_readings; i++)
		b->in.readings[i].code = 320;
	assert_true(round_trip(b) < 60);	/* 30 sensors that stand still */
}

/* A missing scan or a late one costs a few bytes in its channel, not its whole schedule. */
static void exceptions_are_cheap(void **state)
{
	struct bench *b = *state;
	int regular, n;

	clear(b, 1800000000000);
	for (int i = 0; i < 10; i++) {
		add_series(b, i + 1);
		for (int k = 0; k < 60; k++)
			add_reading(b, b->in.start_ms + 5000 * k, 5);
	}
	regular = round_trip(b);
	b->in.readings[9 * 60 + 30].at_ms += 2345;
	n = round_trip(b);
	assert_true(n - regular <= 8);
}

/* One series asked for comes alone, wherever it stands; one that is not there is none. */
static void one_series_alone(void **state)
{
	struct bench *b = *state;
	int n;

	fill_plausible(b);
	n = block_encode(&b->in, b->bytes, sizeof(b->bytes));
	assert_true(n > 0);
	b->out.start_ms = b->in.start_ms;
	for (int32_t i = 0; i < b->in.n_series; i++) {
		const struct block_series *s = &b->in.series[i], *one = &b->out.series[0];

		assert_true(block_decode_series(b->bytes, (size_t)n, s->id, &b->out));
		assert_int_equal(b->out.n_series, s->count > 0);
		if (s->count == 0)
			continue;
		assert_int_equal(one->id, s->id);
		assert_int_equal(one->count, s->count);
		for (int32_t k = 0; k < s->count; k++) {
			assert_true(b->out.readings[one->first + k].at_ms == b->in.readings[s->first + k].at_ms);
			assert_true(b->out.readings[one->first + k].code == b->in.readings[s->first + k].code);
		}
	}
	assert_true(block_decode_series(b->bytes, (size_t)n, INT32_MAX, &b->out));
	assert_int_equal(b->out.n_series, 0);
}

/* Encoding into too little room says so and stays inside it, at every size. */
static void encoding_stays_in_its_room(void **state)
{
	struct bench *b = *state;
	int n;

	fill_plausible(b);
	n = round_trip(b);
	for (int size = 0; size < n; size++) {
		uint8_t *room = malloc((size_t)size + 1);	/* the sanitizer watches its end */

		assert_int_equal(block_encode(&b->in, room, (size_t)size), -1);
		free(room);
	}
	assert_int_equal(block_encode(&b->in, b->bytes, (size_t)n), n);
}

/* Decodes a copy that ends where its memory ends, into readings that end where theirs does. */
static bool decode_tight(struct bench *b, size_t length, int32_t capacity)
{
	uint8_t *copy = malloc(length + (length == 0));
	struct block_reading *readings = malloc((size_t)capacity * sizeof(*readings) + (capacity == 0));
	struct block out = { .start_ms = b->in.start_ms, .capacity = capacity, .readings = readings };
	bool ok;

	memcpy(copy, b->bytes, length);
	ok = block_decode(copy, length, &out);
	assert_true(out.n_readings <= capacity && out.n_series <= BLOCK_MAX_SERIES);
	assert_true(ok || (out.n_readings == 0 && out.n_series == 0));
	free(readings);
	free(copy);
	return ok;
}

/* Every cut, and every byte too many, is an error, in both formats. */
static void cuts_are_errors(void **state)
{
	struct bench *b = *state;

	for (int round = 0; round < 40; round++) {
		int n;

		fill_plausible(b);
		n = block_encode_as(&b->in, round % 2 ? BLOCK_PLAIN : BLOCK_PACKED, b->bytes, MAX_BYTES);
		assert_comes_back(b, n);
		for (int i = 0; i < n; i++)
			assert_false(decode_tight(b, (size_t)i, MAX_READINGS));
		b->bytes[n] = 0;
		assert_false(decode_tight(b, (size_t)n + 1, MAX_READINGS));
		assert_false(decode_tight(b, (size_t)n, b->in.n_readings - 1));
		assert_true(decode_tight(b, (size_t)n, b->in.n_readings));
	}
}

/* Flipped and overwritten bytes give other readings or an error, never a step outside. */
static void mutations_do_no_harm(void **state)
{
	struct bench *b = *state;
	uint8_t *whole = malloc(MAX_BYTES);
	int n = 0;

	for (int i = 0; i < 20000; i++) {
		int hits = 1 + below(b, 6);

		if (i % 50 == 0) {
			fill_plausible(b);
			n = block_encode_as(&b->in, i % 100 ? BLOCK_PLAIN : BLOCK_PACKED, whole, MAX_BYTES);
		}
		memcpy(b->bytes, whole, (size_t)n);
		for (int k = 0; k < hits; k++) {
			int at = below(b, below(b, 2) ? n : (n < 40 ? n : 40));	/* the head steers the rest */

			if (below(b, 3) == 0)
				b->bytes[at] = (uint8_t)(b->bytes[at] ^ 1u << below(b, 8));
			else
				b->bytes[at] = (uint8_t)(below(b, 2) ? 0xff : below(b, 256));
		}
		decode_tight(b, (size_t)n, below(b, 2) ? MAX_READINGS : below(b, 500));
	}
	free(whole);
}

/* Each single flipped bit of a packed block is an error or a block that stays in its room. */
static void flipped_bits_do_no_harm(void **state)
{
	struct bench *b = *state;
	int n, errors = 0;

	fill_plausible(b);
	n = block_encode_as(&b->in, BLOCK_PACKED, b->bytes, MAX_BYTES);
	for (int i = 0; i < n * 8; i++) {
		b->bytes[i / 8] ^= (uint8_t)(1u << i % 8);
		errors += !decode_tight(b, (size_t)n, b->in.n_readings);
		b->bytes[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	assert_true(errors >= 3 * 8);	/* those of the head at least */
	assert_true(decode_tight(b, (size_t)n, b->in.n_readings));
}

/* Neither do bytes that were never a block. */
static void noise_does_no_harm(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 50000; i++) {
		int n = below(b, 200);

		for (int k = 0; k < n; k++)
			b->bytes[k] = (uint8_t)(below(b, 4) == 0 ? below(b, 256) : below(b, 12));
		if (n > 0 && below(b, 8) != 0)
			b->bytes[0] = below(b, 2) ? BLOCK_PLAIN : BLOCK_PACKED;
		if (n > 2 && b->bytes[0] == BLOCK_PACKED) {
			b->bytes[1] = (uint8_t)n;
			b->bytes[2] = 0;
		}
		decode_tight(b, (size_t)n, below(b, 300));
	}
}

/* A format this version does not know is refused, not guessed at. */
static void an_unknown_format_is_refused(void **state)
{
	struct bench *b = *state;
	int n;

	fill_plausible(b);
	n = block_encode_as(&b->in, BLOCK_PLAIN, b->bytes, MAX_BYTES);
	for (int format = 0; format < 256; format++) {
		b->bytes[0] = (uint8_t)format;
		assert_int_equal(decode_tight(b, (size_t)n, MAX_READINGS), format == BLOCK_PLAIN);
	}
}

/* Rows of earlier versions and of this one stay readable: these bytes never change. */
static void stored_forms_stay_readable(void **state)
{
	struct bench *b = *state;
	static const uint8_t plain[] = {
		0x01, 0x01, 0x01, 0x00, 0x88, 0x27, 0x0c, 0x03, 0x04, 0x0c, 0x01, 0x00, 0x94, 0x0a, 0x02, 0x00, 0x01, 0x02,
		0x00, 0x01, 0x02, 0x00, 0x51, 0x52, 0x00, 0x05, 0x0c, 0x01, 0x01, 0x07, 0x01, 0x01, 0xf0, 0x60, 0x98, 0x0a,
		0x02, 0x00, 0x01, 0x02, 0x00, 0x01, 0x02, 0x00, 0x51, 0x52, 0x00, 0x06, 0x0c, 0x01, 0x00, 0x45, 0x03, 0x00,
		0x04, 0x03, 0x00, 0x04, 0x03, 0x00, 0x4b, 0x4c, 0x00,
	};
	static const uint8_t packed[] = {
		0x02, 0x2e, 0x00, 0x18, 0xe0, 0x00, 0xf7, 0x1d, 0xe0, 0x5c, 0x28, 0x50, 0x2e, 0x38, 0x00, 0x6e, 0xb7, 0x2e,
		0x53, 0xa7, 0xff, 0xa1, 0x09, 0xf4, 0xc0, 0x22, 0x62, 0x51, 0x33, 0xa9, 0x54, 0x92, 0xa4, 0xd9, 0x05, 0x43,
		0x3a, 0xfc, 0xac, 0x65, 0xb4, 0x42, 0xd3, 0xb2, 0xf7, 0x79,
	};

	clear(b, 1800000000000);
	for (int i = 0; i < 3; i++) {
		add_series(b, 4 + i);
		for (int k = 0; k < 12; k++)
			add_reading(b, b->in.start_ms + 5000 * k + (i == 1 && k == 7 ? 1200 : 0),
				(i == 2 ? -37 : 650 + i) + (k * k + i) % 3 - (k == 9 ? 40 : 0));
	}
	memcpy(b->bytes, plain, sizeof(plain));
	assert_comes_back(b, (int)sizeof(plain));
	memcpy(b->bytes, packed, sizeof(packed));
	assert_comes_back(b, (int)sizeof(packed));
	assert_int_equal(block_encode(&b->in, b->bytes, MAX_BYTES), sizeof(packed));
	assert_memory_equal(b->bytes, packed, sizeof(packed));
}

/* A packed block that would need more than its room is written plain: the worst case is that of varints. */
static void the_worst_case_is_bounded(void **state)
{
	struct bench *b = *state;
	size_t most;

	for (int round = 0; round < 20; round++) {
		clear(b, 0);
		for (int i = 0; i < BLOCK_MAX_SERIES; i++) {
			add_series(b, INT32_MAX - i);
			for (int k = 0; k < MAX_READINGS / BLOCK_MAX_SERIES; k++)
				add_reading(b, (int64_t)splitmix64(&b->random) | INT64_MIN, (int64_t)splitmix64(&b->random));
		}
		most = block_most_bytes(b->in.n_series, b->in.n_readings);
		assert_comes_back(b, block_encode(&b->in, b->bytes, most));
	}
}

/* A slot gives its readings back by series and time, each series in the order it came. */
static void a_slot_groups_by_series(void **state)
{
	struct bench *b = *state;
	struct slot_entry log[8];
	struct slot s = { log, 0, 8 };

	assert_true(slot_add(&s, 3, 1000, 30) && slot_add(&s, 1, 1000, 10) && slot_add(&s, 3, 2000, 31) &&
		slot_add(&s, 1, 3000, 11) && slot_add(&s, 3, 1500, 32));
	assert_true(slot_group(&s, 1000, 3000, &b->out));
	assert_int_equal(b->out.n_series, 2);
	assert_int_equal(b->out.series[0].id, 1);
	assert_int_equal(b->out.series[0].count, 1);
	assert_int_equal(b->out.series[1].count, 3);
	assert_int_equal(b->out.readings[b->out.series[1].first + 2].code, 32);
	b->out.capacity = 2;
	assert_false(slot_group(&s, 0, 9000, &b->out));
	assert_int_equal(b->out.n_readings, 2);
	b->out.capacity = MAX_READINGS;
	slot_drop_before(&s, 2000);
	assert_int_equal(s.n, 2);
	while (s.n < s.capacity)
		assert_true(slot_add(&s, 0, 0, 0));
	assert_false(slot_add(&s, 0, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_readings_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(extremes_are_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_slot_is_a_block, setup, teardown),
		cmocka_unit_test_setup_teardown(shared_times_cost_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(exceptions_are_cheap, setup, teardown),
		cmocka_unit_test_setup_teardown(one_series_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(encoding_stays_in_its_room, setup, teardown),
		cmocka_unit_test_setup_teardown(cuts_are_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(mutations_do_no_harm, setup, teardown),
		cmocka_unit_test_setup_teardown(flipped_bits_do_no_harm, setup, teardown),
		cmocka_unit_test_setup_teardown(stored_forms_stay_readable, setup, teardown),
		cmocka_unit_test_setup_teardown(the_worst_case_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(noise_does_no_harm, setup, teardown),
		cmocka_unit_test_setup_teardown(an_unknown_format_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_slot_groups_by_series, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
