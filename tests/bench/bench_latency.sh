#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# bench_latency.sh [BUILD]: the demo at speed 1 without its AtomicTNode, and bench_latency in its place. Prints
# `name value unit` lines on stdout and exits 0 only when all was measured. BENCH_PAIRS (200) shortens it, BENCH_SEED (1)
# changes the gaps.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
build=$(cd "$root" && cd "${1:-build}" && pwd) || exit 1
pairs=${BENCH_PAIRS:-200}
seed=${BENCH_SEED:-1}
house=dw1.isone.nh.orange.1
relay=a.elt1.relay
demo=

dir=$(mktemp -d "${TMPDIR:-/tmp}/spaceheat-bench-XXXXXX") || exit 1

# shellcheck disable=SC2317 # called by the trap
clean_up()
{
	if [[ -n $demo ]]; then
		kill -TERM "$demo" 2>/dev/null
		wait "$demo" 2>/dev/null
	fi
	rm -rf -- "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail()
{
	printf 'bench_latency: %s\n' "$*" >&2
	[[ -f $dir/demo.log ]] && tail -n 20 "$dir/demo.log" >&2
	exit 1
}

# await SECONDS COMMAND...: until it succeeds, as long as the demo lives.
await()
{
	local tries=$(($1 * 20))
	shift
	while ! "$@"; do
		kill -0 "$demo" 2>/dev/null || return 1
		((tries-- > 0)) || return 1
		sleep 0.05
	done
}

read_port()
{
	port=$(sed -n 's/^run_local: broker 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/demo.log" | head -n 1)
	[[ -n $port ]]
}

is_online()
{
	mosquitto_sub -h 127.0.0.1 -p "$port" -C 1 -W 1 -t "$house.ta.scada/scada.state.100" 2>/dev/null | grep -q '"online"'
}

for program in "$build/spaceheatd" "$build/spaceheat-guard" "$build/spaceheat" "$build/bench/bench_latency"; do
	[[ -x $program ]] || fail "$program is missing - run: make bench-latency"
done

SPACEHEAT_BUILD=$build "$root/run_local" --house "$house" --speed 1 --seed "$seed" --atn none --plain --no-web --no-tour \
	--keep "$dir/state" >"$dir/demo.log" 2>&1 &
demo=$!
await 30 read_port || fail 'the demo did not start'
await 30 is_online || fail 'the service did not connect'
id=$("$build/spaceheat" -c "$dir/state/spaceheat.cfg" atn id) || fail 'no id of the AtomicTNode'

"$build/bench/bench_latency" --port "$port" --atn "$house" --scada "$house.ta.scada" --atn-id "$id" --relay "$relay" \
	--state "$dir/state" --pairs "$pairs" --seed "$seed" || fail 'not measured'
