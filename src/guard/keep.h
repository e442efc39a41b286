/* SPDX-License-Identifier: MIT */
/* keep.h: what the guard keeps in its state directory: guard.state (SF-19) and guard.config.
 *
 * A record that is damaged or of another relay is not known, and of one of another boot only what needs no
 * clock: nothing is guessed. A directory that cannot be written costs the memory, never the control. */
#ifndef GUARD_KEEP_H
#define GUARD_KEEP_H

#include "guard/rules.h"
#include "spaceheat/err.h"

struct guard_keep {
	int dir_fd, state_fd;		/* -1: not there */
	uint8_t boot_id[16];
	bool simulated;			/* its times are those of a simulated clock */
};

struct guard_config {
	struct guard_limits limits;
	struct guard_doors doors;
	int32_t n_relays;
	struct guard_relay relays[GUARD_MAX_RELAYS];
};

/* False: it can be used all the same, and keeps nothing. */
bool keep_open(struct guard_keep *, const char *dir, struct err *);
void keep_close(struct guard_keep *);
bool keep_load_relay(
	const struct guard_keep *, const struct guard_relay *, struct rules_memory *, bool *same_boot);
void keep_save_relay(const struct guard_keep *, const struct guard_relay *, const struct rules_memory *);
bool keep_load_trip(const struct guard_keep *, struct rules_stop *, bool *same_boot);
void keep_save_trip(const struct guard_keep *, const struct rules_stop *);
bool keep_save_config(const struct guard_keep *, const struct guard_config *, struct err *);
bool keep_load_config(const struct guard_keep *, struct guard_config *, struct err *);

#endif
