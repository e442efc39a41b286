/* SPDX-License-Identifier: MIT */
/* What blocks are made of: numbers of as few bytes as they need, and the CRC over all of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/history/crc32.h"
#include "core/history/varint.h"
#include "spaceheat/splitmix.h"

/* The CRC is the one everybody uses, and may be taken piece by piece. */
static void the_crc_is_crc32(void **state)
{
	(void)state;
	assert_int_equal(crc32_of(0, "123456789", 9), 0xCBF43926);
	assert_int_equal(crc32_of(crc32_of(0, "1234", 4), "56789", 5), 0xCBF43926);
}

/* Varints are exact at every size, and zig-zag keeps small numbers small. */
static void varints_are_exact(void **state)
{
	uint64_t random = 1;
	uint8_t bytes[10];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		uint64_t v = splitmix64(&random) >> i % 64;
		struct varint_out o = { bytes, sizeof(bytes), 0, false };
		struct varint_in in = { bytes, 0, 0, false };

		varint_put(&o, v);
		in.length = o.n;
		assert_true(varint_get(&in) == v && !in.bad && in.n == o.n);
		assert_true(unzigzag(zigzag((int64_t)v)) == (int64_t)v);
	}
	assert_int_equal(zigzag(-1), 1);
	assert_int_equal(zigzag(1), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_crc_is_crc32),
		cmocka_unit_test(varints_are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
