/* SPDX-License-Identifier: MIT */
/* When the broker is tried again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "port/net_retry.h"

/* Attempts come after 1 s, then less and less often, never slower than the limit; a stable hour forgets
 * all. */
static void retry_grows_and_resets(void **state)
{
	struct net_retry r;
	int last = 0;

	(void)state;
	net_retry_init(&r, 60000);
	assert_int_equal(net_retry_delay_ms(&r, false, 0), 1000);
	for (uint32_t i = 0; i < 20; i++) {
		int ms = net_retry_delay_ms(&r, false, i * 7919);

		assert_in_range(ms, 1000, 60000);
		assert_true(ms >= last || last > 45000);
		last = ms;
	}
	net_retry_up(&r, 1000);
	assert_false(net_retry_lost(&r, 1000 + 59999));
	assert_true(net_retry_delay_ms(&r, false, 0) == 60000);
	net_retry_up(&r, 100000);
	assert_false(net_retry_lost(&r, 100000 + 60000));
	assert_int_equal(net_retry_delay_ms(&r, false, 0), 1000);
}

/* Wrong credentials are tried every 1 to 15 minutes and never faster. */
static void retry_of_credentials(void **state)
{
	struct net_retry r;

	(void)state;
	net_retry_init(&r, 60000);
	for (uint32_t i = 0; i < 12; i++)
		assert_in_range(net_retry_delay_ms(&r, true, i * 104729), 60000, 900000);
	assert_int_equal(net_retry_delay_ms(&r, true, 0), 900000);
	net_retry_init(&r, 60000);
	assert_int_equal(net_retry_delay_ms(&r, true, 11999), 60000);	/* no jitter goes below a minute */
}

/* Three short connections within five minutes look like a second client with our name; three in an hour do
 * not. */
static void retry_sees_a_twin(void **state)
{
	struct net_retry r;

	(void)state;
	net_retry_init(&r, 60000);
	for (int i = 0; i < 3; i++) {
		net_retry_up(&r, i * 1000000);
		assert_false(net_retry_lost(&r, i * 1000000 + 5000));
	}
	net_retry_init(&r, 60000);
	for (int i = 0; i < 3; i++) {
		net_retry_up(&r, i * 10000);
		assert_int_equal(net_retry_lost(&r, i * 10000 + 5000), i == 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retry_grows_and_resets),
		cmocka_unit_test(retry_of_credentials),
		cmocka_unit_test(retry_sees_a_twin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
