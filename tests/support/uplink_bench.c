/* SPDX-License-Identifier: MIT */
#include "uplink_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire/codec.h"

static bool bench_publish(void *self, const char *topic, const void *bytes, size_t length, int qos,
	bool retain,
	int *token, struct err *e)
{
	struct bench *b = self;
	struct sent *s = &b->sent[b->n_sent];

	if (b->refuse != ERR_NONE)
		return err_set(e, b->refuse, 0, "refused by the test");
	assert_true(b->n_sent < BENCH_KEPT);
	b->n_sent++;
	*token = ++b->next_token;
	*s = (struct sent){ .qos = qos, .retain = retain, .token = *token, .length = length };
	snprintf(s->topic, sizeof(s->topic), "%s", topic);
	memcpy(s->bytes, bytes, length < sizeof(s->bytes) ? length : sizeof(s->bytes));
	return true;
}

static char *pool_bytes(void *self, int index)
{
	return ((struct bench *)self)->buffers + (size_t)index * POOL_BUFFER_SIZE;
}

static void pool_give(void *self, int index)
{
	((struct bench *)self)->given[index]++;
}

const struct uuid bench_boot = { { 1, 2, 3 } };

int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->buffers = calloc(POOL_BUFFERS, POOL_BUFFER_SIZE);
	assert_non_null(b->buffers);
	snprintf(b->house.scada.alias, ALIAS_SIZE, "dw1.h.ta.scada");
	snprintf(b->house.atn.alias, ALIAS_SIZE, "dw1.h");
	b->house.scada.id = (struct uuid){ { 7, 7 } };
	snprintf(b->house.nodes[0].alias, ALIAS_SIZE, "a.elt1.relay");
	b->house.n_nodes = 1;
	b->settings.uplink.enable = true;
	snprintf(b->settings.uplink.host, PATH_SIZE, "127.0.0.1");
	b->clock.ms = BENCH_START_MS;
	b->now.ms = 5000;
	b->net = (struct net){ b, bench_publish };
	b->pool = (struct pool){ .self = b, .bytes = pool_bytes, .give = pool_give };
	uplink_init(&b->uplink, &b->house, &b->settings, &b->net, &b->pool, "0.1.0", bench_boot);
	*state = b;
	return 0;
}

int bench_teardown(void **state)
{
	struct bench *b = *state;

	free(b->buffers);
	free(b);
	return 0;
}

void bench_step(struct bench *b, struct msg m)
{
	m.now = b->now;
	m.clock = b->clock;
	b->out.n = 0;
	b->out.wake_at = MONO_NEVER;
	uplink_step(&b->uplink, &m, &b->out);
}

void bench_link(struct bench *b, bool up, const char *reason, enum log_code code)
{
	struct msg m = { .type = MSG_LINK, .link = { .up = up, .code = (uint8_t)code } };

	snprintf(m.link.reason, sizeof(m.link.reason), "%s", reason);
	bench_step(b, m);
}

void bench_acknowledge(struct bench *b, int token)
{
	bench_step(b, (struct msg){ .type = MSG_PUBACK, .puback.token = token });
}

void bench_up(struct bench *b)
{
	bench_link(b, true, "127.0.0.1:1883", LOG_LINK);
	assert_int_equal(b->n_sent, 1);
	bench_acknowledge(b, b->sent[0].token);
	b->n_sent = 0;
}

void bench_read(struct bench *b, int n, const struct wire *wire, const char *topic, void *out)
{
	struct arena arena = { b->arena, sizeof(b->arena), 0 };
	struct refusal r = { 0 };
	const struct sent *s = &b->sent[n];

	assert_true(n < b->n_sent);
	assert_string_equal(s->topic, topic);
	if (!codec_decode(wire, s->bytes, s->length, WIRE_MAX_BYTES, out, &arena, &r))
		fail_msg("%s %s: %.*s", diag_name(r.diag), r.field, (int)s->length, s->bytes);
}

const struct msg *bench_said(const struct bench *b, enum msg_type type, enum address to)
{
	for (int i = 0; i < b->out.n; i++)
		if (b->out.box[i].type == type && b->out.box[i].to == to)
			return &b->out.box[i];
	return NULL;
}
