/* SPDX-License-Identifier: MIT */
/* libgpiod 1 (1.5 and later, which know bias). */
#include "relay_line.h"

#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>

#include "gpio_chip.h"

struct relay_line { struct gpiod_chip *chip; struct gpiod_line *line; };

static const int biases[N_LINE_BIASES] = {
	[LINE_BIAS_AS_IS] = 0, [LINE_BIAS_NONE] = GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE,
	[LINE_BIAS_PULL_UP] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP,
	[LINE_BIAS_PULL_DOWN] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN,
};

static bool request(struct relay_line *line, const char *path, int offset, bool active_low, enum line_bias bias,
	struct err *e)
{
	struct gpiod_line_request_config config = {
		.consumer = "spaceheat-guard", .request_type = GPIOD_LINE_REQUEST_DIRECTION_OUTPUT,
		.flags = biases[bias] | (active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0),
	};

	line->chip = gpiod_chip_open(path);
	if (line->chip == NULL)
		return gpio_line_failed(path, errno, e);
	line->line = gpiod_chip_get_line(line->chip, (unsigned int)offset);
	return (line->line != NULL && gpiod_line_request(line->line, &config, 0) == 0) ||
		gpio_line_failed(path, errno, e);
}

struct relay_line *relay_line_open(const char *chip, int offset, bool active_low, enum line_bias bias, struct err *e)
{
	struct relay_line *line = calloc(1, sizeof(*line));
	char path[64];

	if (line == NULL) {
		err_set(e, ERR_MEMORY, 0, "no memory");
		return NULL;
	}
	if (gpio_chip_path(chip, path, sizeof(path), e) && request(line, path, offset, active_low, bias, e))
		return line;
	relay_line_close(line);
	return NULL;
}

bool relay_line_set(struct relay_line *line, bool on, struct err *e)
{
	return gpiod_line_set_value(line->line, on) == 0 ||
		err_set(e, ERR_IO, errno, "set: %s", strerror(errno));
}

bool relay_line_get(struct relay_line *line, bool *on, struct err *e)
{
	int value = gpiod_line_get_value(line->line);

	if (value < 0)
		return err_set(e, ERR_IO, errno, "get: %s", strerror(errno));
	*on = value == 1;
	return true;
}

void relay_line_close(struct relay_line *line)
{
	if (line == NULL)
		return;
	if (line->chip != NULL)
		gpiod_chip_close(line->chip);	/* its lines with it */
	free(line);
}
