/* SPDX-License-Identifier: MIT */
#include "main/cli_atn_fault.h"

#include <stdio.h>
#include <string.h>

static enum clock_atn told(const struct atn_fault *f)
{
	return f->clock != NULL ? clockfile_told_atn(f->clock) : ATN_IS_SOUND;
}

static struct atn_kept *find(struct atn_fault *f, const char *topic)
{
	for (int i = 0; i < f->n_kept; i++)
		if (strcmp(f->kept[i].topic, topic) == 0)
			return &f->kept[i];
	return NULL;
}

static void keep(struct atn_fault *f, const char *topic, const void *bytes, size_t length)
{
	struct atn_kept *k = find(f, topic);

	if (length > sizeof(k->bytes) || strlen(topic) >= sizeof(k->topic) || (k == NULL && f->n_kept == ATN_KEPT))
		return;
	if (k == NULL)
		k = &f->kept[f->n_kept++];
	snprintf(k->topic, sizeof(k->topic), "%s", topic);
	memcpy(k->bytes, bytes, length);
	k->length = length;
}

/* To the AtomicTNode a message that nobody gets looks like any other. */
static bool publish(void *self, const char *topic, const void *bytes, size_t length, int qos, bool retain, int *token,
	struct err *e)
{
	struct atn_fault *f = self;
	enum clock_atn what = told(f);
	const struct atn_kept *old = what == ATN_REPEATS ? find(f, topic) : NULL;

	*token = 0;
	if (what == ATN_IS_SOUND) {
		keep(f, topic, bytes, length);
		return f->inner.publish(f->inner.self, topic, bytes, length, qos, retain, token, e);
	}
	return old == NULL || f->inner.publish(f->inner.self, topic, old->bytes, old->length, qos, retain, token, e);
}

struct net atn_fault_front(struct atn_fault *f, const struct clockfile *clock, const struct net *inner)
{
	f->clock = clock;
	f->inner = *inner;
	f->n_kept = 0;
	return (struct net){ .self = f, .publish = publish };
}

bool atn_fault_deaf(const struct atn_fault *f)
{
	return told(f) == ATN_IS_SILENT;
}
