/* SPDX-License-Identifier: MIT */
/* report_parts.h: pieces of reports that several of them hold; for src/core/wire/report*.c alone. */
#ifndef CORE_WIRE_REPORT_PARTS_H
#define CORE_WIRE_REPORT_PARTS_H

#include "core/wire/report.h"

void report_begin(struct writer *, const struct report_facts *);
void report_contract_member(struct writer *, const struct report_facts *);
void report_relay_list(struct writer *, const struct report_facts *);
/* Members on what the plan stands: weather, guessed_price_hours, fit. */
void report_plan_basis(struct writer *, const struct msg_plan *);

#endif
