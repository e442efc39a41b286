/* SPDX-License-Identifier: MIT */
/* What `spaceheat doctor` thinks of certificates, card, database and firmware: on files made for it. */
#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/card.h"
#include "cli/doctor.h"
#include "port/store_check.h"

struct bench { char dir[40]; struct cli cli; struct doctor doctor; };

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	strcpy(b->dir, "/tmp/spaceheat-doctor-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	b->cli.socket = "/nonexistent/control.sock";
	b->doctor.cli = &b->cli;
	b->doctor.sys = b->dir;
	b->doctor.loaded = true;
	strcpy(b->doctor.l.settings.state_dir, b->dir);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	char line[80];

	snprintf(line, sizeof(line), "rm -rf %s", b->dir);
	assert_int_equal(system(line), 0);
	cJSON_Delete(b->doctor.status);
	free(b);
	return 0;
}

static struct finding look(struct bench *b, const char *id)
{
	struct finding f = { .result = FINDING_OK };

	for (int i = 0; i < n_doctor_checks; i++)
		if (strcmp(doctor_checks[i].id, id) == 0) {
			doctor_checks[i].look(&b->doctor, &f);
			return f;
		}
	fail_msg("no check %s", id);
	return f;
}

static void is(struct finding f, enum finding_result result, const char *part)
{
	if (f.result != result || strstr(f.text, part) == NULL)
		fail_msg("result %d, not %d: \"%s\" of \"%s\"", (int)f.result, (int)result, part, f.text);
	assert_true((f.result == FINDING_OK || f.result == FINDING_SKIP) == (f.fix[0] == '\0'));
}

static void run(const struct bench *b, const char *line)
{
	char whole[600];

	snprintf(whole, sizeof(whole), "cd %s && { %s; } >log 2>&1", b->dir, line);
	assert_int_equal(system(whole), 0);
}

static void put(const struct bench *b, const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", b->dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* A certificate is looked at for its last day: 30 days before it is a warning, after it a failure. */
static void certificates_have_days_left(void **state)
{
	struct bench *b = *state;
	struct settings_uplink *u = &b->doctor.l.settings.uplink;

	if (system("openssl version >/dev/null 2>&1") != 0)
		skip();
	run(b, "for d in 29 365; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days $d "
		"-subj /CN=x -keyout k.pem -out $d.pem; done");
	run(b, "printf '[ca]\\ndefault_ca=a\\n[a]\\ndatabase=index\\nserial=serial\\nnew_certs_dir=.\\ndefault_md=sha256\\n"
		"policy=p\\n[p]\\ncommonName=supplied\\n' >ca.cnf; : >index; echo 01 >serial; "
		"openssl req -new -key k.pem -subj /CN=y -out y.csr; openssl ca -batch -notext -config ca.cnf -cert 365.pem "
		"-keyfile k.pem -in y.csr -startdate 20200101000000Z -enddate 20200201000000Z -out old.pem");
	is(look(b, "own-cert"), FINDING_SKIP, "");
	u->enable = u->tls = true;
	is(look(b, "own-cert"), FINDING_SKIP, "");
	is(look(b, "ca-cert"), FINDING_OK, "the system's authorities");
	snprintf(u->cert_file, sizeof(u->cert_file), "%s/365.pem", b->dir);
	is(look(b, "own-cert"), FINDING_OK, "our certificate until 20");
	assert_non_null(strstr(look(b, "own-cert").text, ", 36"));
	snprintf(u->cert_file, sizeof(u->cert_file), "%s/29.pem", b->dir);
	is(look(b, "own-cert"), FINDING_WARN, ", 2");
	snprintf(u->ca_file, sizeof(u->ca_file), "%s/29.pem", b->dir);
	is(look(b, "ca-cert"), FINDING_WARN, "the authority's certificate until 20");
	snprintf(u->ca_file, sizeof(u->ca_file), "%s/log", b->dir);
	is(look(b, "ca-cert"), FINDING_FAIL, "no certificate in PEM form");
	snprintf(u->ca_file, sizeof(u->ca_file), "%s/old.pem", b->dir);
	is(look(b, "ca-cert"), FINDING_FAIL, "expired on 2020-02-01");
	u->tls = false;
	is(look(b, "ca-cert"), FINDING_SKIP, "");
}

/* A block device and its partition as the kernel shows them. */
static void make_card(const struct bench *b, const char *life, const char *spare)
{
	struct stat st;
	char line[300];

	assert_int_equal(stat(b->dir, &st), 0);
	snprintf(line, sizeof(line), "mkdir -p devices/mmc/mmcblk0/mmcblk0p2 devices/mmc/device dev/block && "
		"ln -sfn ../device devices/mmc/mmcblk0/device && ln -sfn ../../devices/mmc/mmcblk0/mmcblk0p2 dev/block/%u:%u",
		major(st.st_dev), minor(st.st_dev));
	run(b, line);
	put(b, "devices/mmc/mmcblk0/mmcblk0p2/partition", "2\n");
	put(b, "devices/mmc/mmcblk0/mmcblk0p2/stat", "  100  2  3  4  5  6  2048000  8  0  10  11\n");
	put(b, "devices/mmc/device/life_time", life);
	put(b, "devices/mmc/device/pre_eol_info", spare);
}

/* What all wrote since the start, and what the card tells of its life, by the partition that the record is on. */
static void a_card_tells_its_life(void **state)
{
	static const struct { const char *life, *spare; enum finding_result result; const char *says; } cases[] = {
		{ "0x01 0x02\n", "0x01\n", FINDING_OK, "up to 20 % of its life used" },
		{ "0x03 0x09\n", "0x01\n", FINDING_WARN, "up to 90 % of its life used" },
		{ "0x02 0x01\n", "0x02\n", FINDING_WARN, "its reserve is 80 % used" },
		{ "0x0b 0x01\n", "0x01\n", FINDING_FAIL, "beyond its life" },
		{ "0x01 0x01\n", "0x03\n", FINDING_FAIL, "its reserve is used up" },
		{ "0x00 0x00\n", "0x00\n", FINDING_OK, "mmcblk0p2: written: 1000 MB by all since the start" },
	};
	struct bench *b = *state;

	is(look(b, "card"), FINDING_SKIP, "");	/* a RAM disk */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_card(b, cases[i].life, cases[i].spare);
		is(look(b, "card"), cases[i].result, cases[i].says);
		assert_non_null(strstr(look(b, "card").text, "1000 MB by all"));
	}
	run(b, "rm -r devices/mmc/device devices/mmc/mmcblk0/mmcblk0p2/stat");
	is(look(b, "card"), FINDING_OK, "mmcblk0p2: written: not known");
}

/* The record's own writes are said beside it; too many are a warning with another remedy. */
static void the_record_wears_the_card(void **state)
{
	struct card c = { .name = "mmcblk0p2", .written_bytes = -1 };
	struct finding f;

	(void)state;
	doctor_judge_card(&c, 12.5 * 1048576, 86400, &f);
	is(f, FINDING_OK, "mmcblk0p2: written: 12.5 MB of the record today");
	doctor_judge_card(&c, 51 * 1048576, 86400, &f);
	is(f, FINDING_WARN, "51.0 MB of the record today");
	assert_non_null(strstr(f.fix, "history.commit_s"));
}

static void make_database(const struct bench *b)
{
	char path[80], *why = NULL;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/history.db", b->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t(x); CREATE INDEX i ON t(x);"
		"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000) INSERT INTO t SELECT x FROM n",
		NULL, NULL, &why), SQLITE_OK);
	sqlite3_close(db);
}

/* A whole database, none, a damaged one, and one that another holds for itself. */
static void a_database_is_looked_at(void **state)
{
	struct bench *b = *state;
	char path[80];
	sqlite3 *db;
	struct err e;
	int fd;

	is(look(b, "database"), FINDING_OK, "none yet");
	make_database(b);
	is(look(b, "database"), FINDING_OK, "quick_check finds nothing wrong");
	snprintf(path, sizeof(path), "%s/history.db", b->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	assert_false(store_check(path, &e));
	assert_int_equal(e.code, ERR_BUSY);
	is(look(b, "database"), FINDING_WARN, "not looked into");
	b->doctor.status = cJSON_Parse("{\"history\":{\"failing\":false}}");
	is(look(b, "database"), FINDING_OK, "the service has it");
	cJSON_Delete(b->doctor.status);
	b->doctor.status = cJSON_Parse("{\"history\":{\"failing\":true}}");
	is(look(b, "database"), FINDING_FAIL, "cannot write its record");
	sqlite3_close(db);
	is(look(b, "database"), FINDING_FAIL, "cannot write its record");
	cJSON_Delete(b->doctor.status);
	b->doctor.status = NULL;
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	for (int page = 3; page < 12; page++)
		assert_int_equal(pwrite(fd, "rubbish rubbish rubbish", 23, page * 4096), 23);
	close(fd);
	is(look(b, "database"), FINDING_FAIL, "damaged: ");
	put(b, "history.db", "this is no database, but long enough to be looked at by one who reads headers, is it not? it is, it is");
	is(look(b, "database"), FINDING_FAIL, "damaged: ");
}

/* Each bit of the firmware's word, now and since the start. */
static void firmware_has_its_word(void **state)
{
	static const struct { unsigned int bits; enum finding_result supply, heat; const char *says; } cases[] = {
		{ 0, FINDING_OK, FINDING_OK, "never slowed down" },
		{ 0x50005, FINDING_FAIL, FINDING_WARN, "slowed down now" },
		{ 0x10000, FINDING_WARN, FINDING_OK, "never slowed down" },
		{ 0x80008, FINDING_OK, FINDING_WARN, "now, too hot" },
		{ 0x20000, FINDING_OK, FINDING_WARN, "since the start (" },
		{ 0x80000, FINDING_OK, FINDING_WARN, "since the start, too hot" },
	};
	struct bench *b = *state;

	is(look(b, "supply"), FINDING_SKIP, "");
	is(look(b, "heat"), FINDING_SKIP, "");
	run(b, "mkdir -p devices/platform/soc/soc:firmware");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[16];

		snprintf(text, sizeof(text), "%x\n", cases[i].bits);
		put(b, "devices/platform/soc/soc:firmware/get_throttled", text);
		is(look(b, "supply"), cases[i].supply, "");
		is(look(b, "heat"), cases[i].heat, cases[i].says);
	}
}

/* What the service thinks of the clock counts more than the kernel's word. */
static void the_clock_is_trusted_by_the_service(void **state)
{
	struct bench *b = *state;

	b->doctor.asked = true;
	b->doctor.status = cJSON_Parse("{\"clock\":{\"trusted\":false}}");
	is(look(b, "clock"), FINDING_WARN, "the service does not trust it");
	cJSON_Delete(b->doctor.status);
	b->doctor.status = cJSON_Parse("{\"clock\":{\"trusted\":true}}");
	assert_non_null(strstr(look(b, "clock").text, "the service trusts it"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(certificates_have_days_left),
		TEST(a_card_tells_its_life),
		TEST(the_record_wears_the_card),
		TEST(a_database_is_looked_at),
		TEST(firmware_has_its_word),
		TEST(the_clock_is_trusted_by_the_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
