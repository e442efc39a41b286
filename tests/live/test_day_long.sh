#!/bin/bash
# SPDX-License-Identifier: MIT
# test_day_long BUILD [SPEED] [BUSY]: a simulated day through the real broker beside BUSY loops that keep the machine busy: 288
# statuses arrive there, both modes are seen, nothing is owed at the end, the room stays in its band.
set -u
build=$(cd "${1:-build}" && pwd)
speed=${2:-600} busy=${3:-4}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d /tmp/spaceheat-day-XXXXXX)
PATH=$build:/usr/sbin:$PATH
export SPACEHEAT_BUILD=$build
bad=0 loops=()
H=dw1.isone.nh.orange.1

ok() { echo "ok - $1"; }
check() { if "${@:2}"; then ok "$1"; else echo "not ok - $1"; bad=1; fi; }
# shellcheck disable=SC2317
clean() {
	[ ${#loops[@]} = 0 ] || kill "${loops[@]}" 2>/dev/null
	[ -z "${demo:-}" ] || kill "$demo" 2>/dev/null
	[ -z "${sub:-}" ] || kill "$sub" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$work"
}
trap clean EXIT

for _ in $(seq 1 "$busy"); do
	(while :; do :; done) &
	loops+=($!)
done
"$root/run_local" --house "$H" --speed "$speed" --exit-after 24h --plain --no-web --seed 1 --keep "$work/state" >"$work/out" 2>"$work/err" &
demo=$!
# The subscriber must be there before the first status, five simulated minutes after the start.
until port=$(sed -n 's/^run_local: broker 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/out" 2>/dev/null) && [ -n "$port" ]; do
	kill -0 $demo 2>/dev/null || break
	sleep 0.02
done
until mosquitto_pub -h 127.0.0.1 -p "$port" -t test/ready -m x 2>/dev/null; do sleep 0.02; done
mosquitto_sub -h 127.0.0.1 -p "$port" -q 1 -t "$H.ta.scada/gt.sh.status.110" >"$work/statuses" 2>/dev/null &
sub=$!
wait $demo
status=$?
demo=''
check "it exits 0" [ $status = 0 ]
sleep 0.5
statuses() { grep -o '"StatusUid":"[^"]*"' "$work/statuses" | sort -u | wc -l; }
slots() { grep -o '"SlotStartUnixS":[0-9]*' "$work/statuses" | sort -u | wc -l; }
lines() { grep -cE '^[0-9:]{8} status ' "$work/out"; }
coldest() { sed -n 's/.* status .* room \([0-9.]*\) C.*/\1/p' "$work/out" | sort -n | head -n 1; }
warmest() { sed -n 's/.* status .* room \([0-9.]*\) C.*/\1/p' "$work/out" | sort -n | tail -n 1; }
within() { awk -v v="$1" -v a="$2" -v b="$3" 'BEGIN { exit !(v >= a && v <= b) }'; }
check "288 different statuses at the broker (got $(statuses))" [ "$(statuses)" = 288 ]
check "of 288 different slots (got $(slots))" [ "$(slots)" = 288 ]
check "288 status lines (got $(lines))" [ "$(lines)" = 288 ]
check "LocalControl was seen" grep -q 'MODE LocalControl' "$work/out"
check "RemoteControl was seen" grep -q 'MODE RemoteControl' "$work/out"
check "it ends in RemoteControl with nothing owed" grep -qE '^05:55:00 status RemoteControl .*outbox [01]$' <(tail -n 5 "$work/out")
check "the room stays in its band ($(coldest) to $(warmest) C)" within "$(coldest)" 17.0 "$(warmest)"
check "and below its upper edge" within "$(warmest)" 17.0 19.0
[ $bad = 0 ] || { tail -n 20 "$work/out" "$work/err"; }
exit $bad
