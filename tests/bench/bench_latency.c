/* SPDX-License-Identifier: MIT */
/* bench_latency: how long a command takes to its result over the broker, beside a bare MQTT echo over the
 * same broker.
 *
 * It is the AtomicTNode of a running spaceheatd: offers a contract, beats, and dispatches the state that
 * the relay already has, so that nothing moves and no minimum time answers. Pairs come with random gaps of
 * 0.2 to 3 s, half of a gap before the echo and half before the command: a tight loop would hide what
 * falls asleep in between. Prints `name value unit` lines and ends with 0 only when all was measured. */
#include <MQTTClient.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../support/rss.h"
#include "core/wire/codec.h"
#include "core/wire/types.h"
#include "port/net_socket.h"
#include "run/clockfile.h"
#include "spaceheat/splitmix.h"

enum {
	MAX_PAIRS = 10000, GAP_MIN_MS = 200, GAP_MAX_MS = 3000, ANSWER_MS = 5000, READY_MS = 60000,
		RETRY_MS = 2000,
	BEAT_MS = 60000, CONTRACT_S = 6 * 3600, MESSAGE_SIZE = 2048,
};

struct options {
	const char *atn, *scada, *atn_id, *relay, *state_dir;
	int port, pairs;
	uint64_t seed;
	bool echo_only;		/* no service: the broker alone */
};

struct bench {
	struct options o;
	MQTTClient client;
	struct clockfile *clock;	/* NULL: a house in real time */
	struct uuid id, contract;
	uint64_t random;
	int64_t last_send_ms, beat_due_ms;
	char echo_topic[160], answer_topic[160], beat_topic[160], result_topic[160];
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	/* under the lock: what came, by paho's thread */
	bool echoed, accepted, remote, has_result;
	int64_t echoed_ns, result_ns;
	uint64_t scada_beat;
	char refused[300], result[64];
	int64_t awaited_ms;		/* SendTimeUnixMs of the command under way */
	char arena[65536];
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void sleep_ms(int64_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* The house's time, strictly rising. */
static int64_t send_ms(struct bench *b)
{
	struct timespec t;
	int64_t ms;

	clock_gettime(CLOCK_REALTIME, &t);
	ms = b->clock ? clockfile_read(b->clock).wall.ms : t.tv_sec * 1000LL + t.tv_nsec / 1000000;
	b->last_send_ms = ms > b->last_send_ms ? ms : b->last_send_ms + 1;
	return b->last_send_ms;
}

/* ---- what comes in, in paho's thread, the lock held ---- */

static bool decode(struct bench *b, const struct wire *w, const MQTTClient_message *m, void *out)
{
	struct arena a = { b->arena, sizeof(b->arena), 0 };
	struct refusal r;

	return codec_decode(w, m->payload, (size_t)m->payloadlen, WIRE_MAX_BYTES_LONG, out, &a, &r);
}

static void hear_answer(struct bench *b, const MQTTClient_message *m)
{
	struct dispatch_contract_answer a;

	if (!decode(b, &dispatch_contract_answer_wire, m, &a) || !uuid_equal(a.contract_id, b->contract))
		return;
	b->accepted = a.verdict == VERDICT_ACCEPTED;
	b->scada_beat = a.beat;
	if (!b->accepted)
		snprintf(b->refused, sizeof(b->refused), "%s: %s", a.reason, a.text);
}

static void hear_beat(struct bench *b, const MQTTClient_message *m)
{
	struct dispatch_contract_beat beat;

	if (!decode(b, &dispatch_contract_beat_wire, m, &beat))
		return;
	b->scada_beat = beat.beat;
	b->remote = beat.mode == REMOTE_CONTROL;
}

static void hear_result(struct bench *b, const MQTTClient_message *m, int64_t at_ns)
{
	struct dispatch_result r;

	if (!decode(b, &dispatch_result_wire, m, &r) || r.about_send_time_unix_ms != b->awaited_ms)
		return;
	b->has_result = true;
	b->result_ns = at_ns;
	snprintf(b->result, sizeof(b->result), "%.63s", r.result);
}

static int on_message(void *ctx, char *topic, int length, MQTTClient_message *m)
{
	struct bench *b = ctx;
	int64_t at_ns = now_ns();

	(void)length;
	pthread_mutex_lock(&b->lock);
	if (strcmp(topic, b->echo_topic) == 0) {
		b->echoed = true;
		b->echoed_ns = at_ns;
	} else if (strcmp(topic, b->result_topic) == 0) {
		hear_result(b, m, at_ns);
	} else if (strcmp(topic, b->answer_topic) == 0) {
		hear_answer(b, m);
	} else if (strcmp(topic, b->beat_topic) == 0) {
		hear_beat(b, m);
	}
	pthread_cond_broadcast(&b->arrived);
	pthread_mutex_unlock(&b->lock);
	MQTTClient_freeMessage(&m);
	MQTTClient_free(topic);
	return 1;
}

/* Until *flag or the time is over. */
static bool await(struct bench *b, const bool *flag, int64_t patience_ms)
{
	int64_t until = now_ns() + patience_ms * 1000000;
	struct timespec t = { .tv_sec = until / 1000000000, .tv_nsec = until % 1000000000 };
	bool yes;

	pthread_mutex_lock(&b->lock);
	while (!*flag && pthread_cond_timedwait(&b->arrived, &b->lock, &t) == 0)
		;
	yes = *flag;
	pthread_mutex_unlock(&b->lock);
	return yes;
}

/* ---- what goes out ---- */

static bool publish(struct bench *b, const char *topic, const char *text, int length)
{
	int rc = length < 0 ? -1 : MQTTClient_publish(b->client, topic, length, text, 1, 0, NULL);

	if (rc != MQTTCLIENT_SUCCESS)
		fprintf(stderr, "bench_latency: %s: not sent (%d)\n", topic, rc);
	return rc == MQTTCLIENT_SUCCESS;
}

static bool publish_type(struct bench *b, const struct wire *w, const void *message)
{
	char topic[200], text[MESSAGE_SIZE];

	snprintf(topic, sizeof(topic), "%s/%s", b->o.atn, w->type_alias);
	return publish(b, topic, text, codec_encode(w, message, text, sizeof(text)));
}

static struct wire_head head(struct bench *b)
{
	struct wire_head h = { .from_g_node_id = b->id, .send_time_unix_ms = send_ms(b) };

	snprintf(h.from_g_node_alias, sizeof(h.from_g_node_alias), "%s", b->o.atn);
	snprintf(h.to_g_node_alias, sizeof(h.to_g_node_alias), "%s", b->o.scada);
	return h;
}

static bool offer(struct bench *b)
{
	uint64_t bits[2] = { splitmix64(&b->random) ^ (uint64_t)now_ns(), splitmix64(&b->random) };
	struct dispatch_contract_offer m = { .head = head(b) };

	b->contract = uuid_random(bits);
	m.contract_id = b->contract;
	m.start_unix_s = m.head.send_time_unix_ms / 60000 * 60;
	m.end_unix_s = m.start_unix_s + CONTRACT_S;
	m.beat = splitmix64(&b->random);
	return publish_type(b, &dispatch_contract_offer_wire, &m);
}

static bool beat(struct bench *b)
{
	struct dispatch_contract_beat m = { .head = head(b), .contract_id = b->contract };

	pthread_mutex_lock(&b->lock);
	m.echo_beat = b->scada_beat;
	pthread_mutex_unlock(&b->lock);
	m.beat = splitmix64(&b->random);
	b->beat_due_ms = now_ns() / 1000000 + BEAT_MS;
	return publish_type(b, &dispatch_contract_beat_wire, &m);
}

/* The time from sending to the result in ms, or -1; what the guard said is in b->result. */
static double command(struct bench *b)
{
	struct gt_dispatch_boolean m = { .from_g_node_id = b->id, .relay_state = false,
		.send_time_unix_ms = send_ms(b) };
	char topic[200], text[MESSAGE_SIZE];
	int64_t start;
	int length;

	snprintf(m.about_node_alias, sizeof(m.about_node_alias), "%s", b->o.relay);
	snprintf(m.to_g_node_alias, sizeof(m.to_g_node_alias), "%s", b->o.scada);
	snprintf(m.from_g_node_alias, sizeof(m.from_g_node_alias), "%s", b->o.atn);
	snprintf(topic, sizeof(topic), "%s/%s", b->o.atn, gt_dispatch_boolean_wire.type_alias);
	length = codec_encode(&gt_dispatch_boolean_wire, &m, text, sizeof(text));
	pthread_mutex_lock(&b->lock);
	b->has_result = false;
	b->awaited_ms = m.send_time_unix_ms;
	pthread_mutex_unlock(&b->lock);
	start = now_ns();
	if (!publish(b, topic, text, length) || !await(b, &b->has_result, ANSWER_MS))
		return -1;
	return (double)(b->result_ns - start) / 1e6;
}

/* The same number of bytes out and back over the broker, and nobody in between. */
static double echo(struct bench *b)
{
	char text[320];
	int64_t start;

	memset(text, 'x', sizeof(text));
	pthread_mutex_lock(&b->lock);
	b->echoed = false;
	pthread_mutex_unlock(&b->lock);
	start = now_ns();
	if (!publish(b, b->echo_topic, text, sizeof(text)) || !await(b, &b->echoed, ANSWER_MS))
		return -1;
	return (double)(b->echoed_ns - start) / 1e6;
}

/* ---- the run ---- */

static bool fail(const char *what, const char *why)
{
	fprintf(stderr, "bench_latency: %s%s%s\n", what, why[0] ? ": " : "", why);
	return false;
}

static bool connect_bench(struct bench *b)
{
	MQTTClient_connectOptions c = MQTTClient_connectOptions_initializer;
	char uri[64], id[32], all[160];
	char *topics[2] = { b->echo_topic, all };
	int qos[2] = { 1, 1 };
	struct net_fds fds;

	snprintf(uri, sizeof(uri), "tcp://127.0.0.1:%d", b->o.port);
	snprintf(id, sizeof(id), "bench-%d", (int)getpid());
	snprintf(all, sizeof(all), "%s/+", b->o.scada);
	c.keepAliveInterval = 15;
	c.cleansession = 1;
	c.reliable = 0;
	c.connectTimeout = 5;
	c.MQTTVersion = MQTTVERSION_3_1_1;
	if (MQTTClient_create(&b->client, uri, id, MQTTCLIENT_PERSISTENCE_NONE, NULL) != MQTTCLIENT_SUCCESS ||
		MQTTClient_setCallbacks(b->client, b, NULL, on_message, NULL) != MQTTCLIENT_SUCCESS ||
		MQTTClient_connect(b->client, &c) != MQTTCLIENT_SUCCESS ||
		MQTTClient_subscribeMany(b->client, 2, topics, qos) != MQTTCLIENT_SUCCESS)
		return fail("no connection", uri);
	net_fds_find(&fds, b->o.port);
	for (int i = 0; i < fds.n; i++)
		net_socket_tune(fds.fd[i]);
	return fds.n > 0 || fail("own socket not found", "");
}

/* A contract in force, our beats echoed, the relay off and held by us. */
static bool take_control(struct bench *b)
{
	int64_t until = now_ns() / 1000000 + READY_MS;

	while (!b->accepted && now_ns() / 1000000 < until) {
		if (!offer(b))
			return false;
		await(b, &b->accepted, RETRY_MS);
	}
	if (!b->accepted)
		return fail("no contract", b->refused[0] ? b->refused : "no answer");
	while (!b->remote && now_ns() / 1000000 < until) {
		if (!beat(b))
			return false;
		await(b, &b->remote, RETRY_MS);
	}
	if (!b->remote)
		return fail("no RemoteControl", "the beat was not accepted");
	while (now_ns() / 1000000 < until) {
		if (command(b) >= 0 && strcmp(b->result, "Done") == 0)
			return true;
		sleep_ms(RETRY_MS);
	}
	return fail("the relay cannot be commanded", b->result);
}

static void pause_half(struct bench *b)
{
	sleep_ms((int64_t)(GAP_MIN_MS + splitmix64(&b->random) % (GAP_MAX_MS - GAP_MIN_MS + 1)) / 2);
}

static bool measure_pair(struct bench *b, double *echo_ms, double *command_ms)
{
	if (!b->o.echo_only && now_ns() / 1000000 >= b->beat_due_ms && !beat(b))
		return false;
	pause_half(b);
	*echo_ms = echo(b);
	if (*echo_ms < 0)
		return fail("an echo did not come back", "");
	if (b->o.echo_only)
		return true;
	pause_half(b);
	*command_ms = command(b);
	if (*command_ms < 0)
		return fail("a command was not answered", "");
	return strcmp(b->result, "Done") == 0 || fail("a command was not done", b->result);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nearest rank of n sorted values. */
static double percentile(const double *sorted, int n, double p)
{
	int rank = (int)ceil(p / 100 * n);

	return sorted[(rank < 1 ? 1 : rank) - 1];
}

static void print_percentiles(const char *what, double *ms, int n)
{
	qsort(ms, (size_t)n, sizeof(ms[0]), by_size);
	printf("latency.%s.p50_ms %.3f ms\n", what, percentile(ms, n, 50));
	printf("latency.%s.p99_ms %.3f ms\n", what, percentile(ms, n, 99));
}

static bool run(struct bench *b, double *echo_ms, double *command_ms)
{
	double rss_mb = 0;

	for (int i = 0; i < b->o.pairs; i++)
		if (!measure_pair(b, &echo_ms[i], &command_ms[i]))
			return false;
	if (!b->o.echo_only && !service_rss_mb(b->o.state_dir, &rss_mb))
		return fail("spaceheatd and its guard not found", "");
	print_percentiles("echo", echo_ms, b->o.pairs);
	if (b->o.echo_only)
		return true;
	print_percentiles("command", command_ms, b->o.pairs);
	printf("service.rss_mb %.2f MB\n", rss_mb);
	return true;
}

static bool prepare(struct bench *b)
{
	pthread_condattr_t a;
	struct err e;

	pthread_mutex_init(&b->lock, NULL);
	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&b->arrived, &a);
	b->random = b->o.seed;
	snprintf(b->echo_topic, sizeof(b->echo_topic), "bench/echo/%d", (int)getpid());
	snprintf(b->answer_topic, sizeof(b->answer_topic), "%s/dispatch.contract.answer.100", b->o.scada);
	snprintf(b->beat_topic, sizeof(b->beat_topic), "%s/dispatch.contract.beat.100", b->o.scada);
	snprintf(b->result_topic, sizeof(b->result_topic), "%s/dispatch.result.100", b->o.scada);
	if (!b->o.echo_only && !uuid_parse(b->o.atn_id, &b->id))
		return fail("--atn-id is not a UUID", b->o.atn_id);
	b->clock = b->o.state_dir[0] ? clockfile_open(b->o.state_dir, &e) : NULL;
	return connect_bench(b) && (b->o.echo_only || take_control(b));
}

static bool read_options(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{ "port", 1, NULL, 'p' }, { "atn", 1, NULL, 'a' }, { "scada", 1, NULL, 's' },
		{ "atn-id", 1, NULL, 'i' }, { "relay", 1, NULL, 'r' }, { "state", 1, NULL, 'd' },
		{ "pairs", 1, NULL, 'n' }, { "seed", 1, NULL, 'x' }, { "echo-only", 0, NULL, 'e' },
		{ NULL, 0, NULL, 0 },
	};
	const char *text[128] = { ['p'] = "0", ['a'] = "", ['s'] = "none", ['i'] = "", ['r'] = "", ['d'] = "",
		['n'] = "200", ['x'] = "1" };
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == '?')
			return false;
		text[c] = optarg ? optarg : "yes";
	}
	*o = (struct options){ .atn = text['a'], .scada = text['s'], .atn_id = text['i'], .relay = text['r'],
		.state_dir = text['d'], .port = (int)strtol(text['p'], NULL, 10),
		.pairs = (int)strtol(text['n'], NULL, 10), .seed = strtoull(text['x'], NULL, 10),
		.echo_only = text['e'] != NULL };
	return o->port > 0 && o->pairs > 0 && o->pairs <= MAX_PAIRS && (o->echo_only || o->atn_id[0]);
}

static bool measure(struct bench *b)
{
	double *echo_ms = calloc((size_t)b->o.pairs, sizeof(*echo_ms));
	double *command_ms = calloc((size_t)b->o.pairs, sizeof(*command_ms));
	bool ok = echo_ms && command_ms && prepare(b) && run(b, echo_ms, command_ms);

	if (b->client) {
		MQTTClient_disconnect(b->client, 1000);
		MQTTClient_destroy(&b->client);
	}
	clockfile_close(b->clock);
	free(echo_ms);
	free(command_ms);
	return ok && fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof(*b));
	bool ok;

	if (!b || !read_options(argc, argv, &b->o)) {
		fprintf(stderr,
			"usage: bench_latency --port PORT --atn ALIAS --scada ALIAS --atn-id UUID\n"
			"       --relay NODE --state DIR [--pairs N] [--seed N]\n"
			"       bench_latency --port PORT --echo-only [--pairs N]\n");
		free(b);
		return 2;
	}
	ok = measure(b);
	free(b);
	return ok ? 0 : 1;
}
