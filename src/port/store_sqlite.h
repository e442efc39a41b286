/* SPDX-License-Identifier: MIT */
/* store_sqlite.h: the real side of store.h: one SQLite file, written by one thread, which has it alone unless share() lets
 * others in or somebody had it open before.
 *
 * * A damaged file is moved aside as PATH.corrupt-<time> (two are kept), one of a newer version as
 * PATH.newer-<time>, and a new one is made; notice() says so. */
#ifndef PORT_STORE_SQLITE_H
#define PORT_STORE_SQLITE_H

#include "spaceheat/store.h"

/* Always fills the store, which must be closed. False: the file cannot be used now (err says why);
 * every call fails until a begin() finds that it can be opened. */
bool store_sqlite_open(const char *path, struct store *, struct err *);

/* For reading alone: series, blocks and events; the other functions are NULL. The file must be there and of this schema.
 * ERR_BUSY: another process holds it. On false nothing is open. */
bool store_sqlite_look(const char *path, struct store *, struct err *);

/* A copy of a store that may be open and being written: whole, as of one moment, and checked. False: nothing is left at
 * `to`, which must not be there before; ERR_BUSY: the service has the file alone. */
bool store_sqlite_backup(const char *path, const char *to, struct err *);

#endif
