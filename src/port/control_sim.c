/* SPDX-License-Identifier: MIT */
/* The verb `sim`: looking at a simulation, its speed, and breaking things in it. Answered at once, by this thread. */
#include <stdio.h>
#include <string.h>

#include "core/wire/members.h"
#include "core/wire/tree.h"
#include "port/control_parts.h"
#include "spaceheat/problems.h"

double control_speed(struct control_socket *s)
{
	struct sim_view v = { .speed = s->options.settings->sim.speed };

	if (s->options.sim.look != NULL)
		s->options.sim.look(s->options.sim.self, &v);
	return v.speed;
}

static void refuse_plain(struct control_socket *s, struct conn *c, const char *code, const char *text, const char *action,
	int exit)
{
	answer_refuse(s, c, &(struct refusal_told){ code, text, action, exit });
}

/* What a request that changes something was refused for: a line for people, too. */
static void refuse_logged(struct control_socket *s, struct conn *c, const char *code, const char *line)
{
	char text[sizeof(((struct err *)0)->text)], *dash;
	const char *action = "see: spaceheat sim -h";

	snprintf(text, sizeof(text), "%s", line);
	dash = strstr(text, " - ");
	if (dash != NULL) {
		*dash = '\0';
		action = dash + 3;
	}
	operator_log(s, c, code);
	refuse_plain(s, c, code, text, action, TELL_USAGE);
}

/* The answer to everything that worked: the simulation as it is now. added, cleared: -1 = this request did neither. */
static void show(struct control_socket *s, struct conn *c, int32_t added, int32_t cleared)
{
	const struct control_options *o = &s->options;
	struct report_facts f = { .house = o->house, .settings = o->settings };
	struct writer w = answer_begin(s, c);
	struct sim_view v;

	o->sim.look(o->sim.self, &v);
	v.added = added;
	v.cleared = cleared;
	f.offset_known = control_offset(s, v.t_ms, &f.utc_offset_s);
	member_bool(&w, "ok", true);
	writer_text(&w, ",\"data\":");
	report_sim(&w, &f, &v);
	answer_end(s, c, &w, false);
}

static void do_status(struct control_socket *s, struct conn *c, const cJSON *args)
{
	(void)args;
	show(s, c, -1, -1);
}

static void do_speed(struct control_socket *s, struct conn *c, const cJSON *args)
{
	const cJSON *speed = tree_member(args, "speed");
	bool max = cJSON_IsString(speed) && strcmp(speed->valuestring, "max") == 0;
	struct err e;

	if (!max && !cJSON_IsNumber(speed)) {
		refuse_logged(s, c, "BadRequest", "args.speed is no number - give 0.1 to 3600, or \"max\"");
		return;
	}
	if (!s->options.sim.speed(s->options.sim.self, max ? 0 : speed->valuedouble, &e)) {
		refuse_logged(s, c, e.code == ERR_BUSY ? "Busy" : "OutOfRange", e.text);
		return;
	}
	operator_log(s, c, "Done");
	show(s, c, -1, -1);
}

static void stand(struct control_socket *s, struct conn *c, bool paused)
{
	s->options.sim.pause(s->options.sim.self, paused);
	operator_log(s, c, "Done");
	show(s, c, -1, -1);
}

static void do_pause(struct control_socket *s, struct conn *c, const cJSON *args)
{
	(void)args;
	stand(s, c, true);
}

static void do_resume(struct control_socket *s, struct conn *c, const cJSON *args)
{
	(void)args;
	stand(s, c, false);
}

static void do_fault(struct control_socket *s, struct conn *c, const cJSON *args)
{
	const cJSON *spec = tree_member(args, "fault");
	int32_t number;
	struct err e;

	if (!cJSON_IsString(spec))
		refuse_logged(s, c, "BadRequest", "args.fault is missing - write WHAT[:NODE]=KIND[,key=value]@WHEN[+FOR]");
	else if (!s->options.sim.fault(s->options.sim.self, spec->valuestring, &number, &e))
		refuse_logged(s, c, "BadRequest", e.text);
	else {
		operator_log(s, c, "Done");
		show(s, c, number, -1);
	}
}

static void do_clear(struct control_socket *s, struct conn *c, const cJSON *args)
{
	int n = s->options.sim.clear(s->options.sim.self);

	(void)args;
	operator_log(s, c, "Done");
	show(s, c, -1, n);
}

static const struct { const char *name; bool looks; void (*fn)(struct control_socket *, struct conn *, const cJSON *args); }
	parts[] = {
	{ "status", true, do_status },
	{ "now", true, do_status },
	{ "speed", false, do_speed },
	{ "pause", false, do_pause },
	{ "resume", false, do_resume },
	{ "fault", false, do_fault },
	{ "clear", false, do_clear },
};
enum { N_PARTS = sizeof(parts) / sizeof(parts[0]) };

static void unknown_part(struct control_socket *s, struct conn *c, const char *word)
{
	const char *names[N_PARTS], *near;
	char text[64], action[96] = "give one of: status, now, speed, pause, resume, fault, clear";

	for (int i = 0; i < N_PARTS; i++)
		names[i] = parts[i].name;
	near = did_you_mean(word, names, N_PARTS);
	if (near != NULL)
		snprintf(action, sizeof(action), "did you mean \"%s\"?", near);
	snprintf(text, sizeof(text), "args.do is not understood (\"%.30s\")", word);
	refuse_plain(s, c, "BadRequest", text, action, TELL_USAGE);
}

void sim_request(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	const cJSON *what = tree_member(args, "do");
	const char *word = what == NULL ? "status" : cJSON_IsString(what) ? what->valuestring : "?";
	int i = 0;

	if (s->options.sim.look == NULL) {
		refuse_plain(s, c, "NotSimulated", "this is a real house", "only a simulated one has it", TELL_HELD);
		return;
	}
	while (i < N_PARTS && strcmp(parts[i].name, word) != 0)
		i++;
	if (i == N_PARTS) {
		unknown_part(s, c, word);
		return;
	}
	if (!parts[i].looks)
		operator_describe(c, "sim", args, via);
	if (!parts[i].looks && c->peer.role < ROLE_OPERATOR)
		request_not_permitted(s, c);
	else
		parts[i].fn(s, c, args);
}
