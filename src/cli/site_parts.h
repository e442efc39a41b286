/* SPDX-License-Identifier: MIT */
/* site_parts.h: what the files of the questions share. */
#ifndef CLI_SITE_PARTS_H
#define CLI_SITE_PARTS_H

#include "cli/site.h"

enum question {
	Q_ALIAS, Q_ATN_ID, Q_ROOMS, Q_SENSOR, Q_METER, Q_KIND, Q_PLACE, Q_LOW, Q_FAIL, Q_WATTS, Q_LABEL, Q_HOST, Q_TLS, Q_PORT,
	Q_CA, Q_KEY, Q_WRITE, N_QUESTIONS,
};

/* Fills why; false. */
bool site_refuse(char why[SITE_WHY], const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A text that may stand between the quotes of a settings file. */
bool site_take_text(const char *answer, char *to, size_t size, char why[SITE_WHY]);
bool site_take_yes(const char *answer, bool fallback, bool *yes, char why[SITE_WHY]);

/* Of the relay that is asked about, the last one; kind begins another. */
bool site_has_relay(const struct site *);
bool site_may_hand_back(const struct site *);
void site_ask_kind(const struct site *, char text[SITE_TEXT]);
bool site_take_kind(struct site *, const char *answer, char why[SITE_WHY]);
void site_ask_place(const struct site *, char text[SITE_TEXT]);
bool site_take_place(struct site *, const char *answer, char why[SITE_WHY]);
void site_ask_low(const struct site *, char text[SITE_TEXT]);
bool site_take_low(struct site *, const char *answer, char why[SITE_WHY]);
void site_ask_fail(const struct site *, char text[SITE_TEXT]);
bool site_take_fail(struct site *, const char *answer, char why[SITE_WHY]);
void site_ask_watts(const struct site *, char text[SITE_TEXT]);
bool site_take_watts(struct site *, const char *answer, char why[SITE_WHY]);
void site_ask_label(const struct site *, char text[SITE_TEXT]);
bool site_take_label(struct site *, const char *answer, char why[SITE_WHY]);

#endif
