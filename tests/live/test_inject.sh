#!/bin/bash
# SPDX-License-Identifier: MIT
# test_inject BUILD: some points of the injection kit (make fault, make crash), and that it can fail.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root" || exit 1
bad=0

# runs NAME PROGRAM...: its lines are ours.
runs() { "${@:2}" || bad=1; }
must_fail() {
	if "${@:2}" >/dev/null 2>&1; then echo "not ok - $1"; bad=1; else echo "ok - $1"; fi
}

runs crash "$build/fault/crash" --seconds 3600 --every 5
must_fail "a store that never syncs is found out by its power cuts" "$build/fault/crash" --seconds 1800 --every 10 --forget-syncs
runs "one process" "$root/tests/fault/run" "$build" --every 150
if [ -x /usr/sbin/mosquitto ] || command -v mosquitto >/dev/null; then
	runs "real programs" "$root/tests/fault/real.sh" "$build" --site rename --jobs 2
else
	echo "skip - real programs (mosquitto is not installed)"
fi
exit $bad
