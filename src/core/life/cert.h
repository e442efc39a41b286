/* SPDX-License-Identifier: MIT */
/* cert.h: how soon must somebody renew our own certificate? (SF-56) Pure: two times in, a stage out. */
#ifndef CORE_LIFE_CERT_H
#define CORE_LIFE_CERT_H

#include <stdint.h>

/* In the order in which they come; each is said once. */
enum cert_stage { CERT_GOOD, CERT_30_DAYS, CERT_7_DAYS, CERT_1_DAY, CERT_OVER, N_CERT_STAGES };

enum cert_stage cert_look(int64_t now_s, int64_t until_s);
/* "ends within 7 days", ... */
const char *cert_words(enum cert_stage);

#endif
