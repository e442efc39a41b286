/* SPDX-License-Identifier: MIT */
/* modbus_link.h: the door to Modbus: one master on a serial line or a TCP connection, by libmodbus.
 *
 * Every failure closes the connection, and the next question is not asked before the line was quiet: an answer that
 * comes late is thrown away, never taken for the answer to another question (SF-85). */
#ifndef DRIVERS_MODBUS_LINK_H
#define DRIVERS_MODBUS_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/err.h"
#include "spaceheat/settings.h"

struct modbus_link;	/* owns the connection */

enum { MODBUS_ANSWER_MS = 400, MODBUS_QUIET_MS = 300 };

/* No connection is made yet. ERR_CONFIG: meter.port is none that Modbus could use. */
struct modbus_link *modbus_link_open(const struct settings_meter *, struct err *);
/* Reads n words, connecting before if need be. ERR_TIMEOUT: no answer; ERR_FORMAT: a torn or foreign one; ERR_CONFIG: the
 * device has no such register; ERR_ABSENT, ERR_IO: the line. */
bool modbus_link_read(struct modbus_link *, enum meter_kind, int address, int n, uint16_t *words, struct err *);
/* Ends the connection, as a failure does. */
void modbus_link_drop(struct modbus_link *);
/* How often it was connected: something to ask once per connection is due when this has changed. */
int modbus_link_count(const struct modbus_link *);
void modbus_link_close(struct modbus_link *);

#endif
