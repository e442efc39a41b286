#!/bin/bash
# SPDX-License-Identifier: MIT
# test_life BUILD: starts, stops, crashes, hangs and reloads of the real spaceheatd (SF-13, SF-20 to SF-25, SF-90). Each
# check waits for an event with a limit, never for a time.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
port=18890
# shellcheck source=tests/support/live.sh
. "$root/tests/support/live.sh"
build_tool notify_listen || skip_all "process life" "no C compiler for the test's tools"

heating() { case $(relays) in 1*) true ;; *) false ;; esac; }
heat() {
	until_true 10 has_guard "$daemon" && hold_relays && until_true 15 heating
}

# --- start and stop in order -------------------------------------------------------------------------------
mkdir "$dir/state"
write_config 'sensors: { poll_s = 1; };'
"$dir/notify_listen" "$dir/notify" >"$dir/told" &
others=$!
until_true 5 [ -S "$dir/notify" ]
told() { grep -qE "$1" "$dir/told"; }
pats() { grep -c '^WATCHDOG=1$' "$dir/told"; }
more_pats() { [ "$(pats)" -gt "$1" ]; }
start_daemon "NOTIFY_SOCKET=$dir/notify"
check "READY comes with scada's first decision, STATUS is the mode" until_true 10 told '^READY=1\|STATUS=LocalControl \(NoContract\)$'
check "a first start says so" logged ' I BOOT: first start'
check "it says how long it took to be ready" until_true 5 logged ' I BOOT: ready in [0-9.]+ s'
check "the watchdog is patted" until_true 5 more_pats 2
heat
stop_daemon
check "SIGTERM ends it with 0" [ $? = 0 ]
check "relays are in their fail state" relays_are 00
check "STOPPING was said" told '^STOPPING=1'
start_daemon
check "the next start knows of the stop in order" until_true 10 logged ' I BOOT: the last run stopped in order'

# --- kill -9 of the service (SF-21) -----------------------------------------------------------------------
heat
kill_daemon
check "2 s after kill -9 of the service relays are in their fail state" until_true 2 relays_are 00
start_daemon
check "the next start knows of the unclean end" until_true 10 logged ' W BOOT: the last run did not stop in order'

# --- kill -9 of the guard (SF-21) --------------------------------------------------------------------------
heat
guard=$(guard_of "$daemon")
another() { g=$(guard_of "$daemon") && [ -n "$g" ] && [ "$g" != "$guard" ]; }
kill -9 "$guard"
check "a killed guard runs again within 1 s" until_true 1 another
check "its first act is the fail state" until_true 1 relays_are 00
check "then the house is heated again" until_true 30 heating
stop_daemon

# --- SIGSTOP of the service (SF-11) ------------------------------------------------------------------------
start_daemon "NOTIFY_SOCKET=$dir/notify"
heat
kill -STOP "$daemon"
was=$(pats)
check "leases of a stopped service lapse within 30 s" until_true 30 relays_are 00
check "and the watchdog was not patted meanwhile" [ "$(pats)" -le $((was + 1)) ]
kill -CONT "$daemon"
check "it goes on where it was" until_true 30 heating
stop_daemon

# --- an actor that hangs (SF-22, SF-23) ----------------------------------------------------------------------
daemon_options=(--fault actor:scada=hang@+12s)
start_daemon "NOTIFY_SOCKET=$dir/notify"
heat
until_true 25 logged "ACTOR_LATE: scada"
was=$(pats)
check "a vital actor that hangs ends the service within 10 s" until_true 10 gone "$daemon"
{ wait "$daemon"; } 2>/dev/null
check "with exit 70" [ $? = 70 ]
check "it is named" logged ' C ACTOR_DEAD: scada'
check "from when it was late the watchdog was not patted" [ "$(pats)" -le "$was" ]
check "relays are in their fail state" until_true 2 relays_are 00
daemon_options=(--fault actor:history=hang@+2s)
start_daemon
daemon_options=()
heat
check "a disk that hangs is reported" until_true 20 logged ' W ACTOR_LATE: history'
check "and nothing else waits for it" heating
kill_daemon

# --- the configuration changes (SF-25, SF-90) -----------------------------------------------------------------
rm -rf "$dir/state"
mkdir "$dir/state"
start_daemon
heat
guard=$(guard_of "$daemon")
reload() { kill -HUP "$daemon"; }
until_true 5 test -d "$dir/state/last-good"
reload
check "a reload of the same changes nothing" until_true 5 logged ' I RELOAD: nothing changed'
change 'setpoint_c = 18.0' 'setpoint_c = 19.0'
reload
check "a live setting is taken over" until_true 5 logged ' I RELOAD: taken over: comfort.setpoint_c$'
same_guard() { [ "$(guard_of "$daemon")" = "$guard" ] && heating; }
check "by the same guard, and no relay moves" same_guard
change 'setpoint_c = 19.0' 'setpoint_c = 99.0'
reload
check "a wrong configuration changes nothing and is reported" until_true 5 logged ' E CONFIG: not reloaded, the old one stays: spaceheat.cfg:[0-9]+: '
check "the service goes on" heating
change 'setpoint_c = 99.0' 'setpoint_c = 19.0'
change 'speed = 1.0' 'speed = 2.0'
reload
check "what needs a restart is named and refused whole" until_true 5 logged ' E CONFIG: .*cannot change sim.speed - restart'
change 'speed = 2.0' 'speed = 1.0'
start_broker
until_true 20 logged ' I LINK: connected'
change 'reconnect_max_s = 5' 'reconnect_max_s = 6; client_id = "another"'
links=$(count ' I LINK: regained')
reload
check "changed settings of the uplink make the connection anew" until_true 10 more_than ' I LINK: regained' "$links"
check "with what they say" grep -q 'as another' "$dir/broker.log"
check "and still no relay has moved" same_guard
change 'relay_min_interval_s = 2' 'relay_min_interval_s = 3'
reload
check "settings of the guard take relays to their fail state" until_true 10 relays_are 00
check "in the same process" kill -0 "$daemon"
until_true 10 another
hold_relays
check "and the house is heated with the new ones" until_true 30 heating
check "the reload is no crash" logged ' I BOOT: the last run stopped in order'
stop_broker
stop_daemon

# --- a broken configuration at the start -------------------------------------------------------------------------
change 'setpoint_c = 19.0' 'setpoint_c = "warm"'
spaceheatd -c "$dir/spaceheat.cfg" >"$dir/config.log" 2>&1
check "with somebody there a broken configuration ends the start with 78" [ $? = 78 ]
start_daemon "STATE_DIRECTORY=$dir/state"
check "with nobody there it runs on the last good copy, and says so" until_true 10 logged ' C CONFIG: running on the last good copy: spaceheat.cfg:[0-9]+: '
heat
check "the house is heated" heating
change 'setpoint_c = "warm"' 'setpoint_c = 19.5'
reload
check "once mended, a reload ends that" until_true 5 logged ' I CONFIG: good again'
stop_daemon
rm -rf "$dir/state/last-good"
change 'setpoint_c = 19.5' 'setpoint_c = "warm"'
STATE_DIRECTORY=$dir/state spaceheatd -c "$dir/spaceheat.cfg" >"$dir/config.log" 2>&1
check "without a copy it ends with 78" [ $? = 78 ]
change 'setpoint_c = "warm"' 'setpoint_c = 19.5'
sed -i 's/^house = "[^"]*"/house = ""/' "$dir/spaceheat.cfg"
: >"$dir/told"
start_daemon "NOTIFY_SOCKET=$dir/notify"
check "without a house it waits, ready, and touches nothing" until_true 5 told '^READY=1\|STATUS=not configured'
sed -i "s/^house = \"\"/house = \"$H\"/" "$dir/spaceheat.cfg"
reload
check "until a reload names one" until_true 10 logged ' I BOOT: spaceheatd '
stop_daemon

# --- safe mode (SF-24) -----------------------------------------------------------------------------------------------
start_broker
start_daemon
until_true 10 logged ' I LINK: connected'
atn offer -p >/dev/null
check "a contract is there" until_true 10 logged 'CONTRACT Pending|CONTRACT: (Pending|Live)'
for _ in 1 2 3 4 5 6; do
	until_true 10 logged ' BOOT: ready in'
	not_safe=$(count SAFE_MODE)
	kill_daemon
	start_daemon
done
check "five unclean starts are not enough" [ "$not_safe" = 0 ]
check "after the sixth within ten minutes it is safe mode" until_true 10 logged ' C SAFE_MODE: 6 unclean starts'
heat
check "the house is heated" heating
check "without an uplink" not_logged ' I LINK: connected'
stop_daemon
exit $bad
