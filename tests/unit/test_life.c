/* SPDX-License-Identifier: MIT */
/* Starts, stops and safe mode; trust in the clock and steps of it; word to the service manager; files replaced whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/life/cert.h"
#include "core/life/life.h"
#include "core/life/trust.h"
#include "port/clock_linux.h"
#include "port/load.h"
#include "port/notify.h"
#include "port/small_file.h"

enum { MINUTE = 60000 };

/* A start at that minute after a run that ended so; what is remembered goes through its text, as in life. */
static struct life_start start_at(struct life *l, const char *boot, int minute, bool clean)
{
	char text[LIFE_TEXT];
	struct life again;
	struct life_start s;

	if (clean)
		life_end(l);
	assert_in_range(life_write(l, text), 10, LIFE_TEXT - 1);
	assert_true(life_read(text, &again));
	s = life_begin(&again, true, boot, (int64_t)minute * MINUTE);
	*l = again;
	return s;
}

static struct life first_start(int minute)
{
	struct life l = { 0 };
	struct life_start s = life_begin(&l, false, "boot-a", (int64_t)minute * MINUTE);

	assert_true(s.first);
	assert_false(s.unclean || s.safe_mode);
	return l;
}

/* A stop in order is remembered as such, a death as the other thing. */
static void stops_are_told_apart(void **state)
{
	struct life l = first_start(1);

	(void)state;
	assert_false(start_at(&l, "boot-a", 2, true).unclean);
	assert_true(start_at(&l, "boot-a", 3, false).unclean);
	assert_false(start_at(&l, "boot-a", 4, true).unclean);
}

/* Five unclean starts in ten minutes are bad luck, the sixth is safe mode (SF-24). */
static void sixth_unclean_start_is_safe_mode(void **state)
{
	struct life l = first_start(0);
	struct life_start s;

	(void)state;
	for (int i = 1; i <= LIFE_MOST_UNCLEAN; i++) {
		s = start_at(&l, "boot-a", i, false);
		assert_int_equal(s.recent, i);
		assert_false(s.safe_mode);
	}
	assert_true(start_at(&l, "boot-a", 10, false).safe_mode);
}

/* Deaths more than ten minutes apart from now do not add up. */
static void old_deaths_do_not_count(void **state)
{
	struct life l = first_start(0);
	struct life_start s;

	(void)state;
	for (int i = 1; i < 40; i++) {
		s = start_at(&l, "boot-a", i * 3, false);
		assert_in_range(s.recent, 1, 4);
		assert_false(s.safe_mode);
	}
}

/* Ten quiet minutes forgive everything, whatever the machine's clock says after the next boot. */
static void quiet_minutes_forgive(void **state)
{
	struct life l = first_start(0);

	(void)state;
	for (int i = 1; i <= LIFE_MOST_UNCLEAN; i++)
		(void)start_at(&l, "boot-a", i, false);
	life_stable(&l);
	assert_int_equal(start_at(&l, "boot-b", 0, false).recent, 1);
}

/* A machine that boots over and over is caught as well, though its clock begins anew each time. */
static void boots_count_too(void **state)
{
	struct life l = first_start(5);
	char boot[] = "boot-b";

	(void)state;
	for (int i = 1; i <= LIFE_MOST_UNCLEAN; i++, boot[5]++)
		assert_false(start_at(&l, boot, 1, false).safe_mode);
	assert_true(start_at(&l, boot, 1, false).safe_mode);
	for (int i = 0; i < 20; i++, boot[5]++)	/* for ever, in the room there is */
		assert_true(start_at(&l, boot, 1, false).safe_mode);
}

/* A text that is not ours is a first start, not a crash and not a guess. */
static void other_texts_are_refused(void **state)
{
	static const char *const texts[] = { "", "spaceheat-life 2\nboot a\nrunning 1\nwall_ms 0\nunclean_ms \n",
		"spaceheat-life 1\nboot a\nrunning 1\nwall_ms 0\n", "spaceheat-life 1\n",
		"spaceheat-life 1\nboot a\nrunning 1\nwall_ms 0\nunclean_ms x\n",
		"spaceheat-life 1\nboot a\nrunning 1\nwall_ms 0\nunclean_ms -5\n",
		"spaceheat-life 1\nboot a\nrunning 1\nwall_ms 0\nunclean_ms 1 2 3 4 5 6 7 8 9\n",
		"spaceheat-life 1\nboot 1234567890123456789012345678901234567890\nrunning 1\nwall_ms 0\nunclean_ms \n" };
	struct life l;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(life_read(texts[i], &l));
	assert_true(life_read("spaceheat-life 1\nboot a\nrunning 1\nwall_ms 77\nunclean_ms 1 2 3 4 5 6 7 8\n", &l));
	assert_int_equal(l.n, LIFE_KEPT);
	assert_int_equal(l.wall_ms, 77);
	life_saw(&l, 76);
	assert_int_equal(l.wall_ms, 77);
}

/* The clock is believed when somebody keeps it right, or a chip agrees that is not behind what is stored (SF-70). */
static void trust_needs_a_reason(void **state)
{
	const struct trust_facts facts = { .chip = true, .chip_ms = 1000000, .now = { 1000000 }, .newest_ms = 999999 };
	struct trust_facts f = facts;

	(void)state;
	assert_int_equal(trust_look(&f), TRUST_CHIP);
	f.newest_ms = 1000001;
	assert_int_equal(trust_look(&f), TRUST_CHIP_BEHIND);
	f.synchronised = true;
	assert_int_equal(trust_look(&f), TRUST_SYNCHRONISED);
	f = facts;
	f.now.ms += TRUST_CHIP_MS;
	assert_int_equal(trust_look(&f), TRUST_CHIP);
	f.now.ms++;
	assert_int_equal(trust_look(&f), TRUST_CHIP_DIFFERS);
	f = facts;
	f.chip = false;
	assert_int_equal(trust_look(&f), TRUST_NO_SOURCE);
	for (int t = 0; t < N_TRUSTS; t++)
		assert_int_equal(trust_is_good((enum trust)t), t == TRUST_CHIP || t == TRUST_SYNCHRONISED);
}

static int64_t step(struct stepwatch *w, int64_t mono, int64_t wall)
{
	return stepwatch_look(w, (struct mono){ mono }, (struct wall){ wall }, (struct mono){ mono });
}

/* A clock that was set is seen with its size, once; one that drifts, or a look that was held up, is not a step. */
static void steps_have_a_size(void **state)
{
	struct stepwatch w = { 0 };

	(void)state;
	assert_int_equal(step(&w, 0, 5000000), 0);
	assert_int_equal(step(&w, 1000, 5002000), 0);	/* one second is no step */
	assert_int_equal(step(&w, 2000, 5004001), 1001);
	assert_int_equal(step(&w, 2000, 5004001), 0);
	assert_int_equal(step(&w, 3000, 5004001 + 1000 + 3600000), 3600000);
	assert_int_equal(step(&w, 4000, 5004001 + 2000 + 3600000), 0);
	assert_int_equal(step(&w, 5000, 5004001 + 3000), -3600000);
	assert_int_equal(stepwatch_look(&w, (struct mono){ 6000 }, (struct wall){ 0 }, (struct mono){ 9000 }), 0);
	assert_int_equal(step(&w, 10000, 5004001 + 8000), 0);
}

/* The machine's own facts can be asked; a chip is read where it is said to lie. */
static void machine_is_asked(void **state)
{
	char dir[] = "/tmp/spaceheat-rtc-XXXXXX", path[64], boot[40], same[40];
	int64_t ms = 1;
	struct err e;

	(void)state;
	(void)clock_linux_synchronised();
	clock_linux_boot(boot, sizeof(boot));
	clock_linux_boot(same, sizeof(same));
	assert_string_equal(boot, same);
	assert_non_null(mkdtemp(dir));
	assert_false(clock_linux_chip(dir, &ms));
	snprintf(path, sizeof(path), "%s/rtc1", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/rtc1/since_epoch", dir);
	assert_true(small_file_replace(path, "1800000000\n", 11, &e));
	assert_true(clock_linux_chip(dir, &ms));
	assert_true(ms == 1800000000000);
	unlink(path);
	snprintf(path, sizeof(path), "%s/rtc1", dir);
	rmdir(path);
	rmdir(dir);
}

/* The service manager hears every line, by path and by abstract address; without one nothing happens. */
static void manager_hears(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[64], heard[64] = "";
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct notify n;

	(void)state;
	snprintf(name, sizeof(name), "@spaceheat-test-%ld", (long)getpid());
	memcpy(at.sun_path + 1, name + 1, strlen(name) - 1);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
		strlen(name))), 0);
	notify_open(&n, name);
	assert_true(notify_say(&n, "READY=1\nSTATUS=%s", "LocalControl"));
	assert_int_equal(recv(fd, heard, sizeof(heard), 0), 27);
	assert_string_equal(heard, "READY=1\nSTATUS=LocalControl");
	close(fd);
	assert_false(notify_say(&n, "WATCHDOG=1"));	/* gone: no harm */
	notify_close(&n);
	notify_open(&n, NULL);
	assert_false(notify_say(&n, "WATCHDOG=1"));
	notify_open(&n, "relative");
	assert_int_equal(n.fd, -1);
	notify_open(&n, "/nonexistent/notify");
	assert_int_equal(n.fd, -1);
}

/* A small file is the old one or the new one; a folder that cannot be written says so. */
static void files_are_replaced_whole(void **state)
{
	char dir[] = "/tmp/spaceheat-file-XXXXXX", path[64], *text;
	size_t length;
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/life", dir);
	assert_true(small_file_replace(path, "one", 3, &e));
	assert_true(small_file_replace(path, "two!", 4, &e));
	text = load_text(path, 100, &length, &e);
	assert_string_equal(text, "two!");
	free(text);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);	/* nothing else was left */
	assert_false(small_file_replace(path, "x", 1, &e));
	assert_int_equal(e.code, ERR_IO);
}

/* Our own certificate is warned of 30, 7 and 1 days ahead (SF-56), each from its first second on. */
static void certificates_run_out(void **state)
{
	static const struct { int64_t left_s; enum cert_stage stage; } rows[] = {
		{ 30 * 86400 + 1, CERT_GOOD }, { 30 * 86400, CERT_30_DAYS }, { 7 * 86400 + 1, CERT_30_DAYS },
		{ 7 * 86400, CERT_7_DAYS }, { 86401, CERT_7_DAYS }, { 86400, CERT_1_DAY }, { 1, CERT_1_DAY },
		{ 0, CERT_OVER }, { -86400 * 400LL, CERT_OVER },
	};
	int64_t beyond_2038_s = 3000000000LL;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(cert_look(beyond_2038_s, beyond_2038_s + rows[i].left_s), rows[i].stage);
	assert_string_equal(cert_words(CERT_7_DAYS), "ends within 7 days");
	assert_string_equal(cert_words(N_CERT_STAGES), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_are_told_apart),
		cmocka_unit_test(sixth_unclean_start_is_safe_mode),
		cmocka_unit_test(old_deaths_do_not_count),
		cmocka_unit_test(quiet_minutes_forgive),
		cmocka_unit_test(boots_count_too),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(trust_needs_a_reason),
		cmocka_unit_test(steps_have_a_size),
		cmocka_unit_test(certificates_run_out),
		cmocka_unit_test(machine_is_asked),
		cmocka_unit_test(manager_hears),
		cmocka_unit_test(files_are_replaced_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
