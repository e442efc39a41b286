/* SPDX-License-Identifier: MIT */
#include "port/clock_linux.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

enum { MAX_CHIPS = 4 };

bool clock_linux_synchronised(void)
{
	struct timex t = { 0 };
	int state = adjtimex(&t);

	return state >= 0 && state != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}

bool clock_linux_chip(const char *root, int64_t *unix_ms)
{
	char path[256];
	long long s = 0;
	bool found = false;

	for (int i = 0; i < MAX_CHIPS && !found; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/rtc%d/since_epoch", root, i);
		f = fopen(path, "re");
		found = f != NULL && fscanf(f, "%lld", &s) == 1 && s > 0;
		if (f != NULL)
			fclose(f);
	}
	*unix_ms = s * 1000;
	return found;
}

void clock_linux_boot(char *out, int size)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (f == NULL || fgets(out, size, f) == NULL)
		snprintf(out, (size_t)size, "unknown");
	if (f != NULL)
		fclose(f);
	out[strcspn(out, "\n")] = '\0';
}

int64_t clock_linux_boottime_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
