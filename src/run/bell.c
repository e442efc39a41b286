/* SPDX-License-Identifier: MIT */
#include "run/bell.h"

#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Not the PRIVATE operations: the word may lie in a file that two processes map. */
void bell_ring(bell_word *word)
{
	atomic_fetch_add(word, 1);
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void bell_wait(bell_word *word, uint32_t seen, int64_t wait_ns)
{
	struct timespec t = { .tv_sec = (time_t)(wait_ns / 1000000000),
		.tv_nsec = (long)(wait_ns % 1000000000) };

	if (wait_ns > 0)
		syscall(SYS_futex, word, FUTEX_WAIT, seen, &t, NULL, 0);
}
