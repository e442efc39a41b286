/* SPDX-License-Identifier: MIT */
/* A struct into JSON, by its table; no allocation. */
#include <assert.h>
#include <string.h>

#include "core/wire/codec.h"
#include "core/wire/text.h"
#include "core/wire/types.h"
#include "core/wire/writer.h"

static void put_int(struct writer *w, const struct field *f, const void *in)
{
	int64_t value;
	int32_t narrow;

	if (f->size == sizeof(narrow)) {
		memcpy(&narrow, in, sizeof(narrow));
		value = narrow;
	} else {
		memcpy(&value, in, sizeof(value));
	}
	writer_int(w, value);
}

static void put_bit(struct writer *w, const struct field *f, const void *in)
{
	(void)f;
	writer_int(w, *(const bool *)in ? 1 : 0);
}

static void put_bool(struct writer *w, const struct field *f, const void *in)
{
	(void)f;
	writer_text(w, *(const bool *)in ? "true" : "false");
}

static void put_number(struct writer *w, const struct field *f, const void *in)
{
	(void)f;
	writer_double(w, *(const double *)in);
}

static void put_string(struct writer *w, const struct field *f, const void *in)
{
	(void)f;
	writer_string(w, in);
}

static void put_uuid(struct writer *w, const struct field *f, const void *in)
{
	char text[UUID_TEXT];
	struct uuid u;

	(void)f;
	memcpy(&u, in, sizeof(u));
	writer_string(w, uuid_text(u, text));
}

static void put_beat(struct writer *w, const struct field *f, const void *in)
{
	static const char digits[] = "0123456789abcdef";
	char text[17] = "";
	uint64_t beat;

	(void)f;
	memcpy(&beat, in, sizeof(beat));
	for (int i = 15; i >= 0; i--, beat >>= 4)
		text[i] = digits[beat & 15];
	writer_string(w, text);
}

static void put_enum(struct writer *w, const struct field *f, const void *in)
{
	int n = f->kind == FIELD_SYMBOL ? f->symbols->n : f->words->n;
	int index;

	memcpy(&index, in, sizeof(index));
	assert(index >= 0 && index < n);
	writer_string(w, f->kind == FIELD_SYMBOL ? f->symbols->list[index].symbol : f->words->list[index]);
}

static void put_message(struct writer *w, const struct wire *wire, const void *in);

static void put_object(struct writer *w, const struct field *f, const void *in)
{
	put_message(w, f->nested, in);
}

static void put_one(struct writer *w, const struct field *f, const void *in)
{
	static void (*const put[N_FIELD_KINDS])(struct writer *, const struct field *, const void *) = {
		[FIELD_INT] = put_int, [FIELD_BIT] = put_bit, [FIELD_BOOL] = put_bool,
		[FIELD_NUMBER] = put_number,
		[FIELD_TEXT] = put_string, [FIELD_ALIAS] = put_string, [FIELD_UUID] = put_uuid,
		[FIELD_BEAT] = put_beat, [FIELD_HASH] = put_string, [FIELD_SYMBOL] = put_enum,
		[FIELD_WORD] = put_enum, [FIELD_OBJECT] = put_object,
	};

	put[f->kind](w, f, in);
}

static void put_list(struct writer *w, const struct field *f, const char *message)
{
	const char *elements;
	int n;

	memcpy(&elements, message + f->offset, sizeof(elements));
	memcpy(&n, message + f->count, sizeof(n));
	writer_char(w, '[');
	for (int i = 0; i < n && !w->full; i++) {
		if (i > 0)
			writer_char(w, ',');
		put_one(w, f, elements + (size_t)i * f->size);
	}
	writer_char(w, ']');
}

static void put_message(struct writer *w, const struct wire *wire, const void *in)
{
	const char *message = in;

	writer_char(w, '{');
	for (int i = 0; i < wire->n; i++) {
		const struct field *f = &wire->fields[i];

		if (f->optional && !*(const bool *)(message + f->has))
			continue;
		writer_string(w, f->name);
		writer_char(w, ':');
		if (f->list)
			put_list(w, f, message);
		else
			put_one(w, f, message + f->offset);
		writer_char(w, ',');
	}
	writer_text(w, "\"TypeAlias\":");
	writer_string(w, wire->type_alias);
	writer_char(w, '}');
}

int codec_encode(const struct wire *wire, const void *in, char *out, size_t size)
{
	struct writer w = { out, size, 0, false };

	put_message(&w, wire, in);
	return writer_end(&w);
}

static void put_int16(int32_t value, uint8_t out[2])
{
	uint16_t bits = (uint16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);

	out[0] = (uint8_t)(bits & 0xff);
	out[1] = (uint8_t)(bits >> 8);
}

void gs_pwr_encode(const struct gs_pwr *in, uint8_t out[2])
{
	put_int16(in->power_w, out);
}
