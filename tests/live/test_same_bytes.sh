#!/bin/bash
# SPDX-License-Identifier: MIT
# test_same_bytes BUILD: the simulated houses come out the same to the last bit whatever the compiler optimises, and a
# winter of 180 days takes less than the 30 s it is allowed. Needs libspaceheat.a of BUILD; compiles the physics anew.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d /tmp/spaceheat-bytes-XXXXXX)
trap 'rm -rf "$work"' EXIT
bad=0
ok() { echo "ok - $1"; }
not_ok() { echo "not ok - $1"; bad=1; }

case $build in
*variant*) echo "skip - sanitizers and other compilers have builds of their own"; exit 0 ;;
esac
physics=("$root"/src/sim/{plant,tank,pcm,heat_pump,weather,prices,series_csv,codes}.c "$root"/src/core/{heat/heat,sim/rng}.c)

# make_winter NAME COMPILER FLAGS...: the physics with these flags; what reads houses.json from the library.
make_winter()
{
	local name=$1 compiler=$2
	shift 2
	"$compiler" -std=gnu11 -ffp-contract=off "$@" -I"$root/include" -I"$root/src" -o "$work/$name" \
		"$root/tests/live/winter.c" "${physics[@]}" "$build/libspaceheat.a" -lcjson -lm
}

make_winter reference gcc -O2 && "$work/reference" 20 "$root/input_data/houses.json" >"$work/want" ||
	{ not_ok "the houses run for 20 days and keep their energy"; exit 1; }
ok "the houses run for 20 days and keep their energy: $(wc -l <"$work/want") of them"
[ "$(wc -l <"$work/want")" -ge 5 ] || not_ok "all simulated houses ran"
# same NAME COMPILER FLAGS...
same()
{
	if make_winter "$@" && "$work/$1" 20 "$root/input_data/houses.json" | cmp -s - "$work/want"; then
		ok "$2 ${*:3}: the same bytes"
	else
		not_ok "$2 ${*:3}: other bytes"
	fi
}
same o0 gcc -O0
same o3 gcc -O3
if command -v clang >/dev/null; then same clang clang -O2; else echo "skip - no clang to compare with"; fi
"$work/reference" 180 "$root/input_data/houses.json" -t >"$work/times"
sed 's/^/# /' "$work/times"
if awk '$2 >= 30 { slow = 1 } END { exit NR < 5 || slow }' "$work/times"; then
	ok "180 days take less than 30 s in every house (most: $(sort -k2 -n "$work/times" | tail -n 1))"
else
	not_ok "180 days take less than 30 s in every house"
fi
exit $bad
