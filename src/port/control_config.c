/* SPDX-License-Identifier: MIT */
/* The configuration on disk: how it differs from the one that runs, and the wish that it be taken over. Read here, by the
 * socket's own thread, so that nobody else waits for the disk. */
#include <stdio.h>
#include <stdlib.h>

#include "core/settings/diff.h"
#include "core/settings/settings.h"
#include "core/wire/members.h"
#include "core/wire/tree.h"
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

/* --- what runs --------------------------------------------------------------------------------------- */

struct shown { struct writer *w; const struct settings *on_disk; };

static void write_setting(void *ctx, const struct setting_shown *s)
{
	struct shown *shown = ctx;
	char origin[CONF_PATH + 272];

	snprintf(origin, sizeof(origin), "%s:%d", s->file != NULL ? s->file : "", s->line);
	member_open(shown->w, NULL, '{');
	member_text(shown->w, "path", s->path);
	member_printable(shown->w, "value", s->value);
	member_text(shown->w, "unit", s->unit);
	member_text(shown->w, "default", s->fallback);
	member_printable(shown->w, "origin", shown->on_disk == NULL ? NULL : s->file != NULL ? origin : "default");
	member_close(shown->w, '}');
}

static bool is_same(const struct settings *a, const struct settings *b)
{
	struct settings_diff d = settings_compare(a, b);

	return d.live + d.fail_state + d.restart == 0;
}

/* Where what runs comes from; known only while the files say what runs. */
struct origins { struct settings settings; struct conf_list list; struct problems problems; };

static struct origins *read_origins(const struct control_socket *s)
{
	struct origins *o = s->options.config != NULL ? calloc(1, sizeof(*o)) : NULL;

	if (o == NULL || (load_settings(s->options.config, &o->settings, &o->list, &o->problems) &&
		is_same(s->options.settings, &o->settings)))
		return o;
	free(o);
	return NULL;
}

void config_show(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	const cJSON *item = tree_member(args, "path");
	const char *path = cJSON_IsString(item) ? item->valuestring : "", *like = settings_like(path);
	struct origins *o = read_origins(s);
	struct writer w = answer_begin(s, c);
	struct shown shown = { &w, o != NULL ? &o->settings : NULL };
	char text[CONF_PATH + 32], action[CONF_PATH + 32] = "run: spaceheat config show";
	int n;

	(void)via;
	member_bool(&w, "ok", true);
	member_open(&w, "data", '{');
	answer_house(&w, s);
	member_open(&w, "settings", '[');
	n = settings_show(s->options.settings, o != NULL ? &o->list : NULL, path, write_setting, &shown);
	member_close(&w, ']');
	member_close(&w, '}');
	free(o);
	if (n > 0) {
		answer_end(s, c, &w, false);
		return;
	}
	snprintf(text, sizeof(text), "no setting \"%.100s\"", path);
	if (like != NULL)
		snprintf(action, sizeof(action), "did you mean \"%.100s\"?", like);
	answer_refuse(s, c, &(struct refusal_told){ "NotFound", text, action, TELL_USAGE });
}

/* --- what would run -------------------------------------------------------------------------------------- */

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
