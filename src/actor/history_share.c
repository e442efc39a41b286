/* SPDX-License-Identifier: MIT */
/* Who else may open the file. The service has it alone: what it shares with readers by memory would be written to the card
 * after each commit. Somebody who asks gets it for a time; nothing that waits or was committed is touched by that. */
#include "actor/history_parts.h"

static bool is_wanted(const struct history *h)
{
	return h->settings->history.share || h->share.left_s > 0;
}

static void say_change(struct history *h, bool before, struct outbox *out)
{
	if (before == h->share.open)
		return;
	if (!h->share.open)
		record(out, LEVEL_INFO, LOG_STORE, NO_NODE, 0, "history is had alone again");
	else if (h->settings->history.share)
		record(out, LEVEL_INFO, LOG_STORE, NO_NODE, 0, "history may be opened by others (history.share)");
	else
		record(out, LEVEL_INFO, LOG_STORE, NO_NODE, h->share.left_s, "history may be opened by others for %d s",
			(int)h->share.left_s);
}

static bool apply(struct history *h, struct outbox *out, struct err *e)
{
	bool before = h->share.open, ok = h->store->share(h->store->self, is_wanted(h), &h->share.open, e);

	h->share.wanted = is_wanted(h);
	h->share.again_s = HISTORY_ALONE_S;
	if (!ok)
		history_store_failed(h, e, out);
	else
		say_change(h, before, out);
	return ok;
}

void history_share(struct history *h, const struct msg *in, struct outbox *out)
{
	struct history_share *s = &h->share;
	struct err e;

	if (in->type == MSG_FLUSH) {
		s->left_s -= s->left_s > 0;
		s->again_s -= s->again_s > 0;
	}
	if (is_wanted(h) != s->wanted || (!s->wanted && s->again_s == 0))
		apply(h, out, &e);
}

bool history_share_for(struct history *h, int32_t seconds, struct archive_share *told, struct outbox *out, struct err *e)
{
	bool ok;

	h->share.left_s = seconds;
	ok = apply(h, out, e);
	*told = (struct archive_share){ h->share.open, h->settings->history.share ? -1 : h->share.left_s };
	return ok;
}
