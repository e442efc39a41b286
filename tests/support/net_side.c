/* SPDX-License-Identifier: MIT */
#include "net_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { PATIENCE_S = 30 };

static bool inbox_post(void *self, const struct msg *m)
{
	struct inbox *b = self;

	pthread_mutex_lock(&b->lock);
	if (b->n < NET_SIDE_BOX)
		b->box[b->n++] = *m;
	pthread_cond_broadcast(&b->arrived);
	pthread_mutex_unlock(&b->lock);
	return true;
}

static void inbox_sent(void *self, int delta)
{
	atomic_fetch_add(&((struct inbox *)self)->sent, delta);
}

static void inbox_taken(void *self, int delta)
{
	atomic_fetch_add(&((struct inbox *)self)->taken, delta);
}

bool inbox_wait(struct inbox *b, enum msg_type type, struct msg *out)
{
	struct timespec until;
	bool found = false;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&b->lock);
	for (;;) {
		while (b->read < b->n && !found) {
			*out = b->box[b->read++];
			found = out->type == type;
		}
		if (found || pthread_cond_timedwait(&b->arrived, &b->lock, &until) != 0)
			break;
	}
	pthread_mutex_unlock(&b->lock);
	return found;
}

static bool reader_raw(void *self, const char *topic, const void *bytes, size_t length, bool retained,
	struct msg *out)
{
	struct reader *r = self;

	*out = (struct msg){ .type = MSG_LOG, .to = TO_LOG, .log.value = retained };
	snprintf(out->log.text, sizeof(out->log.text), "%s %.*s", topic, (int)length, (const char *)bytes);
	r->again = length == 3 && memcmp(bytes, "two", 3) == 0;
	return true;
}

static bool reader_more(void *self, struct msg *out)
{
	struct reader *r = self;

	*out = (struct msg){ .type = MSG_LOG, .to = TO_LOG };
	snprintf(out->log.text, sizeof(out->log.text), "and more");
	return r->again && !(r->again = false);
}

void side_init(struct side *s, int tcp_port, const char *id, const char *topic)
{
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->inbox.lock, NULL);
	pthread_cond_init(&s->inbox.arrived, NULL);
	s->o = (struct net_options){ .host = "127.0.0.1", .port = tcp_port, .client_id = id,
		.keepalive_s = 15,
		.reconnect_max_s = 5, .subscriptions = { { topic, 1 } }, .n_subscriptions = topic ? 1 : 0,
		.understand = { &s->reader, reader_raw, reader_more },
		.post = { .self = &s->inbox, .post = inbox_post },
		.traffic = { &s->inbox, inbox_sent, inbox_taken }, .link_to = TO_UPLINK };
}

void side_open(struct side *s)
{
	struct err e = { 0 };

	s->port = net_paho_open(&s->o, &e);
	assert_string_equal(e.text, "");
	assert_non_null(s->port);
	s->net = net_paho_net(s->port);
}

void side_close(struct side *s, int flush_ms)
{
	net_paho_close(s->port, flush_ms);
	pthread_cond_destroy(&s->inbox.arrived);
	pthread_mutex_destroy(&s->inbox.lock);
}

void wait_link(struct side *s, bool up, struct msg *m)
{
	do
		assert_true(inbox_wait(&s->inbox, MSG_LINK, m));
	while (m->link.up != up);
	assert_int_equal(m->to, TO_UPLINK);
}

bool send_text(struct side *s, const char *topic, const char *text, bool retain, int *token)
{
	struct err e = { 0 };

	return s->net.publish(s->net.self, topic, text, strlen(text), 1, retain, token, &e);
}

void expect_text(struct side *s, const char *text)
{
	struct msg m;

	assert_true(inbox_wait(&s->inbox, MSG_LOG, &m));
	assert_string_equal(m.log.text, text);
}

void expect_puback(struct side *s, int token)
{
	struct msg m;

	assert_true(inbox_wait(&s->inbox, MSG_PUBACK, &m));
	assert_int_equal(m.puback.token, token);
	assert_int_equal(m.to, TO_UPLINK);
}

struct broker *need_broker(const char *extra)
{
	struct broker *b;

	if (!broker_available())
		skip();
	b = broker_start(extra);
	assert_non_null(b);
	return b;
}
