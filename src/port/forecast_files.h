/* SPDX-License-Identifier: MIT */
/* forecast_files.h: weather and price files, read when they change, and the planner's memory in the state directory. */
#ifndef PORT_FORECAST_FILES_H
#define PORT_FORECAST_FILES_H

#include <sys/stat.h>

#include "spaceheat/port.h"
#include "spaceheat/settings.h"

struct forecast_file_state {
	char path[PATH_SIZE];
	struct stat seen;		/* of the last reading; size -1: there was none */
	struct series_row *rows;	/* NULL: it could not be read, see err */
	int n;
	struct err err;
};

struct forecast_files {
	char state_dir[PATH_SIZE];	/* "": nothing is remembered */
	struct forecast_file_state file[N_FORECAST_FILES];
};

void forecast_files_open(struct forecast_files *, const char *state_dir);
struct forecast_port forecast_files_port(struct forecast_files *);
void forecast_files_close(struct forecast_files *);

#endif
