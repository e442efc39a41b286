/* SPDX-License-Identifier: MIT */
/* The in-process broker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/net_sim.h"

/* Two ends of the in-process broker, and where they post. */
struct sim_bench { struct msg posted[64]; int n; };

static bool sim_post(void *self, const struct msg *m)
{
	struct sim_bench *s = self;

	s->posted[s->n++] = *m;
	return true;
}

static bool sim_raw(void *self, const char *topic, const void *bytes, size_t length, bool retained,
	struct msg *out)
{
	*out = (struct msg){ .type = MSG_LOG, .to = *(enum address *)self, .log.value = retained };
	snprintf(out->log.text, sizeof(out->log.text), "%s %.*s", topic, (int)length, (const char *)bytes);
	return true;
}

/* The in-process broker hands over at once, acknowledges, keeps what is retained, and tells of an outage. */
static void sim_broker(void **state)
{
	struct sim_bench s = { .n = 0 };
	enum address scada = TO_SCADA, atn = TO_ATN;
	struct net_sim *sim = net_sim_open((struct post){ .self = &s, .post = sim_post },
		(struct understand){ .self = &scada, .raw = sim_raw }, (struct understand){ .self = &atn,
		.raw = sim_raw });
	struct net house = net_sim_net(sim, NET_SIM_SCADA), other = net_sim_net(sim, NET_SIM_ATN);
	struct err e;
	int token;

	(void)state;
	assert_int_equal(s.n, 2);
	assert_true(s.posted[0].to == TO_UPLINK && s.posted[0].link.up && s.posted[1].to == TO_ATN);
	assert_true(house.publish(house.self, "h/x", "a", 1, 1, true, &token, &e));
	assert_string_equal(s.posted[2].log.text, "h/x a");
	assert_int_equal(s.posted[2].to, TO_ATN);
	assert_int_equal(s.posted[2].log.value, 0);
	assert_true(s.posted[3].type == MSG_PUBACK && s.posted[3].to == TO_UPLINK &&
		s.posted[3].puback.token == token);
	assert_true(other.publish(other.self, "a/y", "b", 1, 0, false, &token, &e));
	assert_int_equal(s.posted[4].to, TO_SCADA);
	assert_int_equal(s.n, 5);
	net_sim_cut(sim, true);
	assert_false(house.publish(house.self, "h/x", "a", 1, 1, false, &token, &e));
	net_sim_cut(sim, false);
	assert_int_equal(s.n, 10);	/* down, down, up, up and what was retained */
	assert_string_equal(s.posted[9].log.text, "h/x a");
	assert_int_equal(s.posted[9].log.value, 1);
	net_sim_close(sim);
}

/* A side that is gone without a goodbye gets nothing, the other one its will; the will is what is retained, until the side is
 * back and says otherwise. */
static void a_side_is_gone(void **state)
{
	struct sim_bench s = { .n = 0 };
	enum address scada = TO_SCADA, atn = TO_ATN;
	struct net_sim *sim = net_sim_open((struct post){ .self = &s, .post = sim_post },
		(struct understand){ .self = &scada, .raw = sim_raw }, (struct understand){ .self = &atn, .raw = sim_raw });
	struct net other = net_sim_net(sim, NET_SIM_ATN);
	struct err e;
	int token;

	(void)state;
	s.n = 0;
	net_sim_leave(sim, NET_SIM_SCADA);
	assert_true(other.publish(other.self, "a/y", "b", 1, 1, false, &token, &e));
	assert_true(s.n == 1 && s.posted[0].type == MSG_PUBACK && s.posted[0].to == TO_ATN);
	net_sim_will(sim, NET_SIM_SCADA, "h/state", "off", 3);
	assert_true(s.n == 2 && s.posted[1].to == TO_ATN);
	assert_string_equal(s.posted[1].log.text, "h/state off");
	net_sim_cut(sim, true);
	net_sim_cut(sim, false);
	assert_int_equal(s.n, 5);	/* down, up, and what is retained, to the one that is there */
	assert_string_equal(s.posted[4].log.text, "h/state off");
	net_sim_join(sim, NET_SIM_SCADA);
	assert_true(s.n == 6 && s.posted[5].to == TO_UPLINK && s.posted[5].link.up);
	assert_true(other.publish(other.self, "a/y", "b", 1, 0, false, &token, &e));
	assert_true(s.n == 7 && s.posted[6].to == TO_SCADA);
	net_sim_leave(sim, NET_SIM_SCADA);
	net_sim_cut(sim, true);
	net_sim_will(sim, NET_SIM_SCADA, "h/state", "off", 3);
	net_sim_join(sim, NET_SIM_SCADA);
	assert_true(s.n == 9 && s.posted[8].to == TO_UPLINK && !s.posted[8].link.up);
	net_sim_close(sim);
}

/* A slow broker keeps what it is given, in order, and loses it when it ends. */
static void a_slow_broker(void **state)
{
	struct sim_bench s = { .n = 0 };
	enum address scada = TO_SCADA, atn = TO_ATN;
	struct net_sim *sim = net_sim_open((struct post){ .self = &s, .post = sim_post },
		(struct understand){ .self = &scada, .raw = sim_raw }, (struct understand){ .self = &atn, .raw = sim_raw });
	struct net house = net_sim_net(sim, NET_SIM_SCADA), other = net_sim_net(sim, NET_SIM_ATN);
	struct err e;
	int first, second;

	(void)state;
	s.n = 0;
	net_sim_slow(sim, true);
	assert_true(house.publish(house.self, "h/x", "a", 1, 1, false, &first, &e));
	assert_true(house.publish(house.self, "h/y", "b", 1, 1, false, &second, &e));
	assert_true(other.publish(other.self, "a/z", "c", 1, 0, false, &second, &e));
	assert_int_equal(s.n, 0);
	net_sim_let(sim);
	assert_int_equal(s.n, 5);
	assert_string_equal(s.posted[0].log.text, "h/x a");
	assert_true(s.posted[1].type == MSG_PUBACK && s.posted[1].puback.token == first);
	assert_string_equal(s.posted[2].log.text, "h/y b");
	assert_int_equal(s.posted[4].to, TO_SCADA);
	assert_true(house.publish(house.self, "h/x", "a", 1, 1, false, &first, &e));
	net_sim_slow(sim, false);
	assert_int_equal(s.n, 7);
	net_sim_slow(sim, true);
	assert_true(house.publish(house.self, "h/x", "a", 1, 1, false, &first, &e));
	net_sim_cut(sim, true);
	net_sim_slow(sim, false);
	assert_int_equal(s.n, 9);	/* the two words that the link is down */
	net_sim_close(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sim_broker),
		cmocka_unit_test(a_side_is_gone),
		cmocka_unit_test(a_slow_broker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
