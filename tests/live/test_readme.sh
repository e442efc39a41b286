#!/bin/bash
# SPDX-License-Identifier: MIT
# test_readme BUILD: every block marked `sh` in README.md and docs/*.md is run against a running demo and must end with 0.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/support/demo.sh
. "$root/tests/support/demo.sh"
export SPACEHEAT_SOCKET=$sock

begin 'MODE RemoteControl' --no-web --no-tour --atn manual
port=$(sed -n 's/.*broker 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/demo.log" | head -n 1)

# Writes each sh block of a file to $work/block.N, numbered on.
blocks() {
	awk -v out="$work/block." -v n="$2" '/^```sh$/ { n++; on = 1; next } /^```$/ { on = 0 } on { print > (out n) }' "$1"
}
n=0
for file in "$root"/README.md "$root"/docs/*.md; do
	blocks "$file" $n
	first=$((n + 1))
	while [ -e "$work/block.$((n + 1))" ]; do n=$((n + 1)); done
	for i in $(seq $first $n); do
		sed -i "s/-p 18830/-p $port/" "$work/block.$i"
		if (cd "$work" && timeout 60 bash -eu "$work/block.$i") >"$work/out" 2>&1 && [ -s "$work/out" ]; then
			echo "ok - ${file#"$root"/} block $((i - first + 1)): $(head -n 1 "$work/block.$i" | cut -c 1-60)"
		else
			echo "not ok - ${file#"$root"/} block $((i - first + 1))"
			cat "$work/block.$i" "$work/out"
			bad=1
		fi
	done
done
[ "$n" -ge 4 ] || { echo "not ok - only $n blocks found"; bad=1; }
check "the demo ends with 0" finish
exit $bad
