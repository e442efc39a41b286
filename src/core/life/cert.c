/* SPDX-License-Identifier: MIT */
#include "core/life/cert.h"

enum { DAY_S = 24 * 3600 };

enum cert_stage cert_look(int64_t now_s, int64_t until_s)
{
	int64_t left_s = until_s - now_s;

	if (left_s <= 0)
		return CERT_OVER;
	if (left_s <= DAY_S)
		return CERT_1_DAY;
	if (left_s <= 7 * DAY_S)
		return CERT_7_DAYS;
	return left_s <= 30 * DAY_S ? CERT_30_DAYS : CERT_GOOD;
}

const char *cert_words(enum cert_stage stage)
{
	static const char *const words[N_CERT_STAGES] = {
		[CERT_GOOD] = "is good for more than 30 days",
		[CERT_30_DAYS] = "ends within 30 days",
		[CERT_7_DAYS] = "ends within 7 days",
		[CERT_1_DAY] = "ends within a day",
		[CERT_OVER] = "has expired",
	};

	return (unsigned int)stage < N_CERT_STAGES ? words[stage] : "?";
}
