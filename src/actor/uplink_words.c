/* SPDX-License-Identifier: MIT */
/* What an AtomicTNode, or the person behind it, reads when something was refused or held: why, and what to
 * do. */
#include <stdio.h>

#include "actor/uplink_parts.h"

struct words_pair { const char *why, *action; };

static const struct words_pair refusals[N_DIAGNOSTICS] = {
	[DIAG_TOO_LARGE] = { "the message is longer than 8192 bytes", "send less in one message" },
	[DIAG_RETAINED_COMMAND] = { "commands must not be retained",
		"clear the topic and send it again, not retained" },
	[DIAG_RATE_LIMITED] = { "too many messages of this type", "send at most one per second" },
	[DIAG_BAD_ENCODING] = { "not clean UTF-8",
		"send UTF-8 without byte order mark and control characters" },
	[DIAG_TOO_DEEP] = { "nested deeper than 8", "send the type as specified" },
	[DIAG_MALFORMED_JSON] = { "not one JSON object", "check the JSON" },
	[DIAG_DUPLICATE_KEY] = { "a key occurs twice", "send each key once" },
	[DIAG_PAYLOAD_NOT_IMPLEMENTED] = { "this version of the service does not do that",
		"use relay dispatches, or a newer version" },
	[DIAG_UNSUPPORTED_VERSION] = { "another version of this type",
		"send the version that the service lists" },
	[DIAG_MISSING_FIELD] = { "a field is missing", "send all fields of the type" },
	[DIAG_WRONG_TYPE] = { "a field has the wrong JSON type", "send it as specified" },
	[DIAG_BAD_ALIAS] = { "not a name", "use lower-case words joined by dots" },
	[DIAG_BAD_FORMAT] = { "a field has the wrong form", "send it as specified" },
	[DIAG_OUT_OF_RANGE] = { "a value is outside its range", "keep to the limits of the type" },
	[DIAG_WRONG_SENDER] = { "not from our AtomicTNode", "check FromGNodeAlias and FromGNodeId" },
	[DIAG_NOT_FOR_ME] = { "for another SCADA", "check ToGNodeAlias" },
	[DIAG_TOPIC_MISMATCH] = { "topic and payload name different senders",
		"publish under your own alias" },
	[DIAG_UNSIGNED] = { "no signature, and a key is configured", "sign the message" },
	[DIAG_BAD_SIGNATURE] = { "the signature is wrong", "check the key" },
	[DIAG_FROM_FUTURE] = { "sent more than 10 s from now", "set the sender's clock" },
	[DIAG_STALE] = { "too old when it came", "send it anew; check both clocks" },
	[DIAG_CLOCK_NOT_TRUSTED] = { "the house does not know the time", "wait until its clock is set" },
	[DIAG_OUT_OF_ORDER] = { "older than one already accepted", "send a later SendTimeUnixMs" },
	[DIAG_DUPLICATE] = { "already accepted", "send each message once" },
	[DIAG_NO_CONTRACT] = { "no contract is in force", "send dispatch.contract.offer.100 first" },
	[DIAG_NOT_IN_CONTROL] = { "the house is in LocalControl",
		"send dispatch.contract.beat.100 and wait for Mode RemoteControl" },
	[DIAG_CONTRACT_MISMATCH] = { "not the contract in force", "use the ContractId that was accepted" },
	[DIAG_CONTRACT_EXPIRED] = { "its end has passed", "offer a contract that ends later" },
	[DIAG_CONTRACT_TOO_EARLY] = { "it starts too far ahead",
		"offer it at most 5 min before its start" },
	[DIAG_CONTRACT_CONFLICT] = { "this id was accepted with other content",
		"offer changes under a new ContractId" },
	[DIAG_CONTRACT_OVERLAP] = { "another contract covers that time",
		"end that one first, or start at its end" },
	[DIAG_OVER_NAMEPLATE] = { "more power than the house can draw",
		"lower MaxPowerWatts or leave it out" },
	[DIAG_SLA_HOLD] = { "the house got too cold under the last contract",
		"wait until it has been warm again for 30 min" },
	[DIAG_STORAGE_UNAVAILABLE] = { "the house cannot store a contract now",
		"offer again in a minute; check its disk" },
	[DIAG_MIS_ECHOED] = { "EchoBeat is not a fresh beat of ours", "echo the Beat received last" },
	[DIAG_UNKNOWN_NODE] = { "the house has no such node", "check AboutNodeAlias against houses.json" },
	[DIAG_NODE_NOT_BOOLEAN_ACTUATOR] = { "that node is not a relay", "name the relay, not the load" },
};

/* Without an action of their own: only time helps. */
static const struct words_pair guard_answers[N_GUARD_RESULTS] = {
	[GUARD_HELD_MIN_OFF] = { "the heat pump keeps its minimum off time", NULL },
	[GUARD_HELD_MIN_ON] = { "the heat pump keeps its minimum on time", NULL },
	[GUARD_HELD_RATE] = { "switched too often", NULL },
	[GUARD_HELD_CEILING] = { "at its temperature limit", "let it cool first" },
	[GUARD_HELD_FREEZE] = { "the freeze protection has the relay",
		"ask again when the house is warmer" },
	[GUARD_HELD_MISSING_DATA] = { "no fresh reading of the store's top", "check that sensor" },
	[GUARD_HELD_LOCKOUT] = { "locked out after a fault", "somebody must look at the device" },
	[GUARD_DRIVER_ERROR] = { "the relay could not be driven", "somebody must look at the relay" },
};

static void write_pair(const struct words_pair *p, const char *until, char *out, size_t size)
{
	const char *wait = until[0] ? "ask again then" : "ask again later";

	snprintf(out, size, "%s%s - %s", p->why, until, p->action ? p->action : wait);
}

void uplink_answer_words(const struct msg_send_answer *a, char *out, size_t size)
{
	if (!a->accepted)
		write_pair(&refusals[a->reason], "", out, size);
	else if (a->state == CONTRACT_PENDING)
		snprintf(out, size, "accepted - send the first beat when it starts");
	else
		snprintf(out, size, "accepted - send a beat every 60 s");
}

/* "; held until 06:14:30Z", rounded up: to ask at that very second is late enough. */
static void write_until(int64_t ms, char *out, size_t size)
{
	int64_t s = (ms + 999) / 1000 % 86400;

	snprintf(out, size, "; held until %02d:%02d:%02dZ", (int)(s / 3600), (int)(s / 60 % 60),
		(int)(s % 60));
}

void uplink_result_words(const struct msg_send_result *r, char *out, size_t size)
{
	char until[40] = "";

	if (r->diag != DIAG_NONE) {
		write_pair(&refusals[r->diag], "", out, size);
		return;
	}
	if (r->result == GUARD_DONE) {
		snprintf(out, size, r->on ? "on" : "off");
		return;
	}
	if (r->held_until_ms > 0)
		write_until(r->held_until_ms, until, sizeof(until));
	write_pair(&guard_answers[r->result], until, out, size);
}
