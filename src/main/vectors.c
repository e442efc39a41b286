/* SPDX-License-Identifier: MIT */
/* vectors: runs a file of examples and says of each whether this build gets what it asks for. */
#include <stdio.h>
#include <string.h>

#include "vectors/cases.h"

enum { EXIT_DIFFERS = 1, EXIT_USAGE = 2, EXIT_NO_FILE = 66 };

static void print_usage(FILE *to)
{
	fputs("usage: vectors KIND FILE\n"
	      "Runs every case of FILE and prints one line for each: `ok KIND NAME`, or\n"
	      "`FAIL KIND NAME: WHAT want W got G`. Houses that cases name are read from plant-houses.json\n"
	      "beside FILE, else from tests/vectors. Exit: 0 all right, 1 a case differs or there is none,\n"
	      "2 usage, 66 FILE cannot be read.\nKINDs:",
		to);
	for (int i = 0; vectors_kinds[i] != NULL; i++)
		fprintf(to, " %s", vectors_kinds[i]->name);
	fputs("\n", to);
}

int main(int argc, char **argv)
{
	const struct vectors_kind *kind;
	struct cases cases;
	struct err e;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		print_usage(stdout);
		return 0;
	}
	kind = argc == 3 ? vectors_kind(argv[1]) : NULL;
	if (kind == NULL) {
		if (argc == 3)
			fprintf(stderr, "vectors: unknown kind %s\n", argv[1]);
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (!vectors_run(&cases, kind, argv[2], stdout, &e)) {
		fprintf(stderr, "vectors: %s\n", e.text);
		return EXIT_NO_FILE;
	}
	printf("%s: %d cases, %d differ\n", argv[2], cases.n, cases.failed);
	return cases.n > 0 && cases.failed == 0 ? 0 : EXIT_DIFFERS;
}
