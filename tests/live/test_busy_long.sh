#!/bin/bash
# SPDX-License-Identifier: MIT
# test_busy BUILD: the service on a machine that is four times oversubscribed: its ticks (SF-28), its memory (SF-27); and
# what a running service shows to others: ports (SF-57), secrets (SF-97).
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
port=18894
# shellcheck source=tests/support/live.sh
. "$root/tests/support/live.sh"
mkdir "$dir/state"
echo s3cret-of-the-house >"$dir/secret" && chmod 600 "$dir/secret"
write_config
change 'reconnect_max_s = 5;' 'reconnect_max_s = 5; username = "house"; password_file = "'"$dir/secret"'";'
start_broker
start_daemon
check "connected" until_true 15 logged ' I LINK: connected'
until_true 10 has_guard "$daemon"
guard=$(guard_of "$daemon")

# --- what others can see ----------------------------------------------------------------------------------------
# The sockets of a process that listen, or take datagrams, on the network: the kernel lists them by inode.
listening() {
	for fd in "/proc/$1"/fd/*; do readlink "$fd"; done 2>/dev/null | sed -n 's/^socket:\[\([0-9]*\)\]$/\1/p' | while read -r inode; do
		awk -v i="$inode" '$10 == i && ($4 == "0A" || FILENAME ~ /udp/)' /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 2>/dev/null
	done
}
check "the service listens on no port" [ -z "$(listening "$daemon")" ]
check "nor does the guard" [ -z "$(listening "$guard")" ]
check "the broker does, so the look is a real one" [ -n "$(listening "$broker")" ]
shows() { tr '\0' ' ' <"/proc/$1/cmdline" | grep -q s3cret || tr '\0' ' ' <"/proc/$1/environ" | grep -q s3cret; }
hidden() { ! shows "$daemon" && ! shows "$guard" && not_logged s3cret && ! grep -rqs s3cret "$dir/state"; }
check "the password is in no command line, environment, log or state file" hidden

# --- four times oversubscribed --------------------------------------------------------------------------------------
# At speed 1 simulated time is real time, but for what a late tick has lost for good.
now() { spaceheat -c "$dir/spaceheat.cfg" sim now --ms; }
real() { echo $(($(date +%s%N) / 1000000)); }
for _ in $(seq $((4 * $(nproc)))); do
	(while :; do :; done) &
	others="$others $!"
done
sleep 2
begun_sim=$(now) begun=$(real)
heat_goes_on() { [ $(($(real) - begun)) -ge 30000 ]; }
until_true 60 heat_goes_on
took_sim=$(($(now) - begun_sim)) took=$(($(real) - begun))
check "in $took ms of it all ticks together were $((took - took_sim)) ms late: less than a second" [ $((took - took_sim)) -lt 1000 ]
check "no actor was late" not_logged ACTOR_LATE
check "no lease lapsed" not_logged 'lease lapsed'
# shellcheck disable=SC2086
kill $others && wait $others 2>/dev/null
others=''
rss_kib() { awk '/^VmRSS:/ { n += $2 } END { print n }' "/proc/$daemon/status" "/proc/$guard/status"; }
check "service and guard hold $(rss_kib) KiB: less than 32 MiB" [ "$(rss_kib)" -lt 32768 ]
check "SIGTERM ends it with 0" stop_daemon
exit $bad
