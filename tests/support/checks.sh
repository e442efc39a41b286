# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# checks.sh: how the live suites say what they found. They define `tail_of_logs`, which shows why a check failed.
bad=0
ok() { echo "ok - $1"; }
not_ok() {
	echo "not ok - $1"
	bad=1
	tail_of_logs 2>/dev/null | sed 's/^/    /'
}
check() { if "${@:2}"; then ok "$1"; else not_ok "$1"; fi; }

# until_true SECONDS COMMAND...: polls it, 20 times a second.
until_true() {
	local end=$(($(date +%s%N) + $1 * 1000000000))
	shift
	while ! "$@"; do
		[ "$(date +%s%N)" -lt $end ] || return 1
		sleep 0.05
	done
}
