/* SPDX-License-Identifier: MIT */
/* [low, high] is what is left of the unit interval, 32 bits of it. A decision splits it by its chance; equal
 * leading bytes are final and leave. */
#include "core/history/coder.h"

enum {
	SEEN_LIMIT = 120,
	LEAD = 4,		/* bytes of look-ahead */
	SURE = 32704,		/* the furthest lean: a decision costs at most 10 bits */
	EVEN = 32768,
};

struct coder coder_writer(uint8_t *bytes, size_t size)
{
	return (struct coder){ .out = bytes, .size = size, .high = UINT32_MAX };
}

/* Beyond the end there are zeros, but only as many as a reader looks ahead. */
static uint8_t next_byte(struct coder *c)
{
	if (c->n < c->size)
		return c->in[c->n++];
	if (c->n++ >= c->size + LEAD - 1)
		c->bad = true;
	return 0;
}

struct coder coder_reader(const uint8_t *bytes, size_t size)
{
	struct coder c = { .in = bytes, .size = size, .high = UINT32_MAX };

	for (int i = 0; i < LEAD; i++)
		c.code = c.code << 8 | next_byte(&c);
	return c;
}

static void put_byte(struct coder *c, uint8_t b)
{
	if (c->n < c->size)
		c->out[c->n++] = b;
	else
		c->bad = true;
}

size_t coder_finish(struct coder *c)
{
	put_byte(c, (uint8_t)((c->low >> 24) + 1));	/* and zeros: inside [low, high] */
	return c->n;
}

bool coder_at_end(const struct coder *c)
{
	return !c->bad && c->n == c->size + LEAD - 1;
}

/* 2^32 / (2 n + 3), rounded up: to divide by it is to multiply by this, exactly for all numbers below 2^24. */
#define PART(n) (UINT32_MAX / (2 * (n) + 3) + 1)
#define PARTS_5(n) PART(n), PART((n) + 1), PART((n) + 2), PART((n) + 3), PART((n) + 4)
#define PARTS_20(n) PARTS_5(n), PARTS_5((n) + 5), PARTS_5((n) + 10), PARTS_5((n) + 15)
static const uint32_t parts[SEEN_LIMIT + 1] = { PARTS_20(0), PARTS_20(20), PARTS_20(40), PARTS_20(60), PARTS_20(80),
	PARTS_20(100), PART(120) };

/* A chance moves by 1/(n + 1.5) of its error: the mean of all it saw, later of the latest. */
static inline void learn(struct chance *p, bool bit)
{
	int32_t error = (bit ? SURE : -SURE) - p->lean;
	uint32_t twice = (uint32_t)(error < 0 ? -error : error) * 2;
	int32_t move = (int32_t)((uint64_t)twice * parts[p->seen] >> 32);

	p->lean = (int16_t)(p->lean + (error < 0 ? -move : move));
	if (p->seen < SEEN_LIMIT)
		p->seen++;
}

/* Inlined: a number is many decisions, and what they change stays in registers meanwhile. */
static inline __attribute__((always_inline)) bool decide(struct coder *c, uint32_t chance, bool bit)
{
	uint32_t middle = c->low + (uint32_t)((uint64_t)(c->high - c->low) * chance >> 16);

	if (c->bad)
		return false;
	if (c->out == NULL)
		bit = c->code <= middle;
	if (bit)
		c->high = middle;
	else
		c->low = middle + 1;
	while ((c->low ^ c->high) >> 24 == 0) {
		if (c->out != NULL)
			put_byte(c, (uint8_t)(c->high >> 24));
		else
			c->code = c->code << 8 | next_byte(c);
		c->low <<= 8;
		c->high = c->high << 8 | 255;
	}
	return bit;
}

static inline __attribute__((always_inline)) bool decide_bit(struct coder *c, struct chance *p, bool bit)
{
	bit = decide(c, (uint32_t)(p->lean + EVEN), bit);
	learn(p, bit);
	return bit;
}

bool coder_bit(struct coder *c, struct chance *p, bool bit)
{
	return decide_bit(c, p, bit);
}

static inline uint64_t plain_bits(struct coder *c, int n, uint64_t v)
{
	uint64_t got = 0;

	while (n-- > 0)
		got = got << 1 | decide(c, EVEN, v >> n & 1);
	return got;
}

static int bits_of(uint64_t v)
{
	int n = 0;

	for (; v != 0; v >>= 1)
		n++;
	return n;
}

static inline uint64_t number(struct coder *c, struct magnitude *m, uint64_t v)
{
	int want = bits_of(v), n = 0;
	bool top;

	while (n < CODER_LENGTHS && decide_bit(c, &m->longer[n], want > n))
		n++;
	if (n == CODER_LENGTHS)
		n += (int)plain_bits(c, 6, (uint64_t)(want - n));
	if (n > 64)
		c->bad = true;
	if (n < 2 || n > 64)
		return n == 1;
	top = n < CODER_LENGTHS ? decide_bit(c, &m->top[n], v >> (n - 2) & 1) : plain_bits(c, 1, v >> (n - 2) & 1);
	return (2 | (uint64_t)top) << (n - 2) | plain_bits(c, n - 2, v & ~(UINT64_MAX << (n - 2)));
}

uint64_t coder_number(struct coder *c, struct magnitude *m, uint64_t v)
{
	struct coder mine = *c;

	v = number(&mine, m, v);
	*c = mine;
	return v;
}
