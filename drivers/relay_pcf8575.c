/* SPDX-License-Identifier: MIT */
/* relay_pcf8575.c: relay boards with a PCF8575 port expander (Krida 16-channel boards).
 *
 * Component.Gpio is the line, 0 to 15. The chip has no registers: two bytes written are the latch, two bytes read are the
 * levels (datasheet SCPS121, section 8.3). Its lines are quasi-bidirectional and high after power-on, so only
 * relays that are off at a high level (active_low) are safe here; others are refused. A board that was reset
 * shows all lines high: the relay reads as off, and is written again with the next renewal. */
#include "relay_board.h"

enum { BITS = 16, DEFAULT_ADDRESS = 0x20 };

static bool levels(struct device *d, unsigned int *all, struct err *e)
{
	uint8_t bytes[2];

	if (!d->i2c->read(d->i2c->self, d->i2c_address, bytes, sizeof(bytes), e))
		return false;
	*all = (unsigned int)(bytes[0] | bytes[1] << 8);
	return true;
}

static bool pcf_read(struct device *d, enum telemetry_name name, int64_t *value, struct err *e)
{
	unsigned int all;

	(void)name;
	if (!levels(d, &all, e))
		return err_in(e, "pcf8575 relay %d", d->line);
	*value = (all >> d->line & 1) == 0;
	return true;
}

static bool set_level(struct device *d, bool high, struct err *e)
{
	unsigned int all, bit = 1U << d->line, wanted, found;
	uint8_t bytes[2];

	if (!levels(d, &all, e))
		return false;
	wanted = high ? all | bit : all & ~bit;
	bytes[0] = (uint8_t)wanted;
	bytes[1] = (uint8_t)(wanted >> 8);
	if (!d->i2c->write(d->i2c->self, d->i2c_address, bytes, sizeof(bytes), e) || !levels(d, &found, e))
		return false;
	return found == wanted || err_set(e, ERR_IO, 0, "lines are 0x%04x after 0x%04x was written: check the board's "
		"supply", found, wanted);
}

static bool pcf_write(struct device *d, bool on, struct err *e)
{
	return set_level(d, !on, e) || err_in(e, "pcf8575 relay %d", d->line);
}

static bool pcf_open(struct device *d, const struct component *c, struct err *e)
{
	if (!d->active_low)
		return err_set(e, ERR_CONFIG, 0, "pcf8575 lines are high after power-on - only active_low = true is safe");
	return relay_board_open(d, c, BITS, DEFAULT_ADDRESS, e) && pcf_write(d, false, e);
}

extern const struct driver relay_pcf8575_driver;
const struct driver relay_pcf8575_driver = {
	.make_model = "Krida__Pcf8575Relay16",
	.open = pcf_open, .read = pcf_read, .write = pcf_write, .close = relay_board_close,
};
