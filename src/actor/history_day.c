/* SPDX-License-Identifier: MIT */
/* What no reading tells of a local day: how long each mode held, and what was written to the card. It is stored with
 * the rows it belongs to, so a power cut takes back both or neither. */
#include <string.h>

#include "actor/history_parts.h"
#include "core/civil.h"

/* Counted against the monotonic clock: setting the wall clock makes no mode longer. */
void history_day_count(struct history *h)
{
	struct history_day *d = &h->day;

	if (d->mode_known)
		d->pending_ms[d->mode] += mono_since(h->now, d->counted);
	d->counted = h->now;
}

void history_day_close(struct history *h, int64_t row_s)
{
	struct history_day *d = &h->day;
	int64_t day_s = zone_day_start_s(h->zone, row_s);

	history_day_count(h);
	if (day_s != d->day_s) {
		d->closed_s = d->day_s;
		memcpy(d->closed_ms, d->mode_ms, sizeof(d->closed_ms));
		memset(d->mode_ms, 0, sizeof(d->mode_ms));
		d->day_s = day_s;
	}
	for (int m = 0; m < N_CONTROL_MODES; m++)
		d->mode_ms[m] += d->pending_ms[m];
	memset(d->pending_ms, 0, sizeof(d->pending_ms));
}

void history_day_mode(struct history *h, enum control_mode mode)
{
	history_day_count(h);
	h->day.mode = mode;
	h->day.mode_known = (unsigned int)mode < N_CONTROL_MODES;
}

static bool get(struct history *h, int key, int64_t *value, struct err *e)
{
	bool found;

	*value = 0;
	return h->store->get_number(h->store->self, (enum store_number)key, value, &found, e);
}

static bool put(struct history *h, int key, int64_t value, struct err *e)
{
	return h->store->put_number(h->store->self, (enum store_number)key, value, e);
}

/* What an earlier start counted of the same day goes on. */
bool history_day_read(struct history *h, struct err *e)
{
	struct history_day *d = &h->day;
	int64_t day_s, card_day_s, bytes, ms[N_CONTROL_MODES];

	if (!get(h, STORE_DAY_S, &day_s, e) || !get(h, STORE_CARD_DAY_S, &card_day_s, e) ||
		!get(h, STORE_CARD_BYTES, &bytes, e))
		return false;
	for (int m = 0; m < N_CONTROL_MODES; m++)
		if (!get(h, STORE_DAY_MODE_MS + m, &ms[m], e))
			return false;
	if (d->day_s == 0) {
		d->day_s = day_s;
		memcpy(d->mode_ms, ms, sizeof(ms));
	} else if (d->day_s == day_s) {
		for (int m = 0; m < N_CONTROL_MODES; m++)
			d->mode_ms[m] += ms[m];
	}
	d->card_day_s = card_day_s;
	d->card_bytes += bytes;
	return true;
}

bool history_put_day(struct history *h, struct err *e)
{
	const struct history_day *d = &h->day;

	for (int m = 0; m < N_CONTROL_MODES; m++)
		if (!put(h, STORE_DAY_MODE_MS + m, d->mode_ms[m], e))
			return false;
	return put(h, STORE_DAY_S, d->day_s, e) && put(h, STORE_CARD_DAY_S, d->card_day_s, e) &&
	       put(h, STORE_CARD_BYTES, d->card_bytes, e);
}

/* --- what was written to the card ---------------------------------------------------------- */

void history_card_count(struct history *h, int64_t written_bytes, struct outbox *out)
{
	struct history_day *d = &h->day;
	int64_t day_s = zone_day_start_s(h->zone, h->clock.ms / 1000);

	if (written_bytes < 0)
		return;
	if (day_s != d->card_day_s) {
		d->card_day_s = day_s;
		d->card_bytes = 0;
		d->card_told = false;
	}
	d->card_bytes += written_bytes - d->card_base;
	d->card_base = written_bytes;
	if (d->card_told || h->settings->simulated || d->card_bytes <= HISTORY_CARD_BYTES)
		return;
	d->card_told = true;
	record(out, LEVEL_WARNING, LOG_CARD_WRITES, NO_NODE, (int32_t)(d->card_bytes / 1000000),
		"%lld MB were written to the card today, more than %d - it wears out; find what writes: spaceheat doctor",
		(long long)(d->card_bytes / 1000000), HISTORY_CARD_BYTES / 1000000);
}
