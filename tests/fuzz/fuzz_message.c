/* SPDX-License-Identifier: MIT */
/* Any bytes from the broker: through the gate into a scada without a contract, and into an AtomicTNode. Whatever they
 * are, no relay is asked for on the AtomicTNode's behalf, and the canonical form of what is canonical is itself. */
#define _GNU_SOURCE	/* memmem */
#include <assert.h>
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/fixture.h"
#include "actor/scada.h"
#include "core/wire/canonical.h"
#include "core/wire/inbound.h"
#include "spaceheat/guard.h"

#define NOW_MS 1799924400000

struct room {
	struct house house;
	struct settings settings;
	struct scada scada;
	struct inbound to_scada, to_atn;
	char scada_memory[INBOUND_SCADA_MEMORY], atn_memory[INBOUND_ATN_MEMORY], scratch[64 * 1024];
	char topic[256], first[64 * 1024], second[64 * 1024];
	struct outbox out;
};

/* Some are good and some are not, so that both ways are walked. */
static bool good(void *self, const void *bytes, size_t length, const uint8_t signature[SIGN_BYTES])
{
	(void)self;
	(void)length;
	return ((signature[0] ^ *(const uint8_t *)bytes) & 1) != 0;
}

/* The type the text itself names, or one by its length. */
static void write_topic(struct room *r, const char *alias, const uint8_t *data, size_t size)
{
	static const char key[] = "\"TypeAlias\":\"";
	const char *at = memmem(data, size, key, sizeof(key) - 1);
	size_t n = 0;

	if (at == NULL) {
		snprintf(r->topic, sizeof(r->topic), "%s/%s", alias,
			size % 3 == 0 ? "p" : wires[size % (size_t)n_wires]->type_alias);
		return;
	}
	at += sizeof(key) - 1;
	while (at + n < (const char *)data + size && at[n] != '"' && n < 80)
		n++;
	snprintf(r->topic, sizeof(r->topic), "%s/%.*s", alias, (int)n, at);
}

static void hear_as_scada(struct room *r, const uint8_t *data, size_t size, bool retained)
{
	struct msg m;

	write_topic(r, r->house.atn.alias, data, size);
	if (!inbound_scada(&r->to_scada, r->topic, data, size, retained, &m))
		return;
	m.clock = (struct wall){ NOW_MS };
	m.now = (struct mono){ 1000 };
	m.clock_trusted = true;
	r->out.n = r->out.dropped = 0;
	scada_step(&r->scada, &m, &r->out);
	assert(r->out.dropped == 0);
	for (int i = 0; i < r->out.n; i++)
		assert(r->out.box[i].type != MSG_WANT || r->out.box[i].want.rank != GUARD_RANK_DISPATCH);
}

static void hear_as_atn(struct room *r, const uint8_t *data, size_t size)
{
	struct msg m;

	write_topic(r, r->house.scada.alias, data, size);
	if (inbound_atn(&r->to_atn, r->topic, data, size, size % 2 == 0, &m))
		while (inbound_more(&r->to_atn, &m))
			;
}

static int canonical(struct room *r, const char *json, size_t length, char *out, size_t size)
{
	struct arena arena = { r->scratch, sizeof(r->scratch), 0 };
	struct refusal why;
	cJSON *tree = codec_parse(json, length, WIRE_MAX_BYTES_LONG, &arena, &why);
	int n = tree != NULL ? canonical_print_whole(tree, NULL, out, size) : -1;

	cJSON_Delete(tree);
	return n;
}

static void check_canonical(struct room *r, const uint8_t *data, size_t size)
{
	int n = canonical(r, (const char *)data, size, r->first, sizeof(r->first));

	if (n < 0)
		return;
	assert(canonical(r, r->first, (size_t)n, r->second, sizeof(r->second)) == n);
	assert(memcmp(r->first, r->second, (size_t)n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct contract_record none = { .state = CONTRACT_NONE };
	struct room *r = calloc(1, sizeof(*r));
	struct verify verify = { NULL, good };
	struct inbound_identity scada = { .other_id = { { 0 } } }, atn = scada;

	assert(r != NULL);
	fixture_house(&r->house);
	fixture_settings(&r->settings);
	strcpy(scada.self_alias, r->house.scada.alias);
	strcpy(scada.other_alias, r->house.atn.alias);
	strcpy(atn.self_alias, r->house.atn.alias);
	strcpy(atn.other_alias, r->house.scada.alias);
	scada.other_id = r->house.atn.id;
	atn.other_id = r->house.scada.id;
	inbound_init(&r->to_scada, &scada, r->scada_memory, sizeof(r->scada_memory));
	inbound_init(&r->to_atn, &atn, r->atn_memory, sizeof(r->atn_memory));
	scada_init(&r->scada, &r->house, &r->settings, NULL, &none);
	hear_as_scada(r, data, size, false);
	r->to_scada.verify = &verify;
	hear_as_scada(r, data, size, size > 0 && data[0] == ' ');
	hear_as_atn(r, data, size);
	check_canonical(r, data, size);
	free(r);
	return 0;
}
