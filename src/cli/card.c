/* SPDX-License-Identifier: MIT */
#include "cli/card.h"

#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

enum { SECTOR = 512, TENTHS_BEYOND = 11 };	/* the kernel counts sectors of that size whatever the disk has */

static bool read_line(const char *dir, const char *name, char *line, size_t size)
{
	char path[PATH_MAX];
	bool good;
	FILE *f;

	snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 64, dir, name);
	f = fopen(path, "re");
	good = f != NULL && fgets(line, (int)size, f) != NULL;
	if (f != NULL)
		fclose(f);
	return good;
}

/* The seventh number of `stat` (Documentation/block/stat.rst). */
static int64_t written(const char *dir)
{
	char line[256];
	int64_t sectors;

	if (!read_line(dir, "stat", line, sizeof(line)) || sscanf(line, "%*s %*s %*s %*s %*s %*s %" SCNd64, &sectors) != 1)
		return -1;
	return sectors * SECTOR;
}

/* eMMC 5.0 and later, and what is built like one: Documentation/driver-api/mmc/mmc-dev-attrs.rst. SD cards do not tell. */
static void look_at_life(const char *disk, struct card *c)
{
	unsigned int a = 0, b = 0, spare = 0;
	char line[64];

	if (read_line(disk, "device/life_time", line, sizeof(line)) && sscanf(line, "%x %x", &a, &b) >= 1)
		c->life_tenths = (int)(a > b ? a : b);
	if (c->life_tenths > TENTHS_BEYOND)
		c->life_tenths = TENTHS_BEYOND;
	if (read_line(disk, "device/pre_eol_info", line, sizeof(line)) && sscanf(line, "%x", &spare) == 1 && spare <= 3)
		c->spare = (int)spare;
}

bool card_look(const char *sys, dev_t device, struct card *c)
{
	char link[128], dir[PATH_MAX], disk[PATH_MAX + 4], copy[PATH_MAX], line[16];
	bool is_partition;

	*c = (struct card){ .written_bytes = -1 };
	snprintf(link, sizeof(link), "%.80s/dev/block/%u:%u", sys, major(device), minor(device));
	if (realpath(link, dir) == NULL)
		return false;
	strcpy(copy, dir);
	snprintf(c->name, sizeof(c->name), "%.31s", basename(copy));
	c->written_bytes = written(dir);
	is_partition = read_line(dir, "partition", line, sizeof(line));
	snprintf(disk, sizeof(disk), "%s%s", dir, is_partition ? "/.." : "");
	look_at_life(disk, c);
	return true;
}
