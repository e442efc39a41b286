/* SPDX-License-Identifier: MIT */
#include "relay_board.h"

#include <stdlib.h>

enum { FIRST_ADDRESS = 0x08, LAST_ADDRESS = 0x77 };	/* the rest is reserved (I2C specification, UM10204) */

static bool address_of(const char *hw_uid, int fallback, int *address)
{
	char *end;
	long n = strtol(hw_uid, &end, 0);

	*address = hw_uid[0] == '\0' ? fallback : (int)n;
	return hw_uid[0] == '\0' || (*end == '\0' && n >= FIRST_ADDRESS && n <= LAST_ADDRESS);
}

bool relay_board_open(struct device *d, const struct component *c, int bits, int default_address, struct err *e)
{
	if (d->i2c == NULL)
		return err_set(e, ERR_ABSENT, 0, "no I2C bus - set guard.i2c_bus");
	if (c->gpio < 0 || c->gpio >= bits)
		return err_set(e, ERR_CONFIG, 0, "Gpio %d: this board has relays 0 to %d", c->gpio, bits - 1);
	if (!address_of(c->hw_uid, default_address, &d->i2c_address))
		return err_set(e, ERR_CONFIG, 0, "HwUid \"%.20s\" is no I2C address - use 0x08 to 0x77, or \"\" for 0x%02x",
			c->hw_uid, (unsigned int)default_address);
	d->line = c->gpio;
	return true;
}

void relay_board_close(struct device *d)
{
	d->i2c = NULL;
}
