/* SPDX-License-Identifier: MIT */
#include "cli/verbs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spaceheat/problems.h"

static int verb_decode(struct cli *cli, int argc, char **argv)
{
	(void)cli;
	return cli_decode(argc, argv);
}

static int verb_config(struct cli *cli, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "diff") == 0)
		return cli_config_diff(cli, argc);
	return cli_config(cli, argc, argv);
}

static int verb_replay(struct cli *cli, int argc, char **argv)
{
	return cli->doors->replay(cli, argc, argv);
}

/* clang-format off */
const struct verb verbs[] = {
	{ "status", "[-w SEC]", "the whole house on one screen; exit 0 ok, 1 warning, 2 critical, 3 unknown", "r",
	  "spaceheat status",
	  "  -w SEC              again every SEC seconds, until Ctrl-C\n", cli_status },
	{ "sensors", "[NODE...]", "every reading with its age and quality", "r", "spaceheat sensors a.tank.temp0",
	  "  NODE                only this one\n", cli_sensors },
	{ "relays", "", "every relay: state, since when, by whom, held by what", "r", "spaceheat relays", NULL,
	  cli_relays },
	{ "relay", "test NODE|--all [--yes] [--seconds 20]", "commissioning: switch it and look at the meter", "o",
	  "spaceheat relay test a.elt1.relay",
	  "  --all               every relay, one by one\n"
	  "  --yes               do not ask for the node's name\n"
	  "  --seconds S         how long it stays on; 20 unless told\n"
	  "  --report DIR        where the report is written; commissioning unless told\n"
	  "Off, 10 s of measuring, on, off again; all through the guard, whose minimum times are waited for. Refused in\n"
	  "RemoteControl and while blind. Exit 1: a relay failed.\n", cli_relay },
	{ "contract", "[log]", "the contract, the control mode and the last 20 changes of either", "r", "spaceheat contract",
	  "  log                 all changes that the service remembers\n", cli_contract },
	{ "explain", "NODE [--at TIME]", "why a relay is on or off: each layer of authority, and what would change it", "r",
	  "spaceheat explain a.hp1.relay",
	  "  --at TIME           why it was so then, from the record: 06:00, -2h, 2027-01-14T05:55, @UNIX\n",
	  cli_explain },
	{ "plan", "[--all] | HOUSE [FILE] [--out C] [--water C] [--room C] | --bench [HOUSE [FILE]]",
	  "when the heat pump is to run in the next 48 h, what that costs, and what stored heat is worth", "r (HOUSE: none)",
	  "spaceheat plan dw1.isone.me.oak.1 input_data/houses.json --out -8",
	  "  --all               each quarter hour, not each hour\n"
	  "  HOUSE [FILE]        plan for a house of a houses.json, without the service\n"
	  "  --out C             outdoor temperature there, -5 unless told; it sinks 1 K in 12 h\n"
	  "  --water C           mean temperature of buffer and store, 45 unless told\n"
	  "  --room C            room temperature, the setpoint unless told\n"
	  "  --bench             solve the default plan (0.5 K x 0.25 K, 192 steps) and print time and table size\n", cli_plan },
	{ "dispatch", "NODE on|off|auto [--minutes 60] [--override]", "take a relay for a time, or give it back", "o",
	  "spaceheat dispatch a.elt1.relay on --minutes 30",
	  "  auto                give it back\n"
	  "  --minutes N         at most 1440; 60 unless told\n"
	  "  --override          in RemoteControl: take over from the AtomicTNode; the mode is Operator meanwhile\n"
	  "The guard still rules. Exit 4: refused, or held by the guard; a held request stands until given back.\n",
	  cli_dispatch },
	{ "hold", "--setpoint C [--hours 4] | cancel", "hold the comfort setpoint for a time; ends no contract", "o",
	  "spaceheat hold --setpoint 20.5 --hours 2",
	  "  --setpoint C        inside comfort.min_c..max_c\n"
	  "  --hours H           at most 24; 4 unless told\n"
	  "  cancel              back to the configured setpoint\n", cli_hold },
	{ "reset", "NODE|trip", "reset what the guard has locked; refused while the cause lasts", "o", "spaceheat reset trip",
	  "  trip                the over-temperature trip\n"
	  "  NODE                a relay that is locked out\n", cli_reset },
	{ "alerts", "[--all] | ack ID [--note TEXT]", "what is wrong now, and what to do about it", "r (ack: o)",
	  "spaceheat alerts ack 7 --note \"installer called\"",
	  "  --all               what has ended, too\n"
	  "  ack ID              you have seen it; it still stands until it is over\n"
	  "  --note TEXT         with a word for the others\n", cli_alerts },
	{ "events", "[KIND...] [--since SEQ]", "what happens, as it happens, until Ctrl-C", "r", "spaceheat events mode relay",
	  "  KIND                mode contract relay reading power alert link config log; all unless told\n"
	  "  --since SEQ         first those after that number, of the last 1024\n", cli_events },
	{ "log", "[-f] [--code C] [--node N] [--last N]", "the service's own last 2000 lines", "r",
	  "spaceheat log --code RELAY --last 20",
	  "  -f                  go on with what comes, until Ctrl-C\n"
	  "  --code C            only lines with this code\n"
	  "  --node N            only lines about this node\n"
	  "  --last N            only the last N of them\n", cli_log },
	{ "history", "[CHANNEL...] [--from T] [--to T] [--tier TIER] [--points N] | share [DURATION | end] | backup FILE",
	  "what was read, from the tier that suits the time asked for; or the record's file", "r (share, backup: o)",
	  "spaceheat history a.tank.temp0 --from -7d --points 200",
	  "  CHANNEL             a node, or node/TelemetryName; without one the channels are listed\n"
	  "  --from T, --to T    2027-01-14T06:00, 06:00, -24h, yesterday, now, @UNIX; the last 24 h unless told\n"
	  "  --tier TIER         exact, minute, quarter, day; auto unless told\n"
	  "  --points N          at most so many, least and most kept; 600 unless told\n"
	  "  share [DURATION]    let other programs open the record's file, 15m unless told; tells how\n"
	  "  share end           the service has it alone again, which spares the card\n"
	  "  backup FILE         a copy of the record, also while the service writes it\n", cli_history },
	{ "export", "[--format csv|jsonl] [--from T] [--to T] [--channels GLOB] [--tier TIER] [--tz utc|local] -o FILE",
	  "the record as a table in a file", "r", "spaceheat export --from yesterday --to today --channels 'a.tank.*' -o tank.csv",
	  "  --channels GLOB     of their names or nodes; all unless told\n"
	  "  --tier TIER         by the time's length unless told: up to 4 h exact, 2 days minute, 60 days quarter\n"
	  "  --tz utc|local      how times are written; local unless told\n"
	  "  --force             put it in the place of a file that is there\n", cli_export },
	{ "replay", "[--from T] [--to T] [--db FILE] [--config FILE] [--set PATH=VALUE]... [--plan|--no-plan] [--all]",
	  "stored days decided again, and simulated again, under another configuration", "none",
	  "spaceheat replay --from -2d --set guard.hp_min_on_s=900",
	  "  --from T, --to T    as of history, reckoned from the record's end; the last 24 h unless told, at most 28 days\n"
	  "  --db FILE           a copy of the record; history.db of the state directory unless told\n"
	  "  --config FILE       another spaceheat.cfg of the same house\n"
	  "  --set PATH=VALUE    one setting more, up to 16 times; a list is set whole\n"
	  "  --plan, --no-plan   with the optimiser, without; as the record unless told\n"
	  "  --all               also differences shorter than the record can tell\n"
	  "First the recorded readings go through local control again: where it would have decided otherwise, and why. Then, if\n"
	  "anything is changed, the house's model runs under both configurations in the recorded outdoor temperature: cost,\n"
	  "comfort, starts. Exit 1: no such record, or no readings; 78: the configuration is wrong.\n", verb_replay },
	{ "outbox", "[--flush | drop UID]", "what is owed to the AtomicTNode", "r", "spaceheat outbox",
	  "  --flush             send what is under way again, now\n"
	  "  drop UID            give up one status; leaves a gap record\n", cli_outbox },
	{ "decode", "TYPE FILE", "check one message and print its canonical form", "none",
	  "spaceheat decode gt.sh.status.110 status.json",
	  "  FILE                - is standard input\n"
	  "  TYPE                also p and d, the binary types\n", verb_decode },
	{ "config", "check [FILE] | show [PATH] [--origin] [--defaults] | diff",
	  "check a configuration, show its settings, or compare it with what runs", "none (show, diff: r)",
	  "spaceheat config check /etc/spaceheat/spaceheat.cfg",
	  "  check [FILE]        name everything that is wrong; exit 0 or 78\n"
	  "  show [PATH]         the settings with their units, all or those under PATH\n"
	  "  --origin            where each comes from\n"
	  "  --defaults          the defaults beside them\n"
	  "  diff                the file on disk against the running service; exit 0 the same, 1 it differs\n", verb_config },
	{ "setup", "[--house KEY] [--port DEVICE] [--force] [--yes]",
	  "find devices, ask what they are, and write house.json and conf.d/10-site.cfg", "a",
	  "spaceheat setup --port /dev/ttyUSB0",
	  "  --house KEY         no questions: conf.d/10-site.cfg for that house of houses.json\n"
	  "  --port DEVICE       where to look for a Modbus meter; meter.port unless told\n"
	  "  --force             with --house: replace a file that is there\n"
	  "  --yes               no questions: say what is found, write nothing but for --house\n"
	  "At a terminal it asks for rooms, thermometers (warm them with your hand), relays and broker, checks the result as\n"
	  "the service would, and only then puts both files in place; the old ones end in .old. Looks at 1-wire, I2C and\n"
	  "Modbus; it never switches anything. Exit 78: the result is not good (with --house: written, but not complete).\n", cli_setup },
	{ "reload", "", "read the configuration anew: prints what changes, or all that is wrong", "a", "spaceheat reload", NULL,
	  cli_reload },
	{ "doctor", "", "what of this machine is not as the house needs it, and the command that helps", "none",
	  "spaceheat doctor", "Exit 0: all is well, 1: a warning, 2: something fails, 3: no house or no service. -q: only what is not ok.\n", cli_doctor },
	{ "atn", "run|id|key|offer|beat|dispatch|end [-p]", "be the AtomicTNode, whole or message by message",
	  "none", "spaceheat atn dispatch a.elt1.relay on -p",
	  "  run [--manual]      the whole agent; --manual: contract and beats, no dispatches\n"
	  "  id                  its GNode id\n"
	  "  offer [--minutes N] a contract from the present whole minute, 60 minutes unless told\n"
	  "  beat [--echo HEX]   a beat; it echoes the SCADA's last one, or HEX\n"
	  "  dispatch NODE on|off\n"
	  "  end                 end the contract\n"
	  "  -p                  publish it, wait 2 s for the answer and print that\n"
	  "  --contract UUID     instead of the one remembered\n"
	  "  --key FILE          sign with the key in FILE (64 hex digits); `key` prints its public half\n"
	  "  --really            allow a broker that is not on this machine\n", cli_atn },
	{ "sim", "--days N [--seed S] [--house H] [--faults PROFILE] | status | now [--ms] | speed N | pause | resume | fault SPEC | clear | check SPEC... | kinds | houses [FILE] | config HOUSE [FILE]",
	  "a simulation: its time, its speed, what is broken in it", "r, o", "spaceheat sim fault sensor:a.tank.temp0=stuck@+5m+2h",
	  "  --days N            run N days of a house in one process, in seconds, all invariants checked in every one of\n"
	  "                      them; exit 1: one was violated. Further: --seed 1, --house dw1.isone.me.oak.1,\n"
	  "                      --faults calm|normal|storm|only=CLASS,..., --fault SPEC (again and again: just these),\n"
	  "                      --start 2027-01-14T05:55-05:00, --houses FILE, --shrink (which faults it takes to fail),\n"
	  "                      --trace-hash (only the SHA-256 of all that happened), --log (every line, on stderr), --plan (with the optimiser),\n"
	  "                      --weather FILE, --prices FILE (CSV, what happens and is foretold, instead of the seed's),\n"
	  "                      --speed max\n"
	  "  status              time, speed, and the faults that stand or wait\n"
	  "  now [--ms]          the simulated time (of a real house: the wall clock)\n"
	  "  speed N             simulated seconds per second, 0.1 to 3600, or max\n"
	  "  pause, resume       time stands; time goes on\n"
	  "  fault SPEC          break something: WHAT[:NODE]=KIND[,key=value]@WHEN[+FOR], WHEN a local time 06:00, an offset\n"
	  "                      +20m from now, or now (spaceheat print faults has the list)\n"
	  "  clear               end all faults that stand, forget all that wait\n"
	  "  check SPEC...       are they written right? Needs no service\n"
	  "  kinds               each kind of fault, with the critical alerts that it explains\n"
	  "  houses [FILE]       the simulated houses of a houses.json\n"
	  "  config HOUSE [FILE] roles, zones, relays and comfort settings for one of them\n"
	  "Exit 4: this is a real house.\n", cli_sim },
	{ "print", "wire|contract|atn|control|settings|limits|codes|reasons|faults|injection|cli|man|completion", "print one of the program's tables, spaceheat.cfg(5), or the completion for bash", "none",
	  "spaceheat print wire", NULL, cli_print },
	{ "version", "", "version, commit, build flags, library versions", "none", "spaceheat version", NULL,
	  cli_version },
};
/* clang-format on */

const int n_verbs = (int)(sizeof(verbs) / sizeof(verbs[0]));

int cli_fail(int exit_code, const char *format, ...)
{
	va_list args;

	fputs("spaceheat: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return exit_code;
}

static const struct verb *find_verb(const char *name)
{
	for (int i = 0; i < n_verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

int cli_usage(const char *verb, const char *format, ...)
{
	const struct verb *v = find_verb(verb);
	va_list args;

	fprintf(stderr, "spaceheat: %s: ", verb);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, " - usage: spaceheat %s %s (spaceheat %s -h explains)\n", verb, v ? v->args : "",
		verb);
	return EXIT_USAGE;
}

static void print_help(FILE *to)
{
	fputs("usage: spaceheat [-s SOCKET] [-c FILE] [--json] [-q] VERB [ARGS]\n\n", to);
	for (int i = 0; i < n_verbs; i++)
		fprintf(to, "  %-9s %s\n", verbs[i].name, verbs[i].says);
	fputs("\n"
	      "  -s SOCKET   the control socket of the service; else $SPACEHEAT_SOCKET, else\n"
	      "              /run/spaceheat/control.sock, else that of the running demo\n"
	      "  -c FILE     the configuration; else $SPACEHEAT_CONFIG, else that of the running demo,\n"
	      "              else /etc/spaceheat/spaceheat.cfg\n"
	      "  --json      one object on one line\n"
	      "  -q          say less\n"
	      "  -h, --help  this; after a verb: that verb, with an example\n"
	      "  --version\n",
		to);
}

static void print_verb_help(const struct verb *v)
{
	printf("usage: spaceheat %s %s\n\n%s\n", v->name, v->args, v->says);
	if (v->options != NULL)
		printf("\n%s", v->options);
	printf("\nexample: %s\n", v->example);
}

static int unknown_verb(const char *name)
{
	const char *names[sizeof(verbs) / sizeof(verbs[0])];
	const char *near;

	for (int i = 0; i < n_verbs; i++)
		names[i] = verbs[i].name;
	near = did_you_mean(name, names, n_verbs);
	if (near != NULL)
		return cli_fail(EXIT_USAGE, "no verb \"%.40s\" - did you mean \"%s\"?", name, near);
	return cli_fail(EXIT_USAGE, "no verb \"%.40s\" - run: spaceheat --help", name);
}

/* A bar in a cell would begin the next one. */
static void print_cell(const char *text)
{
	for (; *text != '\0'; text++)
		printf(*text == '|' ? "\\%c" : "%c", *text);
}

void cli_print_verbs(void)
{
	puts("| Verb | Role | What it does | Example |\n|---|---|---|---|");
	for (int i = 0; i < n_verbs; i++) {
		printf("| `%s", verbs[i].name);
		if (verbs[i].args[0] != '\0')
			putchar(' ');
		print_cell(verbs[i].args);
		printf("` | %s | ", verbs[i].role);
		print_cell(verbs[i].says);
		printf(" | `%s` |\n", verbs[i].example);
	}
}

struct general {
	bool help, version, bad;
};

static bool take_flag(struct cli *cli, struct general *g, const char *word)
{
	const struct {
		const char *word;
		bool *flag;
	} flags[] = {
		{ "--json", &cli->json },
		{ "-q", &cli->quiet },
		{ "--quiet", &cli->quiet },
		{ "-h", &g->help },
		{ "--help", &g->help },
	};

	if (strcmp(word, "--no-color") == 0) /* nothing is coloured yet */
		return true;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(word, flags[i].word) == 0) {
			*flags[i].flag = true;
			return true;
		}
	}
	return false;
}

/* Takes the general options out of argv, wherever they stand; returns how many words are left. */
static int take_general(struct cli *cli, struct general *g, int argc, char **argv)
{
	int left = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-c") == 0 && i + 1 < argc) {
			cli->config = argv[++i];
		} else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc) {
			cli->socket = argv[++i];
		} else if (strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "-s") == 0) {
			g->bad = true;
		} else if (left == 0 && (strcmp(argv[i], "--version") == 0 || strcmp(argv[i], "-V") == 0)) {
			g->version = true;
		} else if (!take_flag(cli, g, argv[i])) {
			argv[left++] = argv[i];
		}
	}
	argv[left] = NULL;
	return left;
}

static int run_verb(struct cli *cli, const struct verb *v, int argc, char **argv)
{
	int result;

	/* Verbs that look for the configuration themselves find it here, before all other places. */
	if (cli->config != NULL && setenv("SPACEHEAT_CONFIG", cli->config, 1) != 0)
		return cli_fail(EXIT_FAILED, "%s: out of memory", v->name);
	result = v->fn(cli, argc, argv);
	if (fflush(stdout) != 0 && result == EXIT_DONE)
		return cli_fail(EXIT_FAILED, "%s: the output could not be written", v->name);
	return result;
}

int cli_main(const struct cli_doors *doors, int argc, char **argv)
{
	struct cli cli = { .doors = doors };
	struct general g = { 0 };
	const struct verb *v;
	int left = take_general(&cli, &g, argc, argv);

	if (g.bad)
		return cli_fail(EXIT_USAGE, "-c and -s need a path - of a spaceheat.cfg, of a control socket");
	if (g.version)
		return cli_version(&cli, 0, NULL);
	if (left == 0) {
		print_help(g.help ? stdout : stderr);
		return g.help ? EXIT_DONE : EXIT_USAGE;
	}
	if (argv[0][0] == '-' && argv[0][1] != '\0')
		return cli_fail(EXIT_USAGE, "unknown option \"%.40s\" - run: spaceheat --help", argv[0]);
	v = find_verb(argv[0]);
	if (v == NULL)
		return unknown_verb(argv[0]);
	if (g.help) {
		print_verb_help(v);
		return EXIT_DONE;
	}
	return run_verb(&cli, v, left, argv);
}
