/* SPDX-License-Identifier: MIT */
/* The table of settings as the man page spaceheat.cfg(5). */
#include <string.h>

#include "core/settings/settings.h"
#include "core/settings/table.h"

struct page { char *text; size_t size, used; };

static void put(struct page *p, const char *text)
{
	for (; *text != '\0'; text++, p->used++)
		if (p->used + 1 < p->size)
			p->text[p->used] = *text;
	if (p->size > 0)
		p->text[p->used < p->size ? p->used : p->size - 1] = '\0';
}

/* Backslashes and quotes as mdoc wants them; a line may not begin with a dot or an apostrophe. */
static void put_words(struct page *p, const char *text)
{
	char one[2] = "";

	for (; *text != '\0'; text++) {
		one[0] = *text;
		put(p, *text == '\\' ? "\\e" : *text == '"' ? "\\(dq" : one);
	}
}

static const char head[] =
	".\\\" SPDX-License-Identifier: MIT\n"
	".\\\" Written by: spaceheat print man\n"
	".Dd January 1, 2026\n.Dt SPACEHEAT.CFG 5\n.Os\n"
	".Sh NAME\n.Nm spaceheat.cfg\n.Nd how the heating service behaves\n"
	".Sh DESCRIPTION\n.Nm\nis read by\n.Nm spaceheatd\nat its start and on SIGHUP.\n"
	"It is in the syntax of libconfig.\n"
	"Files\n.Pa conf.d/*.cfg\nbeside it are read after it, by name, each parsed alone; a later value replaces\n"
	"the same path, a later list the whole list.\n"
	"Whole numbers do for settings with a point.\n"
	"Every unknown key is an error; all errors are named at once, up to 20, in the form\n"
	".Ql file:line: what is wrong (value; what is allowed) - what to do .\n"
	"What the house is made of is in houses.json, not here.\n"
	".Pp\nCheck what you changed with\n.Ic spaceheat config check ,\nsee what it changes with\n"
	".Ic spaceheat config diff ,\nand take it over with\n.Ic spaceheat reload .\n"
	"Most settings are taken over while the service runs.\n"
	"Those marked\n.Em fail state\nfirst put the relays through their fail state; those marked\n.Em restart\n"
	"need a restart.\n"
	".Pp\nSecrets are only given as files: a path, or\n.Ql credential:NAME\nfor one that the service manager hands over.\n"
	"A file that its group or others can read is refused.\n"
	".Sh SETTINGS\n.Bl -tag -width Ds\n";

static const char tail[] =
	".El\n.Sh FILES\n.Bl -tag -width Ds\n.It Pa /etc/spaceheat/spaceheat.cfg\nThe configuration.\n"
	".It Pa /etc/spaceheat/conf.d/*.cfg\nRead after it.\n.El\n"
	".Sh EXAMPLES\nA longer rest for the heat pump, in\n.Pa /etc/spaceheat/conf.d/10-site.cfg :\n"
	".Bd -literal -offset indent\nguard: { hp_min_off_s = 420; };\n.Ed\n"
	".Sh SEE ALSO\n.Xr spaceheat 1\n";

static void put_row(struct page *p, const struct setting *s)
{
	static const char *const marks[] = { "", "Fail state.\n", "Restart.\n" };
	char allowed[200];

	value_allowed(s, allowed, sizeof(allowed));
	put(p, ".It Va ");
	put(p, s->path);
	put(p, "\n");
	put_words(p, s->says);
	put(p, ".\n");
	if (allowed[0] != '\0') {
		put(p, "Allowed: ");
		put_words(p, allowed);
		put(p, ".\n");
	}
	if (s->fallback != NULL && s->fallback[0] != '\0') {
		put(p, "Default: ");
		put_words(p, s->fallback);
		put(p, ".\n");
	} else {
		put(p, "It must be given.\n");
	}
	put(p, marks[s->reload]);
}

size_t settings_write_man(char *out, size_t size)
{
	struct page p = { out, size, 0 };

	put(&p, head);
	for (int i = 0; i < settings_table_n; i++)
		if (!settings_table[i].reserved)
			put_row(&p, &settings_table[i]);
	put(&p, tail);
	return p.used;
}
