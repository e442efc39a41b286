/* SPDX-License-Identifier: MIT */
/* diff.h: what a changed configuration changes, and how it can be taken over. */
#ifndef CORE_SETTINGS_DIFF_H
#define CORE_SETTINGS_DIFF_H

#include <stdbool.h>

#include "spaceheat/settings.h"

enum { DIFF_NAMES = 120 };

struct settings_diff {
	int live, fail_state, restart;	/* how many settings of each reload class differ */
	bool link;			/* uplink or contract: the connection is made anew */
	bool sensors;			/* thermometers are opened anew */
	char names[DIFF_NAMES];		/* of the class that weighs most, "guard.hp_min_off_s, relays"; cut with "..." */
};

/* One setting that differs, as people read it; of a secret only that it does. reload: "reload", "reload, relays to their
 * fail state first" or "restart". */
enum { CHANGE_VALUE = 400 };
struct setting_change { const char *path, *unit, *reload; char now[CHANGE_VALUE], then[CHANGE_VALUE]; };
/* Tells each; returns how many. A list is one change, "2 entries" when only its elements differ. */
int settings_changes(const struct settings *now, const struct settings *then,
	void (*tell)(void *ctx, const struct setting_change *), void *ctx);

/* A list whose elements differ counts once, as itself. */
struct settings_diff settings_compare(const struct settings *now, const struct settings *then);
/* Takes over every setting of the live class, with what was resolved from it, and nothing else. */
void settings_take_live(struct settings *to, const struct settings *from);

#endif
