/* SPDX-License-Identifier: MIT */
/* A house under an AtomicTNode that means harm: it keeps its contract alive and switches everything off, for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../support/inhouse.h"
#include "core/control/atn_wire.h"

static const char house[] = "dw1.isone.nh.orange.1";
enum { SEED = 1, DAY_S = 24 * 3600 };

static void switch_off(struct atn *a, const char *relay, const struct msg *in)
{
	struct atn_message m;
	struct err e;
	int token;

	a->last_send_ms = in->clock.ms > a->last_send_ms ? in->clock.ms : a->last_send_ms + 1;
	atn_compose_dispatch(a->house, relay, false, a->talk.contract.id, uuid_random(in->random), a->last_send_ms, &m);
	a->net->publish(a->net->self, m.topic, m.payload, (size_t)m.length, 1, false, &token, &e);
}

/* As well-behaved as the reference one, but with every beat it hears it asks for everything to be off. */
static void evil_step(void *self, const struct msg *in, struct outbox *out)
{
	struct atn *a = self;

	a->manner = ATN_MANUAL;
	atn_step(self, in, out);
	if (in->type != MSG_SCADA_BEAT || in->scada_beat.mode != REMOTE_CONTROL)
		return;
	for (int i = 0; i < a->settings->n_relays; i++)
		switch_off(a, a->settings->relays[i].node_name, in);
}

static int count_lines(const struct inhouse *h, int code, const char *part)
{
	int n = 0;

	for (int i = 0; i < h->n_events; i++)
		n += h->events[i].code == code && strstr(h->events[i].text, part) != NULL;
	return n;
}

/* When the first line with these words came, s; 0: never. */
static int64_t when_said(const struct inhouse *h, int code, const char *part)
{
	for (int i = 0; i < h->n_events; i++)
		if (h->events[i].code == code && strstr(h->events[i].text, part) != NULL)
			return h->events[i].second;
	return 0;
}

/* The house takes itself back, names why, heats, refuses contracts until it is warm again, and does the same the next
 * time: a whole day of malice costs comfort, never safety. */
static void malice_costs_comfort_at_most(void **state)
{
	struct inhouse *h = inhouse_run_atn(INHOUSE_SINGLE, house, SEED, DAY_S, evil_step);
	int64_t breach_s = when_said(h, LOG_CONTRACT, "TerminatedByScada (SlaBreach)");
	int64_t off_s = when_said(h, LOG_RELAY, "off by atn"), hold_s = when_said(h, LOG_REFUSED, "SlaHold");
	struct world_summary w;

	(void)state;
	world_summarise(h->world, &w);
	assert_true(off_s > 0 && breach_s > off_s);
	assert_true(hold_s >= breach_s);
	assert_true(count_lines(h, LOG_CONTRACT, "SlaBreach") >= 2);
	assert_true(count_lines(h, LOG_MODE, "RemoteControl") >= 2);
	assert_true(w.lowest_c > -40 && w.air_c > 15.5 && w.air_c < 19.5);
	for (int i = 1; i < h->n_events; i++)	/* between breach and warmth nobody but the house moves a relay */
		if (h->events[i].second > breach_s && h->events[i].second < breach_s + 1800)
			assert_null(strstr(h->events[i].text, "by atn"));
	inhouse_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malice_costs_comfort_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
