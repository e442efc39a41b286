/* SPDX-License-Identifier: MIT */
/* verbs.h: the command `spaceheat` as one table of verbs: it dispatches, helps and documents. Every verb
 * returns the exit code of the program; errors are one line `spaceheat: WHAT: WHY (value) - DO THIS`. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/err.h"
#include "spaceheat/settings.h"
#include "spaceheat/when.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_UNKNOWN = 3,	/* status: the service cannot be reached */
	EXIT_HELD = 4,		/* refused or held by a rule */
	EXIT_DATA = 65,		/* decode: the message was refused */
	EXIT_NO_DAEMON = 69,
	EXIT_SECOND = 75,
	EXIT_PERMISSION = 77,
	EXIT_CONFIG = 78,
	EXIT_INTERRUPTED = 130,
};

struct cli;
struct driver;

/* What only main can reach: the simulated clock and whole programs. */
struct cli_doors {
	/* The clock file of that state directory. ERR_ABSENT: no simulation runs there. */
	bool (*sim_clock)(const char *state_dir, struct wall *, double *speed, struct err *);
	/* `spaceheat atn run`. */
	int (*atn_run)(struct cli *, int argc, char **argv);
	/* `spaceheat sim --days N`. */
	int (*sim_run)(struct cli *, int argc, char **argv);
	/* `spaceheat replay`. */
	int (*replay)(struct cli *, int argc, char **argv);
	const char *version, *commit;
	/* Does anybody answer at that I2C address; the serial number of a meter of that driver. NULL: not to be looked for. */
	bool (*i2c_answers)(const char *path, int address);
	/* What a thermometer of that driver and place says now. */
	bool (*read_thermometer)(const struct settings *, const char *make_model, const char *hw_uid, double *c);
	bool (*modbus_serial)(const struct settings_meter *, const struct driver *, char *serial, size_t size);
};

struct cli {
	const struct cli_doors *doors;
	const char *config;	/* -c FILE, or NULL */
	const char *socket;	/* -s SOCKET, or NULL */
	bool json, quiet;
};

struct verb {
	const char *name, *args, *says;
	const char *role;	/* "none", "r", "o", "a": see the manual, control socket */
	const char *example;
	const char *options;	/* one per line, or NULL */
	int (*fn)(struct cli *, int argc, char **argv);	/* argv[0] = the verb */
};

extern const struct verb verbs[];
extern const int n_verbs;

int cli_main(const struct cli_doors *, int argc, char **argv);
/* The error line; returns exit_code. */
int cli_fail(int exit_code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Usage of one verb on stderr after a line that says what was wrong; returns EXIT_USAGE. */
int cli_usage(const char *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));

int cli_decode(int argc, char **argv);
int cli_config(struct cli *, int argc, char **argv);
int cli_atn(struct cli *, int argc, char **argv);
int cli_sim(struct cli *, int argc, char **argv);
int cli_print(struct cli *, int argc, char **argv);
int cli_version(struct cli *, int argc, char **argv);
int cli_status(struct cli *, int argc, char **argv);
int cli_sensors(struct cli *, int argc, char **argv);
int cli_relays(struct cli *, int argc, char **argv);
int cli_explain(struct cli *, int argc, char **argv);
int cli_plan(struct cli *, int argc, char **argv);
int cli_relay(struct cli *, int argc, char **argv);
int cli_contract(struct cli *, int argc, char **argv);
int cli_dispatch(struct cli *, int argc, char **argv);
int cli_hold(struct cli *, int argc, char **argv);
int cli_reset(struct cli *, int argc, char **argv);
int cli_log(struct cli *, int argc, char **argv);
/* `config diff`: argv[1]. */
int cli_config_diff(struct cli *, int argc);
int cli_reload(struct cli *, int argc, char **argv);
int cli_events(struct cli *, int argc, char **argv);
int cli_alerts(struct cli *, int argc, char **argv);
int cli_doctor(struct cli *, int argc, char **argv);
int cli_setup(struct cli *, int argc, char **argv);
int cli_history(struct cli *, int argc, char **argv);
int cli_export(struct cli *, int argc, char **argv);
int cli_outbox(struct cli *, int argc, char **argv);
/* The verb table as markdown. */
void cli_print_verbs(void);

#endif
