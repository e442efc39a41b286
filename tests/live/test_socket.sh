#!/bin/bash
# SPDX-License-Identifier: MIT
# test_socket BUILD: every verb of the control socket against a running demo, as text and as JSON; its limits; garbage; a
# client that never reads; and a person who takes a relay from the AtomicTNode and gives it back.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/support/demo.sh
. "$root/tests/support/demo.sh"
unset SPACEHEAT_SOCKET
# asks EXIT ARGS...: spaceheat at the demo's socket ends with that.
asks() { run "$1" spaceheat -s "$sock" "${@:2}"; }
by_environment() { SPACEHEAT_SOCKET=$sock spaceheat relays >/dev/null; }
mode_is() { spaceheat -s "$sock" contract 2>/dev/null | grep -q "^mode     $1"; }
one_line() { [ "$(grep -c . "$work/out")" = 1 ] && says '^\{.*\}$'; }

# --- without a service ----------------------------------------------------------------------------------
check "status without a service exits 3" asks 3 status
check "relays without a service exits 69" asks 69 relays
check "... in one line that says what to do" tells '^spaceheat: cannot reach spaceheatd: no socket .* - run: '

begin 'MODE RemoteControl' --house dw1.isone.nh.orange.1 --atn manual
check "the first lines name the socket" logged "^run_local: broker .*  socket $sock  stop with Ctrl-C"
check "the socket is for owner and group" [ "$(stat -c %a "$sock")" = 660 ]

# --- every verb, as text and as JSON ----------------------------------------------------------------------
check "status: a warning (no key), exit 1" asks 1 status
check "... with all its lines" [ "$(grep -cE '^(MODE|COMFORT|STORE|POWER|RELAYS|UPLINK|HISTORY|SENSORS) ' "$work/out")" = 8 ]
check "... the mode and the contract" says '^MODE     RemoteControl .* contract [0-9a-f]{8} Live'
check "... that it is a simulation" says 'SIMULATED 60x'
check "status --json is one object" asks 1 --json status
check "... on one line" one_line
for key in health version uptime_s simulated speed safe_mode clock contract comfort freeze store power today relays uplink \
	history sensors alerts; do
	says "\"$key\":" || not_ok "status --json has $key"
done
check "status -q is one word" asks 1 -q status
check "... warning" says '^warning$'
for verb in sensors relays contract alerts log "sim status"; do
	# shellcheck disable=SC2086
	check "$verb as text" asks 0 $verb
	check "... says something" test -s "$work/out"
	# shellcheck disable=SC2086
	check "$verb as JSON" asks 0 --json $verb
	check "... one object, version 1" one_line
	says '"v":1' || not_ok "$verb --json has a version"
done
check "one sensor" asks 0 sensors a.tank.temp0
check "... alone" [ "$(grep -c . "$work/out")" = 2 ]
check "a sensor that is not there exits 2" asks 2 sensors a.tank.tmp0
check "alerts name what to do" asks 0 alerts
check "... about the missing key" says 'UNSIGNED_OK'
check "log by code" asks 0 log --code MODE
check "... and nothing else" [ "$(grep -c 'I MODE:' "$work/out")" = "$(grep -c . "$work/out")" ]
check "the last two lines" asks 0 log --last 2
check "... are two" [ "$(grep -c . "$work/out")" = 2 ]
check "an unknown code exits 2" asks 2 log --code NONSENSE
check "SPACEHEAT_SOCKET finds it too" by_environment

# --- what a day came to --------------------------------------------------------------------------------------
check "history lists the figures of days" asks 0 history
figure=$(grep -oE '^[^ ]*/cost\.thousandths' "$work/out")
check "... cost among them" test -n "$figure"
check "a figure of no day yet is asked for in vain, and rightly" asks 0 history "$figure" --tier day
check "... it says so" says 'nothing on record of that time'
check "export --tier day has them as columns" asks 0 export --tier day --from -2d -o "$work/days.csv"
check "... with their names" grep -q "^time.*,$figure\[\]" "$work/days.csv"

# --- the record's file ------------------------------------------------------------------------------------
check "the record is the service's alone" test ! -e "$work/state/history.db-shm"
check "history share" asks 0 history share 5m
check "... tells where and until when" says "^$work/state/history.db may be opened until .*"
check "... and how" says "^  sqlite3 -readonly -cmd '.load $build/spaceheat-sqlite' $work/state/history.db$"
if command -v sqlite3 >/dev/null; then
	readings() { [ "$(bash -c "$(grep '^  sqlite3' "$work/out") 'SELECT count(*) > 0 FROM reading_exact'" 2>&1)" = 1 ]; }
	until_true 20 asks 0 --json history
	asks 0 history share 5m
	check "... and what it says works" until_true 20 readings
	check "history share end" asks 0 history share end
	check "... shuts it" says 'the service has it alone'
	locked() { sqlite3 -readonly "$work/state/history.db" 'SELECT count(*) FROM block' 2>&1 | grep -q 'database is locked'; }
	check "... to sqlite3" locked
else
	echo "skip - the sqlite3 program reads a shared record (not installed)"
	asks 0 history share end
fi
check "history share for too long exits 2" asks 2 history share 25h
check "history share --json" asks 0 --json history share 1m
check "... one object" one_line
asks 0 history share end
check "history backup beside the service" asks 0 history backup "$work/copy.db"
check "... a copy that opens" "$build/fault/look" "$work/copy.db"
check "... and the file is the service's alone again" test ! -e "$work/state/history.db-shm"
check "each is on record" logged 'OPERATOR history_share seconds=300 .*Done'

# --- following the log --------------------------------------------------------------------------------------
spaceheat -s "$sock" log -f --code OPERATOR >"$work/followed" 2>&1 &
follower=$!
until_true 5 asks 0 hold --setpoint 18.5 --hours 1
check "log -f shows what comes" until_true 10 grep -q 'OPERATOR: hold setpoint_c=18.5' "$work/followed"
kill $follower
wait $follower 2>/dev/null

# --- alerts that were seen, events, and the configuration ------------------------------------------------------
id=$(timeout 30 spaceheat -s "$sock" alerts | awk '/UNSIGNED_OK/ {print $1; exit}')
check "an alert can be acknowledged" asks 0 alerts ack "$id" --note "a demo"
check "... by name" says '^seen by [a-z]+$'
check "... which alerts show" asks 0 alerts
check "... with the note" says 'seen by [a-z]+: a demo$'
check "... and --json" asks 0 --json alerts
check "... as keys" says '"acked_by":"[a-z]+","note":"a demo"'
check "an alert that is not there exits 2" asks 2 alerts ack 9999
check "ack without a number exits 2" asks 2 alerts ack
spaceheat -s "$sock" events relay mode --since 0 >"$work/followed" 2>&1 &
follower=$!
check "events tells what happened, as text" until_true 10 grep -qE '^[0-9]+  [0-9:]+  mode  mode=RemoteControl' "$work/followed"
kill $follower
wait $follower 2>/dev/null
spaceheat -s "$sock" --json events mode --since 0 >"$work/followed" 2>&1 &
follower=$!
check "... and as JSON, one object per line" until_true 10 grep -qE '^\{"event":"mode","seq":[0-9]+,.*\}$' "$work/followed"
kill $follower
wait $follower 2>/dev/null
check "an unknown event exits 2" asks 2 events nonsense
check "config diff: nothing differs" asks 0 config diff
check "... and says so" says 'is what runs$'
mkdir -p "$work/state/conf.d"
echo 'comfort: { setpoint_c = 18.5; };' >"$work/state/conf.d/50-test.cfg"
check "config diff: one setting differs, exit 1" asks 1 config diff
check "... from, to, and how it is taken over" says '^comfort\.setpoint_c: 18(\.0)? -> 18\.5  \(reload\)$'
check "... as JSON" asks 1 --json config diff
check "... with keys" says '"path":"comfort.setpoint_c","running":"18(\.0)?","on_disk":"18\.5","unit":"C","reload":"reload"'
check "config show tells what runs" asks 0 config show comfort.setpoint_c --defaults
check "... not what is on disk" says '^comfort\.setpoint_c = 18(\.0)? C  \(default 21'
check "reload takes it over" asks 0 reload
check "... and prints what" says '^comfort\.setpoint_c: .* -> 18\.5'
check "... and how it went" says '^RELOAD: taken over: comfort\.setpoint_c$'
check "... so that nothing differs" asks 0 config diff
check "config show tells where it comes from" asks 0 config show comfort.setpoint_c --origin
check "... with file and line" says '^comfort\.setpoint_c = 18\.5 C  conf\.d/50-test\.cfg:1$'
check "... as JSON" asks 0 --json config show comfort.setpoint_c
check "... with keys" says '"path":"comfort.setpoint_c","value":"18\.5","unit":"C","default":"21[.0]*","origin":"conf\.d/50-test\.cfg:1"'
check "an unknown setting exits 2 and the right one is named" asks 2 config show comfort.setpiont_c
printf 'comfort: { setpoint_c = 99.0; };\nnonsense = 1;\n' >"$work/state/conf.d/50-test.cfg"
check "a wrong one is refused, exit 78" asks 78 reload
check "... with all that is wrong" [ "$(grep -c '^conf.d/50-test.cfg:' "$work/err")" = 2 ]
check "... as JSON" asks 78 --json reload
check "... with a list" says '"errors":\["conf.d/50-test.cfg:'
echo 'sim: { seed = 77; };' >"$work/state/conf.d/50-test.cfg"
check "what needs a restart is refused, exit 4" asks 4 reload
check "... by name" tells 'a reload cannot change sim\.seed - run: '
rm "$work/state/conf.d/50-test.cfg"
check "back again" asks 0 reload

# --- hold and reset ---------------------------------------------------------------------------------------------
check "the held setpoint is the one in force" asks 1 --json status
check "... with its end" says '"setpoint_c":18.5,"hold_until_ms":[0-9]+'
check "hold outside the limits exits 2" asks 2 hold --setpoint 30
check "... and names them" tells 'comfort\.min_c\.\.max_c = 16\.\.24 C'
check "hold cancel gives back" asks 0 hold cancel
check "... the configured setpoint" says '^setpoint 18\.0 C$'
check "reset of what is not locked exits 4" asks 4 reset trip
check "reset of an unknown node exits 2" asks 2 reset a.elt1.rely

# --- a person takes a relay ------------------------------------------------------------------------------------
relay=a.tank.out.pump.relay
check "in RemoteControl a dispatch is refused" asks 4 dispatch $relay off --minutes 20
check "... and says what to add" tells 'RemoteControl until [0-9]{2}:[0-9]{2} - add --override to take over for 20 min$'
check "with --override it is done" asks 0 dispatch $relay off --minutes 20 --override
check "... Done, and until when" says '^Done, yours until [0-9]{2}:[0-9]{2}:[0-9]{2}$'
check "the mode is Operator" mode_is Operator
check "the relay is off by the operator" asks 0 relays
check "... until the lease ends" says "^$relay +off .* operator .*operator until"
# 10 s is the least time between two moves, a sixth of a second here: only two commands at once can tell.
spaceheat -s "$sock" dispatch $relay on --minutes 20 >"$work/held" 2>&1
held=$?
if [ $held = 4 ]; then check "the guard still rules" grep -q '^held: HeldByRate until ' "$work/held"
else check "the guard had no reason to hold" [ $held = 0 ]; fi
check "auto gives back" asks 0 dispatch $relay auto
check "the mode is RemoteControl again" until_true 5 mode_is RemoteControl
check "all of it is in the log" asks 0 log --code OPERATOR
check "... with user and words" says 'dispatch node=a\.tank\.out\.pump\.relay state=off minutes=20 override=true via=cli: Done by [a-z]+ \(uid=[0-9]+\)'
check "a wrong node exits 2 and the right one is named" asks 2 dispatch a.elt1.rely on
check "... in the form of all errors" tells '^spaceheat: no node "a\.elt1\.rely" - did you mean "a\.elt1\.relay"\?$'
check "a sensor is no relay" asks 2 dispatch a.tank.temp0 on
check "more than a day is refused" asks 2 dispatch $relay on --minutes 1441 --override

# --- limits, garbage, and a client that never reads -----------------------------------------------------------------
if ! perl -MIO::Socket::UNIX -e 1 2>/dev/null; then
	echo "skip - raw conversations (no perl)"
else
	cat >"$work/raw.pl" <<'PERL'
use IO::Socket::UNIX;
sub call { my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "no socket\n"; $s->autoflush(1); return $s; }
sub ask { my ($s, $line) = @_; print $s "$line\n"; return scalar <$s>; }
my %do = (
	garbage => sub {
		my $s = call(); <$s>;
		srand(7);
		for (1 .. 15) { print $s join('', map { chr(1 + int(rand(255))) } 1 .. 200) =~ s/\n/x/gr, "\n"; <$s> =~ /"ok":false/ or die "passed\n"; }
		ask($s, '{"verb":"ping"}') =~ /"ok":true/ or die "ping\n";
	},
	long => sub {
		my $s = call(); <$s>;
		ask($s, '{"verb":"ping"}' . ' ' x (8192 - 15)) =~ /"ok":true/ or die "8192\n";
		ask($s, '{"verb":"ping"}' . ' ' x (8193 - 15)) =~ /TooLarge/ or die "8193\n";
		ask($s, '{"verb":"ping"}') =~ /"ok":true/ or die "after\n";
	},
	crowd => sub {
		my @s = map { call() } 1 .. 4; <$_> =~ /"hello"/ or die "hello\n" for @s;
		my $s = call(); <$s> =~ /"Busy"/ or die "fifth\n";
		close $s[0];
		for (1 .. 100) { my $t = call(); exit 0 if <$t> =~ /"hello"/; select(undef, undef, undef, 0.05); }
		die "no place after one left\n";
	},
	deaf => sub {
		my $s = call();
		print $s '{"verb":"subscribe"}', "\n";
		for (1 .. 200000) { print $s '{"verb":"log"}', "\n" or last; }
		sleep 60;
	},
);
$SIG{PIPE} = 'IGNORE';
alarm 60;
$do{$ARGV[1]}->();
PERL
	check "garbage is refused line by line" perl "$work/raw.pl" "$sock" garbage
	check "a line has 8 KiB" perl "$work/raw.pl" "$sock" long
	check "a user has four connections" perl "$work/raw.pl" "$sock" crowd
	perl "$work/raw.pl" "$sock" deaf 2>/dev/null &
	others=$!
	sleep 0.5
	before=$(spaceheat sim now --ms)
	check "beside a client that never reads, others are served" asks 1 status
	moved() { [ "$(spaceheat sim now --ms)" -gt $((before + 60000)) ]; }
	check "... time goes on at its speed" until_true 4 moved
	check "... and control with it" asks 0 contract
	check "... the mode has not suffered" mode_is RemoteControl
	check "... nobody was late" test "$(grep -c ACTOR_LATE "$work/demo.log")" = 0
	kill "$others"
	wait "$others" 2>/dev/null
	others=''
fi

# --- the end -----------------------------------------------------------------------------------------------------
check "the demo ends with 0" finish
check "the socket is gone" test ! -e "$sock"
exit $bad
