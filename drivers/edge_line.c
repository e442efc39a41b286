/* SPDX-License-Identifier: MIT */
#include "edge_line.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gpio_chip.h"

enum { AT_ONCE = 16 };

static const uint64_t biases[N_LINE_BIASES] = {
	[LINE_BIAS_NONE] = GPIO_V2_LINE_FLAG_BIAS_DISABLED, [LINE_BIAS_PULL_UP] = GPIO_V2_LINE_FLAG_BIAS_PULL_UP,
	[LINE_BIAS_PULL_DOWN] = GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN,
};

static struct gpio_v2_line_request request_of(int line, enum line_bias bias, int debounce_ms)
{
	struct gpio_v2_line_request r = { .num_lines = 1, .consumer = "spaceheatd", .event_buffer_size = AT_ONCE };

	r.offsets[0] = (uint32_t)line;
	r.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_FALLING | biases[bias];
	if (debounce_ms > 0) {
		r.config.num_attrs = 1;
		r.config.attrs[0].mask = 1;
		r.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
		r.config.attrs[0].attr.debounce_period_us = (uint32_t)debounce_ms * 1000;
	}
	return r;
}

int edge_line_open(const char *chip, int line, enum line_bias bias, int debounce_ms, struct err *e)
{
	struct gpio_v2_line_request r = request_of(line, bias, debounce_ms);
	char path[64];
	int fd, os;

	if (!gpio_chip_path(chip, path, sizeof(path), e))
		return -1;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		gpio_line_failed(path, errno, e);
		return -1;
	}
	os = ioctl(fd, GPIO_V2_GET_LINE_IOCTL, &r) == 0 ? 0 : errno;
	close(fd);
	if (os != 0) {
		gpio_line_failed(path, os, e);
		return -1;
	}
	fcntl(r.fd, F_SETFD, FD_CLOEXEC);
	fcntl(r.fd, F_SETFL, O_NONBLOCK);
	return r.fd;
}

bool edge_line_read(int fd, uint32_t *edges, int64_t *last_ns, struct err *e)
{
	struct gpio_v2_line_event events[AT_ONCE];
	ssize_t n;

	while ((n = read(fd, events, sizeof(events))) >= (ssize_t)sizeof(events[0])) {
		const struct gpio_v2_line_event *last = &events[n / (ssize_t)sizeof(events[0]) - 1];

		*edges = last->line_seqno;
		*last_ns = (int64_t)last->timestamp_ns;
	}
	return (n < 0 && (errno == EAGAIN || errno == EINTR)) ||
		err_set(e, errno == ENODEV ? ERR_ABSENT : ERR_IO, errno, "read: %s", n < 0 ? strerror(errno) : "cut short");
}
