/* SPDX-License-Identifier: MIT */
/* store.h: the door to the house's own record: blocks of readings, events, the contract, and what is
 * owed.
 *
 * * One actor (history) owns it; nobody else writes. Changes are made between begin and commit: all or
 * none. A durable commit is on the disk when it returns. A function that returns false filled its err and
 * changed nothing that a later commit would keep; begin opens a store anew that could not be opened
 * before. Pointers are loans for the length of the call. */
#ifndef SPACEHEAT_STORE_H
#define SPACEHEAT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/err.h"
#include "spaceheat/house.h"
#include "spaceheat/msg.h"
#include "spaceheat/names.h"
#include "spaceheat/uuid.h"

enum store_durability {
	STORE_SOON,	/* survives the program; a power cut may take it back */
	STORE_DURABLE,	/* on the disk before commit returns */
};

enum store_tier { TIER_EXACT, TIER_MINUTE, TIER_QUARTER, TIER_DAY, N_STORE_TIERS };

/* Numbers the history actor remembers across starts. */
enum store_number {
	STORE_CLOSED_S = 1,	/* the open slot: of no other slot are there rows without a status */
	STORE_HIGHEST_S = 2,	/* the end of the latest slot that ever got a status; beyond the open slot
				 * after the clock was set back */
	STORE_DONE_S = 3,	/* + tier: before it every row of that tier has been made of the exact rows */
	STORE_DAY_S = 8,	/* the local day the following belong to */
	STORE_DAY_MODE_MS = 9,	/* + control mode: how long it held on that day */
	STORE_CARD_DAY_S = 16,	/* the local day of ... */
	STORE_CARD_BYTES = 17,	/* what was written to the card on it */
};

/* What a series of a block means. The id that stands for it in blocks is never used for anything else,
 * whatever becomes of the house. */
enum store_series_kind {
	STORE_READINGS,
	STORE_COMMANDS,
	STORE_FIGURES,		/* of the house and day: `by` says what ("seconds.LocalControl") */
	N_STORE_SERIES_KINDS,
};
struct store_series {
	enum store_series_kind kind;
	enum telemetry_name name;
	char about[ALIAS_SIZE], by[ALIAS_SIZE];
	struct code_map map;	/* code -> wire value */
};

struct store_event {
	int64_t at_ms;
	bool command;		/* a relay was commanded: value is the state asked for */
	const char *level;	/* log_level_name */
	const char *code;	/* log_code_name */
	const char *node;	/* alias, or "-" */
	int32_t value;
	const char *text;
};

/* One status that the AtomicTNode has not acknowledged. Not a copy: it is built from the tier when it is
 * sent. */
struct store_owed {
	int64_t n;		/* rises in the order of owing, never the same twice while the store is open */
	struct uuid uid;
	int64_t slot_s;
	int32_t period_s;
	enum store_tier tier;
	bool sent;		/* may have been seen: its content must not change any more */
	bool by_age;		/* the tier is chosen when it is first sent */
	int32_t request;	/* it answers that request and has its channels alone; 0 = of no request */
};

/* The channels somebody asked for, as ids of series. */
enum { STORE_MAX_ASKED = 64 };
struct store_request { int n; int32_t series[STORE_MAX_ASKED]; };

/* What is not there. about: an alias, or "-" for the whole house. */
struct store_gap {
	int64_t from_ms, to_ms;
	enum gap_cause cause;
	char about[ALIAS_SIZE];
};

/* What is older goes. */
struct store_limits { int64_t before_s[N_STORE_TIERS], event_ms, owed_s, gap_ms; };
struct store_aged { int32_t count; int64_t from_s, to_s; };	/* statuses owed of slots in [from_s, to_s) */

/* bytes: in use, without freed pages. written_bytes: what this process has made the system write since it began, as
 * the kernel counts it (whole pages, the log's included, a file system's own journal not); -1 = not known. */
struct store_info { int64_t bytes, damaged_rows, written_bytes; };

struct store {
	void *self;
	bool (*begin)(void *self, enum store_durability, struct err *);
	bool (*commit)(void *self, struct err *);
	void (*rollback)(void *self);

	/* The id of a series, made when it is new (inside begin and commit). */
	bool (*series_id)(void *self, const struct store_series *, int32_t *id, struct err *);
	bool (*get_series)(void *self, int32_t id, struct store_series *, bool *found, struct err *);

	/* One row per tier and start; a second put replaces the first. A damaged row is not found, and
	 * counted. */
	bool (*put_block)(void *self, enum store_tier, int64_t start_s, const uint8_t *bytes, size_t length,
		struct err *);
	bool (*get_block)(void *self, enum store_tier, int64_t start_s, uint8_t *bytes, size_t size,
		size_t *length, bool *found, struct err *);
	/* The first row that starts at from_s or later and before to_s. */
	bool (*next_block)(void *self, enum store_tier, int64_t from_s, int64_t to_s, int64_t *start_s,
		bool *found, struct err *);
	/* The last row that starts before before_s. */
	bool (*last_block)(void *self, enum store_tier, int64_t before_s, int64_t *start_s, bool *found,
		struct err *);

	/* One that meets or overlaps another of its cause and place makes that one longer. */
	bool (*put_gap)(void *self, const struct store_gap *, struct err *);
	/* Calls `each` for the gaps that touch [from_ms, to_ms), in the order of their begin; ends when it returns
	 * false. */
	bool (*for_gaps)(void *self, int64_t from_ms, int64_t to_ms,
		bool (*each)(void *ctx, const struct store_gap *), void *ctx, struct err *);

	bool (*put_event)(void *self, const struct store_event *, struct err *);
	/* Calls `each` for the events of [from_ms, to_ms) in their order; ends when it returns false. */
	bool (*for_events)(void *self, int64_t from_ms, int64_t to_ms,
		bool (*each)(void *ctx, const struct store_event *), void *ctx, struct err *);

	/* place: CONTRACT_NOW ... of msg.h. */
	bool (*put_contract)(void *self, int place, const struct contract_record *, struct err *);
	/* A damaged record is not found, and counted. */
	bool (*get_contract)(void *self, int place, struct contract_record *, bool *found, struct err *);

	/* *taken false: another status is owed under that uid, and nothing was changed. The same status again
	 * is owed once. */
	bool (*owe)(void *self, const struct store_owed *, bool *taken, struct err *);
	/* It is sent now, from that tier: from now on it is always made of it. */
	bool (*mark_sent)(void *self, struct uuid uid, enum store_tier, struct err *);
	bool (*forget)(void *self, struct uuid uid, struct err *);
	/* The first owed with n > after_n. */
	bool (*next_owed)(void *self, int64_t after_n, struct store_owed *, bool *found, struct err *);
	bool (*count_owed)(void *self, int32_t *count, struct err *);
	/* Of slots that start before that second. */
	bool (*count_aged)(void *self, int64_t before_s, struct store_aged *, struct err *);
	/* Requests whose last status is forgotten are forgotten by prune. */
	bool (*put_request)(void *self, const struct store_request *, int32_t *id, struct err *);
	bool (*get_request)(void *self, int32_t id, struct store_request *, bool *found, struct err *);

	bool (*put_number)(void *self, enum store_number, int64_t value, struct err *);
	bool (*get_number)(void *self, enum store_number, int64_t *value, bool *found, struct err *);

	/* Deletes rows, events, gaps, and statuses owed of slots, that are older than that. */
	bool (*prune)(void *self, const struct store_limits *, struct err *);
	/* Hands freed space back to the file system, a little at a time; outside begin and commit. */
	bool (*tidy)(void *self, struct err *);
	bool (*info)(void *self, struct store_info *, struct err *);
	/* With others, who may open the file meanwhile; or alone, as a new store is had: what readers need in common is then
	 * not written at all. Outside begin and commit; what was committed stays. *shared: as it is now; also true after a
	 * wish to be alone while somebody has the file open, who is not disturbed: it may be wished again. */
	bool (*share)(void *self, bool with_others, bool *shared, struct err *);
	/* A line somebody should read (a damaged file was put aside ...); false when there is none. */
	bool (*notice)(void *self, char *text, size_t size);
	void (*close)(void *self);
};

#endif
