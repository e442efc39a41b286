/* SPDX-License-Identifier: MIT */
/* The questions about relays, one after the other. */
#include "cli/site_parts.h"

#include <string.h>

static struct site_relay *relay_of(struct site *s)
{
	return &s->relays[s->n_relays - 1];
}

static const struct { const char *word, *stem; enum relay_kind kind; } kinds[] = {
	{ "element", "elt", RELAY_ELEMENT }, { "heat_pump", "hp", RELAY_HEAT_PUMP }, { "pump", "pump", RELAY_PUMP },
	{ "valve", "valve", RELAY_VALVE }, { "other", "other", RELAY_OTHER },
};

bool site_has_relay(const struct site *s)
{
	return s->n_relays > 0 && s->relays[s->n_relays - 1].node[0] != '\0';
}

void site_ask_kind(const struct site *s, char text[SITE_TEXT])
{
	snprintf(text, SITE_TEXT, "%s relay switches: element, heat_pump, pump, valve, other [%s]", s->n_relays == 0 ? "The first" :
		"The next", s->n_relays == 0 ? "there is none" : "there are no more");
}

bool site_take_kind(struct site *s, const char *answer, char why[SITE_WHY])
{
	struct site_relay *r = &s->relays[s->n_relays];
	int nth = 1;

	if (answer[0] == '\0') {
		s->question = Q_LABEL;	/* what follows the last of these */
		return true;
	}
	if (s->n_relays == HOUSE_MAX_RELAYS)
		return site_refuse(why, "at most %d relays", HOUSE_MAX_RELAYS);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(answer, kinds[i].word) != 0)
			continue;
		for (int k = 0; k < s->n_relays; k++)
			nth += s->relays[k].kind == kinds[i].kind;
		*r = (struct site_relay){ .kind = kinds[i].kind, .gpio = -1, .fail_state = FAIL_OPEN };
		snprintf(r->node, sizeof(r->node), "a.%s%d.relay", kinds[i].stem, nth);
		s->n_relays++;
		return true;
	}
	return site_refuse(why, "one of the words above, or nothing");
}

void site_ask_place(const struct site *s, char text[SITE_TEXT])
{
	snprintf(text, SITE_TEXT, "%s: \"gpio LINE\", or \"ncd ADDRESS RELAY\" or \"krida ADDRESS RELAY\" of a board (like ncd 0x20 3)",
		s->relays[s->n_relays - 1].node);
}

static const struct { const char *word; enum make_model make; int most; } boards[] = {
	{ "ncd", MAKE_NCD_PR8, 3 }, { "krida", MAKE_KRIDA_PCF8575, 15 },
};

static bool place_on(struct site_relay *r, const char *answer)
{
	unsigned int address;
	char word[8], rest;

	if (sscanf(answer, "gpio %d%c", &r->gpio, &rest) == 1 && r->gpio >= 0 && r->gpio <= 53) {
		r->make = MAKE_GPIO_RELAY;
		r->board[0] = '\0';
		return true;
	}
	if (sscanf(answer, "%7s 0x%2x %d%c", word, &address, &r->gpio, &rest) != 3 || address < 0x20 || address > 0x27)
		return false;
	for (size_t i = 0; i < sizeof(boards) / sizeof(boards[0]); i++)
		if (strcmp(word, boards[i].word) == 0 && r->gpio >= 0 && r->gpio <= boards[i].most) {
			r->make = boards[i].make;
			snprintf(r->board, sizeof(r->board), "0x%02x", address);
			return true;
		}
	return false;
}

bool site_take_place(struct site *s, const char *answer, char why[SITE_WHY])
{
	struct site_relay *r = relay_of(s);

	if (!place_on(r, answer))
		return site_refuse(why, "gpio and 0 to 53, or ncd, 0x20 to 0x27 and 0 to 3, or krida, 0x20 to 0x27 and 0 to 15");
	for (int i = 0; i < s->n_relays - 1; i++)
		if (s->relays[i].gpio == r->gpio && strcmp(s->relays[i].board, r->board) == 0)
			return site_refuse(why, "that is where %s is", s->relays[i].node);
	return true;
}

void site_ask_low(const struct site *s, char text[SITE_TEXT])
{
	bool low = s->relays[s->n_relays - 1].make == MAKE_KRIDA_PCF8575;

	snprintf(text, SITE_TEXT, "%s: does a low level switch it on, as boards with optocouplers do? [%s]",
		s->relays[s->n_relays - 1].node, low ? "yes" : "no");
}

bool site_take_low(struct site *s, const char *answer, char why[SITE_WHY])
{
	return site_take_yes(answer, relay_of(s)->make == MAKE_KRIDA_PCF8575, &relay_of(s)->active_low, why);
}

/* Elements are always open (SF-12). */
bool site_may_hand_back(const struct site *s)
{
	return site_has_relay(s) && s->relays[s->n_relays - 1].kind != RELAY_ELEMENT;
}

void site_ask_fail(const struct site *s, char text[SITE_TEXT])
{
	snprintf(text, SITE_TEXT, "%s: what does it mean when it lets go: open (off), or handback (a wall thermostat has it then) [open]",
		s->relays[s->n_relays - 1].node);
}

bool site_take_fail(struct site *s, const char *answer, char why[SITE_WHY])
{
	bool back = strcmp(answer, "handback") == 0;

	if (!back && answer[0] != '\0' && strcmp(answer, "open") != 0)
		return site_refuse(why, "open or handback");
	relay_of(s)->fail_state = back ? FAIL_HANDBACK : FAIL_OPEN;
	return true;
}

void site_ask_watts(const struct site *s, char text[SITE_TEXT])
{
	snprintf(text, SITE_TEXT, "%s: least and most watts it draws when on (like 4000 4800; 0 0: next to nothing)",
		s->relays[s->n_relays - 1].node);
}

bool site_take_watts(struct site *s, const char *answer, char why[SITE_WHY])
{
	struct site_relay *r = relay_of(s);
	char rest;

	if (sscanf(answer, "%d %d%c", &r->expected_w[0], &r->expected_w[1], &rest) != 2 || r->expected_w[0] < 0 ||
		r->expected_w[1] < r->expected_w[0] || r->expected_w[1] > 50000)
		return site_refuse(why, "two numbers from 0 to 50000, the smaller first");
	return true;
}

void site_ask_label(const struct site *s, char text[SITE_TEXT])
{
	snprintf(text, SITE_TEXT, "%s: where people find it, like its breaker [nothing]", s->relays[s->n_relays - 1].node);
}

bool site_take_label(struct site *s, const char *answer, char why[SITE_WHY])
{
	if (!site_take_text(answer, relay_of(s)->label, sizeof(relay_of(s)->label), why))
		return false;
	s->question = Q_KIND - 1;	/* and the next relay */
	return true;
}
