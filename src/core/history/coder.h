/* SPDX-License-Identifier: MIT */
/* coder.h: yes-or-no decisions in fewer than a bit each: a binary arithmetic coder with chances that learn.
 *
 * Pure integers, the same on every machine. One set of functions serves both ways: a writer is given the
 * value and returns it, a reader ignores what it is given and returns what was written. So a form is
 * written down once, and reading cannot differ from writing. Neither ever leaves its bytes: a writer that
 * is full and a reader past its end become `bad` and stay so. */
#ifndef CORE_HISTORY_CODER_H
#define CORE_HISTORY_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct coder {
	uint8_t *out;		/* a writer's; NULL: it reads */
	const uint8_t *in;
	size_t size, n;
	uint32_t low, high, code;
	bool bad;
};

/* What is known of a decision; all zero knows nothing. `lean` is the chance of true minus one half, in
 * 1/65536; `seen` how often it was made, up to a limit. */
struct chance { int16_t lean; uint8_t seen; };

enum { CODER_LENGTHS = 12 };
/* What is known of a number's size. */
struct magnitude { struct chance longer[CODER_LENGTHS], top[CODER_LENGTHS]; };

struct coder coder_writer(uint8_t *bytes, size_t size);
struct coder coder_reader(const uint8_t *bytes, size_t size);
/* Returns the bytes written; check `bad` after it. */
size_t coder_finish(struct coder *);
/* Has the reader used all its bytes, and no more? */
bool coder_at_end(const struct coder *);

bool coder_bit(struct coder *, struct chance *, bool);
/* Any number; at most CODER_LENGTHS decisions and 6 + 63 plain bits. */
uint64_t coder_number(struct coder *, struct magnitude *, uint64_t);

#endif
