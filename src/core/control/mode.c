/* SPDX-License-Identifier: MIT */
#include "core/control/mode.h"

#include "core/control/beats.h"

static struct mode local(enum cause cause)
{
	return (struct mode){ LOCAL_CONTROL, cause };
}

static struct mode remote(const struct mode_inputs *in)
{
	if (in->dispatched)
		return (struct mode){ REMOTE_CONTROL, CAUSE_DISPATCH };
	return (struct mode){ REMOTE_CONTROL, in->instructed ? CAUSE_INSTRUCTION : CAUSE_NO_INSTRUCTION };
}

struct mode control_mode(const struct mode_inputs *in)
{
	if (in->operator_lease)
		return (struct mode){ OPERATOR_CONTROL, CAUSE_OPERATOR };
	if (in->state != CONTRACT_LIVE)
		return local(CAUSE_NO_CONTRACT);
	if (in->safe_mode)
		return local(CAUSE_SAFE_MODE);
	if (!in->clock_trusted)
		return local(CAUSE_CLOCK_NOT_TRUSTED);
	if (!in->sensors_ok)
		return local(CAUSE_BLIND);
	if (!in->beat_heard)
		return local(CAUSE_NO_BEAT);
	if (!in->echo_ok || in->beat_age_ms > BEAT_LOST_MS)
		return local(CAUSE_BEAT_LOST);
	if (in->atn_wants_local)
		return local(CAUSE_ATN_WANTS_LOCAL);
	return remote(in);
}
