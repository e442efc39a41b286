/* SPDX-License-Identifier: MIT */
#include "port/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

bool small_file_sync_dir(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;

	if (!synced)
		err_set(e, ERR_IO, errno, "%s: %s", dir, strerror(errno));
	if (fd >= 0)
		close(fd);
	return synced;
}

bool small_file_replace(const char *path, const void *bytes, size_t length, struct err *e)
{
	char fresh[PATH_MAX], dir[PATH_MAX];
	bool written;
	int fd;

	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		return err_set(e, ERR_IO, ENAMETOOLONG, "%s: name too long", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	written = fd >= 0 && write_all(fd, bytes, length) && fsync(fd) == 0;
	if (!written)
		err_set(e, ERR_IO, errno, "%s: %s", fresh, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (!written)
		return false;
	if (rename(fresh, path) != 0)
		return err_set(e, ERR_IO, errno, "%s: %s", path, strerror(errno));
	snprintf(dir, sizeof(dir), "%s", path);
	return small_file_sync_dir(dirname(dir), e);
}

bool small_file_room(const char *path, int64_t *free_mb)
{
	struct statvfs v;

	if (statvfs(path, &v) != 0)
		return false;
	*free_mb = (int64_t)v.f_bavail * (int64_t)v.f_frsize / 1000000;
	return true;
}
