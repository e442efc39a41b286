/* SPDX-License-Identifier: MIT */
#include "core/history/numbers.h"

#include <string.h>

void numbers_write(struct numbers *n, uint8_t *bytes, size_t size, uint8_t format, bool packed)
{
	bool head = packed && size >= NUMBERS_HEAD;

	memset(n, 0, sizeof(*n));
	n->packed = packed;
	n->out = bytes;
	n->to = (struct varint_out){ bytes, size, 0, packed && !head };
	n->coder = coder_writer(head ? bytes + NUMBERS_HEAD : bytes, head ? size - NUMBERS_HEAD : 0);
	if (!n->to.full)
		varint_put(&n->to, format);
}

int numbers_written(struct numbers *n)
{
	size_t length = n->to.n;

	if (n->packed && !n->to.full) {
		length = NUMBERS_HEAD + coder_finish(&n->coder);
		n->out[1] = (uint8_t)length;
		n->out[2] = (uint8_t)(length >> 8);
	}
	return numbers_bad(n) ? -1 : (int)length;
}

void numbers_read(struct numbers *n, const uint8_t *bytes, size_t length, bool packed)
{
	memset(n, 0, sizeof(*n));
	n->packed = packed;
	n->from = (struct varint_in){ bytes, length, 1, length < (packed ? NUMBERS_HEAD : 1) };
	if (!packed || n->from.bad)
		return;
	n->from.bad = (bytes[1] | bytes[2] << 8) != (int)(length & 0xffff);
	n->coder = coder_reader(bytes + NUMBERS_HEAD, length - NUMBERS_HEAD);
}

bool numbers_bad(const struct numbers *n)
{
	return n->to.full || n->from.bad || n->coder.bad;
}

bool numbers_all_read(const struct numbers *n)
{
	return !numbers_bad(n) && (n->packed ? coder_at_end(&n->coder) : n->from.n == n->from.length);
}

void numbers_fail(struct numbers *n)
{
	n->from.bad = true;
}

/* As the one before of its field, ids one more; else its distance from that. */
static uint64_t code_near(struct coder *c, struct number_model *m, uint64_t step, uint64_t v)
{
	uint64_t expected = m->last + step;

	if (coder_bit(c, &m->other, v != expected))
		expected += (uint64_t)unzigzag(coder_number(c, &m->size, zigzag((int64_t)(v - expected))));
	return m->last = expected;
}

static uint64_t code_field(struct numbers *n, enum number_field f, uint64_t v)
{
	return code_near(&n->coder, &n->field[f], f == FIELD_ID, v);
}

void numbers_put(struct numbers *n, enum number_field f, uint64_t v)
{
	if (n->packed)
		code_field(n, f, v);
	else
		varint_put(&n->to, v);
}

uint64_t numbers_get(struct numbers *n, enum number_field f)
{
	if (numbers_bad(n))
		return 0;
	return n->packed ? code_field(n, f, 0) : varint_get(&n->from);
}

int32_t numbers_get_count(struct numbers *n, enum number_field f, int32_t max)
{
	uint64_t v = numbers_get(n, f);

	if (max < 0 || v > (uint64_t)max) {
		numbers_fail(n);
		return 0;
	}
	return (int32_t)v;
}

static int64_t code_value(struct numbers *n, int column, bool first, int64_t v)
{
	if (!first)
		return level_next(&n->level[column], &n->coder, &n->model[column], v);
	v = (int64_t)code_near(&n->coder, &n->start[column], 0, (uint64_t)v);
	level_start(&n->level[column], v);
	return v;
}

void numbers_put_value(struct numbers *n, int column, bool first, int64_t v)
{
	int64_t *last = &n->level[column].last;

	if (n->packed) {
		code_value(n, column, first, v);
		return;
	}
	varint_put(&n->to, zigzag(delta_of(v, first ? 0 : *last)));
	*last = v;
}

int64_t numbers_get_value(struct numbers *n, int column, bool first)
{
	int64_t *last = &n->level[column].last;

	if (numbers_bad(n))
		return 0;
	if (n->packed)
		return code_value(n, column, first, 0);
	return *last = delta_add(first ? 0 : *last, unzigzag(varint_get(&n->from)));
}

/* Down is like half of the bucket before, up like down of the same; by their number of bits. */
static int alike_of(const struct numbers *n, int which, bool first)
{
	const uint64_t *of = n->steps_before;
	uint64_t like = which == STEPS_UP ? of[STEPS_DOWN] : first ? 0 : (of[STEPS_DOWN] + of[STEPS_UP] + 1) / 2;
	int bits = 0;

	while (bits < STEPS_ALIKE - 1 && like >> bits != 0)
		bits++;
	return bits;
}

static uint64_t code_steps(struct numbers *n, int which, int phase, bool first, uint64_t v)
{
	int alike = alike_of(n, which, first);

	return n->steps_before[which] = coder_number(&n->coder, &n->steps[which][phase][alike], v);
}

void numbers_put_steps(struct numbers *n, int which, int phase, bool first, uint64_t v)
{
	code_steps(n, which, phase, first, v);
}

uint64_t numbers_get_steps(struct numbers *n, int which, int phase, bool first)
{
	return numbers_bad(n) ? 0 : code_steps(n, which, phase, first, 0);
}
