#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# run_local with real processes: it ends as it says, leaves nothing behind, and refuses what it cannot do.
# Prints one line per check; exit 0 when all passed.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
scratch=$(mktemp -d) || exit 1
run=$root/run_local
build=$(cd -- "${SPACEHEAT_BUILD:-$root/build}" && pwd) || exit 1
export SPACEHEAT_BUILD=$build
n=0
failed=0

trap 'rm -rf -- "$scratch"' EXIT

# check WHAT COMMAND...: passes when the command does.
check()
{
	local what=$1
	shift
	n=$((n + 1))
	if "$@"; then
		printf 'ok - %s\n' "$what"
	else
		printf 'not ok - %s\n' "$what"
		failed=$((failed + 1))
		sed 's/^/#   /' "$scratch/out" "$scratch/err" | tail -n 30
	fi
}

# run OPTIONS...: its output in out and err, its exit code in code.
run()
{
	timeout 120 "$run" "$@" >"$scratch/out" 2>"$scratch/err"
	code=$?
}

# start OPTIONS...: the same in the background; its process in pid. A background job ignores SIGINT, and what is ignored
# at the start of a shell stays so; hence env.
start()
{
	: >"$scratch/out"	# else the last run's lines may be read for this one's
	env --default-signal=INT "$run" "$@" >"$scratch/out" 2>"$scratch/err" &
	pid=$!
}

has() { grep -Eq -- "$1" "$scratch/out"; }
says() { grep -Eq -- "$1" "$scratch/err"; }
lacks() { ! grep -Eq -- "$1" "$scratch/out"; }
is() { [[ $1 == "$2" ]]; }

# The processes of a run all have its state directory in their command line.
# processes TEXT: their pids, straight from /proc (a minimal system has no pgrep); not those that have ended.
processes()
{
	local file text

	for file in /proc/[0-9]*/cmdline; do
		{ text=$(tr "\0" " " <"$file"); } 2>/dev/null
		[[ $text == *"$1"* ]] && basename "${file%/cmdline}"
	done
}
nothing_left() { [[ -z $(processes "$1") ]] && ! [[ -e $1/log.pipe ]]; }

port_of() { sed -n 's/^run_local: broker 127\.0\.0\.1:\([0-9]*\) .*/\1/p' "$1"; }
is_listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
is_closed() { ! is_listening "$1"; }

wait_for()
{
	local i

	for ((i = 0; i < 400; i++)); do
		grep -Eq -- "$2" "$1" 2>/dev/null && return
		sleep 0.05
	done
	return 1
}

wait_gone()
{
	local i

	for ((i = 0; i < 400; i++)); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}

test_options()
{
	run --help
	check "--help exits 0" is "$code" 0
	check "--help lists the options" has '--exit-after'
	run --house list
	check "--house list names the demo's house" has '^dw1\.isone\.me\.oak\.1$'
	check "... and the others" has '^dw1\.isone\.(nh\.orange\.1|me\.(oak\.2|beech\.1|elm\.1))$'
	check "--house list leaves out the real one" lacks '^w\.isone'
	for bad in "--speed 0" "--speed 4000" "--speed x" "--start yesterday" "--start 2027-02-30T05:55Z" "--seed -1" \
		"--exit-after 5" "--exit-after 0h" "--atn maybe" "--frobnicate" "--house" "--fault sensor=stuck@now" \
		"--fault nonsense" "--fault relay:a.elt.relay=welded@now" "--fault sensor:a.tank.temp0=jump@now"; do
		# shellcheck disable=SC2086
		run $bad
		check "$bad exits 2" is "$code" 2
		check "$bad is explained in one line" is "$(wc -l <"$scratch/err")" 1
	done
	run --keep "$scratch/no-house" --house dw1.isone.nowhere
	check "an unknown house exits 78" is "$code" 78
	check "... and leaves nothing" nothing_left "$scratch/no-house"
	run --keep /etc --exit-after 5m
	check "a directory of somebody else, or not writable, is refused" test "$code" -ne 0 -o "$(id -u)" -eq 0
}

test_half_an_hour()
{
	local dir=$scratch/half port

	run --keep "$dir" --exit-after 30m --speed 600 --plain --no-web --no-tour --seed 1
	port=$(port_of "$scratch/out")
	check "--exit-after 30m exits 0" is "$code" 0
	check "the first line names house, start, speed, seed" \
		has '^run_local: house dw1\.isone\.me\.oak\.1 \(simulated\)  start 2027-01-14T05:55:00-05:00  speed 600  seed 1$'
	check "six status lines" is "$(grep -c '^[0-9:]* status ' "$scratch/out")" 6
	check "the first of them says LocalControl" has '^06:00:0[0-9] status LocalControl'
	check "the contract is accepted" has '^05:59:[0-9]+ I CONTRACT Pending'
	check "RemoteControl follows" has '^06:0[0-4]:[0-9]+ I MODE RemoteControl'
	check "the AtomicTNode commands the heat pump" grep -q 'RELAY a\.hp1\.relay: on: Done' "$dir/atn.log"
	check "lines are plain" lacks $'\e'
	check "the last line says what was stored" has '^run_local: stopped .*history\.db'
	check "the history is there" test -s "$dir/history.db"
	check "the state directory is private" is "$(stat -c %a "$dir")" 700
	check "no process is left" nothing_left "$dir"
	check "no port is left" is_closed "${port:-1}"
	check "no fault, no TEST line" lacks ' TEST '
	run --keep "$dir" --start 2027-01-14T05:55-05:00
	check "--start is refused for a simulation that goes on" is "$code" 2
	run --keep "$dir" --clean --exit-after 30m --speed max
	check "--speed max exits 0" is "$code" 0
	check "... after six status lines too" is "$(grep -c '^[0-9:]* status ' "$scratch/out")" 6
}

test_fault()
{
	local dir=$scratch/fault

	run --keep "$dir" --house dw1.isone.nh.orange.1 --exit-after 20m --speed 600 --fault sensor:a.tank.temp0=open@06:00+8m --fault=atn=silent@+1h
	check "a fault begins and ends when it is to" is "$(grep -c '^06:0[08]:00 I TEST fault 1 \(begins\|ends\): sensor:a\.tank\.temp0=open@06:00+8m$' "$scratch/out")" 2
	check "one that lies beyond the end does not begin" lacks 'TEST fault 2'
	check "its alert of level C is explained by it" has ' C BLIND '
	check "... so the run ends with 0" is "$code" 0
}

# stop_by SIGNAL: a running demo ends in order.
stop_by()
{
	local dir=$scratch/stop-$1 pid from port

	start --keep "$dir" --speed 60
	check "the first line comes" wait_for "$scratch/out" '^run_local: house'
	check "LocalControl begins" wait_for "$scratch/out" 'I MODE LocalControl'
	port=$(port_of "$scratch/out")
	check "the broker listens" is_listening "${port:-1}"
	from=$SECONDS
	kill -"$1" "$pid"
	check "$1 ends it" wait_gone "$pid"
	wait "$pid"
	check "$1: exit 0" is $? 0
	check "$1: within 5 s" test $((SECONDS - from)) -le 6
	check "$1: the last line says what was stored" has '^run_local: stopped .*history\.db'
	check "$1: no process is left" nothing_left "$dir"
	check "$1: no port is left" is_closed "${port:-1}"
}

test_by_hand()
{
	local dir=$scratch/hand pid port sub hand
	export SPACEHEAT_CONFIG=$dir/spaceheat.cfg

	start --house dw1.isone.nh.orange.1 --keep "$dir" --speed 10 --atn none
	check "it connects" wait_for "$scratch/out" 'LINK connected'
	check "the house heats itself" wait_for "$scratch/out" 'RELAY a\.elt1\.relay on by local \(Done\)'
	sleep 1.5	# ten simulated seconds: the least time between two moves
	port=$(port_of "$scratch/out")
	hand=("$build/spaceheat" atn)
	"${hand[@]}" dispatch a.elt1.relay on -p >"$scratch/said" 2>&1
	check "a dispatch without contract exits 4" is $? 4
	check "... with NoContract" grep -q NoContract "$scratch/said"
	check "offer -p is accepted" "${hand[@]}" offer -p
	check "beat -p is answered" "${hand[@]}" beat -p
	check "dispatch -p is done" "${hand[@]}" dispatch a.elt1.relay off -p
	check "the relay moved" wait_for "$scratch/out" 'RELAY a\.elt1\.relay off by atn \(Done\)'
	check "end -p is answered" "${hand[@]}" end -p
	"${hand[@]}" dispatch a.elt.relay on -p 2>"$scratch/said"
	check "an unknown node exits 2" is $? 2
	check "... and the right one is named" grep -q 'did you mean "a.elt1.relay"' "$scratch/said"
	timeout 5 mosquitto_sub -h 127.0.0.1 -p "$port" -C 1 \
		-t "dw1.isone.nh.orange.1.ta.scada/gt.sh.cli.scada.response.110" >"$scratch/snapshot" &
	sub=$!
	sleep 0.3
	mosquitto_pub -h 127.0.0.1 -p "$port" -q 1 -t dw1.isone.nh.orange.1/gt.sh.cli.atn.cmd.110 -m \
		'{"FromGNodeAlias":"dw1.isone.nh.orange.1","SendSnapshot":true,"FromGNodeId":"'"$("${hand[@]}" id)"'","TypeAlias":"gt.sh.cli.atn.cmd.110"}'
	wait "$sub"
	check "mosquitto_pub gets its snapshot" grep -q '"Snapshot"' "$scratch/snapshot"
	check "sim now --ms is simulated time" test "$("$build/spaceheat" sim now --ms)" -gt 1799924100000
	kill -TERM "$pid"
	wait "$pid"
	unset SPACEHEAT_CONFIG
}

test_crash()
{
	local dir=$scratch/crash pid daemon

	start --keep "$dir" --speed 60
	wait_for "$scratch/out" 'I MODE LocalControl'
	daemon=$(processes "-c $dir/" | while read -r p; do
		[[ $(readlink "/proc/$p/exe") == */spaceheatd ]] && echo "$p"
	done | head -n 1)
	kill -KILL "$daemon"
	check "a crash ends it" wait_gone "$pid"
	wait "$pid"
	check "... with exit 1" is $? 1
	check "... and the last lines of the dead" says 'spaceheatd ended with'
	check "... and nothing left" nothing_left "$dir"
}

# A reader that goes away ends the run; so does the end of run_local, whatever its cause.
test_abandoned()
{
	local dir=$scratch/pipe pid

	timeout 60 "$run" --keep "$dir" --speed 600 2>"$scratch/err" | head -n 1 >"$scratch/out"
	check "a closed pipe ends it" nothing_left "$dir"
	"$run" --keep "$scratch/nostdout" --exit-after 10m --speed max >&- 2>"$scratch/err"
	check "it runs without a stdout" is $? 0
	start --keep "$scratch/killed" --speed 60
	wait_for "$scratch/out" 'I MODE LocalControl'
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	for _ in {1..100}; do
		nothing_running=$(processes "$scratch/killed" | wc -l)
		[[ $nothing_running == 0 ]] && break
		sleep 0.05
	done
	check "kill -9 leaves no process" is "$nothing_running" 0
}

test_options
test_half_an_hour
test_fault
stop_by INT
stop_by TERM
test_by_hand
test_crash
test_abandoned
printf '%d checks, %d failed\n' "$n" "$failed"
[[ $failed == 0 ]]
