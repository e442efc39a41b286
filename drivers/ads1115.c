/* SPDX-License-Identifier: MIT */
/* ads1115.c: a thermistor on an input of an ADS1115, as on the TSNAP board (three converters, twelve terminals).
 *
 * HwUid "0x49:2": the converter is read over I2C. HwUid "/sys/bus/iio/devices/iio:device0:2": the kernel's driver of the
 * chip (ti-ads1015) reads it, we read its files. The converter has one register for all four inputs: each reading
 * chooses its input, waits, and looks whether it still is the chosen one. */
#include "ads1115.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "spaceheat/driver.h"
#include "spaceheat/settings.h"

enum {
	CONVERSION = 0, CONFIG = 1,	/* registers */
	START = 0x8000, SINGLE_ENDED = 4, ONCE = 1 << 8, RATE_128 = 4 << 5, NO_COMPARATOR = 3,
	MUX = 0x7000,
	LOWEST_ADDRESS = 0x48, HIGHEST_ADDRESS = 0x4b,
	WAIT_MS = 2,
};

/* Beyond them it is no thermistor: an open line is pulled up to nearly its supply. */
static const double OPEN_OF_SUPPLY = 4.70 / 4.85, SHORT_V = 0.01;

bool ads1115_place(const char *hw_uid, struct ads1115_place *p, struct err *e)
{
	int used = 0;

	if (sscanf(hw_uid, "0x%x:%d%n", (unsigned int *)&p->address, &p->input, &used) == 2 && hw_uid[used] == '\0' &&
		p->address >= LOWEST_ADDRESS && p->address <= HIGHEST_ADDRESS && p->input >= 0 && p->input <= 3)
		return true;
	return err_set(e, ERR_CONFIG, 0, "HwUid \"%.40s\" in houses.json - write address and input, \"0x48:0\" to \"0x4b:3\"",
		hw_uid);
}

uint16_t ads1115_config(int input)
{
	return (uint16_t)(START | (SINGLE_ENDED + input) << 12 | ONCE | RATE_128 | NO_COMPARATOR);
}

bool ads1115_done(uint16_t config, int input, bool *done, struct err *e)
{
	if (((config ^ ads1115_config(input)) & ~START) != 0)
		return err_set(e, ERR_FORMAT, 0, "set to 0x%04x by somebody else, or reset - check its supply",
			(unsigned int)config);
	*done = (config & START) != 0;
	return true;
}

bool ads1115_understand(const struct ntc *n, double volts, int64_t *sixteenths, struct err *e)
{
	double c;

	if (volts >= OPEN_OF_SUPPLY * n->supply_v)
		return err_set(e, ERR_RANGE, 0, "%.2f V: open - check for a broken wire", volts);
	if (volts < SHORT_V)
		return err_set(e, ERR_SHORT, 0, "%.3f V: short - check for wires that touch", volts);
	c = ntc_c_of_volts(n, volts);
	*sixteenths = (int64_t)floor(16 * c + 0.5);
	return true;
}

static struct ntc ntc_of(const struct settings *s)
{
	const struct settings_sensors *n = &s->sensors;

	return (struct ntc){ n->ntc_r25_ohm, n->ntc_beta_k, 25, n->ntc_pull_up_ohm, n->ntc_supply_v };
}

/* ---- over I2C ---- */

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = WAIT_MS * 1000000L }, NULL);
}

static bool convert(const struct i2c *i2c, struct ads1115_place p, double *volts, struct err *e)
{
	uint16_t word;
	bool done = false;

	if (!i2c->put_word(i2c->self, p.address, CONFIG, ads1115_config(p.input), e))
		return false;
	for (int i = 0; i < ADS1115_TRIES && !done; i++) {
		nap();
		if (!i2c->get_word(i2c->self, p.address, CONFIG, &word, e) || !ads1115_done(word, p.input, &done, e))
			return false;
	}
	if (!done)
		return err_set(e, ERR_TIMEOUT, 0, "no conversion within %d ms", ADS1115_TRIES * WAIT_MS);
	if (!i2c->get_word(i2c->self, p.address, CONVERSION, &word, e))
		return false;
	*volts = ntc_volts((int16_t)word);
	return true;
}

/* ---- over the kernel's driver ---- */

static bool number_at(const struct device *d, const char *path, double *number, struct err *e)
{
	char text[64], *end;

	if (!d->bus->slurp(d->bus, path, text, sizeof(text), e))
		return false;
	*number = strtod(text, &end);
	return (end != text && strspn(end, " \r\n") == strlen(end)) ||
		err_set(e, ERR_FORMAT, 0, "%s: \"%.20s\" is no number", path, text);
}

/* The scale is in millivolts, of the input or of all. */
static bool iio_volts(const struct device *d, double *volts, struct err *e)
{
	const char *colon = strrchr(d->address, ':');
	int folder = (int)(colon - d->address);
	char path[200];
	double raw, scale_mv;

	snprintf(path, sizeof(path), "%.*s/in_voltage%s_raw", folder, d->address, colon + 1);
	if (!number_at(d, path, &raw, e))
		return false;
	snprintf(path, sizeof(path), "%.*s/in_voltage%s_scale", folder, d->address, colon + 1);
	if (!number_at(d, path, &scale_mv, e)) {
		snprintf(path, sizeof(path), "%.*s/in_voltage_scale", folder, d->address);
		if (!number_at(d, path, &scale_mv, e))
			return false;
	}
	*volts = raw * scale_mv / 1000;
	return true;
}

/* ---- the driver ---- */

static bool by_files(const char *hw_uid)
{
	return hw_uid[0] == '/';
}

static bool ads1115_open(struct device *d, const struct component *c, struct err *e)
{
	struct ads1115_place unused;
	const char *colon = strrchr(c->hw_uid, ':');

	if (by_files(c->hw_uid) && (colon == NULL || colon[1] < '0' || colon[1] > '3' || colon[2] != '\0'))
		return err_set(e, ERR_CONFIG, 0, "ads1115: HwUid \"%.40s\" - write the iio folder and the input, "
			"\"/sys/bus/iio/devices/iio:device0:2\"", c->hw_uid);
	if (!by_files(c->hw_uid) && !ads1115_place(c->hw_uid, &unused, e))
		return err_in(e, "ads1115");
	if (!by_files(c->hw_uid) && d->bus->i2c == NULL)
		return err_set(e, ERR_CONFIG, 0, "ads1115: there is no I2C bus here");
	snprintf(d->address, sizeof(d->address), "%s", c->hw_uid);
	return true;
}

static bool ads1115_read(struct device *d, enum telemetry_name quantity, int64_t *value, struct err *e)
{
	struct ntc ntc = ntc_of(d->settings);
	struct ads1115_place p;
	double volts = 0;
	bool good;

	(void)quantity;
	if (by_files(d->address))
		good = iio_volts(d, &volts, e);
	else
		good = ads1115_place(d->address, &p, e) && convert(d->bus->i2c, p, &volts, e);
	return (good && ads1115_understand(&ntc, volts, value, e)) || err_in(e, "ads1115");
}

static void ads1115_close(struct device *d)
{
	d->address[0] = '\0';
}

extern const struct driver ads1115_driver;
const struct driver ads1115_driver = {
	.kinds = 1U << COMPONENT_TEMP_SENSOR, .make_model = "TI__Ads1115Ntc",
	.open = ads1115_open, .read = ads1115_read, .close = ads1115_close, .bus = SENSE_I2C,
	.restless = true,
};
