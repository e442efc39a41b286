/* SPDX-License-Identifier: MIT */
/* rss.h: how much memory the service holds: VmRSS of spaceheatd and its guard together. */
#ifndef TESTS_RSS_H
#define TESTS_RSS_H

#include <stdbool.h>

/* In 10^6 bytes. The spaceheatd is the one whose command line names that directory. False: not both are
 * running. */
bool service_rss_mb(const char *state_dir, double *mb);

#endif
