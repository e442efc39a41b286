#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# bench_history.sh [BUILD [TRACE.csv]]: bench_history in a folder of its own below BUILD, which is on a disk. A trace has
# lines `unix_ms,channel,code`. BENCH_DAYS (28) shortens it, BENCH_SEED (1) changes the noise, BENCH_HOUSE=1 leaves the
# coders out, BENCH_SHARE=1 has history.share, BENCH_KEEP=FILE keeps the file, BENCH_LOOP=1 (root) makes it on an ext4 of
# its own and counts what came to that disk.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
build=$(cd "$root" && cd "${1:-build}" && pwd) || exit 1
trace=${2:+$(realpath "$2")} || exit 1
dir=$(mktemp -d "$build/bench-history-XXXXXX") || exit 1
loop=''
# shellcheck disable=SC2317
leave() {
	[ -z "$loop" ] || { umount "$dir/disk"; losetup -d "$loop"; }
	rm -rf -- "$dir"
}
trap leave EXIT

where=$dir
if [ -n "${BENCH_LOOP:-}" ]; then
	truncate -s 256M "$dir/image" && mkfs.ext4 -q -F "$dir/image" && mkdir "$dir/disk" &&
		loop=$(losetup -f --show "$dir/image") && mount "$loop" "$dir/disk" || exit 1
	where=$dir/disk
	export BENCH_DEVICE=${loop#/dev/}
fi
cd "$root" && "$build/bench/bench_history" "$where" ${trace:+"$trace"}
