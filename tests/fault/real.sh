#!/bin/bash
# SPDX-License-Identifier: MIT
# real.sh BUILD [--site NAME [--n N [--count C]]] [--every K] [--jobs J]: the real spaceheatd with its guard, a private
# mosquitto and an AtomicTNode, seven simulated minutes with a contract, in which the N-th call of one kind fails; for each
# N until nothing fails any more. After each: it ended in order, by an assertion or with a reason; its relays are in
# their fail state; its database opens, is whole and holds the contract that was accepted; what is missing left a
# trace; and a start on the same state directory works.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
shift
site='' n='' count=1 every=1 jobs=4 worker='' port=${FAULT_PORT:-18940}
while [ $# -gt 0 ]; do
	[ $# -gt 1 ] || { echo "real.sh: $1 is not understood, or has no value - see the head of this file" >&2; exit 2; }
	case $1 in
	--site) site=$2 ;;
	--n) n=$2 ;;
	--count) count=$2 ;;
	--every) every=$2 ;;
	--jobs) jobs=$2 ;;
	--worker) worker=$2 ;;
	*) echo "real.sh: unknown option $1" >&2; exit 2 ;;
	esac
	shift 2
done

# Sites with how many points: all = each N; a number = the first 30, then about that many spread over the run.
sites='alloc:100 write:all sync:all truncate:all open:all read:all map:all remove:all rename:all socket:all connect:all
send:60 spawn:all thread:all disk:40*'

# --- the parent: starts workers, adds up -----------------------------------------------------------------
if [ -z "$worker" ]; then
	[ -z "$n" ] || jobs=1
	out=$(mktemp -d /tmp/spaceheat-fault-XXXXXX)
	trap 'rm -rf "$out"' EXIT
	begin=$(date +%s)
	for w in $(seq 0 $((jobs - 1))); do
		FAULT_PORT=$((port + w)) "$0" "$build" ${site:+--site "$site"} ${n:+--n "$n"} --count "$count" --every "$every" \
			--jobs "$jobs" --worker "$w" >"$out/$w" 2>&1 &
	done
	wait
	grep -hE '^(not ok|# )' "$out"/*
	sum() { cat "$out"/* | awk -v f="$1" '$1 == "points" { n += $f } END { print n + 0 }'; }
	points=$(sum 2) fired=$(sum 3) bad=$(sum 4)
	[ "$(cat "$out"/* | grep -c '^points')" = "$jobs" ] || { cat "$out"/*; bad=$((bad + 1)); }
	word=ok
	[ "$bad" = 0 ] && [ "$fired" -gt 0 ] || word='not ok'
	echo "$word - real programs: $points points, in $fired of them something failed, $bad bad, $(($(date +%s) - begin)) s"
	[ "$word" = ok ]
	exit
fi

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
while taken "$port"; do port=$((port + 16)); done

# --- a worker ------------------------------------------------------------------------------------------------
. "$root/tests/support/live.sh"
exec 2>/dev/null	# the shell names each signal
points=0 fired=0 wrong=0 calls=0 base_codes='' base_traces=0
write_config "control_socket: { path = \"$dir/control.sock\"; };"
change 'speed = 1.0' 'speed = 0.0; exit_after_s = 420'
sed 's/exit_after_s = 420/exit_after_s = 60/' "$dir/spaceheat.cfg" >"$dir/again.cfg"
start_broker

said() {
	echo "not ok - $p_site $p_n${p_count:+ ($p_count times)}: $1 - again: tests/fault/real.sh build --site $p_site --n $p_n --count $p_count"
	sed 's/^/    /' "$dir/fired" 2>/dev/null | head -n 12
	tail -n 6 "$dir/daemon.log" | sed 's/^/    /'
	wrong=$((wrong + 1))
}
codes() { sed -n 's/^sim [^ ]* [A-Z] \(RELAY\|CONTRACT\|STATUS\|MODE\)[ :].*/\1/p' "$dir/daemon.log" | sort | uniq -c | tr -s ' \n' ' '; }
traces() { grep -cE '^sim [^ ]* [WEC] |^spaceheatd|^spaceheat.cfg|Assertion' "$dir/daemon.log"; }
first_child() { read -r guard <"/proc/$daemon/task/$daemon/children" && guard=${guard%% *} && [ -n "$guard" ]; } 2>/dev/null
hold_guard() { first_child && [ -e "/proc/$guard/fd/4" ] && exec 9<"/proc/$guard/fd/4"; } 2>/dev/null
# The guard's memory, or nothing more to wait for.
hold_or_gone() { hold_guard || gone "$daemon"; }
off() { case $(relays) in *1*) false ;; *) true ;; esac; }

# One start with the fault of the point.
play() {
	rm -rf "$dir/state" "$dir/fired" "$dir/calls"
	mkdir "$dir/state"
	exec 9<&-
	spaceheat atn run -c "$dir/spaceheat.cfg" >"$dir/atn.log" 2>&1 &
	others=$!
	LD_PRELOAD=$build/fault/fail.so FAIL_PROGRAM=spaceheatd FAIL_SITE=$p_site FAIL_N=$p_n FAIL_COUNT=$p_count \
		FAIL_TRACE=$dir/fired FAIL_CALLS=$dir/calls \
		spaceheatd --await-atn 30 -c "$dir/spaceheat.cfg" >"$dir/daemon.log" 2>&1 &
	daemon=$!
	until_true 20 hold_or_gone
	if until_true 90 gone "$daemon"; then
		{ wait "$daemon"; } 2>/dev/null
		p_status=$?
	else
		p_status=hangs
		kill_daemon
	fi
	daemon=''
	{ kill "$others" && wait "$others"; } 2>/dev/null
	others=''
}

untold() { [ -e "$dir/fired" ] && [ "$p_status" = 0 ] && [ "$(codes)" != "$base_codes" ] && [ "$(traces)" -le "$base_traces" ]; }

# run_point SITE N COUNT: one start with that fault; then all that must be true. What differs and nothing says why is tried
# again: on a busy machine an AtomicTNode may come late, and what the fault does it does each time.
run_point() {
	p_site=$1 p_n=$2 p_count=$3
	for _ in 1 2 3; do
		play
		untold || break
		echo "# $p_site $p_n differs without a word, played again"
	done
	points=$((points + 1))
	[ -e "$dir/fired" ] && fired=$((fired + 1))
	calls=$(cat "$dir/calls" 2>/dev/null || echo 0)
	judge
}

judge() {
	local found accepted
	case $p_status in
	0) ;;
	134) logged 'Assertion' || said "aborted without an assertion" ;;
	1 | 70 | 71 | 78) [ "$(traces)" -gt "$base_traces" ] || [ -s "$dir/daemon.log" ] || said "exit $p_status without a word" ;;
	# Some libraries do not look at what malloc gave them (libconfig and its scanner, paho when it publishes): an end
	# of the process like another, if the call was theirs.
	2 | 139) [ "$p_site" = alloc ] && head -n 6 "$dir/fired" | grep -qE '/lib(config|paho|crypto|ssl)' || said "ended with $p_status" ;;
	*) said "ended with $p_status" ;;
	esac
	[ ! -e /proc/$$/fd/9 ] || until_true 2 off || said "a relay is not in its fail state after the end"
	found=$("$build/fault/look" "$dir/state/history.db") || said "the database: $found"
	for accepted in $(sed -n 's/.* CONTRACT: \([0-9a-f]*\): answered Accepted.*/\1/p' "$dir/atn.log"); do
		case " $found " in *" $accepted "*) ;; *) said "the accepted contract $accepted is not in the database ($found)" ;; esac
	done
	untold && said "the log is another ($(codes), not $base_codes) and nothing says why"
	spaceheatd -c "$dir/again.cfg" >"$dir/again.log" 2>&1 9<&- || said "the next start ends with $? ($(tail -n 1 "$dir/again.log"))"
	grep -q ' I MODE: ' "$dir/again.log" || said "the next start decides nothing"
	[ -z "$(find "$dir/state" -name "*corrupt*" 2>/dev/null)" ] || said "a good database was put aside"
}

# run_base SITE: without a fault, until the contract is there: on a busy machine an AtomicTNode may come late.
run_base() {
	for _ in 1 2 3 4 5; do
		base_codes='' base_traces=0
		run_point "$1" 0 1
		points=$((points - 1))
		base_codes=$(codes) base_traces=$(traces)
		logged ' CONTRACT: Live' && return
	done
	said "no contract without a fault either"
}

# walk SITE BUDGET COUNT: our share of that site's points.
walk() {
	local i=0 step=1 at=1 total
	run_base "$1"
	total=$calls
	[ "$2" = all ] || step=$(((total - 30) / $2 + 1))
	[ "$step" -gt 0 ] || step=1
	while [ "$at" -le $((total + step * jobs)) ] && [ "$wrong" -lt 6 ]; do
		if [ $((i % jobs)) = "$worker" ]; then
			run_point "$1" "$at" "$3"
			[ -e "$dir/fired" ] || [ "$p_status" != 0 ] || break	# clean: nothing is left to fail
		fi
		i=$((i + 1))
		if [ "$2" = all ] || [ $at -lt 30 ]; then at=$((at + every)); else at=$((at + step * every)); fi
	done
}

if [ -n "$n" ]; then
	run_base "$site"
	run_point "$site" "$n" "$count"
else
	for s in $sites; do
		what=${s#*:} for_good=1
		case $what in *\*) for_good=-1 what=${what%\*} ;; esac
		if [ -z "$site" ] || [ "$site" = "${s%%:*}" ]; then walk "${s%%:*}" "$what" $for_good; fi
	done
fi
echo "points $points $fired $wrong"
