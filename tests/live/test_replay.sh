#!/bin/bash
# SPDX-License-Identifier: MIT
# test_replay BUILD: `spaceheat replay` on the record of a real service: what it says, what it refuses, the same bytes twice.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0
ok() { echo "ok - $1"; }
not_ok() { echo "not ok - $1"; bad=1; }
check() { if [ "$2" = 0 ]; then ok "$1"; else not_ok "$1"; fi; }

cd "$root" || exit 1
PATH=$build:$PATH "$root/run_local" --house dw1.isone.me.elm.1 --speed max --exit-after 4h --atn none --no-tour --no-web --plain \
	--keep "$dir/state" >"$dir/demo.log" 2>&1
[ -s "$dir/state/history.db" ] || { tail -5 "$dir/demo.log"; not_ok "the demo leaves a record"; exit 1; }
again() { "$build/spaceheat" -c "$dir/state/spaceheat.cfg" replay "$@" >"$dir/out" 2>"$dir/err"; }
# refused EXIT TEXT ARGS...: it ends with that exit code and says that.
refused() {
	code=$1; text=$2; shift 2
	again "$@"
	got=$?
	if [ $got = "$code" ] && grep -qF -e "$text" "$dir/err"; then ok "replay $*: exit $code, $text"; else
		cat "$dir/err"; not_ok "replay $*: exit $code, not $got: $text"
	fi
}

again --from -3h
check "the configuration as it is" $?
grep -q '^In the same state for \(9[5-9]\|100\)' "$dir/out"
check "decides as was decided, but for the edges of a minute" $?
again --from -3h --set comfort.setpoint_c=18 --json
check "another setpoint, as JSON" $?
cp "$dir/out" "$dir/first"
grep -q '"path":"comfort.setpoint_c","as_is":"20.0","changed":"18.0"' "$dir/first" && grep -q '"what_if":{' "$dir/first"
check "names what is changed, and what would have come of it" $?
again --from -3h --set comfort.setpoint_c=18 --json
cmp -s "$dir/first" "$dir/out"
check "the same bytes again" $?
"$build/spaceheat" -c "$dir/state/spaceheat.cfg" -q history backup "$dir/copy.db" && again --from -3h --set comfort.setpoint_c=18 --json \
	--db "$dir/copy.db" && cmp -s "$dir/first" "$dir/out"
check "and from a copy" $?

refused 78 'did you mean "hp_min_on_s"?' --set guard.hp_min_onn_s=900
refused 78 'is outside 180..3600 s' --set guard.hp_min_on_s=1
refused 2 'write path=value' --set guard.hp_min_on_s
refused 2 'at most 28' --from -29d
refused 2 '--from is not before --to' --from -1h --to -2h
refused 2 "'--frm' is no option" --frm -1h
refused 1 'no exact readings in that time' --from 2026-01-01 --to 2026-01-02
refused 1 'cannot be read' --db "$dir/nothing.db"
refused 1 'not a database' --db "$dir/state/spaceheat.cfg"
sed 's/me\.elm/me.oak/' "$dir/state/spaceheat.cfg" >"$dir/oak.cfg"
refused 78 'house' --config "$dir/oak.cfg"
exit $bad
