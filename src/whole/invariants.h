/* SPDX-License-Identifier: MIT */
/* invariants.h: what must be true of a simulated house in every second, whatever breaks: thirteen rules, each written anew and
 * simply, from the truth of the plant, the bytes of the relays, the messages on the wire and the lines of the log; none of
 * them asks the code that it judges.
 *
 * What is seen is a plain value, so that a test can show that each rule can fail. */
#ifndef WHOLE_INVARIANTS_H
#define WHOLE_INVARIANTS_H

#include "core/sim/inject.h"
#include "sim/net_sim.h"
#include "sim/world.h"
#include "spaceheat/msg.h"
#include "spaceheat/settings.h"
#include "whole/breaks.h"
#include "whole/records.h"

struct seen_relay { bool on; enum relay_mover by; int64_t asked_ms; };	/* asked: age of its last WANT */

struct seen {
	struct mono now;		/* of the run */
	struct wall clock;
	int boots;
	int64_t since_boot_ms;
	struct world_summary truth;
	double ideal_c;			/* the room, had it an ideal controller with the same broken plant */
	struct seen_relay relays[HOUSE_MAX_RELAYS];
	struct contract_record contract;	/* the service's */
	enum control_mode mode;
	int32_t statuses;		/* that came so far, and the slots they are of */
	const int64_t *slots_s;
	bool row_known, row_kept;	/* looked for the stored rows of an hour ago; they are there */
	char row_why[RECORDS_WHY];
	uint32_t mailbox_most, mailbox_room;	/* the most messages that waited in one of them; what it holds */
	uint64_t refused, said_too_much;
	int64_t memory_kb;
	int64_t broken_ms[N_INJECT_CLASSES];	/* how long ago such a fault stood last; INT64_MAX never */
	int64_t lied_ms;		/* how long ago a thermometer lied: stuck, or off */
};

enum { INVARIANTS_CONTRACTS = 64, INVARIANTS_BEATS = 4, N_INVARIANTS = 13, INVARIANTS_WHY = 200,
	INVARIANTS_REPORTS = 2048 };

/* excused: what was to be reported may have gone with a disk, or it ended at a time nobody knows. */
struct invariants_offer { char id[UUID_TEXT]; int64_t start_s, end_s; bool accepted, reported, excused; };
struct invariants_report { char id[UUID_TEXT], uid[UUID_TEXT], outcome[32]; bool excused; };

struct invariants {
	const struct settings *settings;
	const struct house *house;
	struct wall start;
	int64_t violated[N_INVARIANTS];	/* how often; of the first time: */
	char why[N_INVARIANTS][INVARIANTS_WHY];
	struct mono at[N_INVARIANTS];

	int boots;
	struct mono cold_since, stuck_since, short_said, remote_since, sold;	/* MONO_NEVER: not */
	struct { bool known, on; struct mono moved; struct mono starts[32]; uint32_t n_starts; bool cut; } relays[HOUSE_MAX_RELAYS];
	/* from the wire */
	struct invariants_offer offers[INVARIANTS_CONTRACTS];
	int n_offers;
	char beats[INVARIANTS_BEATS][20];	/* the service's last ones */
	int n_beats;
	char echoed_id[UUID_TEXT];
	struct mono echoed;
	struct invariants_report *reports;
	int n_reports;
	char twice[INVARIANTS_WHY];	/* a report that contradicts another one */
	/* telemetry: one byte per slot of the run, 1 = it has come, 2 = excused */
	uint8_t *slots;
	int64_t n_slots, told, judged, seen;
	/* energy of the contract in hand */
	struct uuid energy_id, guessed_id;	/* guessed: without a meter for a while */
	double true_wh;
	int64_t counted_mwh;
	int64_t memory_kb;
	uint32_t mailbox_most;
	int8_t dispatched[HOUSE_MAX_RELAYS];	/* what the AtomicTNode itself asked of it last; -1: nothing yet */
	int64_t minute, heard, answered;	/* messages from outside, hostile or not, and answers to it, in that minute */
	char storm[INVARIANTS_WHY];
	double room_c;			/* at the last look */
	struct breaks *breaks;
	bool no_flow;			/* NO_FLOW stands; since when a pump has run beside a flow meter without pulses */
	struct mono dry_since;
	int dry_boots;
	char alarm[INVARIANTS_WHY];	/* a false one */
};

struct invariant { const char *id, *says; bool (*check)(struct invariants *, const struct seen *, char why[INVARIANTS_WHY]); };
extern const struct invariant invariant_table[N_INVARIANTS];

/* False: out of memory. days: how long the run may be at most. */
bool invariants_open(struct invariants *, const struct house *, const struct settings *, struct breaks *, struct wall start,
	int days);
void invariants_close(struct invariants *);
/* Each second. Returns whether all hold. */
bool invariants_step(struct invariants *, const struct seen *);
/* What passes between the two sides; each line of the service. */
void invariants_sent(struct invariants *, enum net_sim_side from, const char *topic, const void *bytes, size_t length,
	struct mono now);
void invariants_line(struct invariants *, const struct msg *, struct mono now);

/* Most starts of a heat pump in the hour before. */
int invariants_starts(const struct invariants *, struct mono now);
/* invariants_found.c: I12. */
void invariants_found_line(struct invariants *, const struct msg *, struct mono now);
bool invariants_found(struct invariants *, const struct seen *, char why[INVARIANTS_WHY]);
/* invariants_hostile.c: I13. */
void invariants_hostile_sent(struct invariants *, enum net_sim_side from, const char *topic, const char *json, struct mono now);
bool invariants_hostile(struct invariants *, const struct seen *, char why[INVARIANTS_WHY]);
/* invariants_wire.c: I5 and I6. */
/* The text after `"name":` up to the end of the value, without quotes. False: no such field. */
bool invariants_field(const char *json, const char *name, char *out, size_t size);
bool invariants_remote(struct invariants *, const struct seen *, int relay, char why[INVARIANTS_WHY]);
bool invariants_reported(struct invariants *, const struct seen *, char why[INVARIANTS_WHY]);

#endif
