/* SPDX-License-Identifier: MIT */
#include "whole/hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 10000, OVERSIZE = 9000, DEPTH = 40, BURST = 20, BURST_ONE_IN = 300, MILLI_DIGITS = 13, HEX = 8 };

struct said { struct hostile *by; char topic[160], text[TEXT]; size_t length; int64_t now_ms; };

/* --- parts ------------------------------------------------------------------------------------------------------------ */

static size_t any(struct hostile *x, size_t below)
{
	return below > 0 ? (size_t)(rng_next(&x->rng) % below) : 0;
}

/* The value of that field, or NULL. */
static char *value_of(struct said *s, const char *field)
{
	char key[48], *p;

	snprintf(key, sizeof(key), "\"%s\":", field);
	p = strstr(s->text, key);
	if (p == NULL)
		return NULL;
	p += strlen(key);
	return p + strspn(p, " \"");
}

static bool is_dispatch(const struct said *s)
{
	return strstr(s->topic, "gt.dispatch.boolean") != NULL;
}

/* As if it were said now. */
static bool refresh(struct said *s)
{
	char *p = value_of(s, "SendTimeUnixMs"), digits[24];

	if (p == NULL || strspn(p, "0123456789") != MILLI_DIGITS)
		return false;
	snprintf(digits, sizeof(digits), "%013lld", (long long)s->now_ms);
	memcpy(p, digits, MILLI_DIGITS);
	return true;
}

/* An offer of another contract would be one. */
static bool other_contract(struct said *s)
{
	char *p = value_of(s, "ContractId");

	if (p == NULL || strlen(p) < HEX || strstr(s->topic, "offer") != NULL)
		return false;
	for (int i = 0; i < HEX; i++)
		p[i] = "0123456789abcdef"[any(s->by, 16)];
	return true;
}

/* --- what is said: each begins with a message of the AtomicTNode's own --------------------------------------------------- */

typedef bool maker(struct said *);

static bool cut_short(struct said *s)
{
	s->length = any(s->by, s->length);
	return true;
}

static bool control_byte(struct said *s)
{
	s->text[any(s->by, s->length)] = 1;
	return s->length > 0;
}

static bool again(struct said *s)
{
	return s->length > 0;
}

static bool of_another_contract(struct said *s)
{
	return other_contract(s) && refresh(s);
}

static bool from_the_future(struct said *s)
{
	char *p = value_of(s, "SendTimeUnixMs");

	if (p == NULL || *p != '1')
		return false;
	*p = '2';
	return true;
}

static bool to_an_unknown_node(struct said *s)
{
	char *p = value_of(s, "AboutNodeAlias");
	size_t n = p != NULL ? strcspn(p, "\"") : 0;

	if (!is_dispatch(s) || n < 2)
		return false;
	p[n - 1] = 'q';
	return refresh(s);
}

static bool no_such_state(struct said *s)
{
	char *p = value_of(s, "RelayState");

	if (p == NULL)
		return false;
	*p = '7';
	return refresh(s);
}

static bool too_large(struct said *s)
{
	memset(s->text, 'x', OVERSIZE);
	memcpy(s->text, "{\"a\":\"", 6);
	memcpy(s->text + OVERSIZE, "\"}", 3);
	s->length = OVERSIZE + 2;
	return true;
}

static bool too_deep(struct said *s)
{
	memset(s->text, '[', DEPTH);
	memset(s->text + DEPTH, ']', DEPTH);
	s->length = 2 * DEPTH;
	return true;
}

static bool twice_the_same_key(struct said *s)
{
	s->length = (size_t)snprintf(s->text, sizeof(s->text), "{\"ContractId\":\"a\",\"ContractId\":\"b\"}");
	return true;
}

static bool of_no_type(struct said *s)
{
	char *p = strrchr(s->topic, '/');

	if (p == NULL || (size_t)(p - s->topic) + 20 > sizeof(s->topic))
		return false;
	strcpy(p, "/no.such.type.100");
	s->length = (size_t)snprintf(s->text, sizeof(s->text), "{\"TypeAlias\":\"no.such.type.100\"}");
	return true;
}

static bool wants_everything(struct said *s)
{
	s->length = (size_t)snprintf(s->text, sizeof(s->text),
		"{\"TypeAlias\":\"dispatch.contract.beat.100\",\"Wants\":\"Everything\"}");
	return strstr(s->topic, "beat") != NULL;
}

static maker *const makers[] = { cut_short, control_byte, again, of_another_contract, from_the_future, to_an_unknown_node,
	no_such_state, too_large, too_deep, twice_the_same_key, of_no_type, wants_everything };
enum { N_MAKERS = sizeof(makers) / sizeof(makers[0]) };

/* --- saying it ----------------------------------------------------------------------------------------------------------- */

static void say_one(struct hostile *x, struct inhouse *h, maker *make)
{
	struct said *s = calloc(1, sizeof(*s));
	const struct inhouse_kept *k = &h->kept[any(x, (size_t)h->n_kept)];
	struct wall clock;
	struct err unused;
	int token;

	if (s == NULL)
		return;
	(void)inhouse_now(h, &clock);
	s->by = x;
	s->now_ms = clock.ms;
	s->length = k->length;
	memcpy(s->text, k->bytes, k->length);
	memcpy(s->topic, k->topic, sizeof(s->topic));
	if (make(s) && h->atn_inner.publish(h->atn_inner.self, s->topic, s->text, s->length, 1, false, &token, &unused))
		x->sent++;
	free(s);
}

struct hostile hostile_start(uint64_t seed)
{
	return (struct hostile){ .rng = rng_start(seed, "hostile") };
}

void hostile_step(struct hostile *x, struct inhouse *h)
{
	int n = any(x, BURST_ONE_IN) == 0 ? BURST : any(x, 2) == 0;
	maker *make = makers[any(x, N_MAKERS)];

	for (int i = 0; i < n && h->n_kept > 0; i++)
		say_one(x, h, n == BURST ? of_no_type : make);
}
