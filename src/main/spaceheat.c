/* SPDX-License-Identifier: MIT */
/* spaceheat: the command. Its verbs are in src/cli; here is what they cannot reach themselves. */
#include "main/cli_atn_run.h"
#include "main/cli_replay.h"
#include "main/cli_scan.h"
#include "main/cli_sim_run.h"
#include "run/clockfile.h"

#ifndef SPACEHEAT_COMMIT
#define SPACEHEAT_COMMIT "unknown"
#endif

static bool sim_clock(const char *state_dir, struct wall *now, double *speed, struct err *e)
{
	struct clockfile *clock = clockfile_open(state_dir, e);
	struct clock_reading reading;

	if (clock == NULL)
		return false;
	reading = clockfile_read(clock);
	clockfile_close(clock);
	*now = reading.wall;
	*speed = reading.speed;
	return true;
}

int main(int argc, char **argv)
{
	const struct cli_doors doors = {
		.sim_clock = sim_clock,
		.atn_run = cli_atn_run,
		.sim_run = cli_sim_run,
		.replay = cli_replay,
		.version = SPACEHEAT_VERSION,
		.commit = SPACEHEAT_COMMIT,
		.i2c_answers = cli_i2c_answers,
		.modbus_serial = cli_modbus_serial,
		.read_thermometer = cli_read_thermometer,
	};

	return cli_main(&doors, argc, argv);
}
