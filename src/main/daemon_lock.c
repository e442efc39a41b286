/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "main/daemon.h"

/* The pid that the holder wrote, or 0. */
static long holder(int fd)
{
	char text[32] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	return n > 0 ? strtol(text, NULL, 10) : 0;
}

static bool write_pid(int fd)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	return ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) == n;
}

int daemon_lock(const char *state_dir, bool *second, struct err *e)
{
	char path[PATH_SIZE + 8];
	int fd;

	*second = false;
	snprintf(path, sizeof(path), "%s/lock", state_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0) {
		err_set(e, ERR_IO, errno, "state_dir %s: %s - make it writable for this user", state_dir, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		*second = errno == EWOULDBLOCK;
		err_set(e, ERR_BUSY, errno, "already running as pid %ld (lock file %s) - stop that one first", holder(fd),
			path);
		close(fd);
		return -1;
	}
	if (!write_pid(fd)) {	/* the lock holds all the same; only its text is missing */
		err_set(e, ERR_IO, errno, "lock file %s: %s", path, strerror(errno));
	}
	return fd;
}
