/* SPDX-License-Identifier: MIT */
#include "core/control/energy.h"

enum { WMS_PER_MWH = 3600, MWH_PER_WH = 1000 };

static void anchor(struct energy *e, const struct contract_record *c, int64_t wh)
{
	e->anchored = true;
	e->anchor_wh = wh;
	e->anchor_mwh = c->energy_mwh;
	e->gap_mwh = e->excess_mwh = 0;
}

void energy_begin(struct energy *e, const struct contract_record *c)
{
	e->rest = e->fresh_mwh = e->gap_mwh = e->excess_mwh = 0;
	e->anchored = false;
	if (c->has_register)
		anchor(e, c, c->register_wh);
	else if (e->has_register)
		anchor(e, c, e->register_wh);
}

/* What was counted too much before is paid first. */
static int64_t pay(struct energy *e, int64_t mwh)
{
	int64_t paid = mwh < e->excess_mwh ? mwh : e->excess_mwh;

	e->excess_mwh -= paid;
	return mwh - paid;
}

static void count(struct energy *e, struct contract_record *c, int64_t mwh, bool gap)
{
	c->energy_mwh += mwh;
	e->fresh_mwh += mwh;
	if (!gap)
		return;
	c->energy_estimated_mwh += e->fresh_mwh;	/* the whole gap, from the last reading on */
	e->gap_mwh += e->fresh_mwh;
	e->fresh_mwh = 0;
}

void energy_advance(struct energy *e, struct contract_record *c, struct mono now, int64_t poll_ms)
{
	int64_t dt_ms = mono_since(now, e->at), mwh;

	if (!e->known || dt_ms <= 0)
		return;
	e->at = now;
	if (c == NULL || e->w < 0)
		return;
	e->rest += e->w * dt_ms;
	mwh = e->rest / WMS_PER_MWH;
	e->rest -= mwh * WMS_PER_MWH;
	count(e, c, pay(e, mwh), mono_since(now, e->read_at) > 2 * poll_ms);
}

void energy_power(struct energy *e, int32_t w, struct mono now)
{
	if (!e->known)
		e->at = now;
	e->known = true;
	e->w = w;
	e->read_at = now;
	e->fresh_mwh = 0;
}

/* The account lies below the register: what is missing was metered, and so was the gap. */
static void catch_up(struct energy *e, struct contract_record *c, int64_t true_mwh)
{
	c->energy_mwh = e->anchor_mwh + true_mwh;
	c->energy_estimated_mwh -= e->gap_mwh;
	e->gap_mwh = e->excess_mwh = 0;
}

/* It lies above: it cannot decrease, so it waits; what is above stays an estimate. */
static void wait_for(struct energy *e, struct contract_record *c, int64_t excess_mwh)
{
	int64_t still = e->gap_mwh < excess_mwh ? e->gap_mwh : excess_mwh;

	c->energy_estimated_mwh -= e->gap_mwh - still;
	e->gap_mwh = still;
	e->excess_mwh = excess_mwh;
}

void energy_register(struct energy *e, struct contract_record *c, int64_t wh)
{
	int64_t before_wh = e->has_register ? e->register_wh : e->anchor_wh, true_mwh, counted_mwh;

	e->has_register = true;
	e->register_wh = wh;
	if (c == NULL)
		return;
	if (!e->anchored || wh < before_wh) {
		anchor(e, c, wh);
		return;
	}
	true_mwh = (wh - e->anchor_wh) * MWH_PER_WH;
	counted_mwh = c->energy_mwh - e->anchor_mwh;
	if (counted_mwh <= true_mwh - MWH_PER_WH)
		catch_up(e, c, true_mwh);
	else if (counted_mwh >= true_mwh + MWH_PER_WH)
		wait_for(e, c, counted_mwh - true_mwh);
	else
		wait_for(e, c, 0);
}
