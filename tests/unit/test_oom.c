/* SPDX-License-Identifier: MIT */
/* Memory that runs out anywhere in JSON or SQLite loses that message or that write, and nothing else (SF-27). */
#include <cjson/cJSON.h>
#include <sqlite3.h>

#include "../support/store_bench.h"
#include "core/wire/houses.h"
#include "core/wire/inbound.h"
#include "port/load.h"

/* One allocator for both libraries: the N-th call fails, or all from the N-th on. Reached through the test alone. */
static struct { int64_t calls, fail_at, living; bool for_good; } tap;

static bool fails(void)
{
	tap.calls++;
	return tap.fail_at > 0 && (tap.calls == tap.fail_at || (tap.for_good && tap.calls > tap.fail_at));
}

static void *tap_malloc(size_t size)
{
	void *p = fails() ? NULL : malloc(size);

	tap.living += p != NULL;
	return p;
}

static void tap_free(void *p)
{
	tap.living -= p != NULL;
	free(p);
}

static void tap_begin(int64_t fail_at, bool for_good)
{
	tap.calls = 0;
	tap.fail_at = fail_at;
	tap.for_good = for_good;
}

/* --- JSON ------------------------------------------------------------------------------------------- */

static const char dispatch[] = "{\"AboutNodeAlias\":\"a.elt1.relay\",\"ToGNodeAlias\":\"d1.ta.scada\",\"FromGNodeAlias\":"
	"\"d1\",\"FromGNodeId\":\"e7f7d6cc-08b0-4b36-bbbb-0a1f8447fd32\",\"RelayState\":1,\"SendTimeUnixMs\":1657022837123,"
	"\"TypeAlias\":\"gt.dispatch.boolean.100\"}";

/* A command for which there is no memory is refused by name; the next one is understood. */
static void a_message_is_lost_alone(void **state)
{
	struct inbound_identity id = { .self_alias = "d1.ta.scada", .other_alias = "d1", .ta_alias = "d1.ta" };
	char *memory = malloc(INBOUND_SCADA_MEMORY);
	int64_t points = 0;
	struct inbound in;
	struct msg out;

	(void)state;
	assert_true(uuid_parse("e7f7d6cc-08b0-4b36-bbbb-0a1f8447fd32", &id.other_id));
	inbound_init(&in, &id, memory, INBOUND_SCADA_MEMORY);
	do {
		tap_begin(++points, false);
		assert_true(inbound_scada(&in, "d1/gt.dispatch.boolean.100", dispatch, strlen(dispatch), false, &out));
		assert_int_equal(tap.living, 0);
		assert_int_equal(out.type, tap.calls < tap.fail_at ? MSG_DISPATCH : MSG_REFUSED);
	} while (tap.calls >= tap.fail_at);
	assert_int_equal(points, 2);	/* the tree is one block */
	tap_begin(0, false);
	free(memory);
}

/* A house that cannot be read for want of memory is an error with words, wherever the memory ended. */
static void a_house_is_refused_whole(void **state)
{
	struct problems *problems = calloc(1, sizeof(*problems));
	struct house *house = calloc(1, sizeof(*house));
	int64_t points = 0;
	struct err e;
	size_t length;
	char *text = load_text("input_data/houses.json", 1 << 20, &length, &e);
	bool good;

	(void)state;
	do {	/* every one of the first, then every 41st of thousands that are alike */
		points += points < 60 ? 1 : 41;
		tap_begin(points, points % 2 == 0);
		problems_clear(problems);
		good = houses_read(text, length, "houses.json", "dw1.isone.nh.orange.1", house, problems);
		assert_int_equal(tap.living, 0);
		assert_true(good ? tap.calls < tap.fail_at : problems->n > 0);
	} while (tap.calls >= tap.fail_at);
	assert_true(good);
	tap_begin(0, false);
	free(problems);
	free(house);
	free(text);
}

/* --- the store ------------------------------------------------------------------------------------------- */

/* SQLite wants to know the size of what it holds: kept in front of it. */
static void *sqlite_take(int size)
{
	int64_t *p = tap_malloc((size_t)size + 16);

	if (p == NULL)
		return NULL;
	p[0] = size;
	return p + 2;
}

static void sqlite_give(void *p)
{
	if (p != NULL)
		tap_free((int64_t *)p - 2);
}

static void *sqlite_again(void *p, int size)
{
	int64_t *old = (int64_t *)p - 2, *fresh = fails() ? NULL : realloc(old, (size_t)size + 16);

	if (fresh == NULL)
		return NULL;
	fresh[0] = size;
	return fresh + 2;
}

static int sqlite_size(void *p)
{
	return p != NULL ? (int)((int64_t *)p)[-2] : 0;
}

static int sqlite_round(int size)
{
	return (size + 7) & ~7;
}

static int sqlite_begin(void *unused)
{
	(void)unused;
	return SQLITE_OK;
}

static void sqlite_end(void *unused)
{
	(void)unused;
}

/* Everything the history actor does to a store, once. False: something could not be done. */
static bool use_store(struct store *s, int64_t start_s, struct err *e)
{
	bool taken;
	const struct store_event event = { .at_ms = start_s * 1000, .level = "I", .code = "BOOT", .node = "-", .text = "x" };
	const struct store_owed owed = { .slot_s = start_s, .period_s = 300, .uid = { { (uint8_t)(start_s / 300) } } };
	const struct contract_record record = { .start_s = start_s, .state = CONTRACT_LIVE };
	struct contract_record back;
	struct store_owed next;
	bool found;

	if (!s->begin(s->self, STORE_DURABLE, e))
		return false;
	if (!s->put_block(s->self, TIER_EXACT, start_s, (const uint8_t *)"block", 5, e) || !s->put_event(s->self, &event, e) ||
		!s->put_contract(s->self, CONTRACT_NOW, &record, e) || !s->owe(s->self, &owed, &taken, e) ||
		!s->put_number(s->self, STORE_CLOSED_S, start_s, e) || !s->commit(s->self, e)) {
		s->rollback(s->self);
		return false;
	}
	return s->get_contract(s->self, CONTRACT_NOW, &back, &found, e) && found && s->next_owed(s->self, 0, &next, &found, e);
}

/* What was committed last, as somebody with memory enough finds it. */
static int64_t committed_s(struct store_bench *b)
{
	struct contract_record r = { 0 };
	int64_t closed_s = 0;
	bool found = false;

	assert_true(b->store.get_contract(b->store.self, CONTRACT_NOW, &r, &found, &b->e));
	assert_true(b->store.get_number(b->store.self, STORE_CLOSED_S, &closed_s, &found, &b->e));
	assert_int_equal(r.start_s, closed_s);	/* all of a transaction, or none */
	return closed_s;
}

/* A write for which there is no memory fails whole and says so; the store goes on with the next. */
static void a_write_is_lost_alone(void **state)
{
	struct store_bench *b = *state;
	int64_t points = 0, before_s = 300, at_s;
	bool good;

	assert_true(use_store(&b->store, before_s, &b->e));
	do {
		at_s = before_s + 300;
		points++;
		tap_begin(points, points % 2 == 0);
		b->e.text[0] = '\0';
		good = use_store(&b->store, at_s, &b->e);
		good = good && tap.calls < tap.fail_at;
		tap_begin(0, false);
		assert_true(committed_s(b) == before_s || committed_s(b) == at_s);
		before_s = committed_s(b);
	} while (!good && points < 3000);
	assert_true(good);
	assert_true(use_store(&b->store, before_s + 300, &b->e));
}

/* A store that cannot be opened for want of memory is opened by a later begin, with all that was in it. */
static void an_opening_is_tried_again(void **state)
{
	struct store_bench *b = *state;
	int64_t points = 0;
	bool opened;

	assert_true(use_store(&b->store, 300, &b->e));
	do {
		store_bench_close(b);
		tap_begin(++points, false);
		opened = store_sqlite_open(b->path, &b->store, &b->e) && tap.calls < tap.fail_at;
		tap_begin(0, false);
		assert_true(b->store.begin(b->store.self, STORE_SOON, &b->e));
		b->store.rollback(b->store.self);
		assert_int_equal(committed_s(b), 300);
		assert_int_equal(store_bench_files(b, "corrupt"), 0);
	} while (!opened && points < 3000);
	assert_true(opened);
}

int main(void)
{
	static const struct sqlite3_mem_methods methods = { sqlite_take, sqlite_give, sqlite_again, sqlite_size,
		sqlite_round, sqlite_begin, sqlite_end, NULL };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_lost_alone),
		cmocka_unit_test(a_house_is_refused_whole),
		cmocka_unit_test_setup_teardown(a_write_is_lost_alone, store_bench_setup, store_bench_teardown),
		cmocka_unit_test_setup_teardown(an_opening_is_tried_again, store_bench_setup, store_bench_teardown),
	};
	cJSON_Hooks hooks = { tap_malloc, tap_free };

	cJSON_InitHooks(&hooks);
	sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);	/* so that every allocation can fail */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
