/* SPDX-License-Identifier: MIT */
/* Who signs what: keys as people write them, the text a signature covers, and check 12 on both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/gate_bench.h"
#include "../support/uplink_bench.h"
#include "../support/vectors.h"
#include "core/control/atn_wire.h"
#include "core/wire/base64.h"
#include "core/wire/canonical.h"
#include "core/wire/signature.h"
#include "gate_texts.h"

#define SEED "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define PUBLIC "29acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7"
#define OTHER_SEED "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define OTHER_PUBLIC "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"

/* A key reads the same in both of its forms; anything else is no key. */
static void keys_are_read(void **state)
{
	static const char *const wrong[] = { "", "ed25519:", "29", PUBLIC "0", "g9" "acbae141bccaf0b22e1a94d34d0bc7361e526d0"
		"bfe12c89794bc9322966dd7", PUBLIC ",", "," PUBLIC, PUBLIC "," PUBLIC "," PUBLIC, PUBLIC " ",
		"ED25519:KawuYUG8yvCyLhqU000LxzYeUm0L/hLIl5S8kyKWbdc=", "ed25519:KawuYUG8yvCyLhqU000Lxzc=" };
	uint8_t keys[SIGN_MAX_KEYS][SIGN_KEY_BYTES], again[SIGN_KEY_BYTES];
	char text[SIGN_KEY_TEXT], two[160];

	(void)state;
	assert_int_equal(signature_read_keys(PUBLIC, keys), 1);
	assert_int_equal(keys[0][0], 0x29);
	assert_int_equal(keys[0][31], 0xd7);
	signature_write_key(keys[0], text);
	assert_true(signature_read_key(text, again));
	assert_memory_equal(again, keys[0], sizeof(again));
	snprintf(two, sizeof(two), "%s, " OTHER_PUBLIC, text);
	assert_int_equal(signature_read_keys(two, keys), 2);
	assert_memory_equal(again, keys[0], sizeof(again));
	assert_int_equal(keys[1][0], 0x03);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(signature_read_keys(wrong[i], keys), 0);
}

/* Base64 has one text per value, and both ways agree for every length. */
static void base64_is_exact(void **state)
{
	uint8_t bytes[65], back[65];
	char text[BASE64_LENGTH(65) + 1];

	(void)state;
	for (int i = 0; i < 65; i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	for (size_t n = 0; n <= 65; n++) {
		base64_write(bytes, n, text);
		assert_int_equal(strlen(text), BASE64_LENGTH(n));
		assert_true(base64_read(text, strlen(text), back, n));
		assert_memory_equal(back, bytes, n);
	}
	assert_true(base64_read("YQ==", 4, back, 1));
	assert_int_equal(back[0], 'a');
	assert_false(base64_read("YR==", 4, back, 1));	/* bits nobody asked for */
	assert_false(base64_read("YQ=a", 4, back, 1));
	assert_false(base64_read("YQ", 2, back, 1));
	assert_false(base64_read("Y\nQ=", 4, back, 1));
}

static int canonical(const char *json, const char *without, char *out, size_t size)
{
	char scratch[2048];
	struct arena arena = { scratch, sizeof(scratch), 0 };
	struct refusal why;
	cJSON *tree = codec_parse(json, strlen(json), WIRE_MAX_BYTES, &arena, &why);
	int n;

	assert_non_null(tree);
	n = canonical_print_whole(tree, without, out, size);
	cJSON_Delete(tree);
	return n;
}

/* The canonical text sorts keys by bytes at every level, keeps unknown fields, and knows no fractions. */
static void canonical_text_is_the_only_one(void **state)
{
	char out[512];

	(void)state;
	assert_true(canonical("{ \"b\" : [3, {\"z\":1e2,\"Z\":null}, \"\\u0041\\n\\u001f/\"], \"a\":true, \"Sig\":\"x\","
		" \"\":-0, \"ab\":1.0, \"\xc3\xa9\":false}", "Sig", out, sizeof(out)) > 0);
	assert_string_equal(out, "{\"\":0,\"a\":true,\"ab\":1,\"b\":[3,{\"Z\":null,\"z\":100},\"A\\n\\u001f/\"],"
		"\"\xc3\xa9\":false}");
	assert_true(canonical("{\"X\":{\"Sig\":1}}", "Sig", out, sizeof(out)) > 0);
	assert_string_equal(out, "{\"X\":{\"Sig\":1}}");	/* left out at the top alone */
	assert_true(canonical("{}", "Sig", out, sizeof(out)) == 2);
	assert_int_equal(canonical("{\"a\":1.5}", NULL, out, sizeof(out)), -1);
	assert_int_equal(canonical("{\"a\":9007199254740993}", NULL, out, sizeof(out)), -1);
	assert_int_equal(canonical("{\"a\":1}", NULL, out, 7), -1);
}

/* Our canonical text and our keys are those of the published vectors of the contract log. */
static void vectors_agree(void **state)
{
	cJSON *log = vectors_open("tests/vectors/contract-log.json");
	const cJSON *link;
	struct sign_keys keys;
	int n = 0;

	(void)state;
	assert_true(sodium_init() >= 0);
	cJSON_ArrayForEach(link, vectors_at(log, "Chain")) {
		const char *want = vectors_at(link, "Canonical")->valuestring;
		char *json = cJSON_Print(vectors_at(link, "Entry"));
		char out[1024] = "gw-contract-log-v1";
		const char *key = strstr(want, ".scada\",\"Kind") ? "ScadaPub" : "AtnPub";
		uint8_t sig[SIGN_BYTES];
		struct err e;
		struct verify v;
		int length = canonical(json, NULL, out + 19, sizeof(out) - 19);

		assert_string_equal(out + 19, want);
		assert_int_equal(sodium_hex2bin(sig, sizeof(sig), vectors_at(link, "Sig")->valuestring, 2 * SIGN_BYTES,
			NULL, NULL, NULL), 0);
		assert_true(sign_sodium_keys(vectors_at(log, key)->valuestring, &keys, &e));
		v = sign_sodium_verify(&keys);
		assert_true(v.good(v.self, out, (size_t)length + 19, sig));
		out[25] ^= 1;
		assert_false(v.good(v.self, out, (size_t)length + 19, sig));
		free(json);
		n++;
	}
	assert_int_equal(n, 3);
	cJSON_Delete(log);
}

static enum diag hear(struct gate_bench *b, const char *word, const char *text)
{
	struct scada_counts before = b->scada.counts;

	assert_true(gate_raw(b, word, text, strlen(text), false));
	for (int i = 1; i < N_DIAGNOSTICS; i++)
		if (b->scada.counts.refused[i] != before.refused[i])
			return (enum diag)i;
	return DIAG_NONE;
}

/* A house in RemoteControl that from now on wants signatures of those keys, and an AtomicTNode that makes them. */
static struct gate_bench *signed_house(const char *keys)
{
	struct gate_bench *b = gate_open_live();

	gate_sign(b, SEED);
	gate_expect(b, keys);
	return b;
}

/* 12: with a key every message of the AtomicTNode must be signed, of every type. */
static void check_12_unsigned(void **state)
{
	static const struct { const char *word, *pattern; } all[] = {
		{ DISPATCH_TYPE, DISPATCH() }, { OFFER_TYPE, OFFER(OTHER, "#0", "#3600", "") },
		{ BEAT_TYPE, BEAT("0000000000000001") },
		{ "gt.sh.cli.atn.cmd.110", "{\"FromGNodeAlias\":\"" GATE_ATN "\",\"FromGNodeId\":\"" ID
			"\",\"SendSnapshot\":false,\"TypeAlias\":\"gt.sh.cli.atn.cmd.110\"}" },
		{ "dispatch.contract.end.100", CONTRACT_HEAD "\"ContractId\":\"" GATE_CONTRACT
			"\",\"Cause\":\"x\",\"TypeAlias\":\"dispatch.contract.end.100\"}" },
		{ "status.ack.100", CONTRACT_HEAD "\"StatusUids\":[],\"TypeAlias\":\"status.ack.100\"}" },
	};
	struct gate_bench *b = signed_house(PUBLIC);
	struct sign sign = b->sign;
	char text[GATE_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		b->sign.make = NULL;
		gate_text(b, all[i].word, all[i].pattern, text);
		assert_int_equal(hear(b, all[i].word, text), DIAG_UNSIGNED);
		assert_false(gate_moved(b));
		b->sign = sign;
		gate_text(b, all[i].word, all[i].pattern, text);
		assert_int_not_equal(hear(b, all[i].word, text), DIAG_UNSIGNED);
		assert_int_equal(b->scada.counts.refused[DIAG_BAD_SIGNATURE], 0);
	}
	gate_free(b);
}

static void replace(char *text, const char *old, const char *new)
{
	char *at = strstr(text, old);

	assert_non_null(at);
	assert_int_equal(strlen(old), strlen(new));
	memcpy(at, new, strlen(new));
}

/* 12: a signature holds for exactly one message of one type, however it is spelled on the wire. */
static void check_12_signature(void **state)
{
	static const struct { const char *old, *new; } changes[] = {
		{ "\"RelayState\":1", "\"RelayState\":0" }, { "a.elt1.relay", "a.pump.relay" },
		{ "\"Colour\":1", "\"Colour\":2" }, { "\"Colour\"", "\"Colouw\"" },
	};
	struct gate_bench *b = signed_house(PUBLIC);
	char text[GATE_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		gate_text(b, DISPATCH_TYPE, DISPATCH(",\"Colour\":1"), text);
		replace(text, changes[i].old, changes[i].new);
		assert_int_equal(hear(b, DISPATCH_TYPE, text), DIAG_BAD_SIGNATURE);
		assert_false(gate_moved(b));
	}
	gate_text(b, "another.type.100", DISPATCH(), text);
	assert_int_equal(hear(b, DISPATCH_TYPE, text), DIAG_BAD_SIGNATURE);
	assert_int_equal(hear(b, DISPATCH_TYPE, "{\"AboutNodeAlias\":\"a.elt1.relay\",\"ToGNodeAlias\":\"" GATE_SCADA
		"\",\"FromGNodeAlias\":\"" GATE_ATN "\",\"FromGNodeId\":\"" ID "\",\"RelayState\":1,\"SendTimeUnixMs\":"
		"1799924400000,\"TypeAlias\":\"" DISPATCH_TYPE "\",\"Sig\":\"AAAA\"}"), DIAG_BAD_SIGNATURE);
	gate_text(b, DISPATCH_TYPE, DISPATCH(",\"Colour\":1"), text);
	text[0] = ' ';
	memmove(text + 2, text + 1, strlen(text));
	text[1] = '{';	/* a blank more changes nothing */
	assert_int_equal(hear(b, DISPATCH_TYPE, text), DIAG_NONE);
	assert_true(gate_moved(b));
	gate_free(b);
}

/* 12: while a key is changed both count; before and after only one. */
static void check_12_rotation(void **state)
{
	struct gate_bench *b = signed_house(OTHER_PUBLIC);

	(void)state;
	assert_true(gate_say(b, DISPATCH_TYPE, DISPATCH()));
	assert_false(gate_moved(b));
	gate_expect(b, OTHER_PUBLIC "," PUBLIC);
	assert_true(gate_say(b, DISPATCH_TYPE, DISPATCH()));
	assert_true(gate_moved(b));
	gate_sign(b, OTHER_SEED);
	assert_true(gate_say(b, DISPATCH_TYPE, AT_TIME("@1")));
	assert_true(gate_moved(b));
	gate_free(b);
}

/* What is wrong before check 12 is named as that: a wrong sender stays WrongSender though nobody signed. */
static void check_12_comes_in_its_place(void **state)
{
	struct gate_bench *b = signed_house(PUBLIC);
	char text[GATE_TEXT];

	(void)state;
	b->sign.make = NULL;
	gate_text(b, DISPATCH_TYPE, DISPATCH_PARTS(GATE_ATN, OTHER, GATE_SCADA, NODE, STATE, TIME), text);
	assert_int_equal(hear(b, DISPATCH_TYPE, text), DIAG_WRONG_SENDER);
	gate_text(b, DISPATCH_TYPE, AT_TIME("@-99999"), text);
	assert_int_equal(hear(b, DISPATCH_TYPE, text), DIAG_UNSIGNED);
	gate_free(b);
}

/* Without a key and without the explicit choice of none no contract is made, whoever asks. */
static void no_key_and_no_choice_is_no_contract(void **state)
{
	struct gate_bench *b = gate_open();

	(void)state;
	b->settings.contract.allow_unsigned_contract = false;
	assert_true(gate_say(b, OFFER_TYPE, OFFER(GATE_CONTRACT, "#0", "#3600", "")));
	assert_int_equal(gate_find(b, MSG_SEND_ANSWER)->send_answer.reason, DIAG_UNSIGNED);
	assert_int_equal(b->scada.contract.state, CONTRACT_NONE);
	gate_free(b);
}

/* Every message of the SCADA whose type has a Sig is signed with the house key, and stays what it was. */
static void the_house_signs(void **state)
{
	struct bench *b = *state;
	struct sign_keys keys;
	struct gate_bench *g = gate_open();
	struct verify v;
	struct err e;

	gate_sign(g, SEED);
	assert_true(sign_sodium_keys(PUBLIC, &keys, &e));
	v = sign_sodium_verify(&keys);
	uplink_sign(&b->uplink, &g->sign);
	bench_link(b, true, "x:1", LOG_LINK);
	bench_step(b, (struct msg){ .type = MSG_SEND_RESULT, .send_result = { .diag = DIAG_NO_CONTRACT, .about = "a.b",
		.about_send_ms = BENCH_START_MS } });
	bench_step(b, (struct msg){ .type = MSG_SEND_COPY, .send_copy = { .node = 0, .on = true } });
	assert_int_equal(b->n_sent, 3);
	for (int i = 0; i < b->n_sent; i++) {
		const struct wire *w = wire_find(strchr(b->sent[i].topic, '/') + 1);
		struct arena arena = { b->arena, sizeof(b->arena), 0 };
		struct refusal why;
		cJSON *tree = codec_parse(b->sent[i].bytes, b->sent[i].length, WIRE_MAX_BYTES, &arena, &why);

		assert_non_null(tree);
		if (!codec_check(w, tree, &arena, &why))
			fail_msg("%s: %s %s", b->sent[i].topic, why.field, why.text);
		assert_int_equal(signature_check(&v, w->type_alias, tree, &arena),
			w == &gt_dispatch_boolean_local_wire ? DIAG_UNSIGNED : DIAG_NONE);
		cJSON_Delete(tree);
	}
	gate_free(g);
}

/* What the AtomicTNode composes and signs passes the gate of a house that has its key. */
static void what_the_atn_signs_is_taken(void **state)
{
	struct gate_bench *b = gate_open();
	struct uuid id;
	struct atn_contract c;
	struct atn_message m;
	int64_t now_ms = GATE_T0_MS + b->now.ms;

	(void)state;
	gate_sign(b, SEED);
	gate_expect(b, PUBLIC);
	assert_true(uuid_parse(GATE_CONTRACT, &id));
	c = (struct atn_contract){ .id = id, .start_s = GATE_T0_MS / 1000, .end_s = GATE_T0_MS / 1000 + 3600,
		.max_power_w = 4000 };
	atn_compose_offer(&b->house, &c, 7, now_ms, &m);
	assert_int_equal(hear(b, OFFER_TYPE, m.payload), DIAG_UNSIGNED);
	atn_sign(&m, &b->sign);
	assert_int_equal(strlen(m.payload), m.length);
	assert_int_equal(hear(b, OFFER_TYPE, m.payload), DIAG_NONE);
	assert_int_equal(b->scada.contract.state, CONTRACT_LIVE);
	atn_compose_beat(&b->house, id, 8, b->beat, now_ms + 1, &m);
	atn_sign(&m, &b->sign);
	assert_int_equal(hear(b, BEAT_TYPE, m.payload), DIAG_NONE);
	assert_int_equal(b->scada.mode.mode, REMOTE_CONTROL);
	atn_compose_dispatch(&b->house, "a.elt1.relay", true, id, id, now_ms + 2, &m);
	atn_sign(&m, &b->sign);
	assert_int_equal(hear(b, DISPATCH_TYPE, m.payload), DIAG_NONE);
	assert_true(gate_moved(b));
	gate_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_read), cmocka_unit_test(base64_is_exact),
		cmocka_unit_test(canonical_text_is_the_only_one), cmocka_unit_test(vectors_agree),
		cmocka_unit_test(check_12_unsigned), cmocka_unit_test(check_12_signature),
		cmocka_unit_test(check_12_rotation), cmocka_unit_test(check_12_comes_in_its_place),
		cmocka_unit_test(no_key_and_no_choice_is_no_contract),
		cmocka_unit_test_setup_teardown(the_house_signs, bench_setup, bench_teardown),
		cmocka_unit_test(what_the_atn_signs_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
