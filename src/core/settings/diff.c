/* SPDX-License-Identifier: MIT */
#include "core/settings/diff.h"

#include <stdio.h>
#include <string.h>

#include "core/settings/table.h"

enum { VALUE_TEXT = 2200 };

static int count_of(const struct setting *row, const struct settings *s)
{
	int n = row->count;

	if (row->type == SET_TEXTS || row->type == SET_LIST)
		memcpy(&n, (const char *)s + row->offset_n, sizeof(n));
	return n;
}

static bool value_differs(const struct setting *row, int index, const struct settings *a, const struct settings *b)
{
	char one[VALUE_TEXT], other[VALUE_TEXT];
	size_t at = setting_offset(row, index);

	value_print(row, (const char *)a + at, count_of(row, a), one, sizeof(one));
	value_print(row, (const char *)b + at, count_of(row, b), other, sizeof(other));
	return strcmp(one, other) != 0;
}

static bool list_differs(const struct setting *list, const struct settings *a, const struct settings *b)
{
	int n = count_of(list, a);

	if (n != count_of(list, b))
		return true;
	for (int i = 0; i < settings_table_n; i++)
		if (setting_list_of(&settings_table[i]) == list)
			for (int k = 0; k < n; k++)
				if (value_differs(&settings_table[i], k, a, b))
					return true;
	return false;
}

static bool row_differs(const struct setting *row, const struct settings *a, const struct settings *b)
{
	if (row->reserved || setting_list_of(row) != NULL)
		return false;
	return row->type == SET_LIST ? list_differs(row, a, b) : value_differs(row, 0, a, b);
}

static bool under(const char *path, const char *group)
{
	return strncmp(path, group, strlen(group)) == 0;
}

static void count(struct settings_diff *d, const struct setting *row)
{
	d->restart += row->reload == RELOAD_RESTART;
	d->fail_state += row->reload == RELOAD_FAIL_STATE;
	d->live += row->reload == RELOAD_LIVE;
	d->link = d->link || under(row->path, "uplink.") || under(row->path, "contract.");
	d->sensors = d->sensors || under(row->path, "sensors.");
}

static void add_name(char names[DIFF_NAMES], const char *name)
{
	size_t used = strlen(names), room = DIFF_NAMES - used;

	if (used + strlen(name) + 8 < DIFF_NAMES)
		snprintf(names + used, room, "%s%s", used > 0 ? ", " : "", name);
	else if (used < 3 || strcmp(names + used - 3, "...") != 0)
		snprintf(names + used, room, ", ...");
}

struct settings_diff settings_compare(const struct settings *now, const struct settings *then)
{
	struct settings_diff d = { 0 };
	enum reload_class worst;

	for (int i = 0; i < settings_table_n; i++)
		if (row_differs(&settings_table[i], now, then))
			count(&d, &settings_table[i]);
	worst = d.restart > 0 ? RELOAD_RESTART : d.fail_state > 0 ? RELOAD_FAIL_STATE : RELOAD_LIVE;
	for (int i = 0; i < settings_table_n; i++)
		if (settings_table[i].reload == worst && row_differs(&settings_table[i], now, then))
			add_name(d.names, settings_table[i].path);
	return d;
}

static void say_value(const struct setting *row, const struct settings *s, char out[CHANGE_VALUE])
{
	char text[VALUE_TEXT];

	if (row->type == SET_LIST)
		snprintf(text, sizeof(text), "%d entries", count_of(row, s));
	else if (row->secret)
		snprintf(text, sizeof(text), "%s", *((const char *)s + row->offset) != '\0' ? "(set)" : "\"\"");
	else
		value_print(row, (const char *)s + row->offset, count_of(row, s), text, sizeof(text));
	snprintf(out, CHANGE_VALUE, "%.*s", CHANGE_VALUE - 1, text);
}

int settings_changes(const struct settings *now, const struct settings *then,
	void (*tell)(void *ctx, const struct setting_change *), void *ctx)
{
	static const char *const words[] = { [RELOAD_LIVE] = "reload",
		[RELOAD_FAIL_STATE] = "reload, relays to their fail state first", [RELOAD_RESTART] = "restart" };
	struct setting_change c;
	int n = 0;

	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *row = &settings_table[i];

		if (!row_differs(row, now, then))
			continue;
		c = (struct setting_change){ .path = row->path, .unit = row->unit, .reload = words[row->reload] };
		say_value(row, now, c.now);
		say_value(row, then, c.then);
		tell(ctx, &c);
		n++;
	}
	return n;
}

void settings_take_live(struct settings *to, const struct settings *from)
{
	to->display = from->display;
	to->uplink = from->uplink;
	to->contract = from->contract;
	to->dispatch_hold_s = from->dispatch_hold_s;
	to->roles = from->roles;
	memcpy(to->zones, from->zones, sizeof(to->zones));
	to->n_zones = from->n_zones;
	to->comfort = from->comfort;
	to->season = from->season;
	to->tariff = from->tariff;
	to->weather = from->weather;
	to->sensors = from->sensors;
	to->history = from->history;
	to->log = from->log;
	to->taken++;
}
