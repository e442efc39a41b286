/* SPDX-License-Identifier: MIT */
/* mode.h: who holds the controls. Computed from its inputs whenever it is needed; stored nowhere. */
#ifndef CORE_CONTROL_MODE_H
#define CORE_CONTROL_MODE_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/names.h"

struct mode_inputs {
	enum contract_state state;
	int64_t beat_age_ms;	/* since the last good beat */
	bool beat_heard;	/* one good beat since this start and since the contract's start */
	bool echo_ok;		/* beats_ok(): also "two, 45 s apart" after a loss */
	bool clock_trusted;
	bool sensors_ok;	/* false: blind (SF-83) */
	bool safe_mode;
	bool operator_lease;
	bool atn_wants_local;
	bool dispatched;	/* a relay dispatch is in force */
	bool instructed;	/* an energy instruction is in force */
};

struct mode { enum control_mode mode; enum cause cause; };

struct mode control_mode(const struct mode_inputs *);

#endif
