/* SPDX-License-Identifier: MIT */
/* bench_history [DIR [TRACE.csv]]: what the record of a house costs: bytes and nanoseconds per reading beside other
 * coders, the real file, what the disk is given. Prints `name value unit` lines; every reading is decoded again and
 * compared. DIR (a folder on a disk) is where the file is made; BENCH_DAYS (28), BENCH_SEED (1), BENCH_HOUSE (set: the file
 * alone, no coders) and those of history_house.h are taken from the environment. Exits 1 when a reading does not come back. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "history_house.h"
#include "history_rivals.h"
#include "history_trace.h"

enum { ROOM = 1 << 21 };

struct sum {
	int64_t readings, slots, bytes, time_bytes, encode_ns, decode_ns, wrong;
	int64_t varint, rice, gorilla, zstd;
	struct rival_day *day[BLOCK_MAX_SERIES];
};

struct bench {
	struct sum sum[N_TRACE_KINDS];
	uint8_t bytes[ROOM];
	struct block_reading decoded[TRACE_CAPACITY], still[TRACE_CAPACITY];
};

static const char *const kind_names[N_TRACE_KINDS] = {
	[TRACE_DS18B20] = "ds18b20", [TRACE_NTC] = "ntc", [TRACE_POWER] = "power", [TRACE_RELAYS] = "relays" };

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000 + t.tv_nsec;
}

static void print(const char *group, const char *name, double value, const char *unit)
{
	printf("history.%s%s%s %.4g %s\n", group, *group != '\0' ? "." : "", name, value, unit);
}

/* --- blocks -------------------------------------------------------------------------------- */

static int32_t next_with_readings(const struct block *b, int32_t i)
{
	while (i < b->n_series && b->series[i].count == 0)
		i++;
	return i;
}

/* How many readings did not come back as they were. */
static int64_t compare(const struct block *a, const struct block *b)
{
	int64_t wrong = a->n_readings != b->n_readings;
	int32_t k = next_with_readings(a, 0);

	for (int32_t i = 0; i < b->n_series; i++, k = next_with_readings(a, k + 1)) {
		const struct block_series *x = &a->series[k], *y = &b->series[i];

		if (k >= a->n_series || x->id != y->id || x->count != y->count)
			return wrong + b->n_readings;
		for (int32_t j = 0; j < y->count; j++)
			wrong += a->readings[x->first + j].at_ms != b->readings[y->first + j].at_ms ||
				a->readings[x->first + j].code != b->readings[y->first + j].code;
	}
	return wrong;
}

static void code_slot(struct bench *m, struct sum *s, const struct block *b)
{
	struct block back = { .start_ms = b->start_ms, .capacity = TRACE_CAPACITY, .readings = m->decoded };
	int64_t t0 = now_ns(), t1, t2;
	int n = block_encode(b, m->bytes, ROOM);
	bool ok;

	t1 = now_ns();
	ok = n > 0 && block_decode(m->bytes, (size_t)n, &back);
	t2 = now_ns();
	s->wrong += ok ? compare(b, &back) : b->n_readings + 1;
	s->bytes += n;
	s->encode_ns += t1 - t0;
	s->decode_ns += t2 - t1;
	s->readings += b->n_readings;
	s->slots++;
}

/* The same readings with all values 0: what is left are the times. */
static void time_bytes(struct bench *m, struct sum *s, const struct block *b)
{
	struct block still = *b;

	still.readings = m->still;
	for (int32_t i = 0; i < b->n_series; i++)
		for (int32_t k = b->series[i].first; k < b->series[i].first + b->series[i].count; k++)
			m->still[k] = (struct block_reading){ b->readings[k].at_ms, 0 };
	s->time_bytes += block_encode(&still, m->bytes, ROOM);
}

static void rivals(struct sum *s, const struct block *b)
{
	for (int32_t i = 0; i < b->n_series; i++) {
		const struct block_reading *r = &b->readings[b->series[i].first];
		int32_t n = b->series[i].count;

		s->varint += rival_varint(r, n);
		s->rice += rival_rice(r, n);
		s->gorilla += rival_gorilla(r, n);
		if (s->day[i] == NULL)
			s->day[i] = rival_day_open();
		rival_day_add(s->day[i], r, n);
	}
}

static void end_of_day(struct sum *s)
{
	for (int i = 0; i < BLOCK_MAX_SERIES && s->day[i] != NULL; i++) {
		int64_t n = rival_day_bytes(s->day[i]);

		s->zstd = n < 0 ? -1 : s->zstd + n;
	}
}

static void measure_trace(struct bench *m, struct trace *t)
{
	struct block of[N_TRACE_KINDS];

	for (int64_t slot = 1; trace_next(t, of); slot++)
		for (int k = 0; k < N_TRACE_KINDS; k++) {
			if (of[k].n_series == 0)
				continue;
			code_slot(m, &m->sum[k], &of[k]);
			time_bytes(m, &m->sum[k], &of[k]);
			rivals(&m->sum[k], &of[k]);
			if (slot % (86400 / TRACE_SLOT_S) == 0)
				end_of_day(&m->sum[k]);
		}
	for (int k = 0; k < N_TRACE_KINDS; k++)
		end_of_day(&m->sum[k]);
}

/* Readings on change are too few for a figure each: theirs is per slot. */
static void report(const char *name, const struct sum *s)
{
	double n = (double)s->readings;

	if (s->readings == 0)
		return;
	print(name, "bytes_per_slot", (double)s->bytes / (double)s->slots, "B");
	print(name, "bytes_per_reading", (double)s->bytes / n, "B");
	print(name, "values_bytes_per_reading", (double)(s->bytes - s->time_bytes) / n, "B");
	print(name, "times_bytes_per_reading", (double)s->time_bytes / n, "B");
	print(name, "encode_ns", (double)s->encode_ns / n, "ns/reading");
	print(name, "decode_ns", (double)s->decode_ns / n, "ns/reading");
	print(name, "rice_values_bytes_per_reading", (double)s->rice / 8 / n, "B");
	print(name, "gorilla_values_bytes_per_reading", (double)s->gorilla / 8 / n, "B");
	print(name, "varint_values_bytes_per_reading", (double)s->varint / 8 / n, "B");
	if (s->zstd >= 0)
		print(name, "zstd19_day_values_bytes_per_reading", (double)s->zstd / n, "B");
	print(name, "readings_compared", n, "readings");
	print(name, "readings_wrong", (double)s->wrong, "readings");
}

/* --- plain rows ---------------------------------------------------------------------------- */

static const char plain_schema[] = "PRAGMA journal_mode=WAL; CREATE TABLE reading(series INTEGER, at_ms INTEGER, "
	"code INTEGER, PRIMARY KEY(at_ms, series)) WITHOUT ROWID; BEGIN";

static void insert_block(sqlite3_stmt *st, const struct block *b)
{
	for (int32_t i = 0; i < b->n_series; i++)
		for (int32_t k = 0; k < b->series[i].count; k++) {
			const struct block_reading *r = &b->readings[b->series[i].first + k];

			sqlite3_bind_int(st, 1, b->series[i].id);
			sqlite3_bind_int64(st, 2, r->at_ms);
			sqlite3_bind_int64(st, 3, r->code);
			sqlite3_step(st);
			sqlite3_reset(st);
		}
}

static void measure_plain_rows(const char *dir, struct trace *t)
{
	struct block of[N_TRACE_KINDS];
	int64_t readings = 0;
	char path[300];
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL, *size = NULL;

	snprintf(path, sizeof(path), "%s/plain.db", dir);
	if (sqlite3_open(path, &db) == SQLITE_OK && sqlite3_exec(db, plain_schema, NULL, NULL, NULL) == SQLITE_OK &&
		sqlite3_prepare_v2(db, "INSERT INTO reading VALUES(?1,?2,?3)", -1, &st, NULL) == SQLITE_OK) {
		for (; trace_next(t, of); readings += of[0].n_readings)
			insert_block(st, &of[0]);
		sqlite3_finalize(st);
		sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
		sqlite3_prepare_v2(db, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", -1,
			&size, NULL);
		if (readings > 0 && sqlite3_step(size) == SQLITE_ROW)
			print("plain_rows", "bytes_per_reading",
				(double)sqlite3_column_int64(size, 0) / (double)readings, "B");
		sqlite3_finalize(size);
	}
	sqlite3_close(db);
	unlink(path);
}

/* --- all of it ----------------------------------------------------------------------------- */

static int number_of(const char *name, int otherwise)
{
	const char *text = getenv(name);

	return text != NULL && atoi(text) > 0 ? atoi(text) : otherwise;
}

static bool measure_house(const char *dir, int days, uint64_t seed, struct err *e)
{
	struct trace *t = trace_generate(days, seed, e);
	struct house_cost cost;
	bool ok = t != NULL && house_play(t, dir, &cost, e);

	trace_close(t);
	if (!ok)
		return false;
	print("house", "days", days, "d");
	print("house", "readings_kept", (double)cost.kept, "readings");
	print("", "file_mb", (double)cost.file_bytes / 1e6, "MB");
	print("", "query_28d_ms", (double)cost.query_ns / 1e6, "ms");
	if (cost.physical > 0) {
		print("", "write_mb_per_day", (double)cost.physical / 1e6 / days, "MB/d");
	} else {
		fprintf(stderr, "bench_history: skip write_mb_per_day: %s is not on a disk\n", dir);
	}
	if (cost.device >= 0)
		print("", "device_mb_per_day", (double)cost.device / 1e6 / days, "MB/d");
	return true;
}

static struct trace *open_trace(const char *csv, int days, uint64_t seed, struct err *e)
{
	return csv != NULL ? trace_read_csv(csv, e) : trace_generate(days, seed, e);
}

static int failed(const struct err *e)
{
	fprintf(stderr, "bench_history: %s\n", e->text);
	return 1;
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : ".", *csv = argc > 2 ? argv[2] : NULL;
	int days = number_of("BENCH_DAYS", 28);
	uint64_t seed = (uint64_t)number_of("BENCH_SEED", 1);
	struct bench *m = calloc(1, sizeof(*m));
	struct err e = { 0 };
	struct trace *t = open_trace(csv, days, seed, &e);
	int64_t wrong = 0;

	if (m == NULL || t == NULL)
		return failed(&e);
	if (getenv("BENCH_HOUSE") != NULL)
		return measure_house(dir, days, seed, &e) ? 0 : failed(&e);
	measure_trace(m, t);
	for (int k = 0; k < N_TRACE_KINDS; k++) {
		report(csv != NULL ? "recorded" : kind_names[k], &m->sum[k]);
		wrong += m->sum[k].wrong;
	}
	trace_close(t);
	t = open_trace(csv, 1, seed, &e);
	if (t == NULL)
		return failed(&e);
	measure_plain_rows(dir, t);
	trace_close(t);
	if (csv == NULL && !measure_house(dir, days, seed, &e))
		return failed(&e);
	for (int k = 0; k < N_TRACE_KINDS; k++)
		for (int i = 0; i < BLOCK_MAX_SERIES; i++)
			rival_day_close(m->sum[k].day[i]);
	free(m);
	return wrong > 0;
}
