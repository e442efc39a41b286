/* SPDX-License-Identifier: MIT */
/* The broker between service and AtomicTNode: what came is counted, and the AtomicTNode may be silent or repeat itself. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "whole/inhouse.h"

static void tell(struct inhouse *h, enum net_sim_side from, const char *topic, const void *bytes, size_t length)
{
	h->messages++;
	if (h->o.sent != NULL)
		h->o.sent(h->o.ctx, from, topic, bytes, length);
}

/* --- statuses ------------------------------------------------------------------------------------------------ */

static uint32_t hash(struct uuid id)
{
	uint32_t h;

	memcpy(&h, id.b, sizeof(h));
	return h;
}

/* Twice as large as what it holds, so that a free place is near. */
static int32_t *place_of(const struct inhouse_statuses *t, struct uuid id)
{
	uint32_t mask = (uint32_t)t->capacity * 2 - 1, i = hash(id) & mask;

	while (t->table[i] != 0 && !uuid_equal(t->uids[t->table[i] - 1], id))
		i = (i + 1) & mask;
	return &t->table[i];
}

static bool grow(struct inhouse_statuses *t)
{
	int capacity = t->capacity > 0 ? 2 * t->capacity : 1024;
	struct uuid *uids = realloc(t->uids, sizeof(*uids) * (size_t)capacity);
	int64_t *slots = realloc(t->slots_s, sizeof(*slots) * (size_t)capacity);
	int32_t *table = calloc((size_t)capacity * 2, sizeof(*table));

	t->uids = uids != NULL ? uids : t->uids;
	t->slots_s = slots != NULL ? slots : t->slots_s;
	if (uids == NULL || slots == NULL || table == NULL) {
		free(table);
		return false;
	}
	free(t->table);
	t->table = table;
	t->capacity = capacity;
	for (int i = 0; i < t->n; i++)
		*place_of(t, t->uids[i]) = i + 1;
	return true;
}

static void note_status(struct inhouse_statuses *t, const struct msg_scada_status *s)
{
	bool room = t->n < t->capacity || grow(t);
	int32_t *place;

	assert(room);	/* what is not noted cannot be judged */
	place = place_of(t, s->uid);
	if (*place != 0) {
		t->repeats++;
		return;
	}
	t->uids[t->n] = s->uid;
	t->slots_s[t->n] = s->slot_start_s;
	*place = ++t->n;
}

/* --- towards the AtomicTNode ----------------------------------------------------------------------------------- */

static bool to_atn(void *self, const char *topic, const void *bytes, size_t length, bool retained, struct msg *out)
{
	struct inhouse *h = self;
	bool taken;

	if (h->atn_is == INHOUSE_ATN_SILENT)
		return false;
	tell(h, NET_SIM_SCADA, topic, bytes, length);
	if (h->elsewhere != NULL)
		h->elsewhere(h, true);
	taken = inbound_atn(&h->atn_inbound, topic, bytes, length, retained, out);
	if (taken && out->type == MSG_SCADA_STATUS)
		note_status(&h->told, &out->scada_status);
	if (h->elsewhere != NULL)
		h->elsewhere(h, false);
	return taken;
}

static bool more_to_atn(void *self, struct msg *out)
{
	struct inhouse *h = self;

	return inbound_more(&h->atn_inbound, out);
}

/* --- towards the service ---------------------------------------------------------------------------------------- */

static bool to_scada(void *self, const char *topic, const void *bytes, size_t length, bool retained, struct msg *out)
{
	struct inhouse *h = self;

	tell(h, NET_SIM_ATN, topic, bytes, length);
	return inbound_scada(&h->scada_inbound, topic, bytes, length, retained, out);
}

static bool more_to_scada(void *self, struct msg *out)
{
	struct inhouse *h = self;

	return inbound_scada_more(&h->scada_inbound, out);
}

static struct inhouse_kept *find(struct inhouse *h, const char *topic)
{
	for (int i = 0; i < h->n_kept; i++)
		if (strcmp(h->kept[i].topic, topic) == 0)
			return &h->kept[i];
	return NULL;
}

static void keep(struct inhouse *h, const char *topic, const void *bytes, size_t length)
{
	struct inhouse_kept *k = find(h, topic);

	if (length > sizeof(k->bytes) || strlen(topic) >= sizeof(k->topic) || (k == NULL && h->n_kept == INHOUSE_KEPT))
		return;
	if (k == NULL)
		k = &h->kept[h->n_kept++];
	snprintf(k->topic, sizeof(k->topic), "%s", topic);
	memcpy(k->bytes, bytes, length);
	k->length = length;
}

/* To the AtomicTNode a message that nobody gets looks like any other. */
static bool atn_publish(void *self, const char *topic, const void *bytes, size_t length, int qos, bool retain,
	int *token, struct err *e)
{
	struct inhouse *h = self;
	const struct inhouse_kept *old = h->atn_is == INHOUSE_ATN_REPEATS ? find(h, topic) : NULL;

	*token = 0;
	if (h->atn_is == INHOUSE_ATN_SOUND || h->atn_is == INHOUSE_ATN_HOSTILE) {
		keep(h, topic, bytes, length);
		return h->atn_inner.publish(h->atn_inner.self, topic, bytes, length, qos, retain, token, e);
	}
	return old == NULL ||
		h->atn_inner.publish(h->atn_inner.self, topic, old->bytes, old->length, qos, retain, token, e);
}

static void *open_inbound(struct inbound *in, const struct gnode *self, const struct gnode *other, size_t size)
{
	struct inbound_identity id = { .other_id = other->id };
	void *memory = malloc(size);

	if (memory == NULL)
		return NULL;
	memcpy(id.self_alias, self->alias, sizeof(id.self_alias));
	memcpy(id.other_alias, other->alias, sizeof(id.other_alias));
	inbound_init(in, &id, memory, size);
	return memory;
}

bool inhouse_open_broker(struct inhouse *h, struct err *e)
{
	const struct house *house = &h->loaded.house;
	struct understand scada = { .self = h, .raw = to_scada, .more = more_to_scada };
	struct understand atn = { .self = h, .raw = to_atn, .more = more_to_atn };

	h->scada_memory = open_inbound(&h->scada_inbound, &house->scada, &house->atn, INBOUND_SCADA_MEMORY);
	h->atn_memory = open_inbound(&h->atn_inbound, &house->atn, &house->scada, INBOUND_ATN_MEMORY);
	if (h->kept == NULL)
		h->kept = calloc(INHOUSE_KEPT, sizeof(*h->kept));
	if (h->scada_memory != NULL && h->atn_memory != NULL && h->kept != NULL)
		h->broker = net_sim_open(h->post, scada, atn);
	if (h->broker == NULL)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	h->scada_net = net_sim_net(h->broker, NET_SIM_SCADA);
	h->atn_inner = net_sim_net(h->broker, NET_SIM_ATN);
	h->atn_net = (struct net){ .self = h, .publish = atn_publish };
	return true;
}

void inhouse_leave_broker(struct inhouse *h)
{
	net_sim_leave(h->broker, NET_SIM_SCADA);
}

void inhouse_will(struct inhouse *h)
{
	char topic[ALIAS_SIZE + 32], text[1024];
	struct wall clock;
	int length;

	inhouse_now(h, &clock);
	length = uplink_will(&h->loaded.house, INHOUSE_VERSION, inhouse_boot_id, clock, text, sizeof(text));
	uplink_topic(&h->loaded.house, "scada.state.100", topic, sizeof(topic));
	assert(length > 0);
	net_sim_will(h->broker, NET_SIM_SCADA, topic, text, (size_t)length);
}

bool inhouse_join_broker(struct inhouse *h, struct err *e)
{
	const struct house *house = &h->loaded.house;

	free(h->scada_memory);
	h->scada_memory = open_inbound(&h->scada_inbound, &house->scada, &house->atn, INBOUND_SCADA_MEMORY);
	if (h->scada_memory == NULL)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	net_sim_join(h->broker, NET_SIM_SCADA);
	return true;
}

void inhouse_close_broker(struct inhouse *h)
{
	if (h->broker != NULL)
		net_sim_close(h->broker);
	h->broker = NULL;
	free(h->scada_memory);
	free(h->atn_memory);
	h->scada_memory = h->atn_memory = NULL;
}
