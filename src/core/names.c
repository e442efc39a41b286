/* SPDX-License-Identifier: MIT */
#include "spaceheat/names.h"

#include <string.h>

#include "spaceheat/house.h"
#include "spaceheat/symbols.h"

#define WORD2(c, word) word,
#define WORD3(c, word, extra) word,
#define EXTRA3(c, word, extra) extra,
#define SYMBOL(c, word, sym) { word, sym },

/* One function per list: the word of a constant, "?" outside it. */
#define NAMER(function, type, LIST, PICK)					\
	const char *function(enum type v)					\
	{									\
		static const char *const words[] = { LIST(PICK) };		\
										\
		return (size_t)v < sizeof(words) / sizeof(words[0]) ? words[v] : "?"; \
	}

NAMER(contract_state_name, contract_state, CONTRACT_STATES, WORD2)
NAMER(control_mode_name, control_mode, CONTROL_MODES, WORD2)
NAMER(cause_name, cause, CAUSES, WORD2)
NAMER(contract_outcome_name, contract_outcome, CONTRACT_OUTCOMES, WORD2)
NAMER(guard_result_name, guard_result, GUARD_RESULTS, WORD2)
NAMER(diag_name, diag, DIAGNOSTICS, WORD3)
NAMER(quality_name, quality, QUALITIES, WORD2)
NAMER(relay_mover_name, relay_mover, RELAY_MOVERS, WORD2)
NAMER(relay_kind_name, relay_kind, RELAY_KINDS, WORD2)
NAMER(fail_state_name, fail_state, FAIL_STATES, WORD2)
NAMER(telemetry_name_word, telemetry_name, TELEMETRY_NAMES, WORD3)
NAMER(telemetry_name_symbol, telemetry_name, TELEMETRY_NAMES, EXTRA3)
NAMER(log_level_name, log_level, LOG_LEVELS, WORD2)
NAMER(gap_cause_name, gap_cause, GAP_CAUSES, WORD2)
NAMER(log_code_name, log_code, LOG_CODES, WORD2)

int diag_check(enum diag d)
{
	static const int checks[] = { DIAGNOSTICS(EXTRA3) };

	return (size_t)d < sizeof(checks) / sizeof(checks[0]) ? checks[d] : 0;
}

static const struct symbol roles[] = { ROLES(SYMBOL) };
static const struct symbol actor_classes[] = { ACTOR_CLASSES(SYMBOL) };
static const struct symbol units[] = { UNITS(SYMBOL) };
static const struct symbol make_models[] = { MAKE_MODELS(SYMBOL) };
static const struct symbol comm_interfaces[] = { COMM_INTERFACES(SYMBOL) };
static const struct symbol telemetry_names[] = { TELEMETRY_NAMES(SYMBOL) };

const struct symbol_set symbols_role = { "Role", roles, N_ROLES };
const struct symbol_set symbols_actor_class = { "ActorClass", actor_classes, N_ACTOR_CLASSES };
const struct symbol_set symbols_unit = { "Unit", units, N_UNITS };
const struct symbol_set symbols_make_model = { "MakeModel", make_models, N_MAKE_MODELS };
const struct symbol_set symbols_comm_interface = { "LocalCommInterface", comm_interfaces, N_COMM_INTERFACES };
const struct symbol_set symbols_telemetry_name = { "TelemetryName", telemetry_names, N_TELEMETRY_NAMES };

int symbol_find(const struct symbol_set *set, const char *symbol)
{
	for (int i = 0; i < set->n; i++)
		if (strcmp(set->list[i].symbol, symbol) == 0)
			return i;
	return -1;
}

const char *component_make(const struct component *c)
{
	return c->driver[0] != '\0' ? c->driver : symbols_make_model.list[c->make].word;
}
