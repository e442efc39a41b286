/* SPDX-License-Identifier: MIT */
/* atn.c: `spaceheat atn`: the AtomicTNode's messages by hand, printed or published. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "cli/atn_memo.h"
#include "cli/atn_post.h"
#include "core/wire/signature.h"
#include "port/sign_sodium.h"

enum { MINUTES_MIN = 5, MINUTES_MAX = 366 * 24 * 60, WORDS_MAX = 3 };

struct hand {
	struct cli *cli;
	const char *name; /* "atn offer" */
	struct place *place;
	struct wall now;
	struct atn_memory memory;
	struct atn_contract offered;
	struct atn_message message;
	/* options */
	bool publish, really, has_echo, has_contract;
	const char *key_file;
	struct sign_secret secret;
	struct sign sign;
	uint64_t echo;
	struct uuid contract;
	long minutes;
	const char *words[WORDS_MAX];
	int n_words;
};

static void random_bits(uint64_t bits[2])
{
	/* At most 256 bytes never come short (getrandom(2)). */
	if (getrandom(bits, 2 * sizeof(bits[0]), 0) < 0)
		abort();
}

static uint64_t fresh_beat(void)
{
	uint64_t bits[2];

	random_bits(bits);
	return bits[0] != 0 ? bits[0] : 1;
}

static struct uuid fresh_uuid(void)
{
	uint64_t bits[2];

	random_bits(bits);
	return uuid_random(bits);
}

static bool take_hex(const char *text, uint64_t *out)
{
	char *end;

	if (strlen(text) != 16 || strspn(text, "0123456789abcdefABCDEF") != 16)
		return false;
	*out = strtoull(text, &end, 16);
	return true;
}

static bool take_minutes(const char *text, long *out)
{
	char *end;

	*out = strtol(text, &end, 10);
	return *text != '\0' && *end == '\0' && *out >= MINUTES_MIN && *out <= MINUTES_MAX;
}

/* An option with a value. Returns an exit code. */
static int take_value(struct hand *h, const char *option, const char *value)
{
	if (strcmp(option, "--echo") == 0) {
		h->has_echo = take_hex(value, &h->echo);
		return h->has_echo ? EXIT_DONE : cli_usage("atn", "--echo %.40s is not 16 hex digits", value);
	}
	if (strcmp(option, "--key") == 0) {
		h->key_file = value;
		return EXIT_DONE;
	}
	if (strcmp(option, "--contract") == 0) {
		h->has_contract = uuid_parse(value, &h->contract);
		return h->has_contract ? EXIT_DONE : cli_usage("atn", "--contract %.40s is no UUID", value);
	}
	return take_minutes(value, &h->minutes) ? EXIT_DONE
						: cli_usage("atn", "--minutes %.40s is outside %d..%d", value,
							  MINUTES_MIN, MINUTES_MAX);
}

static bool has_value(const char *option)
{
	return strcmp(option, "--echo") == 0 || strcmp(option, "--contract") == 0 ||
	       strcmp(option, "--minutes") == 0 || strcmp(option, "--key") == 0;
}

static int take_arguments(struct hand *h, int argc, char **argv)
{
	int result = EXIT_DONE;

	h->minutes = 60;
	for (int i = 1; i < argc && result == EXIT_DONE; i++) {
		if (strcmp(argv[i], "-p") == 0)
			h->publish = true;
		else if (strcmp(argv[i], "--really") == 0)
			h->really = true;
		else if (has_value(argv[i]) && i + 1 < argc)
			result = take_value(h, argv[i], argv[i + 1]), i++;
		else if (argv[i][0] == '-' || h->n_words == WORDS_MAX)
			result = cli_usage("atn", "%.40s is not understood here", argv[i]);
		else
			h->words[h->n_words++] = argv[i];
	}
	return result;
}

/* What became of a published message, in one word, and what to do when that is not what was wanted. */
static int print_verdict(const struct hand *h, const char *word, bool good, const char *detail)
{
	static const struct {
		const char *word, *action;
	} actions[] = {
		{ "NoContract", "offer one first: spaceheat atn offer -p, then spaceheat atn beat -p" },
		{ "NotInControl", "send a beat first: spaceheat atn beat -p" },
		{ "ContractMismatch", "the SCADA holds another contract, or none: spaceheat atn offer -p" },
		{ "ContractOverlap", "end the other one first: spaceheat atn end -p --contract UUID" },
		{ "ContractExpired", "offer one that ends later" },
		{ "DispatchNodeNotBooleanActuator", "name a relay" },
	};
	const char *action = "docs/codes.md explains the word";

	if (h->cli->json)
		printf("{\"v\":1,\"house\":\"%s\",\"t_ms\":%" PRId64 ",\"result\":\"%s\",\"done\":%s}\n",
			h->place->loaded.house.key, h->now.ms, word, good ? "true" : "false");
	if (good && !h->cli->json)
		printf("%s%s%s\n", word, *detail ? " " : "", detail);
	if (good)
		return EXIT_DONE;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].word, word) == 0)
			action = actions[i].action;
	if (strncmp(word, "HeldBy", 6) == 0)
		action = "try again later";
	return cli_fail(EXIT_HELD, "%s: %s - %s", h->name, word, action);
}

/* Every answer and beat carries the number the next beat must echo. */
static void take_beat(struct hand *h, const struct msg *m)
{
	if (m->type == MSG_SCADA_ANSWER)
		h->memory.scada_beat = m->scada_answer.beat;
	else if (m->type == MSG_SCADA_BEAT)
		h->memory.scada_beat = m->scada_beat.beat;
}

static bool is_contract_answer(const struct hand *h, const struct msg *m)
{
	return m->type == MSG_SCADA_ANSWER && uuid_equal(m->scada_answer.contract, h->contract);
}

static bool answers_offer(void *ctx, const struct msg *m)
{
	take_beat(ctx, m);
	return is_contract_answer(ctx, m);
}

static bool answers_beat(void *ctx, const struct msg *m)
{
	struct hand *h = ctx;

	take_beat(h, m);
	return is_contract_answer(h, m) ||
	       (m->type == MSG_SCADA_BEAT && uuid_equal(m->scada_beat.contract, h->contract));
}

static bool answers_end(void *ctx, const struct msg *m)
{
	struct hand *h = ctx;

	take_beat(h, m);
	return is_contract_answer(h, m) ||
	       (m->type == MSG_SCADA_REPORT && uuid_equal(m->scada_report.contract, h->contract));
}

static bool answers_dispatch(void *ctx, const struct msg *m)
{
	struct hand *h = ctx;

	take_beat(h, m);
	return m->type == MSG_SCADA_RESULT && m->scada_result.about_send_ms == h->now.ms &&
	       strcmp(m->scada_result.about, h->words[0]) == 0;
}

/* Nobody else acknowledges the report of a contract made by hand. */
static bool acknowledge(void *ctx, const struct msg *m, struct atn_message *out)
{
	struct hand *h = ctx;

	if (m->type != MSG_SCADA_REPORT)
		return false;
	atn_compose_report_ack(
		&h->place->loaded.house, m->scada_report.contract, m->scada_report.uid, h->now.ms, out);
	atn_sign(out, h->sign.make != NULL ? &h->sign : NULL);
	return true;
}

static int say_answer(struct hand *h, const struct msg *m)
{
	char detail[128] = "", id[UUID_TEXT];

	if (m->type == MSG_SCADA_RESULT)
		return print_verdict(h, m->scada_result.result,
			strcmp(m->scada_result.result, guard_result_name(GUARD_DONE)) == 0, detail);
	if (m->type == MSG_SCADA_ANSWER && !m->scada_answer.accepted)
		return print_verdict(h, m->scada_answer.reason, false, detail);
	if (m->type == MSG_SCADA_ANSWER)
		return print_verdict(h, "Accepted", true, uuid_text(h->contract, id));
	if (m->type == MSG_SCADA_REPORT) {
		snprintf(detail, sizeof(detail), "energy %lld Wh", (long long)m->scada_report.energy_wh);
		return print_verdict(h, contract_outcome_name(m->scada_report.outcome), true, detail);
	}
	snprintf(detail, sizeof(detail), "%s %d W", control_mode_name(m->scada_beat.mode),
		(int)m->scada_beat.power_w);
	return print_verdict(h, contract_state_name(m->scada_beat.state), true, detail);
}

static void keep(struct hand *h, const struct msg *answer, bool is_offer)
{
	struct err e;

	if (is_offer && answer->scada_answer.accepted) {
		h->memory.has_contract = true;
		h->memory.contract = h->offered;
	} else if (answer->type == MSG_SCADA_REPORT && uuid_equal(h->memory.contract.id, h->contract)) {
		h->memory.has_contract = false;
	}
	if (!atn_memo_keep(h->place->loaded.settings.state_dir, &h->memory, &e))
		cli_fail(EXIT_FAILED,
			"%s: %s - the next command will not know the contract; give it --contract", h->name,
			e.text);
}

/* Prints the payload, or publishes it and prints what became of it. */
static int finish(struct hand *h, bool (*is_answer)(void *, const struct msg *))
{
	struct atn_wait wait = { is_answer, acknowledge, h };
	bool is_offer = is_answer == answers_offer;
	struct msg answer;
	struct err e;

	atn_sign(&h->message, h->sign.make != NULL ? &h->sign : NULL);
	if (!h->publish) {
		puts(h->message.payload);
		return EXIT_DONE;
	}
	if (!h->really && !atn_is_loopback(&h->place->loaded.settings))
		return cli_fail(EXIT_HELD,
			"%s: the broker %s is not on this machine - add --really if you mean it", h->name,
			h->place->loaded.settings.uplink.host);
	if (!atn_post(h->place, &h->message, &wait, &answer, &e))
		return cli_fail(EXIT_FAILED, "%s: %s - is the house running? see: spaceheat sim status",
			h->name, e.text);
	keep(h, &answer, is_offer);
	return say_answer(h, &answer);
}

static int do_id(struct hand *h)
{
	char id[UUID_TEXT];

	uuid_text(h->place->loaded.house.atn.id, id);
	if (h->cli->json)
		printf("{\"v\":1,\"house\":\"%s\",\"t_ms\":%" PRId64 ",\"id\":\"%s\"}\n",
			h->place->loaded.house.key, h->now.ms, id);
	else
		puts(id);
	return EXIT_DONE;
}

/* The public half of --key FILE: what the other side writes into its configuration. */
static int do_key(struct hand *h)
{
	char text[SIGN_KEY_TEXT];

	if (h->sign.make == NULL)
		return cli_usage("atn", "key needs --key FILE");
	signature_write_key(h->secret.public_key, text);
	if (h->cli->json)
		printf("{\"v\":1,\"house\":\"%s\",\"t_ms\":%" PRId64 ",\"key\":\"%s\"}\n",
			h->place->loaded.house.key, h->now.ms, text);
	else
		puts(text);
	return EXIT_DONE;
}

static int do_offer(struct hand *h)
{
	const struct loaded *l = &h->place->loaded;
	int64_t now_s = h->now.ms / 1000;

	if (!h->has_contract)
		h->contract = fresh_uuid();
	h->offered = (struct atn_contract){ .id = h->contract,
		.start_s = now_s - now_s % 60,
		.end_s = now_s - now_s % 60 + h->minutes * 60,
		.max_power_w = settings_nameplate_w(&l->settings) };
	atn_compose_offer(&l->house, &h->offered, fresh_beat(), h->now.ms, &h->message);
	return finish(h, answers_offer);
}

/* The contract a beat or end is about. */
static int need_contract(struct hand *h)
{
	if (h->has_contract)
		return EXIT_DONE;
	if (!h->memory.has_contract)
		return cli_fail(EXIT_FAILED,
			"%s: no contract in %s/atn.json - run: spaceheat atn offer -p, or give "
			"--contract UUID",
			h->name, h->place->loaded.settings.state_dir);
	h->contract = h->memory.contract.id;
	return EXIT_DONE;
}

static int do_beat(struct hand *h)
{
	int result = need_contract(h);

	if (result != EXIT_DONE)
		return result;
	atn_compose_beat(&h->place->loaded.house, h->contract, fresh_beat(),
		h->has_echo ? h->echo : h->memory.scada_beat, h->now.ms, &h->message);
	return finish(h, answers_beat);
}

static int do_end(struct hand *h)
{
	int result = need_contract(h);

	if (result != EXIT_DONE)
		return result;
	atn_compose_end(&h->place->loaded.house, h->contract, "ByHand", h->now.ms, &h->message);
	return finish(h, answers_end);
}

static int unknown_node(const struct hand *h, const char *alias)
{
	const struct house *house = &h->place->loaded.house;
	const char *names[HOUSE_MAX_NODES], *near;

	for (int i = 0; i < house->n_nodes; i++)
		names[i] = house->nodes[i].alias;
	near = did_you_mean(alias, names, house->n_nodes);
	if (near != NULL)
		return cli_fail(EXIT_USAGE, "no node \"%.100s\" - did you mean \"%s\"?", alias, near);
	return cli_fail(EXIT_USAGE, "no node \"%.100s\" in %s - name one of houses.json", alias, house->key);
}

static int do_dispatch(struct hand *h)
{
	const struct house *house = &h->place->loaded.house;
	struct uuid none = { { 0 } };
	bool on;

	if (h->n_words != 2)
		return cli_usage("atn", "dispatch needs NODE and on or off");
	on = strcmp(h->words[1], "on") == 0;
	if (!on && strcmp(h->words[1], "off") != 0)
		return cli_usage(
			"atn", "dispatch %.100s %.20s: neither on nor off", h->words[0], h->words[1]);
	if (house_node(house, h->words[0]) == NO_NODE)
		return unknown_node(h, h->words[0]);
	/* Without a contract it is the dispatch of 2022, and the SCADA says NoContract. */
	if (!h->has_contract)
		h->contract = h->memory.has_contract ? h->memory.contract.id : none;
	atn_compose_dispatch(house, h->words[0], on, h->contract, fresh_uuid(), h->now.ms, &h->message);
	return finish(h, answers_dispatch);
}

static const struct part {
	const char *name, *full;
	bool timed; /* needs the simulated time */
	int words;
	int (*fn)(struct hand *);
} parts[] = {
	{ "id", "atn id", false, 0, do_id },
	{ "key", "atn key", false, 0, do_key },
	{ "offer", "atn offer", true, 0, do_offer },
	{ "beat", "atn beat", true, 0, do_beat },
	{ "dispatch", "atn dispatch", true, 2, do_dispatch },
	{ "end", "atn end", true, 0, do_end },
};

static int take_key(struct hand *h)
{
	struct err e;

	if (h->key_file == NULL)
		return EXIT_DONE;
	if (!sign_sodium_secret(h->key_file, &h->secret, &e))
		return cli_fail(EXIT_FAILED, "%s: --key %s - give a file of 64 hex digits", h->name, e.text);
	h->sign = sign_sodium_sign(&h->secret);
	return EXIT_DONE;
}

static int run_part(struct cli *cli, const struct part *part, int argc, char **argv)
{
	struct hand h = { .cli = cli, .name = part->full };
	int result = take_arguments(&h, argc, argv);

	if (result != EXIT_DONE)
		return result;
	if (h.n_words > part->words)
		return cli_usage("atn", "%s: %.40s is one word too many", part->name, h.words[part->words]);
	result = place_open(cli, part->full, &h.place);
	if (result != EXIT_DONE)
		return result;
	result = take_key(&h);
	if (part->timed && result == EXIT_DONE)
		result = place_stamp(cli, part->full, h.place, &h.now);
	atn_memo_load(h.place->loaded.settings.state_dir, &h.memory);
	if (result == EXIT_DONE)
		result = part->fn(&h);
	sign_sodium_forget(&h.secret);
	free(h.place);
	return result;
}

int cli_atn(struct cli *cli, int argc, char **argv)
{
	if (argc < 2)
		return cli_usage("atn", "says nothing of what to do");
	if (strcmp(argv[1], "run") == 0)
		return cli->doors->atn_run(cli, argc - 1, argv + 1);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(argv[1], parts[i].name) == 0)
			return run_part(cli, &parts[i], argc - 1, argv + 1);
	return cli_usage("atn", "no \"%.40s\"", argv[1]);
}
