/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "powercut.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spaceheat/splitmix.h"

enum { SECTOR = 512, SHM_BYTES = 32768 };

static const char *const suffixes[N_RECORDED_FILES] = { "", "-wal", "-journal" };

const char *cut_variant_name(enum cut_variant v)
{
	static const char *const names[N_CUT_VARIANTS] = { "none", "all", "torn", "some" };

	return names[v];
}

/* --- images ----------------------------------------------------------------------------------- */

static void reserve(struct image *m, size_t size)
{
	if (size <= m->capacity)
		return;
	m->capacity = size + size / 2 + 65536;
	m->bytes = realloc(m->bytes, m->capacity);
	assert(m->bytes != NULL);
}

static void grow(struct image *m, size_t size)
{
	if (size <= m->size)
		return;
	reserve(m, size);
	memset(m->bytes + m->size, 0, size - m->size);
	m->size = size;
}

static void put(struct image *m, size_t offset, const uint8_t *bytes, size_t n)
{
	m->exists = true;
	grow(m, offset + n);
	memcpy(m->bytes + offset, bytes, n);
}

static void apply(struct image files[], const struct op *o)
{
	struct image *m = &files[o->file];

	if (o->kind == OP_WRITE) {
		put(m, (size_t)o->offset, o->bytes, o->length);
	} else if (o->kind == OP_CUT) {
		grow(m, (size_t)o->offset);
		m->size = (size_t)o->offset;
	} else if (o->kind == OP_REMOVE) {
		m->exists = false;
		m->size = 0;
	}
}

/* --- what is stable ------------------------------------------------------------------------------ */

void powercut_init(struct powercut *p, const struct recorder *r)
{
	*p = (struct powercut){ .record = r };
}

void powercut_free(struct powercut *p)
{
	for (int i = 0; i < N_RECORDED_FILES; i++)
		free(p->stable[i].bytes);
	free(p->pending);
}

static void settle(struct powercut *p, enum recorded_file file)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n_pending; i++) {
		const struct op *o = &p->record->ops[p->pending[i]];

		if (o->file == file)
			apply(p->stable, o);
		else
			p->pending[kept++] = p->pending[i];
	}
	p->n_pending = kept;
	p->version++;
}

void powercut_step(struct powercut *p, size_t index)
{
	const struct op *o = &p->record->ops[index];

	if (o->kind == OP_SYNC)
		settle(p, o->file);
	if (o->kind != OP_WRITE && o->kind != OP_CUT && o->kind != OP_REMOVE)
		return;
	if (p->n_pending == p->pending_capacity) {
		p->pending_capacity = p->pending_capacity * 2 + 256;
		p->pending = realloc(p->pending, p->pending_capacity * sizeof(*p->pending));
		assert(p->pending != NULL);
	}
	p->pending[p->n_pending++] = index;
	if (o->kind == OP_REMOVE && o->offset != 0)	/* with its directory synced */
		settle(p, o->file);
}

/* --- what a cut leaves ----------------------------------------------------------------------------- */

/* Half of it, in whole sectors when it has some. */
static void apply_torn(struct image files[], const struct op *o)
{
	size_t half = o->length > SECTOR ? o->length / 2 / SECTOR * SECTOR : o->length / 2;

	if (o->kind == OP_WRITE)
		put(&files[o->file], (size_t)o->offset, o->bytes, half);
}

static void apply_some(struct image files[], const struct op *o, uint64_t *seed)
{
	if (o->kind != OP_WRITE) {
		if (splitmix64(seed) % 2 == 0)
			apply(files, o);
		return;
	}
	for (size_t at = 0; at < o->length; at += SECTOR)
		if (splitmix64(seed) % 4 != 0)
			put(&files[o->file], (size_t)o->offset + at, o->bytes + at,
				o->length - at < SECTOR ? o->length - at : SECTOR);
}

static void apply_pending(const struct powercut *p, struct image files[], enum cut_variant v, uint64_t seed)
{
	bool gone[N_RECORDED_FILES] = { false };	/* a removal did not happen: later writes are to another file */

	for (size_t i = 0; i < p->n_pending; i++) {
		const struct op *o = &p->record->ops[p->pending[i]];

		if (gone[o->file])
			continue;
		if (v == CUT_TORN && i + 1 == p->n_pending)
			apply_torn(files, o);
		else if (v != CUT_SOME)
			apply(files, o);
		else if (o->kind == OP_REMOVE && splitmix64(&seed) % 2 == 0)
			gone[o->file] = true;
		else
			apply_some(files, o, &seed);
	}
}

static bool write_file(const char *path, const struct image *m)
{
	ssize_t n = 0;
	int fd;

	if (!m->exists)
		return unlink(path) == 0 || errno == ENOENT;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		return false;
	if (m->size > 0)
		n = write(fd, m->bytes, m->size);
	return close(fd) == 0 && n == (ssize_t)m->size;
}

/* The shared memory of a log may be left with anything in it. */
static bool write_rubbish(const char *path, uint64_t seed)
{
	static uint8_t bytes[SHM_BYTES];
	struct image m = { bytes, sizeof(bytes), sizeof(bytes), seed % 3 != 0 };

	memset(bytes, (int)(seed % 251), sizeof(bytes));
	return write_file(path, &m);
}

bool powercut_write(const struct powercut *p, enum cut_variant v, uint64_t seed, const char *path)
{
	struct image files[N_RECORDED_FILES] = { { 0 } };
	char name[512];
	bool ok = true;

	for (int i = 0; i < N_RECORDED_FILES; i++) {
		if (p->stable[i].size > 0)
			put(&files[i], 0, p->stable[i].bytes, p->stable[i].size);
		files[i].exists = p->stable[i].exists;
	}
	if (v != CUT_NONE)
		apply_pending(p, files, v, seed);
	for (int i = 0; i < N_RECORDED_FILES; i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		ok = write_file(name, &files[i]) && ok;
		free(files[i].bytes);
	}
	snprintf(name, sizeof(name), "%s-shm", path);
	return write_rubbish(name, seed) && ok;
}
