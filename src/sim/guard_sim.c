/* SPDX-License-Identifier: MIT */
#include "sim/guard_sim.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings/guard_config.h"
#include "guard/rules.h"

enum { REASSERT_MS = 10000 };

struct guard_sim {
	struct post post;
	pthread_mutex_t lock;		/* over all below; held while posting, so that order is order */
	bool alone;			/* one thread has it: no lock */
	struct guard_rules rules;
	struct rules_out out;
	struct guard_limits limits;
	struct guard_relay configs[GUARD_MAX_RELAYS];
	uint8_t *relays;
	int64_t now_ms, asserted_ms;
};

static void lock(struct guard_sim *s)
{
	if (!s->alone)
		pthread_mutex_lock(&s->lock);
}

static void unlock(struct guard_sim *s)
{
	if (!s->alone)
		pthread_mutex_unlock(&s->lock);
}

static void post_event(const struct guard_sim *s, const struct guard_event *e)
{
	struct msg m = { .type = MSG_RELAY_EVENT, .to = TO_RELAY, .relay_event = { .kind = e->kind,
		.relay = e->relay, .on = e->on, .role = e->role, .value = e->value, .source = e->source } };

	memcpy(m.relay_event.text, e->text, sizeof(m.relay_event.text));
	s->post.post(s->post.self, &m);
}

/* A simulated relay never fails, so moves first and events after is all there is. */
static void carry_out(struct guard_sim *s)
{
	for (int i = 0; i < s->out.n_moves; i++) {
		struct rules_move m = s->out.moves[i];

		__atomic_store_n(&s->relays[m.relay], (uint8_t)m.on, __ATOMIC_RELEASE);
	}
	for (int i = 0; i < s->out.n_events; i++)
		post_event(s, &s->out.events[i]);
}

/* SF-87, as the guard process does it. */
static void assert_relays(struct guard_sim *s)
{
	if (s->now_ms - s->asserted_ms < REASSERT_MS)
		return;
	s->asserted_ms = s->now_ms;
	for (int i = 0; i < s->rules.n_relays; i++) {
		bool found = __atomic_load_n(&s->relays[i], __ATOMIC_ACQUIRE) != 0;

		if (found == (s->rules.relays[i].memory.on != 0))
			continue;
		rules_read_back(&s->rules, s->now_ms, i, found, &s->out);
		carry_out(s);
	}
}

static uint8_t read_back(const struct guard_sim *s, int relay)
{
	if (relay >= s->rules.n_relays)
		return READ_BACK_UNKNOWN;
	return __atomic_load_n(&s->relays[relay], __ATOMIC_ACQUIRE) != 0 ? READ_BACK_ON : READ_BACK_OFF;
}

static bool sim_want(void *self, const struct guard_want *want, uint32_t seq, struct err *e)
{
	struct guard_sim *s = self;
	struct guard_answer a;
	struct msg m = { .type = MSG_ANSWER, .to = TO_RELAY };

	(void)e;
	lock(s);
	rules_want(&s->rules, s->now_ms, want, &a, &s->out);
	carry_out(s);
	m.answer = (struct msg_answer){ .relay = a.relay, .on = a.on, .result = a.result,
		.renewal = a.renewal, .seq = seq, .held_for_ms = a.held_for_ms, .read_back = read_back(s, a.relay) };
	s->post.post(s->post.self, &m);
	unlock(s);
	return true;
}

static bool sim_reading(void *self, const struct guard_reading *reading, struct err *e)
{
	struct guard_sim *s = self;

	(void)e;
	lock(s);
	rules_reading(&s->rules, s->now_ms, reading, &s->out);
	carry_out(s);
	unlock(s);
	return true;
}

static bool sim_tick(void *self, struct mono now, struct err *e)
{
	struct guard_sim *s = self;

	(void)e;
	lock(s);
	if (now.ms > s->now_ms)
		s->now_ms = now.ms;
	rules_tick(&s->rules, s->now_ms, &s->out);
	carry_out(s);
	assert_relays(s);
	unlock(s);
	return true;
}

static bool sim_reset_one(void *self, int relay, struct err *e)
{
	struct guard_sim *s = self;

	(void)e;
	lock(s);
	rules_reset(&s->rules, s->now_ms, relay, &s->out);
	carry_out(s);
	unlock(s);
	return true;
}

static bool sim_reset(void *self, struct err *e)
{
	return sim_reset_one(self, GUARD_ALL, e);
}

/* The same refusal as the process would give. */
static bool begin(struct guard_sim *s, const struct settings *settings, const struct house *house,
	struct err *e)
{
	char text[48];

	guard_config_limits(settings, house, &s->limits);
	for (int i = 0; i < settings->n_relays; i++)
		guard_config_relay(settings, house, i, true, &s->configs[i]);
	if (!rules_rails(&s->limits, s->configs, settings->n_relays, text, sizeof(text)))
		return err_set(e, ERR_CONFIG, 0, "guard: refused: %s", text);
	rules_init(&s->rules, &s->limits, s->configs, settings->n_relays);
	rules_start(&s->rules, s->now_ms, &s->out);
	carry_out(s);
	return true;
}

/* Its clock begins at 0 again; times of before are that much earlier. */
static int64_t shifted(int64_t ms, int64_t by_ms)
{
	return ms == RULES_LONG_AGO || ms == RULES_UNTIL_RESET ? ms : ms - by_ms;
}

static struct rules_memory shift_memory(struct rules_memory m, int64_t by_ms)
{
	m.moved_ms = shifted(m.moved_ms, by_ms);
	for (int i = 0; i < N_RULES_LOCKS; i++)
		m.locked_until_ms[i] = shifted(m.locked_until_ms[i], by_ms);
	for (int i = 0; i < RULES_MOVES; i++)
		m.moves_ms[i] = shifted(m.moves_ms[i], by_ms);
	return m;
}

void guard_sim_restart(struct guard_sim *s, struct post post, int64_t off_ms, bool reboot)
{
	struct rules_memory memories[GUARD_MAX_RELAYS];
	struct rules_stop trip = s->rules.stops[WATCH_TRIP];
	int n = s->rules.n_relays;
	int64_t by_ms = s->now_ms + off_ms;

	lock(s);
	for (int i = 0; i < n; i++)
		memories[i] = shift_memory(s->rules.relays[i].memory, by_ms);
	trip.since_ms = shifted(trip.since_ms, by_ms);
	s->post = post;
	s->now_ms = s->asserted_ms = 0;
	rules_init(&s->rules, &s->limits, s->configs, n);
	for (int i = 0; i < n; i++)
		rules_restore(&s->rules, i, &memories[i], !reboot);
	rules_restore_trip(&s->rules, &trip, !reboot, 0);
	rules_start(&s->rules, 0, &s->out);
	carry_out(s);
	unlock(s);
}

struct guard_sim *guard_sim_open(const struct settings *settings, const struct house *house,
	uint8_t *relay_bytes, struct post post, struct err *e)
{
	struct guard_sim *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_MEMORY, 0, "guard: out of memory");
		return NULL;
	}
	s->post = post;
	s->relays = relay_bytes;
	pthread_mutex_init(&s->lock, NULL);
	if (begin(s, settings, house, e))
		return s;
	guard_sim_close(s);
	return NULL;
}

void guard_sim_alone(struct guard_sim *s)
{
	s->alone = true;
}

struct guard_port guard_sim_port(struct guard_sim *s)
{
	return (struct guard_port){ .self = s, .want = sim_want, .reading = sim_reading, .tick = sim_tick,
		.reset = sim_reset, .reset_one = sim_reset_one };
}

void guard_sim_close(struct guard_sim *s)
{
	pthread_mutex_destroy(&s->lock);
	free(s);
}
