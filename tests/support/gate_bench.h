/* SPDX-License-Identifier: MIT */
/* gate_bench.h: a scada behind its message gate: raw bytes of the broker go in, what it said comes out. The clock is a
 * value; the house is that of fixture.h. */
#ifndef TESTS_GATE_BENCH_H
#define TESTS_GATE_BENCH_H

#include "actor/scada.h"
#include "core/wire/inbound.h"
#include "port/sign_sodium.h"

enum { GATE_SAID = 256, GATE_TEXT = 16384 };
#define GATE_T0_MS 1799924400000	/* a whole minute */
#define GATE_ATN "d1.test.house"
#define GATE_SCADA "d1.test.house.ta.scada"
#define GATE_CONTRACT "7f3a2c1e-0000-4000-8000-000000000001"

struct gate_bench {
	struct house house;
	struct settings settings;
	struct scada scada;
	struct inbound inbound;
	char memory[INBOUND_SCADA_MEMORY];
	struct outbox out;
	struct msg said[GATE_SAID];	/* of the last message, and what followed from it */
	int n;
	struct mono now;
	bool trusted, stores;		/* stores: a MSG_STORE is answered at once */
	uint64_t beat;			/* the scada's newest */
	struct sign_secret atn_secret;
	struct sign sign;		/* of the AtomicTNode; make NULL: it does not sign */
	struct sign_keys keys;
	struct verify verify;
};

/* LocalControl, no contract. */
struct gate_bench *gate_open(void);
/* The contract GATE_CONTRACT is Live, RemoteControl; all buckets are full. */
struct gate_bench *gate_open_live(void);
void gate_free(struct gate_bench *);

void gate_give(struct gate_bench *, struct msg);
/* Raw bytes on <word> of the AtomicTNode, or on `topic` as it is when it has a slash. False: nothing we act on. */
bool gate_raw(struct gate_bench *, const char *topic, const void *bytes, size_t length, bool retained);
/* A text in which @N stands for the time in ms, N ms from now, and #N for the whole minute in s, N s from it; signed
 * when the bench has a key. Its length. */
int gate_text(const struct gate_bench *, const char *word, const char *pattern, char out[GATE_TEXT]);
bool gate_say(struct gate_bench *, const char *word, const char *pattern);
/* From now on the AtomicTNode signs with the key of that seed, and the house expects the keys of `expected`. */
void gate_sign(struct gate_bench *, const char *seed_hex);
void gate_expect(struct gate_bench *, const char *keys);
/* Time goes on, second by second, with readings; the scada's clock too. */
void gate_pass(struct gate_bench *, int64_t ms);

/* What the last message led to: the first message of that type, or NULL. */
const struct msg *gate_find(const struct gate_bench *, enum msg_type);
/* How many log lines have that text in them. */
int gate_lines(const struct gate_bench *, const char *text);
/* Did it make the guard be asked on the AtomicTNode's behalf? */
bool gate_moved(const struct gate_bench *);

#endif
