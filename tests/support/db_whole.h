/* SPDX-License-Identifier: MIT */
/* db_whole.h: does SQLite itself find that database sound? */
#ifndef TESTS_DB_WHOLE_H
#define TESTS_DB_WHOLE_H

#include <stdbool.h>

bool db_is_whole(const char *path);

#endif
