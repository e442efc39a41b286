/* SPDX-License-Identifier: MIT */
/* field.h: the words in which the tables of messages are written; included by types_*.c alone.
 *
 * Each macro is one row: struct, member, name on the wire, then what the kind needs; further designated
 * initialisers (OPTIONAL) may follow. */
#ifndef CORE_WIRE_FIELD_H
#define CORE_WIRE_FIELD_H

#include "core/wire/types.h"

extern const struct words words_standard;	/* enum standard; two types use it */

#define MEMBER(s, m) .offset = offsetof(struct s, m), .size = sizeof(((struct s *)0)->m)
#define ROW(s, m, n, k, ...) { .name = (n), .kind = (k), MEMBER(s, m), __VA_ARGS__ }

#define OPTIONAL(s, h) .optional = true, .has = offsetof(struct s, h)

#define INT(s, m, n, lo, hi, ...) ROW(s, m, n, FIELD_INT, .min = (lo), .max = (hi), __VA_ARGS__)
#define ANY_INT(s, m, n, ...) INT(s, m, n, -WIRE_INT_MAX, WIRE_INT_MAX, __VA_ARGS__)
#define COUNT(s, m, n, ...) INT(s, m, n, 0, WIRE_INT_MAX, __VA_ARGS__)
#define UNIX_MS(s, m, n, ...) INT(s, m, n, WIRE_UNIX_MS_MIN, WIRE_UNIX_MS_MAX, __VA_ARGS__)
#define UNIX_S(s, m, n, ...) INT(s, m, n, WIRE_UNIX_S_MIN, WIRE_UNIX_S_MAX, __VA_ARGS__)
#define BIT(s, m, n, ...) ROW(s, m, n, FIELD_BIT, __VA_ARGS__)
#define BOOLEAN(s, m, n, ...) ROW(s, m, n, FIELD_BOOL, __VA_ARGS__)
#define NUMBER(s, m, n, ...) ROW(s, m, n, FIELD_NUMBER, __VA_ARGS__)
#define TEXT(s, m, n, ...) ROW(s, m, n, FIELD_TEXT, __VA_ARGS__)
#define ALIAS(s, m, n, ...) ROW(s, m, n, FIELD_ALIAS, __VA_ARGS__)
#define UUID(s, m, n, ...) ROW(s, m, n, FIELD_UUID, __VA_ARGS__)
#define BEAT(s, m, n, ...) ROW(s, m, n, FIELD_BEAT, __VA_ARGS__)
#define HASH(s, m, n, ...) ROW(s, m, n, FIELD_HASH, __VA_ARGS__)
#define SYMBOL(s, m, n, set, ...) ROW(s, m, n, FIELD_SYMBOL, .symbols = &(set), __VA_ARGS__)
#define WORD(s, m, n, list_, ...) ROW(s, m, n, FIELD_WORD, .words = &(list_), __VA_ARGS__)
#define OBJECT(s, m, n, wire_) ROW(s, m, n, FIELD_OBJECT, .nested = &(wire_))

/* Lists: the member is a pointer, `c` its count. */
#define LIST_OF(s, m, c, n, k, ...)						\
	{ .name = (n), .kind = (k), .list = true, .offset = offsetof(struct s, m),	\
		.size = sizeof(*((struct s *)0)->m), .count = offsetof(struct s, c), __VA_ARGS__ }
#define INT_LIST(s, m, c, n) LIST_OF(s, m, c, n, FIELD_INT, .min = -WIRE_INT_MAX, .max = WIRE_INT_MAX)
#define UNIX_MS_LIST(s, m, c, n)						\
	LIST_OF(s, m, c, n, FIELD_INT, .min = WIRE_UNIX_MS_MIN, .max = WIRE_UNIX_MS_MAX)
#define BIT_LIST(s, m, c, n) LIST_OF(s, m, c, n, FIELD_BIT)
#define ALIAS_LIST(s, m, c, n) LIST_OF(s, m, c, n, FIELD_ALIAS)
#define SYMBOL_LIST(s, m, c, n, set) LIST_OF(s, m, c, n, FIELD_SYMBOL, .symbols = &(set))
#define OBJECT_LIST(s, m, c, n, wire_) LIST_OF(s, m, c, n, FIELD_OBJECT, .nested = &(wire_))

#define TABLE(fields_) .fields = (fields_), .n = sizeof(fields_) / sizeof((fields_)[0])
#define WIRE(s, alias, fields_, ...)						\
	const struct wire s##_wire = { .type_alias = (alias), TABLE(fields_), .size = sizeof(struct s),	\
		.max_bytes = WIRE_MAX_BYTES, __VA_ARGS__ }
/* What the SCADA sends in bulk. */
#define WIRE_LONG(s, alias, fields_)						\
	const struct wire s##_wire = { .type_alias = (alias), TABLE(fields_), .size = sizeof(struct s),	\
		.max_bytes = WIRE_MAX_BYTES_LONG }

/* ReasonableUnixTime: 2000-01-01 to 3000-01-01, both inclusive. */
#define WIRE_UNIX_S_MIN 946684800
#define WIRE_UNIX_S_MAX 32503680000
#define WIRE_UNIX_MS_MIN 946684800000
#define WIRE_UNIX_MS_MAX 32503680000000

#endif
