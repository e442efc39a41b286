/* SPDX-License-Identifier: MIT */
/* ds18b20.c: 1-Wire water thermometer, through the kernel's w1_therm files.
 *
 * A broken wire reads as -127 C and passes the sensor's own CRC, so it is refused here and nowhere else.
 * So do nine zero bytes: a data line shorted to ground, not 0 C. Exactly 85 C may be a power-on value or
 * the truth: the sensor actor, which knows the reading before, decides (SF-81); it also reads again
 * after a wrong checksum. */
#include "ds18b20.h"

#include <stdio.h>
#include <string.h>

#include "spaceheat/driver.h"
#include "w1_bulk.h"

enum { SCRATCHPAD = 9, LOWEST_C = -55, HIGHEST_C = 125 };

static bool ends_in_yes(const char *line, size_t length)
{
	while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL)
		length--;
	return length >= 3 && memcmp(line + length - 3, "YES", 3) == 0;
}

static bool scan_bytes(const char *text, unsigned int bytes[SCRATCHPAD])
{
	int used, n = 0;

	while (n < SCRATCHPAD && sscanf(text, " %2x%n", &bytes[n], &used) == 1) {
		text += used;
		n++;
	}
	return n == SCRATCHPAD;
}

bool ds18b20_parse(const char *text, int64_t *sixteenths, struct err *e)
{
	unsigned int bytes[SCRATCHPAD], any = 0;
	const char *end = strchr(text, '\n');

	if (end == NULL || strstr(end, "t=") == NULL || !scan_bytes(text, bytes))
		return err_set(e, ERR_FORMAT, 0, "answer cut short: check the wiring and its length");
	if (!ends_in_yes(text, (size_t)(end - text)))
		return err_set(e, ERR_FORMAT, 0, "checksum wrong: check the wiring and its length");
	for (int i = 0; i < SCRATCHPAD; i++)
		any |= bytes[i];
	if (any == 0)
		return err_set(e, ERR_SHORT, 0, "all bytes zero: the data line is shorted to ground");
	*sixteenths = (int16_t)(bytes[1] << 8 | bytes[0]);
	if (*sixteenths < LOWEST_C * 16 || *sixteenths > HIGHEST_C * 16)
		return err_set(e, ERR_RANGE, 0, "code %lld is a fault value: check for a broken wire",
			(long long)*sixteenths);
	return true;
}

static bool ds18b20_open(struct device *d, const struct component *c, struct err *e)
{
	char name[32];
	int used;

	if (c->hw_uid[0] == '\0')
		return err_set(e, ERR_CONFIG, 0,
			"ds18b20: no HwUid in houses.json, so no device can be told from another");
	if (!d->bus->find(d->bus, d->root, "28", c->hw_uid, name, sizeof(name), e))
		return err_in(e, "ds18b20 %s", c->hw_uid);
	used = snprintf(d->address, sizeof(d->address), "%s/%s/w1_slave", d->root, name);
	if (used < 0 || (size_t)used >= sizeof(d->address))
		return err_set(e, ERR_CONFIG, 0,
			"ds18b20 %s: sensors.w1_root is too long (at most 80 characters)", name);
	return true;
}

static bool ds18b20_read(struct device *d, enum telemetry_name quantity, int64_t *value, struct err *e)
{
	char text[256];

	(void)quantity;
	if (!d->bus->slurp(d->bus, d->address, text, sizeof(text), e) || !ds18b20_parse(text, value, e))
		return err_in(e, "ds18b20");
	return true;
}

static void ds18b20_close(struct device *d)
{
	d->address[0] = '\0';
}

const struct driver ds18b20_driver = {
	.kinds = 1U << COMPONENT_TEMP_SENSOR, .make_model = "Adafruit__642",
	.open = ds18b20_open, .prepare = w1_bulk_convert, .read = ds18b20_read, .close = ds18b20_close, .says_85_first = true,
	.restless = true,
};
