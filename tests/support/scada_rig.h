/* SPDX-License-Identifier: MIT */
/* scada_rig.h: a scada on a bench, whose clock, guard, store and AtomicTNode are the test's; everything it said since
 * the last rig_clear is kept. */
#ifndef TESTS_SCADA_RIG_H
#define TESTS_SCADA_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "actor/scada.h"
#include "spaceheat/guard.h"

enum { T0_S = 1799924400, RIG_SAID = 4096 };

struct rig {
	struct house house;
	struct settings settings;
	struct scada scada;
	struct msg said[RIG_SAID];
	int n;
	struct mono now;
	int64_t wall_step_ms;		/* the wall clock was set by so much */
	bool clock_unknown, room_silent, disk_full, has_register;
	int room_code;			/* of the room's sensor: sixteenths of a degree */
	int64_t register_wh;		/* of the meter, if it has one */
	struct contract_book disk;
	struct msg_store batch[N_CONTRACT_PLACES];
	int n_batch, commits;
	uint64_t beat;			/* the scada's newest Beat, as the AtomicTNode would have it */
};

/* A house that is not awake yet; then awake. rig_new does both, with that record on its disk. */
struct rig *rig_prepare(void);
void rig_start(struct rig *);
struct rig *rig_new(struct contract_record);
/* With contract 1 (T0_S, one hour) in RemoteControl, nothing said. */
struct rig *rig_remote(void);
/* The program ends and, so many seconds later, starts with what is on the disk. */
void rig_restart(struct rig *, int down_s);

/* One message; what the scada says to itself comes back to it. */
void rig_give(struct rig *, struct msg);
int64_t rig_clock_ms(const struct rig *);
void rig_read(struct rig *, int channel, int64_t code);
/* Lets time pass second by second, with readings each 5 s (tank 50 C, room room_code) and power each second; power
 * below 0: the meter is silent. */
void rig_pass_w(struct rig *, int seconds, int64_t power_w);
void rig_pass(struct rig *, int seconds);
void rig_pass_beating(struct rig *, uint8_t id, int seconds);
/* Answers every WANT that was said and not yet answered. */
void rig_guard(struct rig *, enum guard_result, int held_for_ms);
/* What the scada waits for is on the disk. */
void rig_stored(struct rig *);

/* The AtomicTNode's messages; contracts are named by one number. */
struct msg rig_offer_msg(const struct rig *, uint8_t id, int64_t start_s, int64_t end_s);
void rig_offer(struct rig *, uint8_t id, int64_t start_s, int64_t end_s);
void rig_beat(struct rig *, uint8_t id);
void rig_end(struct rig *, uint8_t id);
void rig_acknowledge(struct rig *, uint8_t id, struct uuid report);
struct msg rig_dispatch(const struct rig *, const char *about, bool on);

/* The newest of that type since rig_clear, or NULL; how many; the newest log line of that code and level. */
const struct msg *rig_find(const struct rig *, enum msg_type);
int rig_count(const struct rig *, enum msg_type);
const struct msg *rig_line(const struct rig *, enum log_code, enum log_level);
/* Reports of ended contracts that nobody has acknowledged. */
int rig_reports_owed(const struct rig *);
void rig_clear(struct rig *);

#endif
