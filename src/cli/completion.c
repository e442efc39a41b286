/* SPDX-License-Identifier: MIT */
/* Completion for bash, out of the verb table: `spaceheat print completion`. */
#include "cli/completion.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 64, WORD_MAX = 24, EXPLAINED_AT = 22 };

struct bag { char words[WORDS_MAX][WORD_MAX]; int n; };

static void put_in(struct bag *b, const char *word, size_t length)
{
	if (length == 0 || length >= WORD_MAX || b->n == WORDS_MAX)
		return;
	for (int i = 0; i < b->n; i++)
		if (strncmp(b->words[i], word, length) == 0 && b->words[i][length] == '\0')
			return;
	snprintf(b->words[b->n++], WORD_MAX, "%.*s", (int)length, word);
}

/* What is typed as it stands: options, and words in small letters. Capitals stand for something. */
static bool is_literal(const char *word, size_t length)
{
	bool option = word[0] == '-' && length > 1;

	for (size_t i = 0; i < length; i++)
		if (!islower((unsigned char)word[i]) && !(option && (word[i] == '-' || isdigit((unsigned char)word[i]))))
			return false;
	return length > 1;
}

/* Of a usage like "NODE on|off [--minutes 60]". */
static void take_usage(struct bag *b, const char *usage, size_t size)
{
	static const char between[] = " []|(),.";

	for (size_t i = 0; i < size;) {
		size_t length = strcspn(usage + i, between);

		if (i + length > size)
			length = size - i;
		if (is_literal(usage + i, length))
			put_in(b, usage + i, length);
		i += length + 1;
	}
}

/* Of the lines of options: what stands in the column of words, left of the explanations, and each --option anywhere. */
static void take_options(struct bag *b, const char *text)
{
	for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n'), line += line != NULL) {
		size_t length = strcspn(line, "\n");

		if (length > 2 && strncmp(line, "  ", 2) == 0 && line[2] != ' ')
			take_usage(b, line + 2, length < EXPLAINED_AT ? length - 2 : EXPLAINED_AT - 2);
	}
	for (const char *option = text; option != NULL && (option = strstr(option, "--")) != NULL; option += 2)
		put_in(b, option, 2 + strspn(option + 2, "abcdefghijklmnopqrstuvwxyz-"));
}

static void print_words(const struct verb *v)
{
	struct bag b = { .n = 0 };

	take_usage(&b, v->args, strlen(v->args));
	take_options(&b, v->options);
	printf("\t%s) echo \"", v->name);
	for (int i = 0; i < b.n; i++)
		printf("%s%s", i > 0 ? " " : "", b.words[i]);
	puts("\" ;;");
}

/* Which question names what a verb's NODE or CHANNEL may be. */
static const char *question_of(const struct verb *v)
{
	if (strstr(v->args, "CHANNEL") != NULL)
		return "history";
	if (strcmp(v->name, "sensors") == 0)
		return "sensors";
	return strstr(v->args, "NODE") != NULL ? "relays" : NULL;
}

static const char head[] =
	"# SPDX-License-Identifier: MIT\n"
	"# Written by: spaceheat print completion\n"
	"_spaceheat_words() {\n"
	"\tcase $1 in\n";

static const char middle[] =
	"\tesac\n"
	"}\n"
	"# Nodes and channels, if the service answers at once.\n"
	"_spaceheat_nodes() {\n"
	"\tlocal ask\n"
	"\tcase $1 in\n";

static const char tail[] =
	"\t*) return ;;\n"
	"\tesac\n"
	"\ttimeout 0.2 spaceheat --json $ask 2>/dev/null </dev/null | grep -oE '\"(node|channel)\":\"[^\"]*\"' | cut -d'\"' -f4\n"
	"}\n"
	"_spaceheat() {\n"
	"\tlocal now=${COMP_WORDS[COMP_CWORD]} i verb=''\n"
	"\tCOMPREPLY=()\n"
	"\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n"
	"\t-c|-s|-o|--key|--houses|--report) mapfile -t COMPREPLY < <(compgen -f -- \"$now\"); return ;;\n"
	"\tesac\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t-c|-s) i=$((i + 1)) ;;\n"
	"\t\t-*) ;;\n"
	"\t\t*) verb=${COMP_WORDS[i]}; break ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tif [ -z \"$verb\" ]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$(_spaceheat_verbs) -s -c --json -q --help --version\" -- \"$now\")\n"
	"\telse\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$(_spaceheat_words \"$verb\") $(_spaceheat_nodes \"$verb\")\" -- \"$now\")\n"
	"\t\t[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- \"$now\")\n"
	"\tfi\n"
	"}\n"
	"complete -F _spaceheat spaceheat\n";

void completion_print(void)
{
	fputs(head, stdout);
	for (int i = 0; i < n_verbs; i++)
		print_words(&verbs[i]);
	fputs(middle, stdout);
	for (int i = 0; i < n_verbs; i++)
		if (question_of(&verbs[i]) != NULL)
			printf("\t%s) ask='%s' ;;\n", verbs[i].name, question_of(&verbs[i]));
	fputs(tail, stdout);
	printf("_spaceheat_verbs() {\n\techo \"");
	for (int i = 0; i < n_verbs; i++)
		printf("%s%s", i > 0 ? " " : "", verbs[i].name);
	puts("\"\n}");
}
