/* SPDX-License-Identifier: MIT */
/* The state tables and recipes of local control, and their print. */
#include <stdio.h>
#include <string.h>

#include "core/control/local.h"

#define ALL(...) BITS(__VA_ARGS__, 31, 31, 31, 31)
#define BITS(a, b, c, d, ...) (B1(a) | B1(b) | B1(c) | B1(d))
#define B1(p) ((p) == 31 ? 0u : (uint32_t)1 << (p))
#define NONE 0u

static const struct local_row store_rows[] = {
	{ HP_OFF_STORE_OFF, HP_ON_STORE_OFF, ALL(P_WANT, P_BUFFER_EMPTY), NONE, LOCAL_BUFFER_EMPTY, 0 },
	{ HP_OFF_STORE_OFF, HP_ON_STORE_OFF, ALL(P_WANT), ALL(P_PLAN, P_READY), LOCAL_STORE_NOT_READY, 0 },
	{ HP_OFF_STORE_OFF, HP_ON_STORE_OFF, ALL(P_WANT, P_PLAN), ALL(P_FULL_LATCH), LOCAL_PLAN_ON, 0 },
	{ HP_OFF_STORE_OFF, HP_OFF_STORE_DISCHARGE, ALL(P_BUFFER_EMPTY),
		ALL(P_WANT, P_STORE_COLDER, P_STORE_EMPTY), LOCAL_BUFFER_EMPTY, 0 },
	{ HP_OFF_STORE_OFF, HP_ON_STORE_OFF, ALL(P_BUFFER_EMPTY, P_ZONE_COLD), ALL(P_WANT), LOCAL_COLD_DESPITE_PEAK, 0 },

	{ HP_ON_STORE_OFF, HP_OFF_STORE_OFF, NONE, ALL(P_WANT, P_ZONE_COLD), LOCAL_PEAK_START, LOCAL_PLAN_OFF },
	{ HP_ON_STORE_OFF, HP_OFF_STORE_DISCHARGE, NONE, ALL(P_WANT, P_STORE_EMPTY, P_STORE_COLDER),
		LOCAL_STORE_CAN_HELP, 0 },
	{ HP_ON_STORE_OFF, HP_OFF_STORE_OFF, ALL(P_BUFFER_DONE), ALL(P_WANT), LOCAL_BUFFER_FULL, 0 },
	{ HP_ON_STORE_OFF, HP_OFF_STORE_OFF, ALL(P_BUFFER_DONE, P_READY), ALL(P_PLAN), LOCAL_BUFFER_FULL_STORE_READY, 0 },
	{ HP_ON_STORE_OFF, HP_OFF_STORE_OFF, ALL(P_BUFFER_DONE, P_PLAN, P_FULL_LATCH), NONE,
		LOCAL_BUFFER_FULL_STORE_READY, 0 },
	{ HP_ON_STORE_OFF, HP_ON_STORE_CHARGE, ALL(P_BUFFER_DONE, P_WARM, P_BUFFER_FULL), NONE, LOCAL_BUFFER_FULL, 0 },
	{ HP_ON_STORE_OFF, HP_ON_STORE_CHARGE, ALL(P_BUFFER_DONE, P_WARM), NONE, LOCAL_NO_PROGRESS, 0 },

	{ HP_ON_STORE_CHARGE, HP_OFF_STORE_OFF, NONE, ALL(P_WANT), LOCAL_PEAK_START, LOCAL_PLAN_OFF },
	{ HP_ON_STORE_CHARGE, HP_ON_STORE_OFF, ALL(P_BUFFER_EMPTY), NONE, LOCAL_BUFFER_EMPTY, 0 },
	{ HP_ON_STORE_CHARGE, HP_ON_STORE_OFF, ALL(P_DEFROST), NONE, LOCAL_DEFROST, 0 },
	{ HP_ON_STORE_CHARGE, HP_OFF_STORE_OFF, ALL(P_LIMITED), NONE, LOCAL_CHARGE_LIMITED, 0 },
	{ HP_ON_STORE_CHARGE, HP_OFF_STORE_OFF, ALL(P_READY), ALL(P_PLAN), LOCAL_STORE_READY, 0 },
	{ HP_ON_STORE_CHARGE, HP_OFF_STORE_OFF, ALL(P_STUCK), NONE, LOCAL_NO_PROGRESS, 0 },

	{ HP_OFF_STORE_DISCHARGE, HP_OFF_STORE_OFF, ALL(P_WANT), NONE, LOCAL_PEAK_END, LOCAL_PLAN_ON },
	{ HP_OFF_STORE_DISCHARGE, HP_OFF_STORE_OFF, ALL(P_BUFFER_FULL), NONE, LOCAL_BUFFER_FULL, 0 },
	{ HP_OFF_STORE_DISCHARGE, HP_OFF_STORE_OFF, ALL(P_STORE_COLDER), NONE, LOCAL_STORE_COLDER, 0 },
	{ HP_OFF_STORE_DISCHARGE, HP_OFF_STORE_OFF, ALL(P_STORE_EMPTY), NONE, LOCAL_STORE_EMPTY, 0 },
	{ HP_OFF_STORE_DISCHARGE, HP_OFF_STORE_OFF, ALL(P_STUCK), NONE, LOCAL_NO_PROGRESS, 0 },
};

static const struct local_row buffer_rows[] = {
	{ HEAT_PUMP_OFF, HEAT_PUMP_ON, ALL(P_WANT, P_BUFFER_EMPTY), ALL(P_PLAN), LOCAL_BUFFER_EMPTY, 0 },
	{ HEAT_PUMP_OFF, HEAT_PUMP_ON, ALL(P_WANT, P_PLAN, P_BUFFER_COOLED), ALL(P_FULL_LATCH), LOCAL_PLAN_ON, 0 },
	{ HEAT_PUMP_OFF, HEAT_PUMP_ON, ALL(P_BUFFER_EMPTY, P_ZONE_COLD), ALL(P_WANT), LOCAL_COLD_DESPITE_PEAK, 0 },

	{ HEAT_PUMP_ON, HEAT_PUMP_OFF, NONE, ALL(P_WANT, P_ZONE_COLD), LOCAL_PEAK_START, LOCAL_PLAN_OFF },
	{ HEAT_PUMP_ON, HEAT_PUMP_OFF, ALL(P_BUFFER_FULL), NONE, LOCAL_BUFFER_FULL, 0 },
	{ HEAT_PUMP_ON, HEAT_PUMP_OFF, ALL(P_LIMITED), NONE, LOCAL_CHARGE_LIMITED, 0 },
	{ HEAT_PUMP_ON, HEAT_PUMP_OFF, ALL(P_IDLE_STUCK, P_WARM), NONE, LOCAL_NO_PROGRESS, 0 },
};

static const struct local_row element_rows[] = {
	{ ELEMENT_OFF, ELEMENT_OFF, ALL(P_TANK_NEARLY_FULL), NONE, LOCAL_NO_CAUSE, 0 },
	{ ELEMENT_OFF, ELEMENT_ON, ALL(P_WANT, P_PLAN), ALL(P_FULL_LATCH), LOCAL_PLAN_ON, 0 },
	{ ELEMENT_OFF, ELEMENT_ON, ALL(P_WANT, P_TANK_COLD), NONE, LOCAL_TANK_COLD, 0 },
	{ ELEMENT_OFF, ELEMENT_ON, ALL(P_WANT, P_TANK_SHORT), ALL(P_FULL_LATCH), LOCAL_STORE_NOT_READY, 0 },
	{ ELEMENT_OFF, ELEMENT_ON, ALL(P_TANK_VERY_COLD, P_ZONE_COLD), ALL(P_WANT), LOCAL_COLD_DESPITE_PEAK, 0 },

	{ ELEMENT_ON, ELEMENT_OFF, ALL(P_TANK_FULL), NONE, LOCAL_TANK_FULL, 0 },
	{ ELEMENT_ON, ELEMENT_OFF, NONE, ALL(P_WANT, P_ZONE_COLD), LOCAL_PEAK_START, LOCAL_PLAN_OFF },
	{ ELEMENT_ON, ELEMENT_OFF, NONE, ALL(P_WANT, P_TANK_COLD), LOCAL_PEAK_START, LOCAL_PLAN_OFF },
	{ ELEMENT_ON, ELEMENT_OFF, ALL(P_TANK_ENOUGH, P_TANK_WARM), ALL(P_PLAN), LOCAL_STORE_READY, 0 },
	{ ELEMENT_ON, ELEMENT_OFF, ALL(P_STUCK), NONE, LOCAL_NO_PROGRESS, 0 },
};

#define ROWS(rows, start) { rows, (int)(sizeof(rows) / sizeof(rows[0])), start }
static const struct local_table tables[N_LOCAL_KINDS] = {
	[LOCAL_STORE] = ROWS(store_rows, HP_OFF_STORE_OFF),
	[LOCAL_BUFFER] = ROWS(buffer_rows, HEAT_PUMP_OFF),
	[LOCAL_ELEMENT] = ROWS(element_rows, ELEMENT_OFF),
};

#define ON(output) (1u << (output))
static const unsigned int recipes[N_LOCAL_STATES] = {
	[HP_ON_STORE_OFF] = ON(OUT_HP),
	[HP_ON_STORE_CHARGE] = ON(OUT_HP) | ON(OUT_CHARGE),
	[HP_OFF_STORE_DISCHARGE] = ON(OUT_STOREPUMP),
	[HEAT_PUMP_ON] = ON(OUT_HP),
	[ELEMENT_ON] = ON(OUT_ELEMENT),
};

static const unsigned int outputs[N_LOCAL_KINDS] = {
	[LOCAL_STORE] = ON(OUT_HP) | ON(OUT_CHARGE) | ON(OUT_STOREPUMP),
	[LOCAL_BUFFER] = ON(OUT_HP),
	[LOCAL_ELEMENT] = ON(OUT_ELEMENT),
};

static const enum local_state plain[N_LOCAL_KINDS][2] = {
	[LOCAL_STORE] = { HP_OFF_STORE_OFF, HP_ON_STORE_OFF },
	[LOCAL_BUFFER] = { HEAT_PUMP_OFF, HEAT_PUMP_ON },
	[LOCAL_ELEMENT] = { ELEMENT_OFF, ELEMENT_ON },
};

const struct local_table *local_table(enum local_kind k)
{
	return &tables[k];
}

unsigned int local_recipe(enum local_state s)
{
	return recipes[s];
}

unsigned int local_outputs(enum local_kind k)
{
	return outputs[k];
}

bool local_source_on(enum local_state s)
{
	return (recipes[s] & (ON(OUT_HP) | ON(OUT_ELEMENT))) != 0;
}

enum local_state local_plain(enum local_kind k, bool source_on)
{
	return plain[k][source_on];
}

/* --- the print -------------------------------------------------------------------------------- */

struct page { char *out; size_t size, n; };

static void put(struct page *p, const char *text)
{
	size_t n = strlen(text), room = p->size - 1 - p->n;

	n = n < room ? n : room;
	memcpy(p->out + p->n, text, n);
	p->n += n;
	p->out[p->n] = '\0';
}

static void put_condition(struct page *p, const struct local_row *r)
{
	const char *comma = "";

	for (int i = 0; i < N_LOCAL_PREDICATES; i++) {
		uint32_t bit = (uint32_t)1 << i;

		if (!((r->must | r->must_not) & bit))
			continue;
		put(p, comma);
		put(p, r->must & bit ? "" : "not ");
		put(p, local_predicate_name((enum local_predicate)i));
		comma = ", ";
	}
}

static void put_row(struct page *p, const struct local_row *r, bool first)
{
	put(p, "| ");
	put(p, first ? local_state_name(r->state) : "");
	put(p, " | ");
	put_condition(p, r);
	put(p, " | ");
	put(p, r->next == r->state ? "stay" : local_state_name(r->next));
	put(p, " | ");
	put(p, local_cause_name(r->cause));
	put(p, r->with_plan != LOCAL_NO_CAUSE ? " / " : "");
	put(p, local_cause_name(r->with_plan));
	put(p, " |\n");
}

static void put_recipes(struct page *p, enum local_kind k)
{
	const struct local_table *t = &tables[k];

	put(p, "\nOn in each state:");
	for (int i = 0; i < t->n; i++) {
		bool any = false;

		if (i > 0 && t->rows[i].state == t->rows[i - 1].state)
			continue;
		put(p, i > 0 ? "; " : " ");
		put(p, local_state_name(t->rows[i].state));
		for (int o = 0; o < N_LOCAL_OUTPUTS; o++)
			if (recipes[t->rows[i].state] & ON(o)) {
				put(p, " ");
				put(p, local_output_name((enum local_output)o));
				any = true;
			}
		put(p, any ? "" : " nothing");
	}
	put(p, ".\n");
}

size_t local_print(char *out, size_t size)
{
	struct page p = { out, size, 0 };

	for (int k = 0; k < N_LOCAL_KINDS; k++) {
		put(&p, k > 0 ? "\n### " : "### ");
		put(&p, local_kind_name((enum local_kind)k));
		put(&p, "\n\n| State | Condition | Next | Cause |\n|---|---|---|---|\n");
		for (int i = 0; i < tables[k].n; i++)
			put_row(&p, &tables[k].rows[i], i == 0 || tables[k].rows[i].state != tables[k].rows[i - 1].state);
		put_recipes(&p, (enum local_kind)k);
	}
	return p.n;
}
