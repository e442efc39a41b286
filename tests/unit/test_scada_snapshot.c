/* SPDX-License-Identifier: MIT */
/* What scada tells whoever asks for a snapshot. */
#include "scada_bench.h"

#include "core/wire/codec.h"
#include "core/wire/types.h"

static char buffer[POOL_BUFFER_SIZE];

static int take(void *self)
{
	(void)self;
	return 0;
}

static char *bytes(void *self, int index)
{
	(void)self, (void)index;
	return buffer;
}

static void give(void *self, int index)
{
	(void)self, (void)index;
}

static int snapshot_of(struct rig *r, struct gt_sh_cli_scada_response *response)
{
	static char memory[65536];
	struct arena arena = { .base = memory, .size = sizeof(memory) };
	struct refusal why;
	const struct msg *m;

	rig_clear(r);
	rig_give(r, (struct msg){ .type = MSG_SNAPSHOT_REQUEST, .snapshot_request = { .send = true } });
	m = rig_find(r, MSG_SEND_BUFFER);
	assert_non_null(m);
	assert_true(codec_decode(&gt_sh_cli_scada_response_wire, buffer, m->send_buffer.length, POOL_BUFFER_SIZE, response,
		&arena, &why));
	return response->snapshot.n;
}

/* A snapshot holds what is known now: good readings and relays; an hour later, with nothing read, only the relays. */
static void a_snapshot_is_no_old_news(void **state)
{
	struct rig *r = rig_remote();
	struct pool pool = { .take = take, .bytes = bytes, .give = give };
	struct gt_sh_cli_scada_response response;

	(void)state;
	r->scada.pool = &pool;
	rig_pass_w(r, 5, 4500);
	rig_give(r, (struct msg){ .type = MSG_READING, .reading = { .channel = FX_CH_SUPPLY, .quality = QUALITY_CRC,
		.at = r->now } });
	assert_int_equal(snapshot_of(r, &response), 5);	/* top, room, two relays, power; not the supply */
	assert_string_equal(response.snapshot.about_node_alias_list[0], "a.tank.temp0");
	assert_int_equal(response.snapshot.value_list[0], 50000);
	assert_string_equal(response.snapshot.about_node_alias_list[4], "a.elt1");
	r->now.ms += 3600 * 1000 - 20000;
	assert_int_equal(snapshot_of(r, &response), 2);
	assert_int_equal(response.snapshot.telemetry_name_list[0], TELEMETRY_RELAY_STATE);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_is_no_old_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
