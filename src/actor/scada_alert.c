/* SPDX-License-Identifier: MIT */
/* What is wrong with the house, told to the AtomicTNode; and the zone that was so cold that the house took itself
 * back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actor/scada_parts.h"

void scada_alarm(struct scada *s, const struct msg *in, struct outbox *out)
{
	(void)out;
	alerts_hear(&s->alerts, &in->log, s->now, s->clock, scada_uuid(s));
}

static void say_alert(const struct alert *a, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_ALERT, .to = TO_UPLINK, .send_alert = { .id = a->id,
		.since_ms = a->since.ms, .node = a->node, .code = (uint8_t)a->code, .level = (uint8_t)a->level,
		.ended = a->state == ALERT_ENDED } };

	snprintf(m.send_alert.text, sizeof(m.send_alert.text), "%.*s", (int)sizeof(m.send_alert.text) - 1, a->text);
	say(out, &m);
}

void scada_tell_alerts(struct scada *s, struct outbox *out)
{
	const struct alert *a;

	alerts_tick(&s->alerts, s->now, s->clock);
	while (s->link_up && (a = alerts_to_tell(&s->alerts)) != NULL)
		say_alert(a, out);
}

const char *scada_celsius(int64_t mc, char text[24])
{
	int64_t tenths = (mc + (mc < 0 ? -50 : 50)) / 100;

	snprintf(text, 24, "%s%lld.%lld C", tenths < 0 ? "-" : "", (long long)(llabs(tenths) / 10),
		(long long)(llabs(tenths) % 10));
	return text;
}

void scada_say_breach(struct scada *s, int zone, int64_t mc, struct outbox *out)
{
	const struct settings_zone *z = &s->settings->zones[zone];
	char is[24], setpoint[24], floor[24];

	record(out, LEVEL_CRITICAL, LOG_SLA_BREACH, z->sensor, (int32_t)mc,
		"%.60s at %s under the contract (lowest setpoint in 4 h %s, floor %s): contract ended - none needed; "
		"tell the aggregator", z->name, scada_celsius(mc, is), scada_celsius(sla_setpoint_mc(&s->sla), setpoint),
		scada_celsius((int64_t)(s->settings->guard.sla_floor_c * 1000), floor));
}
