/* SPDX-License-Identifier: MIT */
/* atn_wire.h: the messages of an AtomicTNode, ready to publish: topic and payload, from the house and a few
 * values. The agent and the by-hand commands say the same because both say it with this. */
#ifndef CORE_CONTROL_ATN_WIRE_H
#define CORE_CONTROL_ATN_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/control/atn.h"
#include "spaceheat/house.h"
#include "spaceheat/sign.h"

enum { ATN_PAYLOAD_SIZE = 2048, ATN_TOPIC_SIZE = ALIAS_SIZE + 48 };

struct atn_message {
	char topic[ATN_TOPIC_SIZE];
	char payload[ATN_PAYLOAD_SIZE];
	int length;
};

/* Adds Sig to a composed message; NULL: leaves it as it is. */
void atn_sign(struct atn_message *, const struct sign *);

void atn_compose_offer(const struct house *, const struct atn_contract *, uint64_t beat, int64_t send_ms,
	struct atn_message *);
void atn_compose_beat(const struct house *, struct uuid contract, uint64_t beat, uint64_t echo,
	int64_t send_ms, struct atn_message *);
void atn_compose_end(const struct house *, struct uuid contract, const char *cause, int64_t send_ms,
	struct atn_message *);
void atn_compose_report_ack(const struct house *, struct uuid contract, struct uuid report, int64_t send_ms,
	struct atn_message *);
void atn_compose_weather(const struct house *, const struct atn_forecast *, int64_t send_ms, struct atn_message *);
void atn_compose_prices(const struct house *, const struct atn_forecast *, int64_t send_ms, struct atn_message *);
/* Ask for a snapshot. */
void atn_compose_ask(const struct house *, struct atn_message *);
/* A zero contract is left out: the seed's dispatch. `about` has at most ALIAS_SIZE - 1 characters. */
void atn_compose_dispatch(const struct house *, const char *about, bool on, struct uuid contract,
	struct uuid message, int64_t send_ms, struct atn_message *);

#endif
