/* SPDX-License-Identifier: MIT */
/* Relay boards on an I2C bus: what reaches their registers, in which order, and what a reset board is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "spaceheat/driver.h"

enum { IODIR = 0x00, GPIO = 0x09, OLAT = 0x0a, MAX_LOG = 32 };

/* The two chips as their datasheets have them, at one address; `levels` is what their pins showed after each write. */
struct board {
	int address;
	uint8_t iodir, olat;		/* MCP23008 */
	uint16_t latch;			/* PCF8575 */
	bool absent, stuck;		/* stuck: writes are taken and change nothing */
	uint8_t levels[MAX_LOG];	/* of an MCP23008: 1 = driven high */
	bool driven[MAX_LOG];
	int n;
};

static bool answers(const struct board *b, int address, struct err *e)
{
	return (!b->absent && address == b->address) || err_set(e, ERR_ABSENT, 0, "nobody answers");
}

static bool fake_get(const void *self, int address, uint8_t reg, uint8_t *value, struct err *e)
{
	const struct board *b = self;

	if (!answers(b, address, e))
		return false;
	*value = reg == IODIR ? b->iodir : reg == OLAT ? b->olat : (uint8_t)(b->olat & ~b->iodir);
	return true;
}

static bool fake_put(const void *self, int address, uint8_t reg, uint8_t value, struct err *e)
{
	struct board *b = (struct board *)(uintptr_t)self;

	if (!answers(b, address, e))
		return false;
	if (!b->stuck && reg == IODIR)
		b->iodir = value;
	if (!b->stuck && reg == OLAT)
		b->olat = value;
	if (b->n < MAX_LOG) {
		b->driven[b->n] = (b->iodir & 1) == 0;
		b->levels[b->n++] = b->olat & 1;
	}
	return true;
}

static bool fake_read(const void *self, int address, uint8_t *bytes, size_t n, struct err *e)
{
	const struct board *b = self;

	assert_int_equal(n, 2);
	if (!answers(b, address, e))
		return false;
	bytes[0] = (uint8_t)b->latch;
	bytes[1] = (uint8_t)(b->latch >> 8);
	return true;
}

static bool fake_write(const void *self, int address, const uint8_t *bytes, size_t n, struct err *e)
{
	struct board *b = (struct board *)(uintptr_t)self;

	assert_int_equal(n, 2);
	if (!answers(b, address, e))
		return false;
	if (!b->stuck)
		b->latch = (uint16_t)(bytes[0] | bytes[1] << 8);
	return true;
}

struct rig { struct board board; struct i2c bus; struct device device; struct component component; const struct driver *driver; };

static void rig_init(struct rig *r, const char *make, int gpio, bool active_low)
{
	memset(r, 0, sizeof(*r));
	r->board = (struct board){ .address = 0x20, .iodir = 0xff, .latch = 0xffff };
	r->bus = (struct i2c){ &r->board, fake_get, fake_put, NULL, NULL, fake_read, fake_write };
	r->component = (struct component){ .kind = COMPONENT_BOOLEAN_ACTUATOR, .gpio = gpio };
	r->device = (struct device){ .i2c = &r->bus, .active_low = active_low, .fd = -1 };
	r->driver = driver_relay(make);
	assert_non_null(r->driver);
}

static void opened(struct rig *r)
{
	struct err e;

	if (!r->driver->open(&r->device, &r->component, &e))
		fail_msg("%s", e.text);
}

static void written(struct rig *r, bool on)
{
	struct err e;

	if (!r->driver->write(&r->device, on, &e))
		fail_msg("%s", e.text);
}

static int64_t state_of(struct rig *r)
{
	struct err e;
	int64_t value = -1;

	if (!r->driver->read(&r->device, TELEMETRY_RELAY_STATE, &value, &e))
		fail_msg("%s", e.text);
	return value;
}

static void refused(struct rig *r, enum err_code code, const char *part)
{
	struct err e;

	assert_false(r->driver->open(&r->device, &r->component, &e));
	assert_int_equal(e.code, code);
	if (strstr(e.text, part) == NULL)
		fail_msg("\"%s\" says nothing of \"%s\"", e.text, part);
}

static const char NCD[] = "NCD__PR8-14-SPST", KRIDA[] = "Krida__Pcf8575Relay16";

/* The level stands before the line becomes an output: no pulse, with either polarity; other lines keep theirs. */
static void mcp_latches_before_it_drives(void **state)
{
	(void)state;
	for (int low = 0; low < 2; low++) {
		struct rig r;

		rig_init(&r, NCD, 0, low);
		r.board.olat = 0xf0;
		opened(&r);
		assert_true(r.board.n >= 2);
		for (int i = 0; i < r.board.n; i++)
			if (r.board.driven[i])
				assert_int_equal(r.board.levels[i], low);
		assert_int_equal(r.board.iodir, 0xfe);
		assert_int_equal(r.board.olat, 0xf0 | low);
		assert_int_equal(state_of(&r), 0);
		written(&r, true);
		assert_int_equal(r.board.olat, 0xf0 | !low);
		assert_int_equal(state_of(&r), 1);
	}
}

/* A board that lost its power reads as off, and the next write makes its line an output again, latch first. */
static void mcp_comes_back_from_a_reset(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, NCD, 0, false);
	opened(&r);
	written(&r, true);
	r.board.iodir = 0xff;
	r.board.olat = 0;
	r.board.n = 0;
	assert_int_equal(state_of(&r), 0);
	written(&r, true);
	assert_int_equal(r.board.iodir, 0xfe);
	assert_int_equal(state_of(&r), 1);
	assert_false(r.board.driven[0]);
	assert_int_equal(r.board.levels[0], 1);
}

/* What was written is read back: a board without supply is an error, not a switched relay. */
static void what_does_not_hold_is_an_error(void **state)
{
	const char *const makes[] = { NCD, KRIDA };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct rig r;
		struct err e;

		rig_init(&r, makes[i], 1, true);
		opened(&r);
		r.board.stuck = true;
		assert_false(r.driver->write(&r.device, true, &e));
		assert_int_equal(e.code, ERR_IO);
		assert_non_null(strstr(e.text, "supply"));
		r.board.absent = true;
		assert_false(r.driver->write(&r.device, false, &e));
		assert_int_equal(e.code, ERR_ABSENT);
	}
}

/* All high is off; a relay is on by a low line of its own, in the right byte. */
static void pcf_sinks_its_relay(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, KRIDA, 11, true);
	opened(&r);
	assert_int_equal(r.board.latch, 0xffff);
	written(&r, true);
	assert_int_equal(r.board.latch, 0xf7ff);
	assert_int_equal(state_of(&r), 1);
	r.board.latch = 0xffff;		/* a reset */
	assert_int_equal(state_of(&r), 0);
	written(&r, true);
	written(&r, false);
	assert_int_equal(r.board.latch, 0xffff);
}

static void bad_wiring_is_named(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, KRIDA, 3, false);
	refused(&r, ERR_CONFIG, "active_low = true");
	rig_init(&r, KRIDA, 16, true);
	refused(&r, ERR_CONFIG, "relays 0 to 15");
	rig_init(&r, NCD, -1, false);
	refused(&r, ERR_CONFIG, "relays 0 to 7");
	rig_init(&r, NCD, 1, false);
	snprintf(r.component.hw_uid, sizeof(r.component.hw_uid), "0x78");
	refused(&r, ERR_CONFIG, "0x08 to 0x77");
	rig_init(&r, NCD, 1, false);
	r.device.i2c = NULL;
	refused(&r, ERR_ABSENT, "guard.i2c_bus");
	rig_init(&r, NCD, 1, false);
	r.board.address = 0x21;
	refused(&r, ERR_ABSENT, "nobody answers");
	rig_init(&r, NCD, 1, false);
	r.board.address = 0x21;
	snprintf(r.component.hw_uid, sizeof(r.component.hw_uid), "0x21");
	opened(&r);
	assert_int_equal(r.board.iodir, 0xfd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mcp_latches_before_it_drives),
		cmocka_unit_test(mcp_comes_back_from_a_reset),
		cmocka_unit_test(what_does_not_hold_is_an_error),
		cmocka_unit_test(pcf_sinks_its_relay),
		cmocka_unit_test(bad_wiring_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
