/* SPDX-License-Identifier: MIT */
/* small_file.h: a small file replaced whole: after a power cut at any moment it is the old one or the new one. */
#ifndef PORT_SMALL_FILE_H
#define PORT_SMALL_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "spaceheat/err.h"

/* Writes PATH.new with mode 0640, syncs it, and puts it in the place of PATH. */
bool small_file_replace(const char *path, const void *bytes, size_t length, struct err *);
/* What was renamed in this folder stays so over a power cut. */
bool small_file_sync_dir(const char *dir, struct err *);

/* Free space of the disk that the path is on, in MB, as a user may fill it. False: not known. */
bool small_file_room(const char *path, int64_t *free_mb);

#endif
