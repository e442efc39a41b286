/* SPDX-License-Identifier: MIT */
/* powercut.h: files as a power cut at a recorded operation would leave them. What was synced is there; of what came
 * after, a variant says what reached the disk. */
#ifndef TESTS_POWERCUT_H
#define TESTS_POWERCUT_H

#include "recorder.h"

enum cut_variant {
	CUT_NONE,	/* nothing that was not synced */
	CUT_ALL,	/* all of it: the program alone was killed */
	CUT_TORN,	/* all, but half of the last write */
	CUT_SOME,	/* any of it, in sectors: drawn from the seed */
	N_CUT_VARIANTS,
};
const char *cut_variant_name(enum cut_variant);

struct image { uint8_t *bytes; size_t size, capacity; bool exists; };

struct powercut {
	const struct recorder *record;
	struct image stable[N_RECORDED_FILES];
	size_t *pending;		/* indices of operations since their file's last sync */
	size_t n_pending, pending_capacity;
	uint64_t version;		/* rises when something became stable */
};

void powercut_init(struct powercut *, const struct recorder *);
void powercut_free(struct powercut *);
/* The next operation happens. */
void powercut_step(struct powercut *, size_t index);
/* Writes `path`, `path`-wal and `path`-journal anew; what does not exist is removed. False: see errno. */
bool powercut_write(const struct powercut *, enum cut_variant, uint64_t seed, const char *path);

#endif
