/* SPDX-License-Identifier: MIT */
/* atn_stage.h: the AtomicTNode's actor alone, and what the SCADA would understand of what it publishes. */
#ifndef TESTS_ATN_STAGE_H
#define TESTS_ATN_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "actor/atn.h"
#include "core/wire/inbound.h"

/* 2027-01-14T05:55:00-05:00 */
static const struct wall demo_start = { 1799924100000 };

static struct wall at(int hour, int minute, int second)
{
	return (struct wall){ demo_start.ms + ((hour - 5) * 3600 + (minute - 55) * 60 + second) * 1000LL };
}

static struct uuid an_id(uint8_t n)
{
	return (struct uuid){ { n, 2, 3 } };
}

enum { SENT_MAX = 64, RELAY_NODE = 1, TOP_NODE = 2 };

/* What the agent published, as the SCADA would have understood it. */
struct stage {
	struct house house;
	struct settings settings;
	struct net net;
	struct atn_memo memo;
	struct atn_memory kept;
	struct atn atn;
	struct inbound scada;
	char memory[INBOUND_SCADA_MEMORY];
	struct outbox out;
	struct msg sent[SENT_MAX];
	int n_sent;
	bool broken;
	struct mono now;
	uint64_t seed;
};

static bool catch_message(void *self, const char *topic, const void *bytes, size_t length, int qos,
	bool retain, int *token, struct err *e)
{
	struct stage *s = self;

	*token = 1;
	if (s->broken)
		return err_set(e, ERR_ABSENT, 0, "no connection");
	assert_int_equal(qos, 1);
	assert_false(retain);
	assert_true(s->n_sent < SENT_MAX);
	assert_true(inbound_scada(&s->scada, topic, bytes, length, false, &s->sent[s->n_sent]));
	assert_int_not_equal(s->sent[s->n_sent].type, MSG_REFUSED);
	s->n_sent++;
	return true;
}

static bool load_kept(void *self, struct atn_memory *m)
{
	struct stage *s = self;

	*m = s->kept;
	return s->kept.has_contract;
}

static bool keep_kept(void *self, const struct atn_memory *m, struct err *e)
{
	struct stage *s = self;

	(void)e, s->kept = *m;
	return true;
}

static void name_parties(struct stage *s)
{
	struct inbound_identity id = { .other_id = an_id(7) };

	strcpy(s->house.key, "dw1.isone.nh.orange.1");
	strcpy(s->house.atn.alias, "dw1.isone.nh.orange.1");
	strcpy(s->house.scada.alias, "dw1.isone.nh.orange.1.ta.scada");
	s->house.atn.id = an_id(7);
	s->house.scada.id = an_id(8);
	strcpy(id.self_alias, s->house.scada.alias);
	strcpy(id.other_alias, s->house.atn.alias);
	inbound_init(&s->scada, &id, s->memory, sizeof(s->memory));
}

static void furnish(struct stage *s)
{
	s->house.n_nodes = 3;
	strcpy(s->house.nodes[0].alias, "a");
	strcpy(s->house.nodes[RELAY_NODE].alias, "a.elt1.relay");
	strcpy(s->house.nodes[TOP_NODE].alias, "a.tank.temp0");
	s->settings.n_relays = 1;
	strcpy(s->settings.relays[0].node_name, "a.elt1.relay");
	s->settings.relays[0].kind = RELAY_ELEMENT;
	s->settings.relays[0].expected_w[1] = 4500;
	s->settings.roles.n_store = 1;
	strcpy(s->settings.roles.store_name[0], "a.tank.temp0");
	s->settings.dispatch_hold_s = 3600;
	s->settings.simulated = true;
	strcpy(s->settings.sim.start, "2027-01-14T05:55:00-05:00");
}

static struct stage *stage_new(enum atn_manner manner)
{
	struct stage *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	name_parties(s);
	furnish(s);
	s->net = (struct net){ s, catch_message };
	s->memo = (struct atn_memo){ s, load_kept, keep_kept };
	atn_init(&s->atn, &s->house, &s->settings, &s->net, &s->memo, manner);
	return s;
}

static void give(struct stage *s, struct msg m)
{
	m.now = s->now;
	m.clock = (struct wall){ demo_start.ms + s->now.ms };
	m.clock_trusted = true;
	m.random[0] = ++s->seed * 0x9e3779b97f4a7c15U;
	m.random[1] = ~m.random[0];
	s->out.n = 0;
	s->out.wake_at = MONO_NEVER;
	atn_step(&s->atn, &m, &s->out);
	assert_int_equal(s->out.dropped, 0);
}

static void tick_at(struct stage *s, int64_t ms)
{
	s->now.ms = ms;
	give(s, (struct msg){ .type = MSG_TICK });
}

static void come_online(struct stage *s)
{
	give(s, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
	give(s, (struct msg){ .type = MSG_SCADA_STATE, .scada_state = { true } });
}

static struct msg *last_sent(struct stage *s, enum msg_type type)
{
	for (int i = s->n_sent; i-- > 0;)
		if (s->sent[i].type == type)
			return &s->sent[i];
	return NULL;
}

static int count_sent(const struct stage *s, enum msg_type type)
{
	int n = 0;

	for (int i = 0; i < s->n_sent; i++)
		n += s->sent[i].type == type;
	return n;
}

static void answer(struct stage *s, bool accepted, const char *reason)
{
	struct msg m = { .type = MSG_SCADA_ANSWER,
		.scada_answer = { .contract = last_sent(s, MSG_OFFER)->offer.contract,
			.beat = 0xabcd,
			.accepted = accepted } };

	snprintf(m.scada_answer.reason, sizeof(m.scada_answer.reason), "%s", reason);
	give(s, m);
}

static void scada_beats(struct stage *s, uint64_t beat, enum contract_state state, enum control_mode mode)
{
	give(s, (struct msg){ .type = MSG_SCADA_BEAT,
			.scada_beat = { .contract = s->atn.talk.contract.id,
				.beat = beat,
				.state = state,
				.mode = mode } });
}

static void scada_shows_top(struct stage *s, int64_t value, enum telemetry_name name)
{
	struct msg m = { .type = MSG_SCADA_SNAPSHOT, .scada_snapshot = { .value = value, .name = name } };

	strcpy(m.scada_snapshot.about, "a.tank.temp0");
	give(s, m);
}

/* From the demo's start to Live: offered at 05:59:30, accepted, first beat a second after 06:00. */
static struct stage *stage_live(enum atn_manner manner)
{
	struct stage *s = stage_new(manner);

	tick_at(s, 0);
	come_online(s);
	tick_at(s, 270000);
	answer(s, true, "None");
	tick_at(s, 301000);
	return s;
}

#endif
