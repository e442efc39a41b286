/* SPDX-License-Identifier: MIT */
/* words.h: values of the control socket's objects as people read them; what is null is "unknown", never a number. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORDS = 64 };

/* A member at the end of a path of keys, "contract.id"; NULL when absent or null. */
const cJSON *words_at(const cJSON *, const char *path);
/* Its text, or `other`. */
const char *words_text(const cJSON *, const char *path, const char *other);
/* Its number. False: unknown. */
bool words_number(const cJSON *, const char *path, double *value);
bool words_true(const cJSON *, const char *path);

/* "20.6 C", "unknown". */
const char *words_celsius(const cJSON *, const char *path, char out[WORDS]);
/* "2410 W", "unknown"; any format of one double. */
const char *words_format(const cJSON *, const char *path, const char *format, char out[WORDS])
	__attribute__((format(printf, 3, 0)));
/* "14 s", "4 min", "3 h 12 min", "12 d 4 h". */
const char *words_span(double seconds, char out[WORDS]);

/* The house's clock on the wall, by utc_offset_s of the answer; else UTC. */
struct words_zone { bool known; int utc_offset_s; };
struct words_zone words_zone_of(const cJSON *);
/* "06:14:30", or "11:14:30Z" when the zone is not known. */
const char *words_clock(struct words_zone, int64_t ms, char out[WORDS]);
/* "06:14". */
const char *words_minute(struct words_zone, int64_t ms, char out[WORDS]);

#endif
