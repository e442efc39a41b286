/* SPDX-License-Identifier: MIT */
/* Which of /dev/gpiochip* is meant. The number of a chip changes from kernel to kernel, its label does not; so chips are
 * asked (GPIO_GET_CHIPINFO_IOCTL, the same for both versions of libgpiod). */
#include "gpio_chip.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MAX_CHIPS = 32 };

static const char PI_LABEL[] = "pinctrl-bcm";

bool gpio_line_failed(const char *path, int os, struct err *e)
{
	if (os == EBUSY)
		return err_set(e, ERR_IO, os, "%s: line is in use by another program - see gpioinfo", path);
	if (os == EINVAL)
		return err_set(e, ERR_CONFIG, os, "%s: has no such line, or does not know this bias", path);
	if (os == EACCES || os == EPERM)
		return err_set(e, ERR_IO, os, "%s: permission denied - add the user to group gpio", path);
	return err_set(e, os == ENOENT ? ERR_ABSENT : ERR_IO, os, "%s: %s", path, strerror(os));
}

static bool info_of(const char *path, struct gpiochip_info *info)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return false;
	good = ioctl(fd, GPIO_GET_CHIPINFO_IOCTL, info) == 0;
	close(fd);
	return good;
}

static bool is_meant(const char *chip, const struct gpiochip_info *info)
{
	if (chip[0] == '\0')
		return strncmp(info->label, PI_LABEL, sizeof(PI_LABEL) - 1) == 0;
	return strcmp(info->label, chip) == 0 || strcmp(info->name, chip) == 0;
}

bool gpio_chip_path(const char *chip, char *path, size_t size, struct err *e)
{
	struct gpiochip_info info;
	int seen = 0, last = -1;

	if (chip[0] == '/')
		return snprintf(path, size, "%s", chip) < (int)size ||
			err_set(e, ERR_CONFIG, 0, "chip %s: name too long", chip);
	for (int i = 0; i < MAX_CHIPS; i++) {
		snprintf(path, size, "/dev/gpiochip%d", i);
		if (!info_of(path, &info))
			continue;
		if (is_meant(chip, &info))
			return true;
		seen++;
		last = i;
	}
	if (chip[0] == '\0' && seen == 1) {
		snprintf(path, size, "/dev/gpiochip%d", last);
		return true;
	}
	return err_set(e, ERR_ABSENT, 0, "no GPIO chip \"%s\" among %d - set guard.gpio_chip; see gpiodetect", chip,
		seen);
}
