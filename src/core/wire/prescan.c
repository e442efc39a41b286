/* SPDX-License-Identifier: MIT */
#include "core/wire/prescan.h"

#include <string.h>

#include "core/wire/text.h"

/* What an allocation really takes: header, rounding, and the least glibc gives. */
enum { NODE_COST = 80, TEXT_COST_MIN = 32, TEXT_COST_ROUND = 16, TEXT_COST_HEADER = 9 };

/* A key as the hash of its object and its unescaped text: 64 bits tell keys apart for all purposes here (who
 * constructs a collision has only his own message refused). */
struct key { uint64_t hash; uint32_t at, length; };

struct scan {
	const char *start, *p, *end;
	struct arena *scratch;
	struct key *keys;		/* contiguous: the scan alone takes from the scratch */
	size_t n_keys, memory, values, text;
	uint64_t objects;
	int depth;
	bool crowded, long_number;
	bool bad_escape;		/* \u0000 or half a surrogate pair */
};

/* Eight bytes at once: neither above ASCII nor below a blank. */
static bool all_plain(const char *p)
{
	const uint64_t high = 0x8080808080808080u, blank = 0x2020202020202020u;
	uint64_t bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return ((bytes | (bytes - blank)) & high) == 0;
}

static bool check_encoding(const char *json, size_t length, struct refusal *r)
{
	const char *end = json + length;

	if (length >= 3 && memcmp(json, "\xef\xbb\xbf", 3) == 0)
		return refuse(r, DIAG_BAD_ENCODING, NULL, "begins with a byte order mark");
	for (const char *p = json; p < end;) {
		int n;

		if (end - p >= 8 && all_plain(p)) {	/* most of it */
			p += 8;
			continue;
		}
		n = text_utf8(p, end);
		if (n == 0)
			return refuse(r, DIAG_BAD_ENCODING, NULL, "byte %zu is not UTF-8",
				(size_t)(p - json));
		if ((unsigned char)*p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r')
			return refuse(r, DIAG_BAD_ENCODING, NULL, "byte %zu is a control character",
				(size_t)(p - json));
		p += n;
	}
	return true;
}

/* p at the opening quote; the place behind the closing one, or end. */
static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p + 1 : end;
}

/* By brackets alone, so that a text cut off in the depth is still TooDeep. Asked only of a text that is not right: the
 * grammar does not go deeper. */
static bool check_depth(const char *json, size_t length, struct refusal *r)
{
	const char *end = json + length;
	int depth = 0;

	for (const char *p = json; p < end; p++) {
		if (*p == '"')
			p = skip_string(p, end) - 1;
		else if (*p == '{' || *p == '[')
			depth++;
		else if ((*p == '}' || *p == ']') && depth > 0)
			depth--;
		if (depth > WIRE_MAX_DEPTH)
			return refuse(r, DIAG_TOO_DEEP, NULL, "nesting at byte %zu is deeper than %d",
				(size_t)(p - json), WIRE_MAX_DEPTH);
	}
	return true;
}

static inline uint64_t hash_bytes(uint64_t hash, const char *bytes, int n)	/* FNV-1a */
{
	for (int i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3;
	return hash;
}

static inline void skip_blanks(struct scan *s)
{
	while (s->p < s->end && (unsigned char)*s->p <= ' ' && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static inline bool next_is(struct scan *s, char c)
{
	skip_blanks(s);
	if (s->p >= s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool scan_hex4(struct scan *s, uint32_t *code)
{
	char digits[5] = { 0 };
	uint64_t value;

	if (s->end - s->p < 4)
		return false;
	memcpy(digits, s->p, 4);
	if (!text_hex(digits, 4, &value))
		return false;
	s->p += 4;
	*code = (uint32_t)value;
	return true;
}

/* Behind `\u`. A pair makes one character; half a pair is noted, and read as U+FFFD. */
static bool scan_unicode(struct scan *s, uint64_t *hash)
{
	uint32_t code, low = 0;
	char utf8[4];

	if (!scan_hex4(s, &code))
		return false;
	if (code >= 0xd800 && code < 0xdc00 && s->end - s->p >= 6 && s->p[0] == '\\' && s->p[1] == 'u') {
		s->p += 2;
		if (!scan_hex4(s, &low))
			return false;
		if (low >= 0xdc00 && low < 0xe000)
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	if (code == 0 || (code >= 0xd800 && code < 0xe000)) {
		s->bad_escape = true;
		code = 0xfffd;
	}
	*hash = hash_bytes(*hash, utf8, text_utf8_put(code, utf8));
	return true;
}

static bool scan_escape(struct scan *s, uint64_t *hash)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *which;

	if (s->p >= s->end)
		return false;
	if (*s->p == 'u') {
		s->p++;
		return scan_unicode(s, hash);
	}
	which = memchr(from, *s->p, sizeof(from) - 1);
	if (which == NULL)
		return false;
	*hash = hash_bytes(*hash, &to[which - from], 1);
	s->p++;
	return true;
}

/* Eight bytes at once, as long as none of them is a quote or a backslash; the encoding has been looked at, but for tabs and
 * ends of lines, which no string holds. */
static void skip_plain(struct scan *s)
{
	const uint64_t ones = 0x0101010101010101u, high = ones << 7;

	while (s->end - s->p >= 8) {
		uint64_t bytes, quote, slash;

		memcpy(&bytes, s->p, sizeof(bytes));
		quote = bytes ^ ones * '"';
		slash = bytes ^ ones * '\\';
		if ((((quote - ones) & ~quote) | ((slash - ones) & ~slash) | (bytes - ones * ' ') | bytes) & high)
			return;
		s->p += 8;
	}
}

/* As far as there is no quote, backslash or control character. */
static void hash_plain(struct scan *s, uint64_t *hash)
{
	const char *p = s->p;
	uint64_t h = *hash;

	for (; p < s->end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20; p++)
		h = (h ^ (unsigned char)*p) * 0x100000001b3;
	*hash = h;
	s->p = p;
}

/* Adds the unescaped text to the hash; NULL: to none. */
static bool scan_string(struct scan *s, uint64_t *hash)
{
	uint64_t unused = 0, *into = hash != NULL ? hash : &unused;
	const char *start = s->p;
	size_t cost;

	if (!next_is(s, '"'))
		return false;
	if (hash == NULL)
		skip_plain(s);
	else
		hash_plain(s, hash);
	while (s->p < s->end && *s->p != '"') {
		char c = *s->p++;

		if ((unsigned char)c < 0x20 || (c == '\\' && !scan_escape(s, into)))
			return false;
		if (c != '\\' && hash != NULL)
			*hash = hash_bytes(*hash, &c, 1);
	}
	cost = (size_t)(s->p - start) + TEXT_COST_HEADER;
	s->text += (size_t)(s->p - start) + 1;
	cost += TEXT_COST_ROUND - cost % TEXT_COST_ROUND;
	s->memory += cost < TEXT_COST_MIN ? TEXT_COST_MIN : cost;
	return next_is(s, '"');
}

static size_t scan_digits(struct scan *s)
{
	const char *start = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return (size_t)(s->p - start);
}

static bool at_one_of(const struct scan *s, const char *set)
{
	for (; s->p < s->end && *set != '\0'; set++)
		if (*s->p == *set)
			return true;
	return false;
}

static bool scan_number(struct scan *s)
{
	const char *start = s->p;
	bool zero;

	if (at_one_of(s, "-"))
		s->p++;
	zero = at_one_of(s, "0");
	if (zero)
		s->p++;
	else if (scan_digits(s) == 0)
		return false;
	if (at_one_of(s, ".")) {
		s->p++;
		if (scan_digits(s) == 0)
			return false;
	}
	if (at_one_of(s, "eE")) {
		s->p++;
		if (at_one_of(s, "+-"))
			s->p++;
		if (scan_digits(s) == 0)
			return false;
	}
	if (s->p - start > NUMBER_MAX_CHARS)
		s->long_number = true;
	return true;
}

static bool scan_word(struct scan *s)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		if ((size_t)(s->end - s->p) >= n && memcmp(s->p, words[i], n) == 0) {
			s->p += n;
			return true;
		}
	}
	return false;
}

/* start: the opening quote; the closing one has just been read. */
static void keep_key(struct scan *s, uint64_t hash, const char *start)
{
	struct key *k = s->crowded ? NULL : arena_take(s->scratch, sizeof(*k));

	if (k == NULL) {
		s->crowded = true;
		return;
	}
	if (s->n_keys++ == 0)
		s->keys = k;
	*k = (struct key){ hash, (uint32_t)(start + 1 - s->start), (uint32_t)(s->p - start - 2) };
}

static bool scan_value(struct scan *s);

static bool scan_member(struct scan *s, uint64_t object)
{
	uint64_t hash = object;
	const char *start;

	skip_blanks(s);
	start = s->p;
	if (!scan_string(s, &hash))
		return false;
	keep_key(s, hash, start);
	return next_is(s, ':') && scan_value(s);
}

static bool scan_object(struct scan *s)
{
	uint64_t number = ++s->objects;
	uint64_t hash = hash_bytes(0xcbf29ce484222325, (const char *)&number, sizeof(number));

	s->p++;
	if (next_is(s, '}'))
		return true;
	do {
		if (!scan_member(s, hash))
			return false;
	} while (next_is(s, ','));
	return next_is(s, '}');
}

static bool scan_array(struct scan *s)
{
	s->p++;
	if (next_is(s, ']'))
		return true;
	do {
		if (!scan_value(s))
			return false;
	} while (next_is(s, ','));
	return next_is(s, ']');
}

static bool scan_nested(struct scan *s)
{
	bool ok;

	if (s->depth == WIRE_MAX_DEPTH)
		return false;
	s->depth++;
	ok = *s->p == '{' ? scan_object(s) : scan_array(s);
	s->depth--;
	return ok;
}

static bool scan_value(struct scan *s)
{
	skip_blanks(s);
	s->memory += NODE_COST;
	s->values++;
	if (s->p >= s->end)
		return false;
	if (*s->p == '{' || *s->p == '[')
		return scan_nested(s);
	if (*s->p == '"')
		return scan_string(s, NULL);
	if (*s->p == '-' || (*s->p >= '0' && *s->p <= '9'))
		return scan_number(s);
	return scan_word(s);
}

static bool scan_message(struct scan *s)
{
	skip_blanks(s);
	if (s->p >= s->end || *s->p != '{' || !scan_value(s))
		return false;
	skip_blanks(s);
	return s->p == s->end;
}

static void sift_down(struct key *keys, size_t i, size_t n)
{
	for (size_t child = 2 * i + 1; child < n; child = 2 * i + 1) {
		struct key k = keys[i];

		if (child + 1 < n && keys[child + 1].hash > keys[child].hash)
			child++;
		if (k.hash >= keys[child].hash)
			return;
		keys[i] = keys[child];
		keys[child] = k;
		i = child;
	}
}

/* Heap sort: in place, and no message can make it slow. */
static void sort_keys(struct key *keys, size_t n)
{
	for (size_t i = n / 2; i > 0; i--)
		sift_down(keys, i - 1, n);
	for (; n > 1; n--) {
		struct key k = keys[0];

		keys[0] = keys[n - 1];
		keys[n - 1] = k;
		sift_down(keys, 0, n - 1);
	}
}

static bool check_keys(struct scan *s, struct refusal *r)
{
	sort_keys(s->keys, s->n_keys);
	for (size_t i = 1; i < s->n_keys; i++) {
		char name[FIELD_SIZE];
		const struct key *k = &s->keys[i];

		if (k->hash != k[-1].hash)
			continue;
		text_printable(name, sizeof(name), s->start + k->at, k->length);
		return refuse(r, DIAG_DUPLICATE_KEY, name, "stands twice in one object");
	}
	return true;
}

static bool check_grammar(struct scan *s, size_t memory, struct refusal *r)
{
	bool whole = scan_message(s);

	if ((s->bad_escape || !whole) && !check_depth(s->start, (size_t)(s->end - s->start), r))
		return false;
	if (s->bad_escape)
		return refuse(r, DIAG_BAD_ENCODING, NULL, "holds \\u0000 or half a surrogate pair");
	if (!whole)
		return refuse(r, DIAG_MALFORMED_JSON, NULL, "not one JSON object, wrong at byte %zu",
			(size_t)(s->p - s->start));
	if (!check_keys(s, r))
		return false;
	if (s->crowded || s->memory > memory)
		return refuse(r, DIAG_TOO_LARGE, NULL, "too many values");
	if (s->long_number)
		return refuse(r, DIAG_TOO_LARGE, NULL, "a number has more than %d characters",
			NUMBER_MAX_CHARS);
	return true;
}

bool prescan(const char *json, size_t length, size_t memory, struct arena *scratch, struct prescan_size *need,
	struct refusal *r)
{
	struct scan s = { .start = json, .p = json, .end = json + length, .scratch = scratch };
	size_t mark = scratch->used;
	bool ok = check_encoding(json, length, r) && check_grammar(&s, memory, r);

	scratch->used = mark;
	*need = (struct prescan_size){ s.values, s.text };
	return ok;
}
