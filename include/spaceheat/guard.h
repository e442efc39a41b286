/* SPDX-License-Identifier: MIT */
/* guard.h: the frames between the service and the guard process: one 64-byte struct each way.
 *
 * The socket is SOCK_SEQPACKET, so a frame is whole or absent. Order at start: guard sends HELLO; service
 * sends one CONFIG_LIMITS, one CONFIG_DOORS and one CONFIG_RELAY per relay (index 0 first), then START; guard answers READY, or
 * REFUSED with a reason when a limit lies outside its compiled-in rails. Then WANT, READING, TICK, RESET
 * at any time. The guard ends on STOP and on end-of-file: fail states within 100 ms, then exit.
 *
 * With simulated relays its time is that of START and of the TICKs (struct guard_tick), and TICK and READING
 * are answered by TICKED; events they cause come before it, as events of a WANT come before its ANSWER. */
#ifndef SPACEHEAT_GUARD_H
#define SPACEHEAT_GUARD_H

#include <stdint.h>

#include "spaceheat/names.h"

enum {
	GUARD_VERSION = 2,
	GUARD_LEASE_MS = 30000,		/* SF-11: no lease is longer */
	GUARD_MAX_RELAYS = 16,
	GUARD_SOCKET_FD = 3,		/* of the guard process */
	GUARD_SIM_FD = 4,		/* memfd: one byte per relay, 1 = energised */
	GUARD_NO_RELAY = 255,		/* of an event that concerns no single relay */
	GUARD_ALL = 254,		/* of a RESET: the trip and every lock */
};

enum guard_frame_type {
	GUARD_CONFIG_LIMITS = 1, GUARD_CONFIG_RELAY, GUARD_START, GUARD_WANT, GUARD_READING, GUARD_RESET,
	GUARD_TICK, GUARD_STOP, GUARD_CONFIG_DOORS,
	GUARD_HELLO = 64, GUARD_READY, GUARD_REFUSED, GUARD_ANSWER, GUARD_EVENT, GUARD_TICKED,
};

/* What a reading means to the guard; several channels may share a role, told apart by `source`. Of PIPE,
 * source 0 is the supply and 1 the return. POWER_W is what all heating draws, FLOW what the emitters get. */
enum guard_role { GUARD_ROLE_STORE_TOP, GUARD_ROLE_STORE, GUARD_ROLE_SUPPLY, GUARD_ROLE_PIPE, GUARD_ROLE_ZONE,
	GUARD_ROLE_POWER_W, GUARD_ROLE_FLOW, N_GUARD_ROLES };

/* Who asks, highest authority first (SF-10); of the layers that come from outside the guard. */
enum guard_rank { GUARD_RANK_COMFORT_FLOOR, GUARD_RANK_OPERATOR, GUARD_RANK_DISPATCH, GUARD_RANK_LOCAL,
	N_GUARD_RANKS };

struct guard_limits {	/* 48 bytes */
	int32_t hp_min_off_ms, hp_min_on_ms, relay_min_interval_ms;
	int32_t pump_exercise_s;	/* 30 days in ms would not fit */
	int32_t start_delay_ms;		/* of this house: not all houses may start at once */
	int32_t store_ceiling_mc, store_trip_mc, supply_ceiling_mc, freeze_pipe_mc, freeze_zone_mc;
	int32_t hp_max_starts_per_hour;
	int32_t store_litres;	/* of water; 0 = not known */
};

/* How relays are reached: see guard.gpio_chip and guard.i2c_bus; ended by a NUL. */
struct guard_doors { char gpio_chip[28], i2c_bus[28]; };

struct guard_relay {
	uint8_t relay, kind, fail_state, active_low, simulated, bias;	/* enums of names.h */
	uint8_t i2c_address;	/* of its board; 0 = the board's default */
	uint8_t pad;
	int32_t gpio, expected_w[2];
	char make_model[32];	/* as houses.json spells it, cut; picks the driver */
};

/* Holds the relay as asked for lease_ms (at most GUARD_LEASE_MS). A request for the present state renews.
 * Each rank has its own lease; a lower rank cannot move what a higher one holds (HeldByLockout). lease_ms 0:
 * this rank gives its lease up; a relay that nobody else holds then goes to its fail state like any request
 * for off. */
struct guard_want { uint8_t relay, on, rank, pad; int32_t lease_ms; };
/* value_mc: milli-degrees C; of POWER_W watts, of FLOW millilitres a minute. */
struct guard_reading { uint8_t role, source, quality, pad; int32_t value_mc; int32_t age_ms; };
/* What a local person resets: the locks of one relay, GUARD_NO_RELAY = the trip, or GUARD_ALL. */
struct guard_reset { uint8_t which; };
struct guard_tick { int64_t mono_ms; uint64_t sequence; };
struct guard_hello { uint32_t version; char build[32]; };
struct guard_refused { char text[48]; };
/* on: the state after the answer. held_for_ms: how long it will be held, 0 when not known. read_back: enum
 * relay_read_back, what the relay's line or board said just now. */
struct guard_answer { uint8_t relay, result, on, renewal; int32_t held_for_ms; uint8_t read_back, pad[7]; };

enum guard_event_kind { GUARD_EVENT_MOVED, GUARD_EVENT_LEASE_LAPSED, GUARD_EVENT_CEILING, GUARD_EVENT_TRIP,
	GUARD_EVENT_TRIP_RESET, GUARD_EVENT_MISSING_DATA, GUARD_EVENT_DRIVER, GUARD_EVENT_FREEZE,
	GUARD_EVENT_DRY_FIRE, GUARD_EVENT_NO_LOAD, GUARD_EVENT_WELDED, N_GUARD_EVENTS };
/* MOVED: the guard moved a relay unasked, on = 1 for freeze protection and pump exercise alone; the event
 * with the reason comes before it. CEILING, FREEZE, DRY_FIRE, NO_LOAD, WELDED: on = 1 begins, 0 ends; TRIP
 * begins, TRIP_RESET ends. value: milli-degrees, of NO_LOAD and WELDED watts, of DRY_FIRE milli-kelvin of
 * rise. role and source say which sensor. DRIVER: text says why. */
struct guard_event { uint8_t kind, relay, on, role; int32_t value; char text[40]; uint8_t source, pad[7]; };

struct guard_frame {
	uint16_t version, type;
	uint32_t seq;		/* of a WANT; its ANSWER carries the same */
	union {
		struct guard_limits limits;
		struct guard_doors doors;
		struct guard_relay relay;
		struct guard_want want;
		struct guard_reading reading;
		struct guard_reset reset;
		struct guard_tick tick;
		struct guard_hello hello;
		struct guard_refused refused;
		struct guard_answer answer;
		struct guard_event event;
		uint8_t bytes[56];
	};
};

_Static_assert(sizeof(struct guard_frame) == 64, "a guard frame is 64 bytes");

#endif
