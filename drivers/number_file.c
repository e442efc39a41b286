/* SPDX-License-Identifier: MIT */
/* number_file.c: whatever another program, or the kernel, says in a file: one number.
 *
 * HwUid is the path; the number is in degrees C, W or litres a minute.
 * "milli:/sys/class/hwmon/hwmon0/temp1_input" is in thousandths, as files of hwmon and iio are. A program that died
 * leaves its last number behind: a file below other folders than /sys and /proc that is older than a minute is not
 * believed. */
#include "number_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spaceheat/driver.h"

enum { MAX_AGE_MS = 60000 };

static const char MILLI[] = "milli:";

/* Codes of one unit. */
static const struct { enum telemetry_name name; double per_unit, most; } codes[] = {
	{ TELEMETRY_WATER_TEMP_C, 16, 1000 }, { TELEMETRY_WATER_TEMP_F, 16, 1000 },
	{ TELEMETRY_GPM_TIMES_10, 1000, 1000 }, { TELEMETRY_POWER_W, 1, 1000000 },
};

static bool scale(double number, enum telemetry_name name, int64_t *code, struct err *e)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].name != name)
			continue;
		if (!(fabs(number) <= codes[i].most))
			return err_set(e, ERR_RANGE, 0, "%g is beyond %g", number, codes[i].most);
		*code = (int64_t)floor(number * codes[i].per_unit + 0.5);
		return true;
	}
	return err_set(e, ERR_CONFIG, 0, "a file does not tell %s", telemetry_name_word(name));
}

bool number_file_understand(const char *text, bool thousandths, enum telemetry_name name, int64_t *code, struct err *e)
{
	char *end;
	double number;

	/* strtod would take nan, inf and hexadecimal numbers, too. */
	if (strspn(text, "+-.0123456789eE \t\r\n") != strlen(text))
		return err_set(e, ERR_FORMAT, 0, "\"%.30s\" is no number", text);
	number = strtod(text, &end);
	if (end == text || strspn(end, " \t\r\n") != strlen(end))
		return err_set(e, ERR_FORMAT, 0, "\"%.30s\" is not one number", text);
	return scale(thousandths ? number / 1000 : number, name, code, e);
}

static bool is_milli(const char *address)
{
	return strncmp(address, MILLI, sizeof(MILLI) - 1) == 0;
}

static const char *path_of(const char *address)
{
	return is_milli(address) ? address + sizeof(MILLI) - 1 : address;
}

static bool lives(const char *path)
{
	return strncmp(path, "/sys/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
}

static bool is_fresh(const struct device *d, const char *path, struct err *e)
{
	int64_t age_ms;

	if (lives(path) || d->bus->age_ms == NULL)
		return true;
	if (!d->bus->age_ms(d->bus, path, &age_ms, e))
		return false;
	return (age_ms <= MAX_AGE_MS && age_ms >= -MAX_AGE_MS) ||
		err_set(e, ERR_TIMEOUT, 0, "%s: written %lld s ago - is the program that writes it running?", path,
			(long long)(age_ms / 1000));
}

static bool number_file_open(struct device *d, const struct component *c, struct err *e)
{
	if (path_of(c->hw_uid)[0] != '/')
		return err_set(e, ERR_CONFIG, 0, "file: HwUid \"%.40s\" in houses.json is no path - write \"/run/x\" or "
			"\"milli:/sys/x\"", c->hw_uid);
	snprintf(d->address, sizeof(d->address), "%s", c->hw_uid);
	return true;
}

static bool number_file_read(struct device *d, enum telemetry_name quantity, int64_t *value, struct err *e)
{
	const char *path = path_of(d->address);
	char text[64];

	return (is_fresh(d, path, e) && d->bus->slurp(d->bus, path, text, sizeof(text), e) &&
		number_file_understand(text, is_milli(d->address), quantity, value, e)) || err_in(e, "file");
}

static void number_file_close(struct device *d)
{
	d->address[0] = '\0';
}

bool number_file_measures(const struct driver *self, const struct settings *s, enum telemetry_name name)
{
	(void)self;
	(void)s;
	return name != TELEMETRY_CURRENT_UA;
}

extern const struct driver number_file_driver;
const struct driver number_file_driver = {
	.kinds = 1U << COMPONENT_TEMP_SENSOR | 1U << COMPONENT_PIPE_FLOW_SENSOR | 1U << COMPONENT_ELECTRIC_METER,
	.make_model = "Generic__File",
	.open = number_file_open, .read = number_file_read, .close = number_file_close,
	.measures = number_file_measures, .bus = SENSE_FILE,
};
