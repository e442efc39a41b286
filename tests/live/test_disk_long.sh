#!/bin/bash
# SPDX-License-Identifier: MIT
# test_disk_long BUILD: a disk that is full, read-only or damaged under the running service (SF-60 to SF-63): the house is
# heated on, one E line says it, and writing resumes within 60 s of recovery. Takes some minutes: those 60 s are real.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
port=18893
. "$root/tests/support/live.sh"

heating() { case $(relays) in 1*) true ;; *) false ;; esac; }
heat() { until_true 10 has_guard "$daemon" && hold_relays && until_true 60 heating; }
store_lines() { count ' E STORE'; }
one_store_line() { [ "$(store_lines)" = 1 ]; }
resumed() { until_true 62 logged ' I STORE: history is written again'; }
# Something new to store: leases, modes and readings alone would wait for the end of a row.
news() { change "setpoint_c = [0-9.]*" "setpoint_c = $1" && kill -HUP "$daemon"; }
good() { "$build/fault/look" "$dir/copy.db" >"$dir/look.log" 2>&1; }
# The database as it is, looked at beside the service.
copy() { cp "$dir/state/history.db" "$dir/copy.db" && { [ ! -e "$dir/state/history.db-wal" ] || cp "$dir/state/history.db-wal" "$dir/copy.db-wal"; }; }

mkdir "$dir/state"
write_config 'sensors: { poll_s = 1; };'
mounted=no
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=3m,mode=0700 spaceheat-test "$dir/state" 2>/dev/null; then mounted=yes; fi
# The mount goes after the service, the folder after the mount.
# shellcheck disable=SC2317
leave() {
	exec 9<&-
	[ -z "$daemon" ] || { kill -9 "$daemon" && wait "$daemon"; } 2>/dev/null
	[ $mounted = no ] || until_true 10 umount "$dir/state" 2>/dev/null
	clean
}
trap leave EXIT

# --- full (SF-61) --------------------------------------------------------------------------------------------
if [ $mounted = yes ]; then
	start_daemon
	heat
	until_true 10 logged ' BOOT: ready in'
	dd if=/dev/zero of="$dir/state/filler" bs=4k 2>/dev/null
	for i in 1 2 3 4 5 6 7 8; do news "18.$i"; until_true 5 logged "RELOAD|CONFIG"; sleep 0.4; done
	check "a full disk is said" until_true 70 logged ' E STORE: history is not written .*(full|I/O|disk)'
	check "the house is heated all the same" heating
	check "it goes on deciding" kill -0 "$daemon"
	check "one E line says it" one_store_line
	rm "$dir/state/filler"
	check "60 s after there is room it is written again" resumed
	copy
	check "and the database is whole" good
	kill_daemon
	start_daemon
	check "after a kill the next start has it all" until_true 10 logged ' W BOOT: the last run did not stop in order'
	check "nothing was put aside" test -z "$(find "$dir/state" -name '*corrupt*')"

	# --- read-only (SF-61) -----------------------------------------------------------------------------------
	stop_daemon
	mount -o remount,ro "$dir/state"
	start_daemon
	check "on a read-only disk it starts, and says so" until_true 10 logged ' E STORE'
	heat
	check "and heats the house" heating
	mount -o remount,rw "$dir/state"
	check "60 s after it can be written it is" resumed
	stop_daemon
	check "it stops in order" [ $? = 0 ]
else
	echo "skip - a full disk and a read-only one (mounting a tmpfs needs root)"
fi

# --- damaged (SF-62) ----------------------------------------------------------------------------------------------
damage() { dd if=/dev/urandom of="$dir/state/history.db" bs=4096 seek=1 count=8 conv=notrunc 2>/dev/null; }
asides() { find "$dir/state" -name 'history.db.corrupt-*' ! -name '*-wal' | wc -l; }
for i in 1 2 3; do
	damage
	start_daemon
	check "start $i: a damaged database is put aside within 5 s" until_true 5 logged ' E STORE: history is damaged - moved to .*\.corrupt-'
	check "start $i: a new one works" until_true 10 logged ' I STORE: history is written'
	heat
	check "start $i: the house is heated" heating
	stop_daemon
	sleep 1	# names have their time in seconds
done
check "two of them are kept" [ "$(asides)" = 2 ]
cp "$dir/state/history.db" "$dir/copy.db"
check "the present one is whole" good
exit $bad
