/* SPDX-License-Identifier: MIT */
/* wall.c: a library to preload that moves the wall clock alone, and says whether it is synchronised; every other clock,
 * and all waiting, stays as it is.
 *
 * The file named by $WALL holds "OFFSET_MS SYNCHRONISED": read at each call, so that a test steps the clock by writing it.
 * It is replaced by renaming: a reader never sees half of it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

struct wish { long long offset_ms; int synchronised; };

static struct wish wish(void)
{
	const char *path = getenv("WALL");
	int fd = path != NULL ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
	struct wish w = { 0, 0 };
	char text[64] = { 0 }, *end;

	if (fd < 0)
		return w;
	if (syscall(SYS_read, fd, text, sizeof(text) - 1) > 0) {
		w.offset_ms = strtoll(text, &end, 10);
		w.synchronised = (int)strtol(end, NULL, 10);
	}
	syscall(SYS_close, fd);
	return w;
}

int clock_gettime(clockid_t which, struct timespec *t)
{
	int result = (int)syscall(SYS_clock_gettime, which, t);
	long long ns;

	if (result != 0 || (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE))
		return result;
	ns = t->tv_nsec + wish().offset_ms % 1000 * 1000000;
	t->tv_sec += (time_t)(wish().offset_ms / 1000 + (ns < 0 ? -1 : ns / 1000000000));
	t->tv_nsec = (long)(ns < 0 ? ns + 1000000000 : ns % 1000000000);
	return 0;
}

time_t time(time_t *out)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (out != NULL)
		*out = t.tv_sec;
	return t.tv_sec;
}

int gettimeofday(struct timeval *out, void *zone)
{
	struct timespec t;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &t);
	out->tv_sec = t.tv_sec;
	out->tv_usec = t.tv_nsec / 1000;
	return 0;
}

int adjtimex(struct timex *t)
{
	*t = (struct timex){ .status = wish().synchronised ? 0 : STA_UNSYNC };
	return wish().synchronised ? TIME_OK : TIME_ERROR;
}
