/* SPDX-License-Identifier: MIT */
/* scada_bench.h: the rig of the scada actor, under the names its first test programs know. */
#ifndef TESTS_SCADA_BENCH_H
#define TESTS_SCADA_BENCH_H

#include "../support/scada_rig.h"

static inline struct msg dispatch_msg(const struct rig *r, const char *about, bool on)
{
	return rig_dispatch(r, about, on);
}

#endif
