/* SPDX-License-Identifier: MIT */
#include "recorder.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct recorded { sqlite3_file base; enum recorded_file which; bool noted; sqlite3_file *real; };

static struct { struct recorder *to; sqlite3_vfs vfs, *under; sqlite3_io_methods methods; } shim;

static struct op *add(struct recorder *r, enum recorded_kind kind, enum recorded_file file, int64_t offset)
{
	struct op *o;

	if (r->n == r->capacity) {
		r->capacity = r->capacity > 0 ? r->capacity * 2 : 4096;
		r->ops = realloc(r->ops, r->capacity * sizeof(*r->ops));
		assert(r->ops != NULL);
	}
	o = &r->ops[r->n++];
	*o = (struct op){ .kind = kind, .file = file, .offset = offset, .at_ms = r->clock_ms };
	return o;
}

void recorder_mark(struct recorder *r, enum recorded_kind kind, int64_t number)
{
	add(r, kind, FILE_DB, number);
}

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct recorded *)f)->real;
}

static int close_file(sqlite3_file *f)
{
	return real_of(f)->pMethods != NULL ? real_of(f)->pMethods->xClose(real_of(f)) : SQLITE_OK;
}

static int read_file(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	if (shim.to->fail_read > 0 && --shim.to->fail_read == 0)
		return SQLITE_IOERR_CORRUPTFS;	/* what EIO becomes */
	return real_of(f)->pMethods->xRead(real_of(f), to, n, at);
}

static int write_file(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
	const struct recorded *r = (const struct recorded *)f;
	struct op *o;

	if (r->noted) {
		o = add(shim.to, OP_WRITE, r->which, at);
		o->length = (size_t)n;
		o->bytes = malloc((size_t)n);
		assert(o->bytes != NULL);
		memcpy(o->bytes, bytes, (size_t)n);
	}
	return r->real->pMethods->xWrite(r->real, bytes, n, at);
}

static int cut_file(sqlite3_file *f, sqlite3_int64 size)
{
	const struct recorded *r = (const struct recorded *)f;

	if (r->noted)
		add(shim.to, OP_CUT, r->which, size);
	return r->real->pMethods->xTruncate(r->real, size);
}

static int sync_file(sqlite3_file *f, int flags)
{
	const struct recorded *r = (const struct recorded *)f;

	if (r->noted && !shim.to->ignore_syncs)
		add(shim.to, OP_SYNC, r->which, 0);
	return r->real->pMethods->xSync(r->real, flags);
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int lock_file(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int unlock_file(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int is_reserved(sqlite3_file *f, int *out)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int characteristics(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}

static int shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void shm_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int shm_unmap(sqlite3_file *f, int remove)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

static bool which_file(int flags, enum recorded_file *out)
{
	if ((flags & SQLITE_OPEN_MAIN_DB) != 0)
		*out = FILE_DB;
	else if ((flags & SQLITE_OPEN_WAL) != 0)
		*out = FILE_WAL;
	else if ((flags & SQLITE_OPEN_MAIN_JOURNAL) != 0)
		*out = FILE_JOURNAL;
	else
		return false;
	return true;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct recorded *r = (struct recorded *)f;
	int rc;

	(void)vfs;
	r->real = (sqlite3_file *)(r + 1);
	r->noted = which_file(flags, &r->which);
	rc = shim.under->xOpen(shim.under, name, r->real, flags, out);
	r->base.pMethods = r->real->pMethods != NULL ? &shim.methods : NULL;
	return rc;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
	size_t n = strlen(name);

	(void)vfs;
	if (n > 4 && strcmp(name + n - 4, "-wal") == 0)
		add(shim.to, OP_REMOVE, FILE_WAL, sync_dir);
	else if (n > 8 && strcmp(name + n - 8, "-journal") == 0)
		add(shim.to, OP_REMOVE, FILE_JOURNAL, sync_dir);
	return shim.under->xDelete(shim.under, name, sync_dir);
}

void recorder_begin(struct recorder *r)
{
	shim.to = r;
	shim.under = sqlite3_vfs_find(NULL);
	shim.methods = (sqlite3_io_methods){ 2, close_file, read_file, write_file, cut_file, sync_file, file_size,
		lock_file, unlock_file, is_reserved, control, sector, characteristics, shm_map, shm_lock, shm_barrier,
		shm_unmap, NULL, NULL };
	shim.vfs = *shim.under;
	shim.vfs.zName = "recorder";
	shim.vfs.szOsFile = (int)sizeof(struct recorded) + shim.under->szOsFile;
	shim.vfs.xOpen = open_file;
	shim.vfs.xDelete = delete_file;
	sqlite3_vfs_register(&shim.vfs, 1);
}

void recorder_end(void)
{
	sqlite3_vfs_unregister(&shim.vfs);
	sqlite3_vfs_register(shim.under, 1);
}

void recorder_free(struct recorder *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->ops[i].bytes);
	free(r->ops);
	*r = (struct recorder){ 0 };
}
