/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/verbs.h"
#include "port/versions.h"
#include "spaceheat/guard.h"

/* What the compiler was told that changes behaviour. */
static const char *build_flags(void)
{
#if defined(__SANITIZE_THREAD__)
	return "thread sanitizer";
#elif defined(__SANITIZE_ADDRESS__)
	return "address sanitizer";
#elif defined(__OPTIMIZE__)
	return "optimized";
#else
	return "not optimized";
#endif
}

static void print_json(const struct cli *cli, const struct library_version *l)
{
	printf("{\"v\":1,\"version\":\"%s\",\"commit\":\"%s\",\"compiler\":\"%s\",\"build\":\"%s\","
	       "\"protocol\":\"2022\",\"guard_protocol\":%d,\"libraries\":{",
		cli->doors->version, cli->doors->commit, __VERSION__, build_flags(), GUARD_VERSION);
	for (int i = 0; i < N_LIBRARIES; i++)
		printf("%s\"%s\":\"%s\"", i ? "," : "", l[i].name, l[i].version);
	puts("}}");
}

int cli_version(struct cli *cli, int argc, char **argv)
{
	struct library_version l[N_LIBRARIES];

	(void)argv;
	if (argc > 1)
		return cli_usage("version", "takes no arguments");
	library_versions(l);
	if (cli->json) {
		print_json(cli, l);
		return EXIT_DONE;
	}
	printf("spaceheat %s (%s)\n", cli->doors->version, cli->doors->commit);
	printf("build      %s, compiler %s\n", build_flags(), __VERSION__);
	printf("protocol   2022 (types of dispatch-contract 100), guard %d\n", GUARD_VERSION);
	for (int i = 0; i < N_LIBRARIES; i++)
		printf("%-10s %s\n", l[i].name, l[i].version);
	return EXIT_DONE;
}
