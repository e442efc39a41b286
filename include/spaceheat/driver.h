/* SPDX-License-Identifier: MIT */
/* driver.h: one device, one file, one const struct driver.
 *
 * A driver splits into fetch (through the bus it was given) and understand (pure, tested with
 * recordings). *value is the device's own code; struct channel maps it to the wire. Sensing drivers are listed
 * in drivers/list_sense.c, relay drivers (linked into the guard only) in drivers/list_relay.c. */
#ifndef SPACEHEAT_DRIVER_H
#define SPACEHEAT_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/err.h"
#include "spaceheat/house.h"
#include "spaceheat/i2c.h"

/* The door to sensor buses. `slurp` reads a small text file (or what a simulated bus says of that path)
 * and ends it with a NUL; a text that does not fit is an error. `find` writes the only name in `dir` that begins
 * with `prefix` and ends with `suffix`; none or several is an error. */
struct bus {
	void *self;
	bool (*slurp)(const struct bus *, const char *path, char *text, size_t size, struct err *);
	bool (*find)(const struct bus *, const char *dir, const char *prefix, const char *suffix,
		char *name, size_t size, struct err *);
	/* Writes a text into a file that is there, in one go. NULL: nothing is written here. */
	bool (*put)(const struct bus *, const char *path, const char *text, struct err *);
	/* How long ago a file was written, by its own date. NULL: no files here. */
	bool (*age_ms)(const struct bus *, const char *path, int64_t *age_ms, struct err *);
	const struct i2c *i2c;	/* NULL: none */
	/* A simulated bus finds a device by its alias (NO_NODE: none), and tells what it says as the number it is: what slurp
	 * would put into words, and the driver take out of them again. NULL: texts alone. */
	int (*node)(const struct bus *, const char *alias);
	bool (*number)(const struct bus *, int node, const char *what, int64_t *value, struct err *);
};

/* Who waits for whom: sensing devices on one bus are read by one thread, others are not delayed (SF-84). */
enum sense_bus { SENSE_W1, SENSE_I2C, SENSE_LINE, SENSE_FILE, SENSE_EXEC, N_SENSE_BUSES };

struct settings;
struct modbus_map;

struct device {
	const struct bus *bus;
	const char *alias;	/* of the node: simulated devices are addressed by it */
	const char *root;	/* sensors.w1_root for 1-wire devices */
	const struct settings *settings;	/* of sensing devices; NULL in the guard */
	char address[128];	/* path or address, filled by open */
	int fd;			/* of relay drivers: what they write to; -1 = none */
	int line;		/* of relay drivers: GPIO line or board index; of simulated sensors: what bus.node found */
	bool active_low;
	enum line_bias bias;	/* of GPIO lines */
	const char *chip;	/* of GPIO lines: which chip, see guard.gpio_chip */
	const struct i2c *i2c;	/* NULL: there is none */
	int i2c_address;
	void *handle;		/* the driver's own */
	const char *remark;	/* set by open: what whoever opened it should say once; NULL = nothing */
	bool held;		/* set by open: it always says the same, on purpose */
};

struct driver {
	const char *make_model;		/* as houses.json spells it: the word of its symbol, or the component's Driver */
	bool (*open)(struct device *, const struct component *, struct err *);
	bool (*read)(struct device *, enum telemetry_name, int64_t *value, struct err *);
	bool (*write)(struct device *, bool on, struct err *);	/* NULL: it only senses */
	/* Before each round of readings, with any open device of this driver: what helps all of them. What it did, a constant
	 * text: said when it is another than before. May be NULL. */
	const char *(*prepare)(struct device *);
	void (*close)(struct device *);
	bool (*energy_wh)(struct device *, int64_t *wh, struct err *);	/* a meter's own register; NULL: it has none */
	/* Does a meter of these settings tell that at all? NULL: it does. */
	bool (*measures)(const struct driver *, const struct settings *, enum telemetry_name);
	const struct modbus_map *map;	/* registers of a meter that speaks Modbus; NULL: it is something else */
	bool needs_port, needs_power_address;	/* settings.meter: what a meter cannot be read without */
	enum sense_bus bus;
	unsigned int kinds;	/* of component it can stand for: bits 1 << enum component_kind; relay drivers leave it */
	bool says_85_first;	/* a DS18B20's word before its first conversion is exactly 85 C (SF-81) */
	bool restless;		/* its last digit moves by itself: a code that stands for hours is a fault (SF-80) */
};

/* The driver of that make and model, or NULL. */
const struct driver *driver_sense(const char *make_model);
const struct driver *driver_relay(const char *make_model);
/* The sensing drivers of real devices, one by one from 0; NULL after the last. */
const struct driver *driver_sense_nth(int);
/* Is there a relay driver for that make and model? Known outside the guard too, so that a configuration can be
 * refused before anything is started (SF-92). */
bool driver_relay_known(const char *make_model);
/* The sensing driver of a channel: in a simulated house the simulated one of its kind, whatever its make, in a
 * real house the one of its make and never a simulated one in its place (SF-88). NULL: a relay, an unknown make, or a
 * make that is no such kind of device. */
const struct driver *driver_for(const struct house *, const struct channel *);

#endif
