/* SPDX-License-Identifier: MIT */
/* A configuration that changes: what differs, what is taken over, the copy of the last good one, and the moment between
 * two steps in which all this happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../support/crew.h"
#include "core/settings/diff.h"
#include "core/settings/settings.h"
#include "core/settings/table.h"
#include "port/last_good.h"
#include "port/small_file.h"

/* Makes one setting another value, whatever its type; of a list, one element more. */
static void alter(const struct setting *row, struct settings *s)
{
	char *at = (char *)s + setting_offset(row, 0);
	int n = 1;

	switch (row->type) {
	case SET_TEXT:
		at[0] = 'x', at[1] = '\0';
		break;
	case SET_BOOL:
		at[0] = (char)!at[0];
		break;
	case SET_WORD:
		at[0] = (char)((at[0] + 1) % row->count);
		break;
	case SET_LIST:
	case SET_TEXTS:
		memcpy((char *)s + row->offset_n, &n, sizeof(n));
		break;
	case SET_INT:
	case SET_INTS:
	case SET_DAYS:
	case SET_CLOCK:
		at[0] = (char)(at[0] + 1);
		break;
	case SET_FLOAT:
	case SET_FLOATS:
		*(double *)(void *)at += 1;
		break;
	}
}

static void keep_change(void *ctx, const struct setting_change *c)
{
	*(struct setting_change *)ctx = *c;
}

/* People are told what changes, from and to, and what it takes; of a secret only that. */
static void changes_are_told(void **state)
{
	struct settings *now = calloc(1, sizeof(*now)), *then = calloc(1, sizeof(*then));
	struct setting_change c;

	(void)state;
	settings_default(now);
	settings_default(then);
	assert_int_equal(settings_changes(now, then, keep_change, &c), 0);
	then->guard.hp_min_off_s = 420;
	assert_int_equal(settings_changes(now, then, keep_change, &c), 1);
	assert_string_equal(c.path, "guard.hp_min_off_s");
	assert_string_equal(c.now, "300");
	assert_string_equal(c.then, "420");
	assert_string_equal(c.reload, "reload, relays to their fail state first");
	*then = *now;
	snprintf(then->uplink.password_file, sizeof(then->uplink.password_file), "/secret/place");
	assert_int_equal(settings_changes(now, then, keep_change, &c), 1);
	assert_string_equal(c.now, "\"\"");
	assert_string_equal(c.then, "(set)");
	*then = *now;
	then->n_relays = 1;
	assert_int_equal(settings_changes(now, then, keep_change, &c), 1);
	assert_string_equal(c.then, "1 entries");
	free(now);
	free(then);
}

/* Every setting of the table is noticed when it changes, with its class; those of the live class, and no others, are
 * then taken over. */
static void every_setting_is_noticed(void **state)
{
	struct settings *now = calloc(1, sizeof(*now)), *then = calloc(1, sizeof(*then));

	(void)state;
	settings_default(now);
	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *row = &settings_table[i];
		struct settings_diff d;

		if (row->reserved || setting_list_of(row) != NULL)
			continue;
		*then = *now;
		alter(row, then);
		d = settings_compare(now, then);
		if (d.live + d.fail_state + d.restart != 1 || strcmp(d.names, row->path) != 0)
			fail_msg("%s: noticed as \"%s\"", row->path, d.names);
		assert_int_equal(d.live, row->reload == RELOAD_LIVE);
		assert_int_equal(d.restart, row->reload == RELOAD_RESTART);
		assert_int_equal(d.link, strncmp(row->path, "uplink.", 7) == 0 || strncmp(row->path, "contract.", 9) == 0);
		settings_take_live(then, now);
		d = settings_compare(now, then);
		if ((d.live + d.fail_state + d.restart == 0) != (row->reload == RELOAD_LIVE))
			fail_msg("%s: taken over, or not, against its class", row->path);
	}
	free(now);
	free(then);
}

/* A member of a list counts as its list; of several classes the heaviest is named; too many names are cut. */
static void differences_are_named(void **state)
{
	struct settings *now = calloc(1, sizeof(*now)), *then = calloc(1, sizeof(*then));
	struct settings_diff d;

	(void)state;
	settings_default(now);
	now->n_zones = now->n_relays = 1;
	*then = *now;
	then->zones[0].critical = !then->zones[0].critical;
	d = settings_compare(now, then);
	assert_string_equal(d.names, "zones");
	then->relays[0].active_low = true;
	d = settings_compare(now, then);
	assert_string_equal(d.names, "relays");
	assert_int_equal(d.live, 1);
	assert_int_equal(d.fail_state, 1);
	*then = *now;
	for (int i = 0; i < settings_table_n; i++)
		if (!settings_table[i].reserved && setting_list_of(&settings_table[i]) == NULL &&
			settings_table[i].reload == RELOAD_FAIL_STATE)
			alter(&settings_table[i], then);
	d = settings_compare(now, then);
	assert_non_null(strstr(d.names, ", ..."));
	assert_null(strstr(d.names, "..., ..."));
	free(now);
	free(then);
}

/* --- the copy ----------------------------------------------------------------------------------------- */

struct place { char dir[64], cfg[96], part[96], houses[96], state[96]; struct loaded loaded; struct problems problems; };

static void put(const char *path, const char *text)
{
	struct err e;

	assert_true(small_file_replace(path, text, strlen(text), &e));
}

static const char plain[] = "house = \"dw1.isone.nh.orange.1\"; simulated = true; houses_file = \"houses.json\";\n"
	"state_dir = \"state\"; relays = ( { node = \"a.elt1.relay\"; kind = \"element\"; fail_state = \"open\";\n"
	"expected_w = [ 4000, 4800 ]; }, { node = \"a.tank.out.pump.relay\"; kind = \"pump\"; fail_state = \"open\";\n"
	"expected_w = [ 30, 90 ]; } ); roles: { store = [ \"a.tank.temp0\" ]; };\n"
	"contract: { allow_unsigned_contract = true; };\n";

static struct place *place_new(void)
{
	struct place *p = calloc(1, sizeof(*p));
	struct err e;
	size_t length;
	char *houses = load_text("input_data/houses.json", 1 << 20, &length, &e);

	strcpy(p->dir, "/tmp/spaceheat-good-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->cfg, sizeof(p->cfg), "%s/spaceheat.cfg", p->dir);
	snprintf(p->houses, sizeof(p->houses), "%s/houses.json", p->dir);
	snprintf(p->state, sizeof(p->state), "%s/conf.d", p->dir);
	mkdir(p->state, 0700);
	snprintf(p->part, sizeof(p->part), "%s/conf.d/10-site.cfg", p->dir);
	snprintf(p->state, sizeof(p->state), "%s/state", p->dir);
	mkdir(p->state, 0700);
	put(p->cfg, plain);
	put(p->part, "comfort: { setpoint_c = 20.5; };\n");
	put(p->houses, houses);
	free(houses);
	return p;
}

static void place_free(struct place *p)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", p->dir);
	assert_int_equal(system(command), 0);	/* NOLINT: a test, with our own words */
	free(p);
}

/* What once worked can be read again when the files are broken, its paths still those of the real file; and it is not
 * replaced by something worse. */
static void last_good_copy_serves(void **state)
{
	struct place *p = place_new();
	struct err e;

	(void)state;
	assert_false(last_good_load(p->state, p->cfg, &p->loaded, &p->problems));
	assert_true(last_good_save(p->state, p->cfg, p->houses, &e));
	put(p->cfg, "house = ;\n");
	put(p->houses, "{");
	unlink(p->part);
	assert_false(load_service(p->cfg, &p->loaded, &p->problems));
	problems_clear(&p->problems);
	assert_true(last_good_load(p->state, p->cfg, &p->loaded, &p->problems));
	assert_true(p->loaded.settings.comfort.setpoint_c == 20.5);
	assert_string_equal(p->loaded.settings.state_dir, p->state);
	assert_string_equal(p->loaded.settings.houses_file, p->houses);
	assert_int_equal(p->loaded.settings.n_relays, 2);
	unlink(p->houses);
	assert_false(last_good_save(p->state, p->cfg, p->houses, &e));
	assert_true(last_good_load(p->state, p->cfg, &p->loaded, &p->problems));
	place_free(p);
}

/* Killed between its two renames, a save leaves the copy under its other name, where it is found. */
static void half_done_save_is_found(void **state)
{
	struct place *p = place_new();
	char good[128], old[128];
	struct err e;

	(void)state;
	snprintf(good, sizeof(good), "%s/last-good", p->state);
	snprintf(old, sizeof(old), "%s/last-good.old", p->state);
	assert_true(last_good_save(p->state, p->cfg, p->houses, &e));
	assert_int_equal(rename(good, old), 0);
	assert_true(last_good_load(p->state, p->cfg, &p->loaded, &p->problems));
	put(p->part, "comfort: { setpoint_c = 21.5; };\n");
	assert_true(last_good_save(p->state, p->cfg, p->houses, &e));
	assert_true(last_good_save(p->state, p->cfg, p->houses, &e));
	assert_int_equal(access(old, F_OK), -1);
	assert_true(last_good_load(p->state, p->cfg, &p->loaded, &p->problems));
	assert_true(p->loaded.settings.comfort.setpoint_c == 21.5);
	place_free(p);
}

/* --- between two steps ----------------------------------------------------------------------------------- */

/* Two numbers that every actor reads and that must never differ: no lock but the runtime's. */
struct pair { int one, other; };

static void read_pair(struct hand *h, const struct msg *in, struct outbox *out)
{
	const struct pair *p = h->crew->o.finished_ctx;

	if (in->type == MSG_STOP)
		return;
	h->wrong += p->one != p->other;
	h->count++;
	atomic_store(&h->crew->entered, 1);
	say_to(out, (h->who + 1) % CREW, 1);
}

static void change_pair(void *ctx)
{
	struct pair *p = ctx;

	p->one++;
	p->other++;
}

static void *change_often(void *ctx)
{
	struct crew *c = ctx;

	while (!atomic_load(&c->entered))
		;
	for (int i = 0; i < 200; i++)
		assert_true(runtime_between_steps(c->runtime, 30000, change_pair, c->o.finished_ctx));
	runtime_stop(c->runtime);
	return NULL;
}

/* What is changed between two steps is seen whole by all actors, while they work as hard as they can. */
static void changes_are_seen_whole(void **state)
{
	struct crew *c = crew_new(CREW, TIME_REAL, read_pair);
	struct pair pair = { 0, 0 };
	pthread_t changer;
	int64_t steps = 0;

	(void)state;
	c->o.finished_ctx = &pair;
	for (int i = 0; i < CREW; i++)
		c->hands[i].every_ms = 0;
	crew_open(c);
	assert_int_equal(pthread_create(&changer, NULL, change_often, c), 0);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	pthread_join(changer, NULL);
	assert_int_equal(pair.one, 200);
	for (int i = 0; i < CREW; i++) {
		assert_int_equal(c->hands[i].wrong, 0);
		steps += c->hands[i].count;
	}
	assert_true(steps > 0);
	crew_free(c);
}

static void hang_at_gate(struct hand *h, const struct msg *in, struct outbox *out)
{
	(void)out;
	if (in->type != MSG_TICK || h->who != 1 || h->count++ > 0)
		return;
	atomic_store(&h->crew->entered, 1);
	sem_wait(&h->crew->gate);
}

static void *change_in_vain(void *ctx)
{
	struct crew *c = ctx;
	struct pair *p = c->o.finished_ctx;

	while (!atomic_load(&c->entered))
		;
	assert_false(runtime_between_steps(c->runtime, 50, change_pair, p));
	assert_int_equal(p->one, 0);
	sem_post(&c->gate);
	assert_true(runtime_between_steps(c->runtime, 30000, change_pair, p));
	runtime_trust(c->runtime, true);
	runtime_stop(c->runtime);
	return NULL;
}

/* A device that hangs makes a change impossible, and no more than that: nothing was changed, all others go on. */
static void hanging_step_refuses_the_change(void **state)
{
	struct crew *c = crew_new(2, TIME_REAL, hang_at_gate);
	struct pair pair = { 0, 0 };
	pthread_t changer;

	(void)state;
	c->o.finished_ctx = &pair;
	c->actors[1].watch = WATCH_DEVICE;
	crew_open(c);
	assert_int_equal(pthread_create(&changer, NULL, change_in_vain, c), 0);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	pthread_join(changer, NULL);
	assert_int_equal(pair.one, 1);
	crew_free(c);
}

static void note_trust(struct hand *h, const struct msg *in, struct outbox *out)
{
	(void)out;
	if (in->type != MSG_TICK)
		return;
	h->wrong = in->clock_trusted;
	if (h->count++ == 0)
		assert_false(in->clock_trusted);
	runtime_trust(h->crew->runtime, true);
	if (in->clock_trusted)
		runtime_stop(h->crew->runtime);
}

/* Trust in the clock that comes while the house runs is on every message from then on. */
static void trust_comes_later(void **state)
{
	struct crew *c = crew_new(1, TIME_REAL, note_trust);

	(void)state;
	c->o.clock_trusted = false;
	c->hands[0].every_ms = 5;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_int_equal(c->hands[0].wrong, 1);
	crew_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_is_noticed), cmocka_unit_test(changes_are_told),
		cmocka_unit_test(differences_are_named),
		cmocka_unit_test(last_good_copy_serves),
		cmocka_unit_test(half_done_save_is_found),
		cmocka_unit_test(changes_are_seen_whole),
		cmocka_unit_test(hanging_step_refuses_the_change),
		cmocka_unit_test(trust_comes_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
