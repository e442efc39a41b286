/* SPDX-License-Identifier: MIT */
/* The scada's side of the message gate: rates (check 4), and what is said of all that was refused: enough to find the
 * sender, never so much that a flood of messages becomes a flood of lines, rows or answers. */
#include <stdio.h>
#include <string.h>

#include "actor/scada_parts.h"

enum { CHECK_RATE = 4, ROOM_FOR_TOPIC = 100 };

/* The types a SCADA hears; one bucket each. */
static const struct { const char *word; enum msg_type type; } heard[SCADA_RATES - 1] = {
	{ "gt.dispatch.boolean.100", MSG_DISPATCH },
	{ "dispatch.contract.offer.100", MSG_OFFER },
	{ "dispatch.contract.beat.100", MSG_BEAT },
	{ "dispatch.contract.end.100", MSG_END },
	{ "dispatch.contract.report.ack.100", MSG_REPORT_ACK },
	{ "gt.sh.cli.atn.cmd.110", MSG_SNAPSHOT_REQUEST },
	{ "energy.instruction.100", MSG_INSTRUCTION },
	{ "status.ack.100", MSG_STATUS_ACK },
	{ "history.request.100", MSG_HISTORY_REQUEST },
	{ "weather.forecast.100", MSG_WEATHER },
	{ "price.forecast.100", MSG_PRICES },
};

static int bucket_of_word(const char *word)
{
	int i = 0;

	while (i < SCADA_RATES - 1 && strcmp(heard[i].word, word) != 0)
		i++;
	return i;
}

/* -1: not from the net port, or refused by a check before this one. */
static int bucket_of(const struct msg *in)
{
	if (in->type == MSG_READING || in->type == MSG_READINGS || in->type == MSG_ANSWER)	/* our own, and most of all */
		return -1;
	if (in->type == MSG_REFUSED)
		return diag_check(in->refused.diag) < CHECK_RATE ? -1 : bucket_of_word(in->refused.type);
	if (scada_is_later_part(in))
		return -1;
	for (int i = 0; i < SCADA_RATES - 1; i++)
		if (heard[i].type == in->type)
			return i;
	return -1;
}

/* The first of a run is answered as its type is; the others are too many to be worth an answer each. */
static void answer_limited(struct scada *s, const struct msg *in, struct outbox *out)
{
	if (in->type == MSG_DISPATCH) {
		scada_refuse_dispatch(s, &in->dispatch, DIAG_RATE_LIMITED, out);
	} else if (in->type == MSG_OFFER) {
		scada_say_answer(s, in->offer.contract, DIAG_RATE_LIMITED, out);
	} else if (in->type == MSG_INSTRUCTION) {
		scada_answer_instruction(&in->instruction, DIAG_RATE_LIMITED, out);
	}
}

bool scada_admit(struct scada *s, const struct msg *in, struct outbox *out)
{
	int bucket = bucket_of(in);
	struct gate_rate *rate = bucket < 0 ? NULL : &s->gate.rates[bucket];

	if (rate == NULL || gate_rate_pass(rate, s->now, GATE_BURST, GATE_EVERY_MS))
		return true;
	scada_count_refusal(s, DIAG_RATE_LIMITED, bucket < SCADA_RATES - 1 ? heard[bucket].word : "unknown types", out);
	if (!rate->told)
		answer_limited(s, in, out);
	rate->told = true;
	return false;
}

/* A row of the event table each minute at most; lines until there were enough of them. */
void scada_count_refusal(struct scada *s, enum diag diag, const char *what, struct outbox *out)
{
	struct scada_refusals *r = &s->refusals[diag];
	char more[32] = "";

	s->counts.refused[diag]++;
	if (r->told && mono_since(s->now, r->told_at) < SCADA_REFUSAL_MS) {
		r->since++;
		if (gate_rate_pass(&s->gate.lines[diag], s->now, GATE_BURST, SCADA_REFUSAL_LINE_MS))
			note(out, LEVEL_WARNING, LOG_REFUSED, NO_NODE, "%s: %s", diag_name(diag), what);
		return;
	}
	if (r->since > 0)
		snprintf(more, sizeof(more), " (%u more before)", (unsigned int)r->since);
	record(out, LEVEL_WARNING, LOG_REFUSED, NO_NODE, (int32_t)diag, "%s: %s%s", diag_name(diag), what, more);
	*r = (struct scada_refusals){ .told = true, .told_at = s->now };
}

/* --- retained commands ------------------------------------------------------------------------------ */

static uint64_t hash_of(const char *word)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *word != '\0'; word++)
		hash = (hash ^ (unsigned char)*word) * 0x100000001b3;
	return hash;
}

/* Is this the first time for that topic? When there are more topics than room, the rest stay unsaid. */
static bool first_of_topic(struct scada_gate *g, const char *word)
{
	uint64_t hash = hash_of(word);

	for (int i = 0; i < g->n_retained; i++)
		if (g->retained[i] == hash)
			return false;
	if (g->n_retained == SCADA_MAX_RETAINED)
		return false;
	g->retained[g->n_retained++] = hash;
	return true;
}

/* A line to be copied into a shell holds no character of a stranger's choice. */
static bool is_plain(const char *word, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789.";
	size_t n = strlen(word);

	return n > 0 && n + 1 < size && strspn(word, plain) == n;
}

/* SF-46. */
static void say_how_to_clear(struct scada *s, const struct msg_refused *r, struct outbox *out)
{
	if (!first_of_topic(&s->gate, r->type))
		return;
	if (is_plain(r->type, sizeof(r->type)) && strlen(s->house->atn.alias) + strlen(r->type) < ROOM_FOR_TOPIC)
		record(out, LEVEL_WARNING, LOG_REFUSED, NO_NODE, DIAG_RETAINED_COMMAND,
			"the broker keeps a command for us - clear it: mosquitto_pub -r -n -t %s/%s",
			s->house->atn.alias, r->type);
	else
		record(out, LEVEL_WARNING, LOG_REFUSED, NO_NODE, DIAG_RETAINED_COMMAND,
			"the broker keeps a command for us on %.60s/%s - clear it: publish there empty and retained",
			s->house->atn.alias, r->type);
}

void scada_refused(struct scada *s, const struct msg *in, struct outbox *out)
{
	char what[sizeof(in->refused.type) + sizeof(in->refused.field) + 8];

	snprintf(what, sizeof(what), "%s%s%s", in->refused.type, in->refused.field[0] != '\0' ? " field " : "",
		in->refused.field);
	scada_count_refusal(s, in->refused.diag, what, out);
	if (in->refused.diag == DIAG_RETAINED_COMMAND)
		say_how_to_clear(s, &in->refused, out);
}
