/* SPDX-License-Identifier: MIT */
/* Any spaceheat.cfg: taken with every value inside its rails, or refused with at least one problem named. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings/settings.h"
#include "port/config_file.h"

static void look(void *ctx, const struct setting_shown *line)
{
	(void)ctx;
	assert(line->path[0] != '\0');
}

static void check(const struct settings *s)
{
	assert(s->n_relays >= 0 && s->n_relays <= HOUSE_MAX_RELAYS);
	assert(s->n_zones >= 0 && s->n_zones <= SETTINGS_MAX_ZONES);
	assert(s->guard.hp_min_off_s >= 180 && s->guard.hp_min_off_s <= 1800);
	assert(s->guard.store_trip_c >= s->guard.store_ceiling_c + 3);
	assert(s->guard.store_ceiling_c <= 85 && s->guard.supply_ceiling_c <= 85);
	for (int i = 0; i < s->n_relays; i++)
		assert(s->relays[i].expected_w[0] >= 0 && s->relays[i].expected_w[0] <= s->relays[i].expected_w[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings *s = calloc(1, sizeof(*s));
	struct conf_list *list = calloc(1, sizeof(*list));
	struct problems *p = calloc(1, sizeof(*p));
	char *text = malloc(size + 1);

	assert(s != NULL && list != NULL && p != NULL && text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	problems_clear(p);
	conf_clear(list);
	settings_default(s);
	if (config_file_text(text, size, "spaceheat.cfg", list, p) && settings_apply(list, s, p)) {
		check(s);
		settings_show(s, list, NULL, look, NULL);
	} else {
		assert(p->n > 0);
	}
	free(text);
	free(p);
	free(list);
	free(s);
	return 0;
}
