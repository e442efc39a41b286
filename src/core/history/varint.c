/* SPDX-License-Identifier: MIT */
#include "core/history/varint.h"

void varint_put(struct varint_out *o, uint64_t v)
{
	do {
		uint8_t b = (uint8_t)(v & 0x7f);

		v >>= 7;
		if (o->n == o->size) {
			o->full = true;
			return;
		}
		o->bytes[o->n++] = (uint8_t)(b | (v != 0 ? 0x80 : 0));
	} while (v != 0);
}

uint64_t varint_get(struct varint_in *in)
{
	uint64_t v = 0;

	for (int shift = 0; shift < 64; shift += 7) {
		uint8_t b;

		if (in->bad || in->n == in->length)
			break;
		b = in->bytes[in->n++];
		if (shift == 63 && b > 1)	/* would not fit in 64 bits */
			break;
		v |= (uint64_t)(b & 0x7f) << shift;
		if ((b & 0x80) == 0)
			return v;
	}
	in->bad = true;
	return 0;
}
