/* SPDX-License-Identifier: MIT */
#include "gate_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/wire/signature.h"
#include "fixture.h"
#include "spaceheat/guard.h"

static void step(struct gate_bench *b, struct msg m)
{
	m.now = b->now;
	m.clock = (struct wall){ GATE_T0_MS + b->now.ms };
	m.clock_trusted = b->trusted;
	m.random[0] = 0x9e3779b97f4a7c15u * (uint64_t)(b->now.ms + b->n + 1);
	b->out.n = 0;
	scada_step(&b->scada, &m, &b->out);
	assert_int_equal(b->out.dropped, 0);
	for (int i = 0; i < b->out.n; i++) {
		const struct msg *said = &b->out.box[i];

		if (said->type == MSG_SEND_ANSWER)
			b->beat = said->send_answer.beat;
		if (said->type == MSG_SEND_BEAT)
			b->beat = said->send_beat.beat;
		assert_true(b->n < GATE_SAID);
		b->said[b->n++] = *said;
	}
}

void gate_give(struct gate_bench *b, struct msg m)
{
	b->n = 0;
	step(b, m);
	for (int i = 0; b->stores && i < b->n; i++)
		if (b->said[i].type == MSG_STORE && b->said[i].store.seq != 0)
			step(b, (struct msg){ .type = MSG_STORED, .stored.seq = b->said[i].store.seq });
}

bool gate_raw(struct gate_bench *b, const char *topic, const void *bytes, size_t length, bool retained)
{
	char whole[256];
	struct msg m;

	snprintf(whole, sizeof(whole), "%s%s", strchr(topic, '/') != NULL ? "" : GATE_ATN "/", topic);
	b->n = 0;
	if (!inbound_scada(&b->inbound, whole, bytes, length, retained, &m))
		return false;
	gate_give(b, m);
	return true;
}

int gate_text(const struct gate_bench *b, const char *word, const char *pattern, char out[GATE_TEXT])
{
	int64_t now_ms = GATE_T0_MS + b->now.ms, minute_s = now_ms / 60000 * 60;
	int n = 0;

	while (*pattern != '\0') {
		char *end;

		assert_true(n < GATE_TEXT - 32);
		if (*pattern != '@' && *pattern != '#') {
			out[n++] = *pattern++;
			continue;
		}
		n += snprintf(out + n, 32, "%lld", (*pattern == '@' ? now_ms : minute_s) +
			strtoll(pattern + 1, &end, 10));
		pattern = end;
	}
	out[n] = '\0';
	if (b->sign.make != NULL) {
		n = signature_append(&b->sign, word, out, n, GATE_TEXT);
		assert_true(n > 0);
	}
	return n;
}

bool gate_say(struct gate_bench *b, const char *word, const char *pattern)
{
	char text[GATE_TEXT];
	int n = gate_text(b, word, pattern, text);

	return gate_raw(b, word, text, (size_t)n, false);
}

void gate_sign(struct gate_bench *b, const char *seed_hex)
{
	char path[] = "/tmp/gate-key-XXXXXX";
	int fd = mkstemp(path);
	struct err e;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, seed_hex, strlen(seed_hex)), (ssize_t)strlen(seed_hex));
	close(fd);
	if (!sign_sodium_secret(path, &b->atn_secret, &e))
		fail_msg("%s", e.text);
	unlink(path);
	b->sign = sign_sodium_sign(&b->atn_secret);
}

void gate_expect(struct gate_bench *b, const char *keys)
{
	struct err e;

	assert_true(sign_sodium_keys(keys, &b->keys, &e));
	b->verify = sign_sodium_verify(&b->keys);
	b->inbound.verify = &b->verify;
	snprintf(b->settings.contract.atn_key, sizeof(b->settings.contract.atn_key), "%s", keys);
	b->settings.contract.allow_unsigned_contract = false;
}

static void read_channel(struct gate_bench *b, int channel, int64_t code)
{
	step(b, (struct msg){ .type = MSG_READING, .reading = { .channel = channel, .quality = QUALITY_GOOD,
		.code = code, .at = b->now, .tick = { GATE_T0_MS + b->now.ms } } });
}

void gate_pass(struct gate_bench *b, int64_t ms)
{
	int64_t end = b->now.ms + ms;

	while (b->now.ms < end) {
		int64_t left = end - b->now.ms;

		b->now.ms += left < 1000 ? left : 1000;
		b->n = 0;
		read_channel(b, FX_CH_TOP, 50 * 16);
		read_channel(b, FX_CH_ROOM, 18 * 16);
		read_channel(b, FX_CH_POWER, 0);
		step(b, (struct msg){ .type = MSG_TICK });
	}
	b->n = 0;
}

struct gate_bench *gate_open(void)
{
	struct contract_record none = { .state = CONTRACT_NONE };
	struct gate_bench *b = calloc(1, sizeof(*b));
	struct inbound_identity id = { .self_alias = GATE_SCADA, .other_alias = GATE_ATN };

	assert_non_null(b);
	fixture_house(&b->house);
	fixture_settings(&b->settings);
	id.other_id = b->house.atn.id;
	inbound_init(&b->inbound, &id, b->memory, sizeof(b->memory));
	scada_init(&b->scada, &b->house, &b->settings, NULL, &none);
	b->trusted = b->stores = true;
	step(b, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
	gate_pass(b, 1000);
	return b;
}

struct gate_bench *gate_open_live(void)
{
	struct gate_bench *b = gate_open();
	char text[GATE_TEXT];

	assert_true(gate_say(b, "dispatch.contract.offer.100",
		"{\"FromGNodeAlias\":\"" GATE_ATN "\",\"FromGNodeId\":\"11111111-2222-4333-8444-555555555555\","
		"\"ToGNodeAlias\":\"" GATE_SCADA "\",\"SendTimeUnixMs\":@0,\"ContractId\":\"" GATE_CONTRACT "\","
		"\"StartUnixS\":#0,\"EndUnixS\":#3600,\"Beat\":\"0000000000000001\","
		"\"TypeAlias\":\"dispatch.contract.offer.100\"}"));
	assert_int_equal(b->scada.contract.state, CONTRACT_LIVE);
	gate_pass(b, 1000);
	snprintf(text, sizeof(text),
		"{\"FromGNodeAlias\":\"" GATE_ATN "\",\"FromGNodeId\":\"11111111-2222-4333-8444-555555555555\","
		"\"ToGNodeAlias\":\"" GATE_SCADA "\",\"SendTimeUnixMs\":@0,\"ContractId\":\"" GATE_CONTRACT "\","
		"\"Beat\":\"0000000000000002\",\"EchoBeat\":\"%016llx\",\"TypeAlias\":\"dispatch.contract.beat.100\"}",
		(unsigned long long)b->beat);
	assert_true(gate_say(b, "dispatch.contract.beat.100", text));
	assert_int_equal(b->scada.mode.mode, REMOTE_CONTROL);
	gate_pass(b, 20000);
	return b;
}

void gate_free(struct gate_bench *b)
{
	free(b);
}

const struct msg *gate_find(const struct gate_bench *b, enum msg_type type)
{
	for (int i = 0; i < b->n; i++)
		if (b->said[i].type == type)
			return &b->said[i];
	return NULL;
}

bool gate_moved(const struct gate_bench *b)
{
	for (int i = 0; i < b->n; i++)
		if (b->said[i].type == MSG_WANT && b->said[i].want.rank == GUARD_RANK_DISPATCH)
			return true;
	return false;
}

int gate_lines(const struct gate_bench *b, const char *text)
{
	int n = 0;

	for (int i = 0; i < b->n; i++)
		n += b->said[i].type == MSG_LOG && strstr(b->said[i].log.text, text) != NULL;
	return n;
}
