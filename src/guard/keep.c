/* SPDX-License-Identifier: MIT */
#include "guard/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEEP_MAGIC = 0x31474853, TRIP_SLOT = 0 };	/* "SHG1" */

/* Fixed size, at slot * size of the file; relay i is slot i + 1. */
struct record {
	uint32_t magic, sum;		/* sum: of what follows */
	uint8_t boot_id[16];
	uint32_t simulated, who;	/* who: of which relay, by its configuration */
	union {
		struct rules_memory memory;
		struct rules_stop trip;
	};
};

struct config_file {
	uint32_t magic, sum;
	struct guard_config config;
};

static uint32_t fnv(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	uint32_t hash = 2166136261u;

	while (n-- > 0)
		hash = (hash ^ *p++) * 16777619u;
	return hash;
}

static uint32_t record_sum(const struct record *r)
{
	return fnv(r->boot_id, sizeof(*r) - offsetof(struct record, boot_id));
}

static void read_boot_id(uint8_t out[16])
{
	char text[64] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	size_t half = 0;

	if (fd >= 0)
		close(fd);
	memset(out, 0, 16);
	for (ssize_t i = 0; i < n && half < 32; i++) {
		const char *digit = strchr("0123456789abcdef", text[i]);

		if (text[i] == '\0' || digit == NULL)
			continue;
		out[half / 2] = (uint8_t)(out[half / 2] << 4 | (digit - "0123456789abcdef"));
		half++;
	}
}

bool keep_open(struct guard_keep *k, const char *dir, struct err *e)
{
	*k = (struct guard_keep){ .dir_fd = -1, .state_fd = -1 };
	read_boot_id(k->boot_id);
	k->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (k->dir_fd < 0)
		return err_set(e, ERR_IO, errno, "%s: %s", dir, strerror(errno));
	k->state_fd = openat(k->dir_fd, "guard.state", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (k->state_fd < 0)
		return err_set(e, ERR_IO, errno, "%s/guard.state: %s", dir, strerror(errno));
	return true;
}

void keep_close(struct guard_keep *k)
{
	if (k->state_fd >= 0)
		close(k->state_fd);
	if (k->dir_fd >= 0)
		close(k->dir_fd);
	k->state_fd = k->dir_fd = -1;
}

static bool load(const struct guard_keep *k, int slot, struct record *r, bool *same_boot)
{
	if (k->state_fd < 0 || pread(k->state_fd, r, sizeof(*r), slot * (off_t)sizeof(*r)) != sizeof(*r))
		return false;
	*same_boot = memcmp(r->boot_id, k->boot_id, sizeof(k->boot_id)) == 0;
	return r->magic == KEEP_MAGIC && r->sum == record_sum(r) && r->simulated == k->simulated;
}

static void save(const struct guard_keep *k, int slot, struct record *r)
{
	r->magic = KEEP_MAGIC;
	r->simulated = k->simulated;
	memcpy(r->boot_id, k->boot_id, sizeof(r->boot_id));
	r->sum = record_sum(r);
	/* A full disk costs the memory of this movement, and nobody waits for it. */
	if (k->state_fd >= 0 && pwrite(k->state_fd, r, sizeof(*r), slot * (off_t)sizeof(*r)) < 0)
		return;
}

bool keep_load_relay(const struct guard_keep *k, const struct guard_relay *relay, struct rules_memory *out,
	bool *same_boot)
{
	struct record r;

	if (!load(k, relay->relay + 1, &r, same_boot) || r.who != fnv(relay, sizeof(*relay)))
		return false;
	*out = r.memory;
	return true;
}

void keep_save_relay(const struct guard_keep *k, const struct guard_relay *relay,
	const struct rules_memory *m)
{
	struct record r;

	memset(&r, 0, sizeof(r));
	r.who = fnv(relay, sizeof(*relay));
	r.memory = *m;
	save(k, relay->relay + 1, &r);
}

bool keep_load_trip(const struct guard_keep *k, struct rules_stop *out, bool *same_boot)
{
	struct record r;

	if (!load(k, TRIP_SLOT, &r, same_boot))
		return false;
	*out = r.trip;
	return true;
}

void keep_save_trip(const struct guard_keep *k, const struct rules_stop *s)
{
	struct record r;

	memset(&r, 0, sizeof(r));
	r.trip = *s;
	save(k, TRIP_SLOT, &r);
}

bool keep_save_config(const struct guard_keep *k, const struct guard_config *c, struct err *e)
{
	struct config_file f = { .magic = KEEP_MAGIC, .sum = fnv(c, sizeof(*c)), .config = *c };
	int fd = openat(k->dir_fd, "guard.config.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	bool written;

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "guard.config.new: %s", strerror(errno));
	written = write(fd, &f, sizeof(f)) == sizeof(f);
	close(fd);
	if (!written || renameat(k->dir_fd, "guard.config.new", k->dir_fd, "guard.config") != 0)
		return err_set(e, ERR_IO, errno, "guard.config: %s", strerror(errno));
	return true;
}

bool keep_load_config(const struct guard_keep *k, struct guard_config *out, struct err *e)
{
	struct config_file f;
	int fd = openat(k->dir_fd, "guard.config", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_IO, errno, "guard.config: %s",
			strerror(errno));
	n = read(fd, &f, sizeof(f));
	close(fd);
	if (n != sizeof(f) || f.magic != KEEP_MAGIC || f.sum != fnv(&f.config, sizeof(f.config)) ||
	    f.config.n_relays < 0 || f.config.n_relays > GUARD_MAX_RELAYS)
		return err_set(e, ERR_FORMAT, 0, "guard.config is damaged");
	*out = f.config;
	return true;
}
