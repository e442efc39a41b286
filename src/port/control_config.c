/* SPDX-License-Identifier: MIT */
/* The configuration on disk: how it differs from the one that runs, and the wish that it be taken over. Read here, by the
 * socket's own thread, so that nobody else waits for the disk. */
#include <stdio.h>
#include <stdlib.h>

#include "core/settings/diff.h"
#include "core/wire/members.h"
#include "port/control_parts.h"
#include "port/load.h"

enum { TELL_CONFIG = 78 };

struct on_disk { struct loaded loaded; struct problems problems; };

static void write_change(void *ctx, const struct setting_change *change)
{
	struct writer *w = ctx;

	member_open(w, NULL, '{');
	member_text(w, "path", change->path);
	member_printable(w, "running", change->now);
	member_printable(w, "on_disk", change->then);
	member_text(w, "unit", change->unit);
	member_text(w, "reload", change->reload);
	member_close(w, '}');
}

static void answer_changes(struct control_socket *s, struct conn *c, const struct loaded *l)
{
	struct writer w = answer_begin(s, c);

	member_bool(&w, "ok", true);
	member_open(&w, "data", '{');
	answer_house(&w, s);
	member_text(&w, "file", s->options.config);
	member_open(&w, "changes", '[');
	settings_changes(s->options.settings, &l->settings, write_change, &w);
	member_close(&w, ']');
	member_bool(&w, "houses_changed", l->houses_crc != s->options.houses_crc);
	member_close(&w, '}');
	answer_end(s, c, &w, false);
}

/* All that is wrong, up to 20, in data.errors. */
static void refuse_wrong(struct control_socket *s, struct conn *c, const struct problems *p)
{
	struct writer w = answer_begin(s, c);

	member_bool(&w, "ok", false);
	member_text(&w, "code", "BadConfig");
	member_printable(&w, "text", p->text[0]);
	member_null(&w, "action");
	member_int(&w, "exit", TELL_CONFIG);
	member_open(&w, "data", '{');
	answer_house(&w, s);
	member_open(&w, "errors", '[');
	for (int i = 0; i < p->n; i++)
		member_printable(&w, NULL, p->text[i]);
	member_close(&w, ']');
	member_int(&w, "more", p->more);
	member_close(&w, '}');
	answer_end(s, c, &w, false);
}

/* NULL: answered already why not. To be freed. */
static struct on_disk *read_disk(struct control_socket *s, struct conn *c)
{
	struct on_disk *d = s->options.config != NULL ? calloc(1, sizeof(*d)) : NULL;

	if (d == NULL) {
		answer_refuse(s, c, &(struct refusal_told){ "NotConfigured", s->options.config == NULL ?
			"this service reads no configuration" : "out of memory", "try again", TELL_FAILED });
		return NULL;
	}
	if (load_service(s->options.config, &d->loaded, &d->problems))
		return d;
	refuse_wrong(s, c, &d->problems);
	free(d);
	return NULL;
}

void config_diff(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	struct on_disk *d = read_disk(s, c);

	(void)args, (void)via;
	if (d != NULL)
		answer_changes(s, c, &d->loaded);
	free(d);
}

static void refuse_restart(struct control_socket *s, struct conn *c, const struct settings_diff *diff)
{
	char text[DIFF_NAMES + 40];

	snprintf(text, sizeof(text), "a reload cannot change %s", diff->names);
	answer_refuse(s, c, &(struct refusal_told){ "NeedsRestart", text, "run: sudo systemctl restart spaceheatd",
		TELL_HELD });
}

/* What it changes is answered first; how it went is the next `config` event. */
void config_reload(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	struct on_disk *d = read_disk(s, c);
	struct settings_diff diff;

	(void)args, (void)via;
	if (d == NULL) {
		operator_log(s, c, "BadConfig");
		return;
	}
	diff = settings_compare(s->options.settings, &d->loaded.settings);
	operator_log(s, c, diff.restart > 0 ? "NeedsRestart" : "Done");
	if (diff.restart > 0) {
		refuse_restart(s, c, &diff);
	} else {
		answer_changes(s, c, &d->loaded);
		if (s->options.reload != NULL)
			s->options.reload();
	}
	free(d);
}
