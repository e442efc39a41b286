/* SPDX-License-Identifier: MIT */
/* Why a relay is what it is, layer by layer. */
#include <math.h>

#include "core/wire/members.h"
#include "core/wire/report_archive.h"
#include "core/wire/report_parts.h"

static const char *const asks[] = { [ASKS_NOTHING] = "none", [ASKS_OFF] = "off", [ASKS_ON] = "on" };

static void write_number(struct writer *w, const char *key, bool known, double value)
{
	member_milli_if(w, key, known, (int64_t)round(value * 1000));
}

static void write_layer(struct writer *w, const struct view_layer *l)
{
	member_open(w, NULL, '{');
	member_text(w, "layer", l->name);
	member_text(w, "asks", asks[l->asks]);
	member_bool(w, "decides", l->decides);
	member_open(w, "inputs", '[');
	for (int i = 0; i < l->n_inputs; i++) {
		const struct view_input *in = &l->input[i];

		member_open(w, NULL, '{');
		member_text(w, "name", in->name);
		write_number(w, "value", in->known, in->value);
		member_text(w, "unit", in->unit);
		write_number(w, "limit", in->has_limit, in->limit);
		member_close(w, '}');
	}
	member_close(w, ']');
	member_text(w, "text", l->text);
	member_close(w, '}');
}

static void write_explanation(struct writer *w, const struct view_explain *e, const char *node)
{
	member_text(w, "node", node);
	member_int(w, "at_ms", e->at_ms);
	member_text(w, "state", !e->known ? NULL : e->on ? "on" : "off");
	member_open(w, "layers", '[');
	for (int i = 0; i < e->n_layers; i++)
		write_layer(w, &e->layer[i]);
	member_close(w, ']');
	member_text(w, "next_change", e->next_change[0] != '\0' ? e->next_change : NULL);
}

void report_explain(struct writer *w, const struct report_facts *f)
{
	const struct view_explain *e = &f->view->explain;
	int node = e->relay >= 0 ? f->settings->relays[e->relay].node : NO_NODE;

	report_begin(w, f);
	write_explanation(w, e, node != NO_NODE ? f->house->nodes[node].alias : NULL);
	member_close(w, '}');
}

void report_past(struct writer *w, const struct archive *a)
{
	struct view_explain e;

	past_explain(a->events, a->q.query.to_ms - 1, &e);
	write_explanation(w, &e, a->q.channel);
}
