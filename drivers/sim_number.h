/* SPDX-License-Identifier: MIT */
/* sim_number.h: what the simulated drivers share: one number, asked of the simulated bus by name. */
#ifndef DRIVERS_SIM_NUMBER_H
#define DRIVERS_SIM_NUMBER_H

#include "spaceheat/driver.h"

/* Asks for sim/ALIAS/WHAT. A text that is no number is ERR_FORMAT. */
bool sim_number(const struct device *, const char *what, int64_t *value, struct err *);
/* Sets the remark when no state of the plant moves this node, and address for messages. Never fails. */
bool sim_open(struct device *, const struct component *, struct err *);
void sim_close(struct device *);

#endif
