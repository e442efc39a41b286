#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# bench_history.sh [BUILD [TRACE.csv]]: bench_history in a folder of its own below BUILD, which is on a disk. A trace has
# lines `unix_ms,channel,code`. BENCH_DAYS (28) shortens it, BENCH_SEED (1) changes the noise.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
build=$(cd "$root" && cd "${1:-build}" && pwd) || exit 1
trace=${2:+$(realpath "$2")} || exit 1
dir=$(mktemp -d "$build/bench-history-XXXXXX") || exit 1
trap 'rm -rf -- "$dir"' EXIT

cd "$root" && "$build/bench/bench_history" "$dir" ${trace:+"$trace"}
