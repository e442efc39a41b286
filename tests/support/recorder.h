/* SPDX-License-Identifier: MIT */
/* recorder.h: notes every write, cut, sync and removal that SQLite makes to a database, its journal and its log, in
 * their order, so that the files can be built as a power cut would have left them at any of them.
 *
 * A shared-memory file is not noted: whoever opens a database alone makes it anew. */
#ifndef TESTS_RECORDER_H
#define TESTS_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum recorded_file { FILE_DB, FILE_WAL, FILE_JOURNAL, N_RECORDED_FILES };
enum recorded_kind { OP_WRITE, OP_CUT, OP_SYNC, OP_REMOVE, OP_BEGIN, OP_COMMIT };

/* BEGIN and COMMIT are marks of the owner. */
struct op {
	enum recorded_kind kind;
	enum recorded_file file;
	int64_t offset;			/* of a write; the length of a cut; the owner's number of a mark */
	int64_t at_ms;			/* the owner's clock */
	size_t length;
	uint8_t *bytes;
};

struct recorder {
	struct op *ops;
	size_t n, capacity;
	int64_t clock_ms;		/* set by the owner */
	int fail_read;			/* the read that fails, as of a bad sector, counted from here; 0 = none */
	bool ignore_syncs;		/* as a program that forgot them: a test of the test */
};

/* Every database opened from now on is recorded, until recorder_end. There is one recorder in a program. */
void recorder_begin(struct recorder *);
void recorder_end(void);
void recorder_mark(struct recorder *, enum recorded_kind, int64_t number);
void recorder_free(struct recorder *);

#endif
