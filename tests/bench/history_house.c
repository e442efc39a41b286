/* SPDX-License-Identifier: MIT */
#include "history_house.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "actor/history.h"
#include "core/history/archive.h"
#include "core/settings/settings.h"
#include "port/store_sqlite.h"

/* Thirty channels: the first of the trace's thermometers and meters. */
enum { TEMPERATURES = 24, METERS = 2, RELAYS = 4, TMPFS = 0x01021994, WRITEBACK_MS = 30000 };

struct player {
	struct house house;
	struct settings settings;
	struct store store;
	struct history history;
	struct outbox out;
	struct mono now;
	struct wall clock;
	uint64_t random, commits;
	struct archive *archive;
	char path[256];
	int failed;
};

static int no_buffer(void *self)
{
	(void)self;
	return -1;
}

static void step(struct player *p, struct msg m)
{
	m.now = p->now;
	m.clock = p->clock;
	m.clock_trusted = true;
	m.random[0] = p->random++;
	m.random[1] = 7;
	p->out.n = p->out.dropped = 0;
	history_step(&p->history, &m, &p->out);
	for (int i = 0; i < p->out.n; i++)
		p->failed += p->out.box[i].type == MSG_LOG && p->out.box[i].log.level <= LEVEL_ERROR;
}

/* --- the house ----------------------------------------------------------------------------- */

static void add_channel(struct house *h, const char *alias, enum telemetry_name name, struct code_map map, int keep_s)
{
	int node = h->n_nodes++;

	snprintf(h->nodes[node].alias, ALIAS_SIZE, "%s", alias);
	h->channels[h->n_channels++] =
		(struct channel){ .about = node, .by = node, .name = name, .map = map, .keep_s = keep_s };
}

static void make_house(struct player *p)
{
	static const enum telemetry_name meter[METERS] = { TELEMETRY_POWER_W, TELEMETRY_CURRENT_UA };
	char alias[32];

	snprintf(p->house.scada.alias, ALIAS_SIZE, "bench.ta.scada");
	snprintf(p->house.terminal_asset.alias, ALIAS_SIZE, "bench.ta");
	for (int i = 0; i < TEMPERATURES; i++) {
		snprintf(alias, sizeof(alias), "a.temp%d", i);
		add_channel(&p->house, alias, TELEMETRY_WATER_TEMP_C, (struct code_map){ 1000, 16, 0 }, 5);
	}
	for (int i = 0; i < METERS; i++) {
		snprintf(alias, sizeof(alias), "a.meter%d", i);
		add_channel(&p->house, alias, meter[i], (struct code_map){ 1, 1, 0 }, 5);
	}
	for (int i = 0; i < RELAYS; i++) {
		snprintf(alias, sizeof(alias), "a.relay%d", i);
		add_channel(&p->house, alias, TELEMETRY_RELAY_STATE, (struct code_map){ 1, 1, 0 }, 0);
		p->settings.relays[i].node = TEMPERATURES + METERS + i;
	}
	p->settings.n_relays = RELAYS;
	p->settings.simulated = true;
}

/* --- playing ------------------------------------------------------------------------------- */

static void keep(struct player *p, int channel, const struct block_reading *r)
{
	step(p, (struct msg){ .type = MSG_KEEP, .keep = { channel, r->code, { r->at_ms } } });
}

static void command(struct player *p, int relay, const struct block_reading *r)
{
	step(p, (struct msg){ .type = MSG_KEEP_COMMAND,
		.keep_command = { p->settings.relays[relay].node, r->code != 0, { r->at_ms } } });
}

/* Hands out what each series has up to now; next[]: how far it is. */
static void hand_out(struct player *p, const struct block *b, int n, int first_channel, int32_t next[])
{
	bool relays = first_channel == TEMPERATURES + METERS;

	for (int32_t i = 0; i < n; i++) {
		const struct block_series *s = &b->series[i];
		const struct block_reading *r = &b->readings[s->first];

		for (; next[i] < s->count && r[next[i]].at_ms <= p->clock.ms; next[i]++) {
			if (relays && next[i] > 0)
				command(p, i, &r[next[i]]);
			keep(p, first_channel + i, &r[next[i]]);
		}
	}
}

/* In a real house the kernel writes what is dirty within half a minute, also an index of the log that SQLite shares with
 * readers by memory: here too, or the disk would be given less than a card is. */
static void let_time_pass(struct player *p)
{
	char shm[300];
	int fd;

	if (p->commits == p->history.counts.commits)
		return;
	p->commits = p->history.counts.commits;
	snprintf(shm, sizeof(shm), "%s-shm", p->path);
	fd = open(shm, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		fdatasync(fd);
		close(fd);
	}
}

static void play_slot(struct player *p, const struct block of[])
{
	int32_t next[N_TRACE_KINDS][BLOCK_MAX_SERIES] = { 0 };
	struct mono began = p->now;

	for (int64_t ms = 0; ms < TRACE_SLOT_S * 1000; ms += 1000) {
		p->now = mono_after(began, ms);
		p->clock.ms = of[0].start_ms + ms;
		step(p, (struct msg){ .type = MSG_TICK });
		hand_out(p, &of[TRACE_DS18B20], TEMPERATURES, 0, next[0]);
		hand_out(p, &of[TRACE_POWER], METERS, TEMPERATURES, next[1]);
		hand_out(p, &of[TRACE_RELAYS], RELAYS, TEMPERATURES + METERS, next[2]);
		step(p, (struct msg){ .type = MSG_FLUSH });
		if (ms % WRITEBACK_MS == 0)
			let_time_pass(p);
	}
	p->now = mono_after(began, TRACE_SLOT_S * 1000);
	p->clock.ms = of[0].start_ms + TRACE_SLOT_S * 1000;
}

static int64_t written_bytes(void)
{
	FILE *f = fopen("/proc/self/io", "r");
	char line[128];
	long long n = -1;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "write_bytes: %lld", &n) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return n;
}

/* The seventh number of a disk's `stat` is sectors of 512 bytes written. */
static int64_t device_bytes(void)
{
	const char *name = getenv("BENCH_DEVICE");
	long long sectors = -1;
	char path[128];
	FILE *f;

	if (name == NULL)
		return -1;
	sync();
	snprintf(path, sizeof(path), "/sys/block/%.40s/stat", name);
	f = fopen(path, "r");
	if (f == NULL || fscanf(f, "%*s %*s %*s %*s %*s %*s %lld", &sectors) != 1)
		sectors = -1;
	if (f != NULL)
		fclose(f);
	return sectors < 0 ? -1 : sectors * 512;
}

static int64_t file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000 + t.tv_nsec;
}

/* 28 days of each channel as 1200 points: the slowest. */
static void measure_queries(struct player *p, struct house_cost *cost)
{
	for (int i = 0; i < p->house.n_channels; i++) {
		struct archive *a = p->archive;
		int64_t began;

		memset(&a->q, 0, sizeof(a->q));
		a->q.kind = ARCHIVE_POINTS;
		a->q.query = (struct query){ p->clock.ms - 28 * (int64_t)86400000, p->clock.ms, 1200, QUERY_AUTO };
		snprintf(a->q.channel, sizeof(a->q.channel), "%s", p->house.nodes[p->house.channels[i].about].alias);
		began = cpu_ns();
		step(p, (struct msg){ .type = MSG_ARCHIVE });
		began = cpu_ns() - began;
		p->failed += a->outcome != ARCHIVE_DONE || (i < TEMPERATURES && a->answer.n_points == 0);
		cost->query_ns = began > cost->query_ns ? began : cost->query_ns;
	}
}

static void measure_end(struct player *p, const char *dir, const int64_t before[2], struct house_cost *cost)
{
	int64_t device;
	struct statfs fs;

	step(p, (struct msg){ .type = MSG_STOP });
	cost->kept = (int64_t)p->history.counts.kept;
	history_free(&p->history);
	p->store.close(p->store.self);
	cost->physical = before[0] < 0 || statfs(dir, &fs) != 0 || fs.f_type == TMPFS ? -1 : written_bytes() - before[0];
	device = device_bytes();
	cost->device = device < 0 ? -1 : device - before[1];
	cost->file_bytes = file_bytes(p->path);
}

static void keep_or_remove(const struct player *p)
{
	const char *kept = getenv("BENCH_KEEP");

	if (kept == NULL || rename(p->path, kept) != 0)
		unlink(p->path);
}

bool house_play(struct trace *t, const char *dir, struct house_cost *cost, struct err *e)
{
	struct player *p = calloc(1, sizeof(*p));
	struct archive *archive = calloc(1, sizeof(*archive));
	struct pool pool = { .self = p, .take = no_buffer };
	struct block of[N_TRACE_KINDS];
	const int64_t before[2] = { written_bytes(), device_bytes() };
	bool ok;

	*cost = (struct house_cost){ 0 };
	snprintf(p->path, sizeof(p->path), "%s/history.db", dir);
	p->archive = archive;
	settings_default(&p->settings);
	p->settings.status_period_s = TRACE_SLOT_S;
	p->settings.history.share = getenv("BENCH_SHARE") != NULL;
	make_house(p);
	p->now.ms = 1000000;
	if (!store_sqlite_open(p->path, &p->store, e) ||
		!history_init(&p->history, &p->house, &p->settings, &p->store, &pool)) {
		free(archive);
		free(p);
		return false;
	}
	history_show(&p->history, p->archive);
	for (; trace_next(t, of); cost->slots++)
		play_slot(p, of);
	measure_queries(p, cost);
	measure_end(p, dir, before, cost);
	ok = p->failed == 0 || err_set(e, ERR_IO, 0, "%d errors of the store", p->failed);
	keep_or_remove(p);
	free(archive);
	free(p);
	return ok;
}
