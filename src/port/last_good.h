/* SPDX-License-Identifier: MIT */
/* last_good.h: a copy of the configuration that last worked, for a service that nobody watches (SF-90).
 *
 * STATE_DIR/last-good holds spaceheat.cfg, conf.d and houses.json as they were when the service ran with them. It is
 * replaced whole; a power cut leaves the old copy or the new one. */
#ifndef PORT_LAST_GOOD_H
#define PORT_LAST_GOOD_H

#include <stdbool.h>

#include "port/load.h"
#include "spaceheat/err.h"

/* Copies what was read from cfg_path. */
bool last_good_save(const char *state_dir, const char *cfg_path, const char *houses_file, struct err *);
/* Reads the copy as if it lay where cfg_path does. False: there is none, or it does not serve either. */
bool last_good_load(const char *state_dir, const char *cfg_path, struct loaded *, struct problems *);

#endif
