/* SPDX-License-Identifier: MIT */
/* codec.h: JSON to structs and back by one table per message type; nothing that a table forbids gets in, and
 * every refusal names its diagnostic and field (SF section 5, checks 1 and 5 to 10, in that order).
 *
 * Decided where the protocol leaves it open:
 * - an integer may be spelled 1.0 or 1e3 (SF-40); 1.5 is WrongType, a magnitude above 2^53 OutOfRange;
 * - null in an optional field is absence, in a required one MissingField;
 * - \u0000 and a lone surrogate escape are BadEncoding: no C string can hold them;
 * - a message is also TooLarge when its tree would need more memory than its limit allows, or when one number
 *   has more than 63 characters;
 * - aliases follow the seed's LrdAliasFormat; one of more than 100 characters is BadAlias, except for
 *   codec_check;
 * - free text longer than its member is cut at a character's end, never refused (SF-43). */
#ifndef CORE_WIRE_CODEC_H
#define CORE_WIRE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/msg.h"
#include "spaceheat/names.h"
#include "spaceheat/symbols.h"

struct cJSON;

enum {
	WIRE_MAX_BYTES = 8192,			/* a message to the SCADA */
	WIRE_MAX_BYTES_LONG = 256 * 1024,	/* status and snapshot */
	WIRE_MAX_DEPTH = 8,
	WIRE_REASON_SIZE = 120,
};
#define WIRE_INT_MAX 9007199254740992	/* 2^53 */

/* A closed list of words, index = enum constant. */
struct words { const char *name; const char *const *list; int n; };

enum field_kind {
	FIELD_INT,	/* int32_t or int64_t, min..max */
	FIELD_BIT,	/* 0 or 1, into a bool */
	FIELD_BOOL,	/* true or false */
	FIELD_NUMBER,	/* a double */
	FIELD_TEXT,	/* char[] */
	FIELD_ALIAS,	/* char[ALIAS_SIZE], LrdAliasFormat */
	FIELD_UUID,	/* struct uuid */
	FIELD_BEAT,	/* 16 hex digits, uint64_t */
	FIELD_HASH,	/* 64 lower-case hex digits, char[65] */
	FIELD_SYMBOL,	/* eight-digit symbol of a set, an enum */
	FIELD_WORD,	/* word of a list, an enum */
	FIELD_OBJECT,	/* a nested message, a struct in place */
	N_FIELD_KINDS,
};

struct field {
	const char *name;
	enum field_kind kind;
	bool list;			/* the member is a pointer to elements; `count` is an int beside it */
	bool optional;			/* `has` is a bool beside it; fields that share it come together */
	uint16_t offset, size;		/* of the member; size of one element of a list */
	uint16_t has, count;		/* offsets; lists that share a count run in parallel */
	int64_t min, max;		/* of FIELD_INT */
	int max_count;			/* of a list, 0 = any */
	const struct symbol_set *symbols;
	const struct words *words;
	const struct wire *nested;
};

struct refusal {
	enum diag diag;
	char field[FIELD_SIZE];		/* path such as Snapshot.ValueList[3], printable; "" = the whole */
	char text[WIRE_REASON_SIZE];	/* what is allowed or wrong */
};

struct wire {
	const char *type_alias;
	const struct field *fields;
	int n;
	size_t size;			/* of the struct */
	size_t max_bytes;
	bool binary;			/* not JSON on the wire; the table documents it */
	/* What no single field can say; NULL = nothing. False: the refusal is filled. */
	bool (*agrees)(const void *message, struct refusal *);
	const char *axiom;		/* the same for people, NULL = none */
};

/* Memory of the caller, given out from the start; nothing is freed one by one. */
struct arena { char *base; size_t size, used; };

/* size bytes aligned to 8, zeroed; NULL: it is full. */
void *arena_take(struct arena *, size_t size);

/* Checks 1 and 5 to 10. `out` is wire->size bytes; lists in it lie in the arena. The arena is also the
 * scratch of the checks (16 bytes for each key of the message, given back before the lists are taken). */
bool codec_decode(const struct wire *, const char *json, size_t length, size_t max_bytes, void *out,
	struct arena *, struct refusal *);

/* Compact JSON, fields in table order, TypeAlias last, and a NUL. Returns the length without the NUL, or -1
 * when it does not fit. The struct is trusted: nothing is checked but enum indexes (an assertion). */
int codec_encode(const struct wire *, const void *in, char *out, size_t size);

/* The parts of codec_decode, for callers that must look at the message in between. codec_parse makes checks 1
 * and 5 to 8 and returns a tree (cJSON_Delete its root, and nothing below), or NULL; codec_take is check 10 on any object of such a
 * tree. */
struct cJSON *codec_parse(const char *json, size_t length, size_t max_bytes, struct arena *scratch,
	struct refusal *);
bool codec_take(const struct wire *, const struct cJSON *object, void *out, struct arena *, struct refusal *);
/* The same verdict without keeping anything (the arena is left as it was); aliases may have any length. */
bool codec_check(const struct wire *, const struct cJSON *object, struct arena *, struct refusal *);

/* The binary types: two bytes, little-endian two's complement. Power outside int16 is sent as the nearest. */
struct gs_pwr;
struct gs_dispatch;
bool gs_pwr_decode(const void *bytes, size_t length, struct gs_pwr *, struct refusal *);
void gs_pwr_encode(const struct gs_pwr *, uint8_t out[2]);
bool gs_dispatch_decode(const void *bytes, size_t length, struct gs_dispatch *, struct refusal *);

/* The field with that name, or NULL. */
const struct field *wire_field(const struct wire *, const char *name);

/* The table as markdown rows, one call of `line` each (without newline). */
void codec_print(const struct wire *, void (*line)(void *self, const char *text), void *self);

/* Fills a refusal and returns false; `field` may be NULL. */
bool refuse(struct refusal *, enum diag, const char *field, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
