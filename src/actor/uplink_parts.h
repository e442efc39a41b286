/* SPDX-License-Identifier: MIT */
/* uplink_parts.h: what the files of the uplink share with each other and with nobody else. */
#ifndef ACTOR_UPLINK_PARTS_H
#define ACTOR_UPLINK_PARTS_H

#include "actor/uplink.h"
#include "core/wire/types.h"

/* uplink_encode.c: writes the message (or the state) into u->text. *type: its TypeAlias. Returns the
 * length, or -1: not a message of ours, or longer than the room. */
int uplink_encode(struct uplink *, const struct msg *, struct wall now, const char **type);
int uplink_encode_state(struct uplink *, enum presence, struct wall now, const char **type);
/* `now`, or 1 ms after the time sent last: several messages share one instant of simulated time. */
int64_t uplink_send_ms(struct uplink *, struct wall now);

/* uplink_words.c: why, and what to do: Text of answers and results (SF-6). */
void uplink_answer_words(const struct msg_send_answer *, char *out, size_t size);
void uplink_result_words(const struct msg_send_result *, char *out, size_t size);

#endif
