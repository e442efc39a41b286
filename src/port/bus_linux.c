/* SPDX-License-Identifier: MIT */
#include "port/bus_linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static enum err_code code_of(int os)
{
	return os == ENOENT || os == ENODEV || os == ENXIO ? ERR_ABSENT : ERR_IO;
}

/* Reads until the end of the file. False with errno 0: the text does not fit. */
static bool read_all(int fd, char *text, size_t size)
{
	size_t used = 0;

	for (;;) {
		ssize_t n = read(fd, text + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		used += (size_t)n;
		if (used == size) {
			errno = 0;
			return false;
		}
	}
	text[used] = '\0';
	return true;
}

static bool linux_slurp(const struct bus *b, const char *path, char *text, size_t size, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), os;
	bool ok;

	(void)b;
	if (fd < 0)
		return err_set(e, code_of(errno), errno, "%s: %s", path, strerror(errno));
	ok = read_all(fd, text, size);
	os = errno;
	close(fd);
	if (ok)
		return true;
	if (os == 0)
		return err_set(e, ERR_FORMAT, 0, "%s: longer than %zu bytes", path, size - 1);
	return err_set(e, code_of(os), os, "%s: %s", path, strerror(os));
}

static bool linux_put(const struct bus *b, const char *path, const char *text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), os;
	size_t size = strlen(text);
	ssize_t n;

	(void)b;
	if (fd < 0)
		return err_set(e, code_of(errno), errno, "%s: %s", path, strerror(errno));
	n = write(fd, text, size);
	os = n < 0 ? errno : EIO;
	close(fd);
	return n == (ssize_t)size || err_set(e, code_of(os), os, "%s: %s", path, strerror(os));
}

static bool fits(const char *name, const char *prefix, const char *suffix)
{
	size_t length = strlen(name), before = strlen(prefix), after = strlen(suffix);

	return length >= before + after && strncmp(name, prefix, before) == 0 &&
		strcmp(name + length - after, suffix) == 0;
}

static int find_in(DIR *d, const char *prefix, const char *suffix, char *name, size_t size)
{
	const struct dirent *entry;
	int found = 0;

	while ((entry = readdir(d)) != NULL)
		if (fits(entry->d_name, prefix, suffix) && strlen(entry->d_name) < size) {
			strcpy(name, entry->d_name);
			found++;
		}
	return found;
}

static bool linux_find(const struct bus *b, const char *dir, const char *prefix, const char *suffix,
	char *name, size_t size, struct err *e)
{
	DIR *d = opendir(dir);
	int found;

	(void)b;
	if (d == NULL)
		return err_set(e, code_of(errno), errno, "%s: %s", dir, strerror(errno));
	found = find_in(d, prefix, suffix, name, size);
	closedir(d);
	if (found == 0)
		return err_set(e, ERR_ABSENT, 0, "%s: nothing named %s*%s", dir, prefix, suffix);
	if (found > 1)
		return err_set(e, ERR_CONFIG, 0, "%s: %d are named %s*%s - give more digits", dir, found,
			prefix, suffix);
	return true;
}

static bool linux_age_ms(const struct bus *b, const char *path, int64_t *age_ms, struct err *e)
{
	struct timespec now;
	struct stat st;

	(void)b;
	if (stat(path, &st) != 0)
		return err_set(e, code_of(errno), errno, "%s: %s", path, strerror(errno));
	clock_gettime(CLOCK_REALTIME, &now);
	*age_ms = (now.tv_sec - st.st_mtim.tv_sec) * 1000 + (now.tv_nsec - st.st_mtim.tv_nsec) / 1000000;
	return true;
}

struct bus bus_linux(void)
{
	return (struct bus){ .slurp = linux_slurp, .put = linux_put, .find = linux_find, .age_ms = linux_age_ms };
}
