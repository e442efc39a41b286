/* SPDX-License-Identifier: MIT */
/* plant_note.h: what plant vectors say in words: starting states, weather and relay programs stand in the
 * `note` of a section, as phrases like "wind 4", "hp on 0-6 h and 12-15.5 h" or "(t mod 1200 s) < 700". */
#ifndef VECTORS_PLANT_NOTE_H
#define VECTORS_PLANT_NOTE_H

#include "sim/plant.h"
#include "vectors/cases.h"

enum { NOTE_MAX_SPANS = 8 };

struct note_span { double from_s, until_s; };

/* When which relay is on; a relay the note does not speak of stays off. */
struct note_program {
	struct { struct note_span span[NOTE_MAX_SPANS]; int n; } of[N_PLANT_RELAYS];
	double cycle_s, on_s;	/* the distribution pump's; cycle 0: never on */
};

/* What stands behind the phrase as a whole word; NULL: nowhere. */
const char *note_find(const char *note, const char *phrase);
/* The number behind the phrase; missing: the case fails. */
double note_number(struct cases *, const char *note, const char *phrase);
/* "relays hp element on" */
struct plant_inputs note_relays(struct cases *, const char *note);
struct note_program note_program(struct cases *, const char *note);
struct plant_inputs note_inputs(const struct note_program *, double t_s);

#endif
