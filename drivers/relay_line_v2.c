/* SPDX-License-Identifier: MIT */
/* libgpiod 2. */
#include "relay_line.h"

#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>

#include "gpio_chip.h"

struct relay_line { struct gpiod_line_request *request; unsigned int offset; };

static const enum gpiod_line_bias biases[N_LINE_BIASES] = {
	[LINE_BIAS_AS_IS] = GPIOD_LINE_BIAS_AS_IS, [LINE_BIAS_NONE] = GPIOD_LINE_BIAS_DISABLED,
	[LINE_BIAS_PULL_UP] = GPIOD_LINE_BIAS_PULL_UP, [LINE_BIAS_PULL_DOWN] = GPIOD_LINE_BIAS_PULL_DOWN,
};

/* What a request is made of; freed whole, whatever of it was made. */
struct parts {
	struct gpiod_chip *chip;
	struct gpiod_line_settings *settings;
	struct gpiod_line_config *lines;
	struct gpiod_request_config *request;
};

static bool make_parts(struct parts *p, const char *path, unsigned int offset, bool active_low, enum line_bias bias)
{
	p->chip = gpiod_chip_open(path);
	p->settings = gpiod_line_settings_new();
	p->lines = gpiod_line_config_new();
	p->request = gpiod_request_config_new();
	if (p->chip == NULL || p->settings == NULL || p->lines == NULL || p->request == NULL)
		return false;
	gpiod_line_settings_set_direction(p->settings, GPIOD_LINE_DIRECTION_OUTPUT);
	gpiod_line_settings_set_active_low(p->settings, active_low);
	gpiod_line_settings_set_bias(p->settings, biases[bias]);
	gpiod_line_settings_set_output_value(p->settings, GPIOD_LINE_VALUE_INACTIVE);
	gpiod_request_config_set_consumer(p->request, "spaceheat-guard");
	return gpiod_line_config_add_line_settings(p->lines, &offset, 1, p->settings) == 0;
}

static void free_parts(struct parts *p)
{
	gpiod_request_config_free(p->request);
	gpiod_line_config_free(p->lines);
	gpiod_line_settings_free(p->settings);
	if (p->chip != NULL)
		gpiod_chip_close(p->chip);
}

struct relay_line *relay_line_open(const char *chip, int offset, bool active_low, enum line_bias bias, struct err *e)
{
	struct relay_line *line = calloc(1, sizeof(*line));
	struct parts p = { 0 };
	char path[64];

	if (line == NULL || !gpio_chip_path(chip, path, sizeof(path), e)) {
		if (line == NULL)
			err_set(e, ERR_MEMORY, 0, "no memory");
		free(line);
		return NULL;
	}
	line->offset = (unsigned int)offset;
	if (make_parts(&p, path, line->offset, active_low, bias))
		line->request = gpiod_chip_request_lines(p.chip, p.request, p.lines);
	if (line->request == NULL) {
		gpio_line_failed(path, errno, e);
		free(line);
		line = NULL;
	}
	free_parts(&p);
	return line;
}

bool relay_line_set(struct relay_line *line, bool on, struct err *e)
{
	enum gpiod_line_value value = on ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;

	return gpiod_line_request_set_value(line->request, line->offset, value) == 0 ||
		err_set(e, ERR_IO, errno, "set: %s", strerror(errno));
}

bool relay_line_get(struct relay_line *line, bool *on, struct err *e)
{
	enum gpiod_line_value value = gpiod_line_request_get_value(line->request, line->offset);

	if (value == GPIOD_LINE_VALUE_ERROR)
		return err_set(e, ERR_IO, errno, "get: %s", strerror(errno));
	*on = value == GPIOD_LINE_VALUE_ACTIVE;
	return true;
}

void relay_line_close(struct relay_line *line)
{
	if (line == NULL)
		return;
	gpiod_line_request_release(line->request);
	free(line);
}
