/* SPDX-License-Identifier: MIT */
#include "history_bench.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

/* --- the world around it ------------------------------------------------------------------- */

static int pool_take(void *self)
{
	struct bench *b = self;

	for (int i = 0; i < POOL_BUFFERS; i++)
		if (!b->taken[i]) {
			b->taken[i] = true;
			return i;
		}
	return -1;
}

static char *pool_bytes(void *self, int index)
{
	return ((struct bench *)self)->buffers[index];
}

static void pool_give(void *self, int index)
{
	struct bench *b = self;

	assert_true(b->taken[index]);
	b->taken[index] = false;
}

static void add_node(struct house *h, const char *alias)
{
	snprintf(h->nodes[h->n_nodes++].alias, ALIAS_SIZE, "%s", alias);
}

static void make_house(struct bench *b)
{
	struct house *h = &b->house;
	struct settings *s = &b->settings;

	snprintf(h->scada.alias, ALIAS_SIZE, "dw1.isone.ta.scada");
	snprintf(h->terminal_asset.alias, ALIAS_SIZE, "dw1.isone.ta");
	h->scada.id = uuid_random((uint64_t[2]){ 1, 2 });
	add_node(h, "a.tank.temp0");
	add_node(h, "a.elt1");
	add_node(h, "a.m");
	add_node(h, "a.elt1.relay");
	h->channels[TANK] = (struct channel){ .about = 0, .by = 0, .name = TELEMETRY_WATER_TEMP_C,
		.map = { 1000, 16, 0 }, .keep_s = 5 };
	h->channels[POWER] =
		(struct channel){ .about = 1, .by = 2, .name = TELEMETRY_POWER_W, .map = { 1, 1, 0 } };
	h->channels[RELAY] =
		(struct channel){ .about = 3, .by = 3, .name = TELEMETRY_RELAY_STATE, .map = { 1, 1, 0 } };
	h->n_channels = 3;
	s->simulated = true;
	s->status_period_s = 300;
	s->history.commit_s = 300;
	s->history.exact_days = 28;
	s->history.max_mb = 16;
	s->uplink.backlog_per_s = 20;
	s->relays[0].node = RELAY_NODE;
	s->n_relays = 1;
}

static void answer(struct bench *b, enum msg_type type, struct uuid uid)
{
	b->mail[b->n_mail++] = (struct msg){ .type = type, .uid = { uid, true } };
	assert_true(b->n_mail < MAX_MAIL);
}

/* What the uplink and the broker do with a status. */
static void take_status(struct bench *b, const struct msg_send_buffer *s)
{
	struct sent *to = &b->sent[b->n_sent++];

	assert_true(b->n_sent < MAX_STATUSES);
	*to = (struct sent){ .uid = s->uid, .bytes = malloc(s->length), .length = s->length };
	memcpy(to->bytes, b->buffers[s->buffer], s->length);
	to->slot_s = hbench_status_slot(to);
	if (b->hold_buffers)
		return;
	pool_give(b, s->buffer);
	answer(b, MSG_SENT, to->uid);
	if (!b->deaf)
		answer(b, MSG_ACKED, to->uid);
}

static void count_line(struct bench *b, const struct msg *m)
{
	b->n_lines[m->log.level]++;
	b->n_gaps += m->log.code == LOG_GAP;
	b->n_told_lost += m->log.code == LOG_GAP ? m->log.value : 0;
}

static void take(struct bench *b, const struct msg *m)
{
	if (m->type == MSG_SEND_BUFFER)
		take_status(b, &m->send_buffer);
	if (m->type == MSG_LOG)
		count_line(b, m);
	if (m->type == MSG_REFUSED) {
		b->n_refused++;
		b->refused = m->refused.diag;
	}
	if (m->type == MSG_OWED)
		b->owed = m->owed.count;
	b->n_stored += m->type == MSG_STORED;
	b->n_failed += m->type == MSG_STORE_FAILED;
	if (m->type == MSG_STORED || m->type == MSG_STORE_FAILED)
		b->last_stored = m->stored;
}

static void deliver(struct bench *b, struct msg m)
{
	m.now = b->now;
	m.clock = b->clock;
	m.clock_trusted = !b->untrusted;
	m.random[0] = b->random++;
	m.random[1] = 7;
	b->out.n = b->out.dropped = 0;
	history_step(&b->history, &m, &b->out);
	assert_int_equal(b->out.dropped, 0);
	if (m.type != MSG_STOP && !b->untrusted)
		assert_true(b->out.wake_at.ms > b->now.ms);
	for (int i = 0; i < b->out.n; i++)
		take(b, &b->out.box[i]);
}

/* One message, and the answers of the world to what came of it. */
void hbench_step(struct bench *b, struct msg m)
{
	deliver(b, m);
	for (int i = 0; i < b->n_mail; i++)
		deliver(b, b->mail[i]);
	b->n_mail = 0;
}

void hbench_time(struct bench *b, int64_t ms_from_start)
{
	b->now = (struct mono){ 1000000 + ms_from_start };
	b->clock = (struct wall){ START_MS + ms_from_start };
}

void hbench_tick(struct bench *b, int64_t ms)
{
	hbench_time(b, ms);
	hbench_step(b, (struct msg){ .type = MSG_TICK });
}

void hbench_keep(struct bench *b, int channel, int64_t ms, int64_t code)
{
	hbench_time(b, ms);
	hbench_step(b, (struct msg){ .type = MSG_KEEP, .keep = { channel, code, b->clock } });
}

/* Runs the slot that begins at `ms`: a scan each 5 s, some power; returns with its end reached. */
void hbench_run_slot(struct bench *b, int64_t ms)
{
	for (int64_t t = 0; t < 300000; t += 5000)
		hbench_keep(b, TANK, ms + t, 320 + (ms + t) / 5000 % 7);
	hbench_keep(b, POWER, ms + 299000, 4500);
	hbench_tick(b, ms + 300000);
}

void hbench_mode(struct bench *b, enum control_mode mode)
{
	hbench_step(b, (struct msg){ .type = MSG_MODE, .mode = { .mode = mode, .contract_live = true } });
}

void hbench_link(struct bench *b, bool up)
{
	hbench_step(b, (struct msg){ .type = MSG_LINK, .link = { .up = up } });
}

void hbench_go_remote(struct bench *b)
{
	hbench_link(b, true);
	hbench_mode(b, REMOTE_CONTROL);
}

void hbench_start(struct bench *b)
{
	assert_true(history_init(&b->history, &b->house, &b->settings, &b->store, &b->pool));
}

void hbench_open(struct bench *b)
{
	assert_true(store_sqlite_open(b->path, &b->store, &(struct err){ 0 }));
	hbench_start(b);
}

/* The power goes: nothing is written any more. */
void hbench_power_cut(struct bench *b)
{
	history_free(&b->history);
	b->store.close(b->store.self);
	memset(b->taken, 0, sizeof(b->taken));
}

void hbench_stop(struct bench *b)
{
	hbench_step(b, (struct msg){ .type = MSG_STOP });
	hbench_power_cut(b);
}

int hbench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	/* In memory where that can be: a disk's syncs are not what is tested, and weeks of them take minutes. */
	snprintf(b->dir, sizeof(b->dir), "%s/spaceheat-test-history-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->path, sizeof(b->path), "%s/history.db", b->dir);
	b->pool = (struct pool){ b, pool_take, pool_bytes, pool_give };
	for (int i = 0; i < POOL_BUFFERS; i++)
		b->buffers[i] = malloc(POOL_BUFFER_SIZE);
	make_house(b);
	hbench_time(b, 0);
	hbench_open(b);
	*state = b;
	return 0;
}

void hbench_remove_files(const char *path)
{
	struct dirent *entry;
	DIR *d = opendir(path);

	while (d != NULL && (entry = readdir(d)) != NULL)
		unlinkat(dirfd(d), entry->d_name, 0);
	if (d != NULL)
		closedir(d);
	rmdir(path);
}

int hbench_teardown(void **state)
{
	struct bench *b = *state;

	hbench_power_cut(b);
	hbench_remove_files(b->dir);
	for (int i = 0; i < b->n_sent; i++)
		free(b->sent[i].bytes);
	for (int i = 0; i < POOL_BUFFERS; i++)
		free(b->buffers[i]);
	free(b);
	return 0;
}

/* --- looking at what was sent -------------------------------------------------------------- */

void hbench_status_open(const struct sent *s, struct opened *o)
{
	struct refusal why;

	o->arena = (struct arena){ malloc(ARENA), ARENA, 0 };
	if (!codec_decode(
		    &gt_sh_status_wire, s->bytes, s->length, WIRE_MAX_BYTES_LONG, &o->m, &o->arena, &why))
		fail_msg("%s %s: %s", diag_name(why.diag), why.field, why.text);
	assert_true(uuid_equal(o->m.status_uid, s->uid));
}

void hbench_status_close(struct opened *o)
{
	free(o->arena.base);
}

int64_t hbench_status_slot(const struct sent *s)
{
	struct opened o;
	int64_t slot_s;

	hbench_status_open(s, &o);
	slot_s = o.m.slot_start_unix_s;
	hbench_status_close(&o);
	return slot_s;
}

int hbench_status_readings(const struct sent *s)
{
	struct opened o;
	int n = 0;

	hbench_status_open(s, &o);
	for (int i = 0; i < o.m.n_simple; i++)
		n += o.m.simple_telemetry_list[i].n;
	hbench_status_close(&o);
	return n;
}

void hbench_assert_same(const struct sent *a, const struct sent *b)
{
	assert_true(uuid_equal(a->uid, b->uid));
	assert_int_equal(a->length, b->length);
	assert_memory_equal(a->bytes, b->bytes, a->length);
}

/* Of temperatures, in the exact rows of that slot. */
static int stored_readings(const struct bench *b, int64_t slot_s, int64_t period_s)
{
	static struct block_reading room[8192];
	static uint8_t bytes[HISTORY_ROW_BYTES];
	struct block block = { .readings = room, .capacity = 8192 };
	struct err e;
	int n = 0;

	for (int64_t row_s = slot_s - slot_s % HISTORY_ROW_S; row_s < slot_s + period_s; row_s += HISTORY_ROW_S) {
		size_t length;
		bool found;

		assert_true(b->store.get_block(b->store.self, TIER_EXACT, row_s, bytes, sizeof(bytes), &length, &found, &e));
		block.start_ms = row_s * 1000;
		if (!found)
			continue;
		assert_true(block_decode(bytes, length, &block));
		for (int i = 0; i < block.n_readings; i++)
			n += room[i].at_ms >= slot_s * 1000 && room[i].at_ms < (slot_s + period_s) * 1000;
	}
	return n;
}

/* What a status of means stands for is counted in the rows it was made of. */
static int stands_for(const struct bench *b, const struct sent *s)
{
	struct opened o;
	bool means;
	int64_t period_s;

	hbench_status_open(s, &o);
	means = o.m.has_standard;
	period_s = o.m.reporting_period_s;
	hbench_status_close(&o);
	return means ? stored_readings(b, s->slot_s, period_s) : hbench_status_readings(s);
}

int hbench_assert_one_each(const struct bench *b)
{
	int n = 0;

	for (int i = 0; i < b->n_sent; i++) {
		bool again = false;

		for (int k = 0; k < i; k++) {
			bool same = uuid_equal(b->sent[i].uid, b->sent[k].uid);

			if (same)
				hbench_assert_same(&b->sent[i], &b->sent[k]);
			else if (b->sent[i].slot_s == b->sent[k].slot_s)
				fail_msg("slot %+lld has two statuses",
					(long long)(b->sent[i].slot_s - START_MS / 1000));
			again = again || same;
		}
		n += again ? 0 : stands_for(b, &b->sent[i]);
	}
	return n;
}
