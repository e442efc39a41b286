/* SPDX-License-Identifier: MIT */
#include "vectors/plant_note.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_word(char ch)
{
	return isalnum((unsigned char)ch) || ch == '_';
}

const char *note_find(const char *note, const char *phrase)
{
	size_t n = strlen(phrase);

	for (const char *p = strstr(note, phrase); p != NULL; p = strstr(p + 1, phrase))
		if ((p == note || !is_word(p[-1])) && (!is_word(phrase[n - 1]) || !is_word(p[n])))
			return p + n;
	return NULL;
}

double note_number(struct cases *c, const char *note, const char *phrase)
{
	const char *p = note_find(note, phrase);
	char *end;
	double value;

	if (p != NULL) {
		value = strtod(p, &end);
		if (end != p)
			return value;
	}
	case_fail(c, "the note has no number after \"%s\"", phrase);
	return 0;
}

struct plant_inputs note_relays(struct cases *c, const char *note)
{
	struct plant_inputs in = { .on = { false } };
	const char *p = note_find(note, "relays"), *end = p != NULL ? note_find(p, "on") : NULL;

	if (end == NULL) {
		case_fail(c, "the note has no \"relays ... on\"");
		return in;
	}
	for (int r = 0; r < N_PLANT_RELAYS; r++) {
		const char *name = note_find(p, plant_relay_name((enum plant_relay)r));

		in.on[r] = name != NULL && name < end;
	}
	return in;
}

static const char *skip(const char *p, const char *word)
{
	while (*p == ' ')
		p++;
	return strncmp(p, word, strlen(word)) == 0 ? p + strlen(word) : p;
}

/* "0-6" with "h" or "min" behind it; without either the unit said last holds. NULL: no span. */
static const char *read_span(const char *p, struct note_span *span, double *unit_s)
{
	char *end;
	double from = strtod(p, &end), until;

	if (end == p || *end != '-')
		return NULL;
	p = end + 1;
	until = strtod(p, &end);
	if (end == p)
		return NULL;
	p = skip(end, "h");
	if (p != end && p[-1] == 'h')
		*unit_s = 3600;
	end = (char *)skip(p, "min");
	if (end != p && end[-1] == 'n')
		*unit_s = 60;
	*span = (struct note_span){ from * *unit_s, until * *unit_s };
	return end;
}

struct note_program note_program(struct cases *c, const char *note)
{
	static const char *const names[N_PLANT_RELAYS] = { "hp", "charge", "store pump", NULL, "element",
		"backup" };
	struct note_program program = { .cycle_s = 0 };
	double unit_s = 3600;

	for (int r = 0; r < N_PLANT_RELAYS; r++) {
		const char *p = names[r] != NULL ? note_find(note, names[r]) : NULL;

		p = p != NULL ? skip(p, "on") : NULL;
		while (p != NULL && program.of[r].n < NOTE_MAX_SPANS) {
			p = read_span(p, &program.of[r].span[program.of[r].n], &unit_s);
			if (p == NULL)
				break;
			program.of[r].n++;
			p = skip(p, "and");
		}
	}
	if (note_find(note, "(t mod") != NULL) {
		program.cycle_s = note_number(c, note, "(t mod");
		program.on_s = note_number(c, note, "s) <");
	}
	return program;
}

struct plant_inputs note_inputs(const struct note_program *p, double t_s)
{
	struct plant_inputs in = { .on = { [PLANT_DISTPUMP] = p->cycle_s > 0 &&
		fmod(t_s, p->cycle_s) < p->on_s } };

	for (int r = 0; r < N_PLANT_RELAYS; r++)
		for (int i = 0; i < p->of[r].n; i++)
			in.on[r] |= t_s >= p->of[r].span[i].from_s && t_s < p->of[r].span[i].until_s;
	return in;
}
