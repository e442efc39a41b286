/* SPDX-License-Identifier: MIT */
/* print.c: `spaceheat print`: the program's own tables as markdown, for docs/ and for readers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/completion.h"
#include "cli/verbs.h"
#include "core/control/codes.h"
#include "core/control/atn.h"
#include "core/control/contract.h"
#include "core/control/local.h"
#include "core/settings/settings.h"
#include "core/sim/fault.h"
#include "core/sim/inject.h"
#include "core/wire/types.h"
#include "spaceheat/names.h"

static void print_line(void *self, const char *text)
{
	(void)self;
	puts(text);
}

static int print_wire(void)
{
	for (int i = 0; i < n_wires; i++)
		codec_print(wires[i], print_line, NULL);
	return EXIT_DONE;
}

static int print_atn(void)
{
	char text[8192];

	atn_print(text, sizeof(text));
	fputs(text, stdout);
	return EXIT_DONE;
}

static int print_codes(void)
{
	char text[24576];

	codes_print(text, sizeof(text));
	fputs(text, stdout);
	return EXIT_DONE;
}

static int print_injection(void)
{
	char text[4096];

	inject_print(text, sizeof(text));
	fputs(text, stdout);
	return EXIT_DONE;
}

static int print_faults(void)
{
	char text[16384];

	fault_print(text, sizeof(text));
	fputs(text, stdout);
	return EXIT_DONE;
}

static int print_reasons(void)
{
	puts("| Name | of |\n|---|---|");
	for (int i = 1; i < N_DIAGNOSTICS; i++)
		printf("| `%s` | refusal by check %d |\n", diag_name((enum diag)i), diag_check((enum diag)i));
	for (int i = 0; i < N_GUARD_RESULTS; i++)
		printf("| `%s` | answer of the guard |\n", guard_result_name((enum guard_result)i));
	for (int i = 0; i < N_CAUSES; i++)
		printf("| `%s` | cause of a mode or of an end |\n", cause_name((enum cause)i));
	return EXIT_DONE;
}

static int print_contract(void)
{
	char text[16384];

	contract_print(text, sizeof(text));
	fputs(text, stdout);
	return EXIT_DONE;
}

static int print_control(void)
{
	char text[16384];

	local_print(text, sizeof(text));
	fputs(text, stdout);
	return EXIT_DONE;
}

static size_t write_settings(char *out, size_t size)
{
	return settings_write_markdown("", out, size);
}

static size_t write_limits(char *out, size_t size)
{
	return settings_write_markdown("guard.", out, size);
}

/* What is as long as it says when asked for nothing. */
static int print_whole(size_t (*write)(char *, size_t))
{
	size_t size = write(NULL, 0) + 1;
	char *text = malloc(size);

	if (text == NULL)
		return cli_fail(EXIT_FAILED, "print: no memory");
	write(text, size);
	fputs(text, stdout);
	free(text);
	return EXIT_DONE;
}

static int print_settings(void)
{
	return print_whole(write_settings);
}

static int print_limits(void)
{
	return print_whole(write_limits);
}

static int print_man(void)
{
	return print_whole(settings_write_man);
}

static int print_cli(void)
{
	cli_print_verbs();
	return EXIT_DONE;
}

static int print_completion(void)
{
	completion_print();
	return EXIT_DONE;
}

int cli_print(struct cli *cli, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*fn)(void);
	} tables[] = {
		{ "wire", print_wire },
		{ "contract", print_contract },
		{ "atn", print_atn },
		{ "settings", print_settings },
		{ "limits", print_limits },
		{ "man", print_man },
		{ "codes", print_codes },
		{ "reasons", print_reasons },
		{ "faults", print_faults },
		{ "injection", print_injection },
		{ "control", print_control },
		{ "cli", print_cli },
		{ "completion", print_completion },
	};

	(void)cli;
	if (argc != 2)
		return cli_usage("print", "needs the name of one table");
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (strcmp(argv[1], tables[i].name) == 0)
			return tables[i].fn();
	return cli_usage("print", "no table \"%.40s\"", argv[1]);
}
