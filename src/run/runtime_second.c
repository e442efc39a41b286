/* SPDX-License-Identifier: MIT */
/* What is done once a real second, simulated or not: flushes, check-ins, and the report of what was lost. */
#include "run/runtime_parts.h"

static void flush(struct worker *w)
{
	const struct msg m = { .type = MSG_FLUSH };

	if (w->slot.actor.flush)
		mailbox_put(&w->slot.box, &m);
}

static void tell_refused(struct worker *w)
{
	uint32_t refused = mailbox_refused(&w->slot.box);

	if (refused == w->refused_told)
		return;
	runtime_log(w->runtime, LEVEL_WARNING, LOG_GAP, "%s: mailbox full, messages dropped (n=%u)",
		w->slot.actor.name, (unsigned int)(refused - w->refused_told));
	w->refused_told = refused;
}

static enum verdict check(struct worker *w, int64_t now_ms)
{
	struct runtime *r = w->runtime;
	const char *name = w->slot.actor.name;
	int64_t silent_ms;
	enum verdict verdict;

	verdict = supervise_look(&w->checkin, w->slot.actor.watch, now_ms, r->o.vital_ms, &silent_ms);
	if (verdict == VERDICT_LATE)
		runtime_log(r, LEVEL_WARNING, LOG_ACTOR_LATE, "%s: no check-in for %lld ms", name,
			(long long)silent_ms);
	if (verdict == VERDICT_BACK)
		runtime_log(r, LEVEL_INFO, LOG_ACTOR_LATE, "%s: checks in again after %lld ms", name,
			(long long)silent_ms);
	if (verdict == VERDICT_DEAD)
		runtime_log(r, LEVEL_CRITICAL, LOG_ACTOR_DEAD,
			"%s: no check-in for %lld ms - the process ends, relays go to their fail state", name,
			(long long)silent_ms);
	return verdict;
}

/* When this thread itself did not run for long (a stopped process, a suspended machine), nobody's silence
 * means anything: all get their full time again. */
static void excuse_all(struct runtime *r, int64_t now_ms)
{
	for (int i = 0; i < r->o.n_actors; i++)
		atomic_store(&r->workers[i].checkin.at_ms, now_ms);
}

int64_t runtime_second_ms(const struct runtime *r)
{
	return r->o.vital_ms / 8 < SECOND_MS ? r->o.vital_ms / 8 : SECOND_MS;
}

static bool check_all(struct runtime *r, int64_t now_ms)
{
	bool all_in = true;

	for (int i = 0; i < r->o.n_actors; i++) {
		struct worker *w = &r->workers[i];
		enum verdict verdict = check(w, now_ms);

		if (verdict == VERDICT_DEAD && r->dead == NULL)
			r->dead = w;
		if (w->slot.actor.watch == WATCH_VITAL && w->checkin.late_since_ms != 0)
			all_in = false;
	}
	if (r->dead == NULL && all_in && r->o.alive != NULL)
		r->o.alive(r->o.alive_ctx);
	return r->dead == NULL;
}

bool runtime_second(struct runtime *r)
{
	int64_t now_ms = real_ms();
	bool excused;

	if (now_ms < r->next_second_ms)
		return true;
	excused = r->next_second_ms != 0 && now_ms - r->next_second_ms > 2 * runtime_second_ms(r);
	r->next_second_ms = now_ms + runtime_second_ms(r);
	if (excused)
		excuse_all(r, now_ms);
	for (int i = 0; i < r->o.n_actors; i++) {
		flush(&r->workers[i]);
		tell_refused(&r->workers[i]);
	}
	return check_all(r, now_ms);
}

int64_t runtime_second_in_ns(const struct runtime *r)
{
	int64_t left_ns = r->next_second_ms * 1000000 - real_ns();

	return left_ns > 0 ? left_ns : 0;
}

void runtime_forgive(struct runtime *r)
{
	for (int i = 0; i < r->o.n_actors; i++)
		if (r->workers[i].slot.actor.watch == WATCH_DEVICE)
			mailbox_forgive(&r->workers[i].slot.box, STUCK_MS);
}
