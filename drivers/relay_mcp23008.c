/* SPDX-License-Identifier: MIT */
/* relay_mcp23008.c: relay boards with an MCP23008 port expander (NCD PR8-14-SPST: relays 0 to 3).
 *
 * Component.Gpio is the bit. After power-on or reset all lines are inputs (IODIR 0xff) and the latch is zero (datasheet
 * DS21919, table 1-3), so the latch is set before the line is made an output, and whenever a line is found to be an
 * input again the board was reset: both are done anew and looked at. GPIO shows the lines of outputs; it
 * proves the board's electronics, not the relay's own supply or contact. */
#include "relay_board.h"

enum { REG_IODIR = 0x00, REG_GPIO = 0x09, REG_OLAT = 0x0a, BITS = 8, DEFAULT_ADDRESS = 0x20 };

static bool change_bit(struct device *d, uint8_t reg, bool set, struct err *e)
{
	uint8_t value, bit = (uint8_t)(1 << d->line), wanted, found;

	if (!d->i2c->get(d->i2c->self, d->i2c_address, reg, &value, e))
		return false;
	wanted = (uint8_t)(set ? value | bit : value & ~bit);
	if (!d->i2c->put(d->i2c->self, d->i2c_address, reg, wanted, e) ||
	    !d->i2c->get(d->i2c->self, d->i2c_address, reg, &found, e))
		return false;
	return found == wanted || err_set(e, ERR_IO, 0, "register 0x%02x holds 0x%02x after 0x%02x was written: check "
		"the board's supply", reg, found, wanted);
}

static bool is_output(struct device *d, bool *output, struct err *e)
{
	uint8_t directions;

	if (!d->i2c->get(d->i2c->self, d->i2c_address, REG_IODIR, &directions, e))
		return false;
	*output = (directions >> d->line & 1) == 0;
	return true;
}

static bool mcp_write(struct device *d, bool on, struct err *e)
{
	bool output;

	return (change_bit(d, REG_OLAT, on != d->active_low, e) && is_output(d, &output, e) &&
		(output || change_bit(d, REG_IODIR, false, e))) || err_in(e, "mcp23008 relay %d", d->line);
}

/* A line that is an input drives nothing: the relay is off. */
static bool mcp_read(struct device *d, enum telemetry_name name, int64_t *value, struct err *e)
{
	uint8_t lines;
	bool output;

	(void)name;
	if (!is_output(d, &output, e) || !d->i2c->get(d->i2c->self, d->i2c_address, REG_GPIO, &lines, e))
		return err_in(e, "mcp23008 relay %d", d->line);
	*value = output && (lines >> d->line & 1) != d->active_low;
	return true;
}

static bool mcp_open(struct device *d, const struct component *c, struct err *e)
{
	return relay_board_open(d, c, BITS, DEFAULT_ADDRESS, e) && mcp_write(d, false, e);
}

extern const struct driver relay_mcp23008_driver;
const struct driver relay_mcp23008_driver = {
	.make_model = "NCD__PR8-14-SPST",
	.open = mcp_open, .read = mcp_read, .write = mcp_write, .close = relay_board_close,
};
