/* SPDX-License-Identifier: MIT */
/* The checks both directions share. */
#include <assert.h>
#include <cjson/cJSON.h>
#include <string.h>

#include "core/wire/inbound_parts.h"
#include "core/wire/signature.h"
#include "core/wire/text.h"

void inbound_init(struct inbound *in, const struct inbound_identity *id, void *memory, size_t size)
{
	*in = (struct inbound){ .id = *id, .arena = { memory, size, 0 } };
}

/* The second of exactly two words, when the first is the other side; else NULL (check 2). */
static const char *topic_word(const struct inbound *in, const char *topic)
{
	size_t n = strlen(in->id.other_alias);

	if (strncmp(topic, in->id.other_alias, n) != 0 || topic[n] != '/')
		return NULL;
	topic += n + 1;
	return *topic != '\0' && strchr(topic, '/') == NULL ? topic : NULL;
}

static const struct reception *find_reception(const struct receiver *r, const char *word)
{
	const struct wire *w = wire_find(word);

	/* A binary type goes by its letter alone. */
	if (w == NULL || (w->binary && word[1] != '\0'))
		return NULL;
	for (int i = 0; i < r->n; i++)
		if (r->list[i].wire == w)
			return &r->list[i];
	return NULL;
}

/* Check 9, for a type that has no reception. */
static bool refuse_type(const struct receiver *r, const char *word, struct refusal *why)
{
	for (int i = 0; i < r->n; i++)
		if (wire_is_version_of(r->list[i].wire, word))
			return refuse(why, DIAG_UNSUPPORTED_VERSION, NULL, "this side knows %s",
				r->list[i].wire->type_alias);
	return refuse(why, DIAG_PAYLOAD_NOT_IMPLEMENTED, NULL, "not a type this side receives");
}

static const char *member_of(const struct wire *w, const void *message, const char *name)
{
	const struct field *f = wire_field(w, name);

	return f != NULL ? (const char *)message + f->offset : NULL;
}

/* SF-41: what the seed's format allows beyond our names ends here. */
static bool check_names(const struct wire *w, const void *message, struct refusal *why)
{
	const char *m = message;

	for (int i = 0; i < w->n; i++) {
		const struct field *f = &w->fields[i];

		if (f->kind != FIELD_ALIAS || f->list || (f->optional && !*(const bool *)(m + f->has)))
			continue;
		if (!text_is_strict_alias(m + f->offset))
			return refuse(why, DIAG_BAD_ALIAS, f->name,
				"must be words of a-z 0-9 joined by dots");
	}
	return true;
}

/* Check 11. The topic's first word is the other side already. */
static bool check_parties(const struct inbound *in, const struct wire *w, const void *message,
	const char *topic, struct refusal *why)
{
	const char *from = member_of(w, message, "FromGNodeAlias");
	const char *id = member_of(w, message, "FromGNodeId");
	const char *about = member_of(w, message, "AboutGNodeAlias");
	const char *to = member_of(w, message, "ToGNodeAlias");

	if (from != NULL && strcmp(from, in->id.other_alias) != 0)
		return refuse(why, DIAG_WRONG_SENDER, "FromGNodeAlias", "is not the configured partner");
	if (id != NULL && memcmp(id, &in->id.other_id, sizeof(in->id.other_id)) != 0)
		return refuse(why, DIAG_WRONG_SENDER, "FromGNodeId", "is not the configured partner");
	if (about != NULL && in->id.ta_alias[0] != '\0' && strcmp(about, in->id.ta_alias) != 0)
		return refuse(why, DIAG_WRONG_SENDER, "AboutGNodeAlias",
			"is not the partner's terminal asset");
	if (to != NULL && strcmp(to, in->id.self_alias) != 0)
		return refuse(why, DIAG_NOT_FOR_ME, "ToGNodeAlias", "is not this side");
	if (from != NULL && (strncmp(topic, from, strlen(from)) != 0 || topic[strlen(from)] != '/'))
		return refuse(why, DIAG_TOPIC_MISMATCH, "FromGNodeAlias", "is not the topic's first word");
	return true;
}

static bool understand_binary(struct inbound *in, const struct raw *raw, const struct reception *how,
	struct msg *out, struct refusal *why)
{
	struct gs_pwr power;

	assert(how->wire == &gs_pwr_wire);
	return gs_pwr_decode(raw->bytes, raw->length, &power, why) && how->build(in, &power, out, why);
}

/* Check 12. What was built is a copy, so all of the arena is free again for the text the signature covers. */
static bool check_signature(struct inbound *in, const struct wire *w, cJSON *tree, struct refusal *why)
{
	enum diag diag;

	if (in->verify == NULL)
		return true;
	in->arena.used = 0;
	diag = signature_check(in->verify, w->type_alias, tree, &in->arena);
	return diag == DIAG_NONE || refuse(why, diag, "Sig", "must be made with the configured key");
}

static bool understand_tree(struct inbound *in, const struct raw *raw, const struct reception *how,
	cJSON *tree, struct msg *out, struct refusal *why)
{
	void *message = arena_take(&in->arena, how->wire->size);

	assert(message != NULL);
	return codec_take(how->wire, tree, message, &in->arena, why)
		&& check_names(how->wire, message, why)
		&& check_parties(in, how->wire, message, raw->topic, why)
		&& how->build(in, message, out, why)
		&& check_signature(in, how->wire, tree, why);
}

static bool understand(struct inbound *in, const struct receiver *r, const struct raw *raw, const char *word,
	struct msg *out, struct refusal *why)
{
	const struct reception *how = find_reception(r, word);
	cJSON *tree;
	bool ok;

	if (raw->length > r->max_bytes)
		return refuse(why, DIAG_TOO_LARGE, NULL, "%zu bytes, at most %zu", raw->length, r->max_bytes);
	if (raw->retained && (how == NULL || !how->may_be_retained))
		return refuse(why, DIAG_RETAINED_COMMAND, NULL, "clear it: publish it empty and retained");
	if (word[1] == '\0')	/* the letters of binary types: no JSON to look into */
		return how != NULL ? understand_binary(in, raw, how, out, why) : refuse_type(r, word, why);
	tree = codec_parse(raw->bytes, raw->length, r->max_bytes, &in->arena, why);
	if (tree == NULL)
		return false;
	ok = how != NULL ? understand_tree(in, raw, how, tree, out, why) : refuse_type(r, word, why);
	cJSON_Delete(tree);
	return ok;
}

bool inbound_receive(struct inbound *in, const struct receiver *r, const struct raw *raw, struct msg *out)
{
	const char *word = topic_word(in, raw->topic);
	struct refusal why;

	in->arena.used = 0;
	in->snapshot_next = in->snapshot.n = 0;
	in->parts.n = in->parts.next = in->parts.first.type = 0;
	*out = (struct msg){ .to = r->to };
	if (word == NULL) {
		in->n_ignored++;
		return false;
	}
	if (understand(in, r, raw, word, out, &why)) {
		if (out->to == TO_NOBODY)
			in->n_ignored++;
		else
			in->n_taken++;
		return out->to != TO_NOBODY;
	}
	in->n_refused++;
	in->parts.first.type = 0;
	*out = (struct msg){ .type = MSG_REFUSED, .to = r->to, .refused.diag = why.diag };
	text_printable(out->refused.type, sizeof(out->refused.type), word, strlen(word));
	text_cut(out->refused.field, sizeof(out->refused.field), why.field);
	return true;
}
