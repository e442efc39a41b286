/* SPDX-License-Identifier: MIT */
/* The kinds of files this program can run. A new kind: its file, and its line in both lists. */
#include <stddef.h>

#include "vectors/cases.h"

extern const struct vectors_kind vectors_plant_kind, vectors_plant_houses_kind, vectors_optimiser_kind,
	vectors_local_control_kind;

const struct vectors_kind *const vectors_kinds[] = {
	&vectors_plant_kind,
	&vectors_plant_houses_kind,
	&vectors_optimiser_kind,
	&vectors_local_control_kind,
	NULL,
};
