/* SPDX-License-Identifier: MIT */
#include "cli/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const cJSON *words_at(const cJSON *o, const char *path)
{
	char key[WORDS];

	while (o != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");

		if (n >= sizeof(key))
			return NULL;
		memcpy(key, path, n);
		key[n] = '\0';
		o = cJSON_GetObjectItemCaseSensitive(o, key);
		path += n + (path[n] == '.');
	}
	return cJSON_IsNull(o) ? NULL : o;
}

const char *words_text(const cJSON *o, const char *path, const char *other)
{
	const cJSON *item = words_at(o, path);

	return cJSON_IsString(item) ? item->valuestring : other;
}

bool words_number(const cJSON *o, const char *path, double *value)
{
	const cJSON *item = words_at(o, path);

	*value = cJSON_IsNumber(item) ? item->valuedouble : 0;
	return cJSON_IsNumber(item);
}

bool words_true(const cJSON *o, const char *path)
{
	return cJSON_IsTrue(words_at(o, path));
}

const char *words_format(const cJSON *o, const char *path, const char *format, char out[WORDS])
{
	double value;

	if (words_number(o, path, &value))
		snprintf(out, WORDS, format, value);
	else
		snprintf(out, WORDS, "unknown");
	return out;
}

const char *words_celsius(const cJSON *o, const char *path, char out[WORDS])
{
	return words_format(o, path, "%.1f C", out);
}

const char *words_span(double seconds, char out[WORDS])
{
	long long s = llround(seconds);

	if (s < 120)
		snprintf(out, WORDS, "%lld s", s);
	else if (s < 120 * 60)
		snprintf(out, WORDS, "%lld min", s / 60);
	else if (s < 48 * 3600)
		snprintf(out, WORDS, "%lld h %lld min", s / 3600, s / 60 % 60);
	else
		snprintf(out, WORDS, "%lld d %lld h", s / 86400, s / 3600 % 24);
	return out;
}

struct words_zone words_zone_of(const cJSON *data)
{
	double offset_s;
	bool known = words_number(data, "utc_offset_s", &offset_s);

	return (struct words_zone){ known, (int)offset_s };
}

static const char *clock_words(struct words_zone z, int64_t ms, bool seconds, char out[WORDS])
{
	int64_t s = (ms / 1000 + z.utc_offset_s) % 86400;
	int n;

	s += s < 0 ? 86400 : 0;
	n = snprintf(out, WORDS, "%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60));
	if (seconds)
		n += snprintf(out + n, (size_t)(WORDS - n), ":%02d", (int)(s % 60));
	snprintf(out + n, (size_t)(WORDS - n), "%s", z.known ? "" : "Z");
	return out;
}

const char *words_clock(struct words_zone z, int64_t ms, char out[WORDS])
{
	return clock_words(z, ms, true, out);
}

const char *words_minute(struct words_zone z, int64_t ms, char out[WORDS])
{
	return clock_words(z, ms, false, out);
}
