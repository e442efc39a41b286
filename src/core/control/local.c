/* SPDX-License-Identifier: MIT */
#include "core/control/local.h"

#include <math.h>

#define BIT(p) ((uint32_t)1 << (p))
#define WORD(constant, word) [constant] = word,

static const char *const kind_words[] = { LOCAL_KINDS(WORD) };
static const char *const state_words[] = { LOCAL_STATES(WORD) };
static const char *const cause_words[] = { LOCAL_CAUSES(WORD) };
static const char *const predicate_words[] = { LOCAL_PREDICATES(WORD) };
static const char *const output_words[] = { "charge", "storepump", "hp", "element", "backup" };

const char *local_kind_name(enum local_kind k)
{
	return k < N_LOCAL_KINDS ? kind_words[k] : "?";
}

const char *local_state_name(enum local_state s)
{
	return s < N_LOCAL_STATES ? state_words[s] : "?";
}

const char *local_cause_name(enum local_cause c)
{
	return c < N_LOCAL_CAUSES ? cause_words[c] : "?";
}

const char *local_predicate_name(enum local_predicate p)
{
	return p < N_LOCAL_PREDICATES ? predicate_words[p] : "?";
}

const char *local_output_name(enum local_output o)
{
	return o < N_LOCAL_OUTPUTS ? output_words[o] : "?";
}

struct local_params local_params_default(void)
{
#define LOCAL_DEFAULT(field, word, fallback) .field = fallback,
	return (struct local_params){ LOCAL_PARAMS(LOCAL_DEFAULT) };
}

/* --- predicates ------------------------------------------------------------------------------- */

static uint32_t when(enum local_predicate p, bool holds)
{
	return holds ? BIT(p) : 0;
}

static uint32_t of_tanks(const struct local_params *q, const struct local_picture *p)
{
	double wanted_c = fmin(p->rswt_c, q->max_ewt_c);
	bool ready = p->usable_wh >= p->required_wh - (p->was_ready ? q->recharge_wh : 0);

	return when(P_BUFFER_EMPTY, p->buf_top_c < fmin(p->rswt_c, q->max_ewt_c - q->buf_low_k)) |
		when(P_BUFFER_FULL, p->buf_bot_c > wanted_c) |
		when(P_BUFFER_COOLED, p->buf_bot_c <= wanted_c - q->plan_on_k) |
		when(P_STORE_COLDER, p->buf_top_c > p->store_top_c + q->colder_k) |
		when(P_STORE_EMPTY, p->usable_wh < q->store_empty_wh) |
		when(P_READY, p->full_latch || ready) |
		when(P_TANK_NEARLY_FULL, p->tank_top_c >= q->tank_max_c - 5) |
		when(P_TANK_FULL, p->tank_top_c >= q->tank_max_c) |
		when(P_TANK_COLD, p->tank_top_c < p->rswt_c) |
		when(P_TANK_VERY_COLD, p->tank_top_c < p->rswt_c - 4) |
		when(P_TANK_WARM, p->tank_top_c >= p->rswt_c + 3) |
		when(P_TANK_SHORT, p->usable_wh < 0.9 * p->required_wh) |
		when(P_TANK_ENOUGH, p->usable_wh >= p->required_wh);
}

/* A source at its limit in a cold hour makes no progress either: no reason to stop it. */
static uint32_t of_source(const struct local_params *q, const struct local_picture *p, uint32_t tanks)
{
	bool stuck = (double)p->state_s >= q->no_progress_s && p->gain_k < q->no_progress_k;
	bool idle = stuck && !p->zone_cold && !(tanks & BIT(P_BUFFER_EMPTY));
	bool warm = (double)p->hp_on_s >= q->warm_up_s && !p->defrost;

	return when(P_LIMITED, p->ewt_c >= q->max_ewt_c) | when(P_STUCK, stuck) | when(P_IDLE_STUCK, idle) |
		when(P_WARM, warm) | when(P_BUFFER_DONE, (tanks & BIT(P_BUFFER_FULL)) || (idle && warm));
}

uint32_t local_predicates(const struct local_params *q, const struct local_picture *p)
{
	uint32_t tanks = of_tanks(q, p);
	bool want = p->plan == WISH_ABSENT ? !p->onpeak : p->plan == WISH_ON;

	return tanks | of_source(q, p, tanks) | when(P_WANT, want) | when(P_PLAN, p->plan != WISH_ABSENT) |
		when(P_ZONE_COLD, p->zone_cold) | when(P_FULL_LATCH, p->full_latch) | when(P_DEFROST, p->defrost);
}

struct local_choice local_choose(enum local_kind kind, enum local_state state, uint32_t p)
{
	const struct local_table *t = local_table(kind);
	bool plan = (p & BIT(P_PLAN)) != 0;

	for (int i = 0; i < t->n; i++) {
		const struct local_row *r = &t->rows[i];

		if (r->state == state && (p & r->must) == r->must && (p & r->must_not) == 0)
			return (struct local_choice){ r->next,
				plan && r->with_plan != LOCAL_NO_CAUSE ? r->with_plan : r->cause };
	}
	return (struct local_choice){ state, LOCAL_NO_CAUSE };
}
