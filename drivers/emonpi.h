/* SPDX-License-Identifier: MIT */
/* emonpi.h: the pure half of the emonPi driver, for its recordings. */
#ifndef DRIVERS_EMONPI_H
#define DRIVERS_EMONPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/err.h"

/* A message is watts in decimal digits, "1243" or "-15"; newer ones add a fraction, which is cut off. */
bool emonpi_understand(const char *payload, size_t length, int64_t *watts, struct err *);

/* When an emonPi is silent: it tells its power every few seconds. */
struct emonpi_times { int64_t last_ms, between_ms; int heard; };
enum { EMONPI_LONGEST_MS = 10000, EMONPI_GRACE_MS = 1000 };
void emonpi_heard(struct emonpi_times *, int64_t now_ms);
/* Is what was heard last still true? Until a little after the next message should have come. */
bool emonpi_current(const struct emonpi_times *, int64_t now_ms);

/* "mqtt://HOST:PORT/TOPIC"; what is left out is localhost, 1883, emon/emonpi/power1. */
struct emonpi_place { char broker[160], topic[128]; };
bool emonpi_place(const char *port, struct emonpi_place *, struct err *);

#endif
