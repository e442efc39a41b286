/* SPDX-License-Identifier: MIT */
/* A line from a client: checked, understood, handed to its verb. */
#include <stdio.h>
#include <string.h>

#include "core/wire/members.h"
#include "core/wire/tree.h"
#include "port/control_parts.h"
#include "spaceheat/problems.h"

/* --- refusals ------------------------------------------------------------------------------------- */

static void refuse_request(struct control_socket *s, struct conn *c, const char *code, const char *text,
	const char *action)
{
	answer_refuse(s, c, &(struct refusal_told){ code, text, action, TELL_USAGE });
}

int request_node(struct control_socket *s, struct conn *c, const cJSON *args)
{
	const struct house *h = s->options.house;
	const cJSON *item = tree_member(args, "node");
	const char *names[HOUSE_MAX_NODES], *near;
	char text[ALIAS_SIZE + 32], action[ALIAS_SIZE + 32] = "run: spaceheat relays";
	int node;

	if (!cJSON_IsString(item)) {
		refuse_request(s, c, "BadRequest", "args.node is missing", "name a node of the house");
		return NO_NODE;
	}
	node = house_node(h, item->valuestring);
	if (node != NO_NODE)
		return node;
	for (int i = 0; i < h->n_nodes; i++)
		names[i] = h->nodes[i].alias;
	near = did_you_mean(item->valuestring, names, h->n_nodes);
	snprintf(text, sizeof(text), "no node \"%.100s\"", item->valuestring);
	if (near != NULL)
		snprintf(action, sizeof(action), "did you mean \"%s\"?", near);
	refuse_request(s, c, "NotFound", text, action);
	return NO_NODE;
}

/* --- verbs that are answered at once ----------------------------------------------------------------- */

static void ping(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	struct writer w = answer_begin(s, c);

	(void)args, (void)via;
	member_bool(&w, "ok", true);
	member_open(&w, "data", '{');
	member_int(&w, "v", 1);
	member_close(&w, '}');
	answer_end(s, c, &w, false);
}

static void version(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	struct writer w = answer_begin(s, c);

	(void)args, (void)via;
	member_bool(&w, "ok", true);
	member_open(&w, "data", '{');
	member_int(&w, "v", 1);
	member_text(&w, "version", s->options.version);
	member_int(&w, "protocol", 1);
	member_close(&w, '}');
	answer_end(s, c, &w, false);
}

static void alerts(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	(void)s, (void)args, (void)via;
	query_want(c, NULL);
}

static bool read_code(struct control_socket *s, struct conn *c, const cJSON *item, int *code)
{
	char text[64];

	*code = -1;
	if (item == NULL)
		return true;
	for (int i = 0; cJSON_IsString(item) && i < N_LOG_CODES; i++)
		if (strcmp(log_code_name((enum log_code)i), item->valuestring) == 0)
			*code = i;
	if (*code >= 0)
		return true;
	snprintf(text, sizeof(text), "no code \"%.40s\"", cJSON_IsString(item) ? item->valuestring : "?");
	refuse_request(s, c, "NotFound", text, "run: spaceheat print codes");
	return false;
}

/* {"code":"RELAY","node":"a.elt1.relay","last":20}, all optional. */
static void log_lines(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	struct board_line line;
	int64_t most = BOARD_LINES;
	uint64_t first, last;
	struct conn_log want = { .node = -1 };
	const cJSON *item = tree_member(args, "last");

	(void)via;
	if (!read_code(s, c, tree_member(args, "code"), &want.code))
		return;
	if (tree_member(args, "node") != NULL && (want.node = request_node(s, c, args)) == NO_NODE)
		return;
	if (item != NULL && (!cJSON_IsNumber(item) || tree_number(item, &most) != NUMBER_WHOLE || most < 1)) {
		refuse_request(s, c, "BadRequest", "args.last is no number of lines", "give 1 or more");
		return;
	}
	board_line(&s->board, 0, &line, &first, &last);
	want.last = last;
	want.next = last + 1;
	while (last > 0 && want.next > first && most > 0) {	/* back to where that many are found */
		if (board_line(&s->board, --want.next, &line, &first, &last) &&
			(want.code < 0 || line.log.code == want.code) && (want.node < 0 || line.log.node == want.node))
			most--;
	}
	c->log = want;
	c->wait = WAIT_LOG;
}

static bool read_kinds(struct control_socket *s, struct conn *c, const cJSON *list, uint32_t *kinds)
{
	const cJSON *item;
	char text[64];
	int kind;

	*kinds = (1u << N_BOARD_KINDS) - 1;	/* no list: everything */
	if (list == NULL)
		return true;
	*kinds = 0;
	cJSON_ArrayForEach(item, list) {
		kind = cJSON_IsString(item) ? board_kind_find(item->valuestring) : -1;
		if (kind < 0) {
			snprintf(text, sizeof(text), "no event \"%.40s\"",
				cJSON_IsString(item) ? item->valuestring : "?");
			refuse_request(s, c, "BadRequest", text, "see docs/socket.md for the list");
			return false;
		}
		*kinds |= 1u << kind;
	}
	return true;
}

static void subscribe(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	const cJSON *since = tree_member(args, "since_seq");
	struct board_event e;
	uint64_t first, last;
	int64_t seq = -1;
	uint32_t kinds;
	struct writer w;
	bool gap;

	(void)via;
	if (!read_kinds(s, c, tree_member(args, "events"), &kinds))
		return;
	if (since != NULL && (!cJSON_IsNumber(since) || tree_number(since, &seq) != NUMBER_WHOLE || seq < 0)) {
		refuse_request(s, c, "BadRequest", "args.since_seq is no number", "leave it out, or give 0 or more");
		return;
	}
	board_event(&s->board, 0, &e, &first, &last);
	/* Older than what is kept, or of another start of the service. */
	gap = seq >= 0 && last > 0 && ((uint64_t)seq + 1 < first || (uint64_t)seq > last);
	c->kinds = kinds;
	c->next_seq = seq < 0 ? last + 1 : gap || seq == 0 ? first : (uint64_t)seq + 1;
	if (c->next_seq == 0)
		c->next_seq = 1;
	w = answer_begin(s, c);
	member_bool(&w, "ok", true);
	member_open(&w, "data", '{');
	member_int(&w, "seq", (int64_t)last);
	if (gap)
		member_bool(&w, "gap", true);
	member_close(&w, '}');
	answer_end(s, c, &w, false);
}

static void unsubscribe(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	c->kinds = 0;
	ping(s, c, args, via);
}

/* --- verbs that ask the actors ------------------------------------------------------------------------- */

static void status(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	(void)s, (void)args, (void)via;
	query_want(c, report_status);
}

static void sensors(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	(void)s, (void)args, (void)via;
	query_want(c, report_sensors);
}

static void relays(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	(void)s, (void)args, (void)via;
	query_want(c, report_relays);
}

static void contract(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	(void)s, (void)args, (void)via;
	query_want(c, report_contract);
}

static void plan(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	(void)s, (void)args, (void)via;
	query_want(c, report_plan);
}

/* {"node":"a.hp1.relay","at_ms":1800000000000}; at_ms may be left out. */
static void explain(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	const cJSON *at = tree_member(args, "at_ms");
	int node = request_node(s, c, args), relay;
	int64_t at_ms = 0;
	char text[ALIAS_SIZE + 32];

	(void)via;
	if (node == NO_NODE)
		return;
	relay = settings_relay_of(s->options.settings, node);
	if (relay < 0) {
		snprintf(text, sizeof(text), "%s is no relay", s->options.house->nodes[node].alias);
		refuse_request(s, c, "NotFound", text, "run: spaceheat relays");
		return;
	}
	if (at != NULL && (!cJSON_IsNumber(at) || tree_number(at, &at_ms) != NUMBER_WHOLE || at_ms <= 0)) {
		refuse_request(s, c, "BadRequest", "args.at_ms is no time", "leave it out, or give Unix milliseconds");
		return;
	}
	if (at_ms > 0) {
		archive_past(s, c, s->options.house->nodes[node].alias, at_ms);
		return;
	}
	query_want(c, report_explain);
	c->explain = relay + 1;
}

/* --- understanding -------------------------------------------------------------------------------------- */

struct control_verb {
	const char *name;
	enum control_role role;		/* the least that may */
	void (*fn)(struct control_socket *, struct conn *, const cJSON *args, const char *via);
};

static const struct control_verb verbs[] = {
	{ "ping", ROLE_READ, ping },
	{ "version", ROLE_READ, version },
	{ "status", ROLE_READ, status },
	{ "sensors", ROLE_READ, sensors },
	{ "relays", ROLE_READ, relays },
	{ "contract", ROLE_READ, contract },
	{ "plan", ROLE_READ, plan },
	{ "explain", ROLE_READ, explain },
	{ "alerts", ROLE_READ, alerts },
	{ "log", ROLE_READ, log_lines },
	{ "subscribe", ROLE_READ, subscribe },
	{ "unsubscribe", ROLE_READ, unsubscribe },
	{ "sim", ROLE_READ, sim_request },	/* to look; what changes something looks at the role itself */
	{ "history", ROLE_READ, archive_history },
	{ "history_share", ROLE_OPERATOR, archive_share },
	{ "channels", ROLE_READ, archive_channels },
	{ "events", ROLE_READ, archive_events },
	{ "outbox", ROLE_READ, archive_outbox },
	{ "outbox_flush", ROLE_OPERATOR, archive_flush },
	{ "outbox_drop", ROLE_ADMIN, archive_drop },
	{ "dispatch", ROLE_OPERATOR, operator_dispatch },
	{ "hold", ROLE_OPERATOR, operator_hold },
	{ "reset", ROLE_OPERATOR, operator_reset },
	{ "config_show", ROLE_READ, config_show },
	{ "config_diff", ROLE_READ, config_diff },
	{ "reload", ROLE_ADMIN, config_reload },
	{ "alerts_ack", ROLE_OPERATOR, operator_ack },
};

static const struct control_verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

void request_not_permitted(struct control_socket *s, struct conn *c)
{
	const struct settings_control_socket *k = &s->options.settings->control_socket;
	char text[96], action[4 * WORD_SIZE];

	snprintf(text, sizeof(text), "user %s may not command", c->peer.user);
	snprintf(action, sizeof(action), "run: sudo usermod -aG %s,%s %s, then log in again", k->group, k->operator_group,
		c->peer.user);
	operator_log(s, c, "NotPermitted");
	answer_refuse(s, c, &(struct refusal_told){ "NotPermitted", text, action, TELL_PERMISSION });
}

static void run_verb(struct control_socket *s, struct conn *c, const cJSON *tree)
{
	const cJSON *name = tree_member(tree, "verb"), *via = tree_member(tree, "via");
	const cJSON *args = tree_member(tree, "args");
	const char *by = cJSON_IsString(via) ? via->valuestring : "socket";
	const struct control_verb *v;
	char text[64];

	if (!cJSON_IsString(name) || (args != NULL && !cJSON_IsObject(args))) {
		refuse_request(s, c, "BadRequest", "a request needs \"verb\", and \"args\" as an object",
			"see docs/socket.md");
		return;
	}
	v = find_verb(name->valuestring);
	snprintf(text, sizeof(text), "no verb \"%.40s\"", name->valuestring);
	if (v == NULL) {
		refuse_request(s, c, "UnknownVerb", text, "see docs/socket.md for the list");
		return;
	}
	if (v->role > ROLE_READ)
		operator_describe(c, v->name, args, by);
	if (c->peer.role < v->role)
		request_not_permitted(s, c);
	else
		v->fn(s, c, args, by);
}

/* The id is told back even when all else is wrong with the request. */
static void read_id(struct conn *c, const cJSON *tree)
{
	const cJSON *item = tree_member(tree, "id");

	c->has_id = cJSON_IsNumber(item) && tree_number(item, &c->id) == NUMBER_WHOLE;
}

void request_take(struct control_socket *s, struct conn *c, const char *line, size_t length)
{
	struct arena scratch = { s->scratch, CONTROL_SCRATCH, 0 };
	struct refusal r;
	cJSON *tree;
	int64_t v = 1;

	c->has_id = false;
	if (length > 0 && line[length - 1] == '\r')
		length--;
	tree = length > CONN_LINE ? NULL : codec_parse(line, length, CONN_LINE, &scratch, &r);
	if (tree == NULL) {
		refuse_request(s, c, diag_name(length > CONN_LINE ? DIAG_TOO_LARGE : r.diag),
			length > CONN_LINE ? "more than 8192 bytes in one line" : r.text,
			"send one JSON object per line");
		return;
	}
	read_id(c, tree);
	if (!conn_may_ask(c, control_now_ms()))
		answer_refuse(s, c, &(struct refusal_told){ "RateLimited", "more than 20 requests in a second",
			"ask less often", TELL_FAILED });
	else if (tree_member(tree, "v") != NULL && (!cJSON_IsNumber(tree_member(tree, "v")) ||
		tree_number(tree_member(tree, "v"), &v) != NUMBER_WHOLE || v != 1))
		refuse_request(s, c, "UnsupportedVersion", "this service speaks version 1", "leave \"v\" out, or give 1");
	else
		run_verb(s, c, tree);
	cJSON_Delete(tree);
}
