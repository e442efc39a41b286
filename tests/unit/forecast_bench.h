/* SPDX-License-Identifier: MIT */
/* forecast_bench.h: a planner with a state directory of its own, whose clock is the test's. */
#ifndef TESTS_FORECAST_BENCH_H
#define TESTS_FORECAST_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/vectors.h"
#include "actor/planner_parts.h"
#include "port/forecast_files.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

static const int64_t START_S = 1799924400;	/* a whole hour */
static const char OAK[] = "dw1.isone.me.oak.1";

struct bench {
	struct house house;
	struct settings settings;
	struct planner planner;
	struct forecast_files files;
	char dir[64];
	struct mono now;
	struct msg_plan plan;
	struct msg_outlook outlook;
	struct msg_paid paid;
	int plans, outlooks, wrong, good;
	char line[LOG_TEXT];
};

static inline void start(struct bench *b)
{
	struct forecast_port port;

	assert_true(planner_init(&b->planner, &b->house, &b->settings, NULL));
	forecast_files_open(&b->files, b->dir);
	port = forecast_files_port(&b->files);
	planner_open(&b->planner, &port);
}

static inline void stop(struct bench *b)
{
	planner_free(&b->planner);
	forecast_files_close(&b->files);
}

static inline struct bench *open_bench(enum weather_source source, enum tariff_kind kind)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	strcpy(b->dir, "/tmp/spaceheat-forecast-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	b->house.has_model = true;
	vectors_plant(OAK, &b->house.plant);
	b->settings.tariff = (struct settings_tariff){ .kind = kind, .price_per_kwh = 0.05 };
	b->settings.weather.source = source;
	snprintf(b->settings.weather.file, PATH_SIZE, "%s/weather.csv", b->dir);
	start(b);
	return b;
}

static inline void close_bench(struct bench *b)
{
	static const char *const names[] = { "weather.csv", "tariff.csv", "prices.csv", "market.csv", "fit.csv" };
	char path[128];

	stop(b);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", b->dir, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(b->dir), 0);
	free(b);
}

static inline void write_file(const char *path, const char *header, double first, int hours, int64_t changed_s)
{
	struct timeval times[2] = { { .tv_sec = changed_s }, { .tv_sec = changed_s } };
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fprintf(f, "%s\n", header);
	for (int i = 0; i < hours; i++)
		fprintf(f, strchr(header, 'w') == strstr(header, "wh") ? "%lld,%g\n" : "%lld,%g,2.5,0\n",
			(long long)START_S + i * HOUR_S, first);
	fclose(f);
	assert_int_equal(utimes(path, times), 0);
}

static inline void write_weather(struct bench *b, double out_c, int64_t changed_s)
{
	write_file(b->settings.weather.file, series_weather.header, out_c, 60, changed_s);
}

static inline void note_line(struct bench *b, const struct msg *m)
{
	if (m->type != MSG_LOG || m->log.code != LOG_CONFIG_PARTIAL)
		return;
	b->wrong += m->log.level == LEVEL_WARNING;
	b->good += m->log.level == LEVEL_INFO;
	memcpy(b->line, m->log.text, sizeof(b->line));
}

static inline void deliver(struct bench *b, struct msg m)
{
	static struct outbox out;

	for (bool more = true; more;) {
		more = false;
		out = (struct outbox){ .wake_at = MONO_NEVER };
		m.now = b->now;
		m.clock = (struct wall){ START_S * 1000 + b->now.ms };
		m.clock_trusted = true;
		planner_step(&b->planner, &m, &out);
		for (int i = 0; i < out.n; i++) {
			note_line(b, &out.box[i]);
			if (out.box[i].type == MSG_PLAN_WORK) {
				m = out.box[i];
				more = true;
			} else if (out.box[i].type == MSG_PLAN) {
				b->plan = out.box[i].plan;
				b->plans++;
			} else if (out.box[i].type == MSG_OUTLOOK) {
				b->outlook = out.box[i].outlook;
				b->outlooks++;
			} else if (out.box[i].type == MSG_PAID) {
				assert_int_equal(out.box[i].to, TO_HISTORY);
				b->paid = out.box[i].paid;
			}
		}
	}
}

static inline void plan(struct bench *b)
{
	b->plans = 0;
	deliver(b, (struct msg){ .type = MSG_HEAT, .heat = { .tw_c = 45, .air_c = 20, .out_c = -8, .set_c = 20,
		.max_water_c = 65, .good = true } });
	assert_int_equal(b->plans, 1);
}

static inline void to_next_slot(struct bench *b)
{
	b->now.ms += PLANNER_EVERY_S * 1000;
}

#endif
