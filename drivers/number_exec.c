/* SPDX-License-Identifier: MIT */
/* number_exec.c: whatever a program prints: one number.
 *
 * HwUid is the program's absolute path and its arguments, parted by blanks: no shell looks at it. The number is in degrees C,
 * W or litres a minute; "milli:/opt/x" prints thousandths. Runs as the service's user, in its sandbox, once for each poll. A
 * program that fails EXEC_TRIES times in a row is left alone for a minute, so that one that hangs does not keep the others on
 * its thread waiting at each poll. */
#include "number_exec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "number_file.h"
#include "spaceheat/driver.h"

enum { MAX_WORDS = 16 };

static const char MILLI[] = "milli:";

struct exec {
	char line[sizeof(((struct component *)0)->hw_uid)];	/* cut into words */
	char *argv[MAX_WORDS + 1];
	bool thousandths;
	int failures;			/* in a row */
	int64_t rests_until_ms;
	struct err last;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool exec_understand(const struct child_result *r, const char *text, bool thousandths, enum telemetry_name name,
	int64_t *code, struct err *e)
{
	switch (r->end) {
	case CHILD_LATE:
		return err_set(e, ERR_TIMEOUT, 0, "killed: not done in %d s", EXEC_LIMIT_MS / 1000);
	case CHILD_FLOODED:
		return err_set(e, ERR_RANGE, 0, "killed: prints more than %d characters", EXEC_OUTPUT - 1);
	case CHILD_SIGNALLED:
		return err_set(e, ERR_IO, 0, "ended by signal %d", r->number);
	case CHILD_EXITED:
		break;
	}
	if (r->number != 0)
		return err_set(e, ERR_IO, 0, "exit status %d", r->number);
	return number_file_understand(text, thousandths, name, code, e);
}

static bool cut_into_words(struct exec *x, const char *hw_uid)
{
	char *rest, *word;
	int n = 0;

	x->thousandths = strncmp(hw_uid, MILLI, sizeof(MILLI) - 1) == 0;
	snprintf(x->line, sizeof(x->line), "%s", x->thousandths ? hw_uid + sizeof(MILLI) - 1 : hw_uid);
	for (word = strtok_r(x->line, " ", &rest); word != NULL && n < MAX_WORDS; word = strtok_r(NULL, " ", &rest))
		x->argv[n++] = word;
	return word == NULL && n > 0 && x->argv[0][0] == '/';
}

static bool number_exec_open(struct device *d, const struct component *c, struct err *e)
{
	struct exec *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return err_set(e, ERR_MEMORY, 0, "no memory");
	if (!cut_into_words(x, c->hw_uid) || strlen(c->hw_uid) == sizeof(c->hw_uid) - 1) {
		free(x);
		return err_set(e, ERR_CONFIG, 0, "exec: HwUid \"%.62s\" in houses.json is no program - write its absolute path and "
			"arguments, at most %d characters", c->hw_uid, (int)sizeof(c->hw_uid) - 2);
	}
	d->handle = x;
	snprintf(d->address, sizeof(d->address), "%s", x->argv[0]);
	return true;
}

static bool run(struct exec *x, enum telemetry_name name, int64_t *value, struct err *e)
{
	struct child_result result;
	char text[EXEC_OUTPUT];

	return child_run(x->argv, EXEC_LIMIT_MS, text, sizeof(text), &result, e) &&
		exec_understand(&result, text, x->thousandths, name, value, e);
}

static bool number_exec_read(struct device *d, enum telemetry_name name, int64_t *value, struct err *e)
{
	struct exec *x = d->handle;

	if (now_ms() < x->rests_until_ms) {
		*e = x->last;
		return false;
	}
	if (run(x, name, value, e)) {
		x->failures = 0;
		return true;
	}
	err_in(e, "exec %s", x->argv[0]);
	if (++x->failures >= EXEC_TRIES)
		x->rests_until_ms = now_ms() + EXEC_REST_MS;
	x->last = *e;
	return false;
}

static void number_exec_close(struct device *d)
{
	free(d->handle);
	d->handle = NULL;
	d->address[0] = '\0';
}

extern const struct driver number_exec_driver;
const struct driver number_exec_driver = {
	.kinds = 1U << COMPONENT_TEMP_SENSOR | 1U << COMPONENT_PIPE_FLOW_SENSOR | 1U << COMPONENT_ELECTRIC_METER,
	.make_model = "Generic__Exec",
	.open = number_exec_open, .read = number_exec_read, .close = number_exec_close,
	.measures = number_file_measures, .bus = SENSE_EXEC,
};
