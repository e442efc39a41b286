/* SPDX-License-Identifier: MIT */
#include "modbus_map.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double UA_PER_A = 1e6, MOST[N_MODBUS_QUANTITIES] = { 1e6, 1e10, 1e15 };

static void take_settings(struct modbus_map *m, const struct settings_meter *s)
{
	m->of[MODBUS_POWER] = (struct modbus_register){ -1, s->kind, s->type, s->low_word_first, s->power_scale };
	m->of[MODBUS_CURRENT] =
		(struct modbus_register){ -1, s->kind, s->type, s->low_word_first, s->current_scale * UA_PER_A };
	m->of[MODBUS_ENERGY] =
		(struct modbus_register){ -1, s->kind, s->energy_type, s->low_word_first, s->energy_scale };
}

struct modbus_map modbus_map_with(const struct modbus_map *make, const struct settings_meter *s)
{
	const int addresses[N_MODBUS_QUANTITIES] = { s->power_address, s->current_address, s->energy_address };
	struct modbus_map m = *make;

	if (m.from_settings)
		take_settings(&m, s);
	for (int i = 0; i < N_MODBUS_QUANTITIES; i++)
		if (addresses[i] >= 0)
			m.of[i].address = addresses[i];
	return m;
}

int modbus_words(enum meter_type type)
{
	static const int words[] = { [TYPE_U16] = 1, [TYPE_S16] = 1, [TYPE_U32] = 2, [TYPE_S32] = 2, [TYPE_F32] = 2,
		[TYPE_U64] = 4, [TYPE_S64] = 4 };

	return words[type];
}

static uint64_t bits_of(const struct modbus_register *r, const uint16_t *words)
{
	int n = modbus_words(r->type);
	uint64_t bits = 0;

	for (int i = 0; i < n; i++)
		bits = bits << 16 | words[r->low_word_first ? n - 1 - i : i];
	return bits;
}

static double float_of(uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float f;

	memcpy(&f, &low, sizeof(f));
	return (double)f;
}

static double number_of(enum meter_type type, uint64_t bits)
{
	switch (type) {
	case TYPE_S16: return (int16_t)bits;
	case TYPE_S32: return (int32_t)bits;
	case TYPE_S64: return (double)(int64_t)bits;
	case TYPE_F32: return float_of(bits);
	case TYPE_U16:
	case TYPE_U32:
	case TYPE_U64: break;
	}
	return (double)bits;
}

bool modbus_understand(const struct modbus_map *m, enum modbus_quantity quantity, const uint16_t *words, int64_t *value,
	struct err *e)
{
	static const char *const units[N_MODBUS_QUANTITIES] = { "W", "uA", "Wh" };
	const struct modbus_register *r = &m->of[quantity];
	double number = number_of(r->type, bits_of(r, words)) * r->scale;

	if (!(fabs(number) <= MOST[quantity]))
		return err_set(e, ERR_RANGE, 0, "register %d says %g %s, which no house has - check its address, type, word order",
			r->address, number, units[quantity]);
	/* The protocol cuts microamperes to whole ones; watts are the nearest. */
	*value = quantity == MODBUS_CURRENT ? (int64_t)number : (int64_t)llround(number);
	return true;
}

static void two_words(const uint16_t *words, char *out)
{
	snprintf(out, MODBUS_SERIAL_TEXT, "%u_%u", (unsigned int)words[1], (unsigned int)words[0]);
}

/* Two characters a word, the first in the high byte; ended by a NUL or blanks. */
static void text_words(const uint16_t *words, int n, char *out)
{
	int length = 0;

	for (int i = 0; i < 2 * n && length < MODBUS_SERIAL_TEXT - 1; i++) {
		int c = i % 2 == 0 ? words[i / 2] >> 8 : words[i / 2] & 0xff;

		if (c == '\0')
			break;
		out[length++] = isgraph(c) ? (char)c : '?';
	}
	while (length > 0 && out[length - 1] == '?')
		length--;
	out[length] = '\0';
}

void modbus_serial_text(const struct modbus_map *m, const uint16_t *words, char out[MODBUS_SERIAL_TEXT])
{
	out[0] = '\0';
	if (m->serial.form == SERIAL_TWO_WORDS)
		two_words(words, out);
	else if (m->serial.form == SERIAL_TEXT)
		text_words(words, m->serial.words, out);
}
