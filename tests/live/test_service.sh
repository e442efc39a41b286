#!/bin/bash
# SPDX-License-Identifier: MIT
# test_service BUILD: the real spaceheatd with a real mosquitto, and everything on its topics that should not be there.
# Each check waits for an event with a limit, never for a time.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
port=18870
ID=
# shellcheck source=tests/support/live.sh
. "$root/tests/support/live.sh"
quick_config() { write_config && change 'relay_min_interval_s = 2' 'relay_min_interval_s = 1'; }
heard_more() { [ "$(heard "$1")" -gt "$2" ]; }
# one TOPIC COMMAND...: what comes on TOPIC after the command, or nothing within 5 s.
one() {
	local topic=$1 sub
	shift
	listen "$dir/one" "$topic"
	"$@" >/dev/null
	until_true 5 heard_more "$dir/one" 0
	kill "$sub" && wait "$sub" 2>/dev/null
	grep -v '^ready$' "$dir/one" | head -n 1
}
now() { spaceheat -c "$dir/spaceheat.cfg" sim now --ms; }
dispatch() {
	pub "$H/gt.dispatch.boolean.100" '{"AboutNodeAlias":"'"$1"'","ToGNodeAlias":"'$H'.ta.scada","FromGNodeAlias":"'$H'","FromGNodeId":"'"$ID"'","RelayState":'"$2"',"SendTimeUnixMs":'"$(now)"',"TypeAlias":"gt.dispatch.boolean.100"}'
}
has() { case $1 in *"$2"*) true ;; *) echo "    got: $1"; false ;; esac; }

# --- without a broker --------------------------------------------------------------------------------
mkdir "$dir/state"
quick_config
start_daemon
check "it heats with no broker from the first start" until_true 10 logged 'I RELAY a.elt1.relay: on by local'
check "it says that the link is missing" until_true 10 logged 'W LINK'
ID=$(atn id)

# --- a second instance ---------------------------------------------------------------------------------
spaceheatd -c "$dir/spaceheat.cfg" >"$dir/second.log" 2>&1
check "a second instance exits with 75" [ $? = 75 ]
check "it names the pid and the lock file" grep -q "pid $daemon.*$dir/state/lock" "$dir/second.log"
check "the first one does not notice" kill -0 $daemon

# --- the broker comes -----------------------------------------------------------------------------------
start_broker
check "the link comes when the broker comes" until_true 15 logged 'I LINK'
check "a dispatch without contract is answered NoContract" has "$(one "$H.ta.scada/dispatch.result.100" dispatch a.elt1.relay 0)" '"NoContract"'

# --- contract by hand -------------------------------------------------------------------------------------
check "an offer is accepted" has "$(one "$H.ta.scada/dispatch.contract.answer.100" atn offer -p)" '"Accepted"'
check "a beat brings RemoteControl" has "$(one "$H.ta.scada/dispatch.contract.beat.100" atn beat -p)" 'RemoteControl'
until_true 10 logged 'RemoteControl'
listen "$dir/power" "$H.ta.scada/p" -F '%x'
power_sub=$sub
was=$(heard "$dir/power")
check "a dispatch moves the relay: Done" has "$(one "$H.ta.scada/dispatch.result.100" dispatch a.elt1.relay 0)" '"Done"'
check "the relay moved" until_true 5 logged 'a.elt1.relay: off by atn'
check "power on change follows within 2 s" until_true 2 heard_more "$dir/power" "$was"
kill "$power_sub"
check "the wrong node is named" has "$(one "$H.ta.scada/dispatch.result.100" dispatch a.nothing 1)" '"UnknownNode"'
check "a node that is no relay is named" has "$(one "$H.ta.scada/dispatch.result.100" dispatch a.tank.temp0 1)" '"DispatchNodeNotBooleanActuator"'

# --- anything on any topic ----------------------------------------------------------------------------------
moves=$(count 'I RELAY')
retained() {
	pub "$H/gt.dispatch.boolean.100" '{"AboutNodeAlias":"a.elt1.relay","ToGNodeAlias":"'$H'.ta.scada","FromGNodeAlias":"'$H'","FromGNodeId":"'"$ID"'","RelayState":1,"SendTimeUnixMs":1799924100000,"TypeAlias":"gt.dispatch.boolean.100"}' -r
}
n=0
for file in "$root"/tests/examples/invalid/gt.dispatch.boolean.100/* "$root"/tests/examples/invalid/gt.sh.cli.atn.cmd.110/*; do
	mosquitto_pub -h 127.0.0.1 -p $port -q 1 -t "$H/$(basename "$(dirname "$file")")" -f "$file"
	n=$((n + 1))
done
pub "$H/gt.dispatch.boolean.100" "$(head -c 9000 /dev/zero | tr '\0' x)"
pub "$H/gt.dispatch.boolean.999" '{}'
pub "$H/no.such.type.100" '{}'
pub "$H/gt.dispatch.boolean.100" ''
pub "$H/%s%n" '%s%n%n'
# A flood takes the next messages of its type along (RateLimited); a second later all is as before.
snapshot_comes() { has "$(one "$H.ta.scada/gt.sh.cli.scada.response.110" pub "$H/gt.sh.cli.atn.cmd.110" '{"FromGNodeAlias":"'$H'","SendSnapshot":true,"FromGNodeId":"'"$ID"'","TypeAlias":"gt.sh.cli.atn.cmd.110"}')" '"a.tank.temp0"'; }
dispatch_works() { has "$(one "$H.ta.scada/dispatch.result.100" dispatch a.tank.out.pump.relay 1 | grep -v RateLimited)" '"Result"'; }
check "a good snapshot request is answered after $n bad messages and five odd ones" until_true 12 snapshot_comes
check "none of them moved a relay" [ "$(count 'I RELAY')" = "$moves" ]
check "nothing died" kill -0 $daemon
check "a good dispatch still works" until_true 12 dispatch_works

# --- the broker goes and comes back ---------------------------------------------------------------------------
links=$(count 'W LINK')
stop_broker
check "a lost broker is noticed" until_true 10 more_than 'W LINK' "$links"
ups=$(count 'I LINK')
start_broker
check "and found again" until_true 20 more_than 'I LINK' "$ups"

# --- the guard dies ----------------------------------------------------------------------------------------------
guard=$(guard_of $daemon)
kill -9 "$guard"
another() { g=$(guard_of $daemon) && [ -n "$g" ] && [ "$g" != "$guard" ]; }
check "a killed guard runs again within 1 s" until_true 1 another
check "the house goes on" kill -0 $daemon

# --- stop -----------------------------------------------------------------------------------------------------------
guard=$(guard_of $daemon)
kill -TERM $daemon
check "SIGTERM stops it within 5 s" until_true 5 gone $daemon
wait $daemon
check "with exit 0" [ $? = 0 ]
check "the guard is gone too" until_true 2 gone "$guard"

# --- kill -9: the guard lets go -----------------------------------------------------------------------------------------
retained
start_daemon
until_true 10 logged 'I RELAY'
check "a retained command is refused as such, on the next connection" until_true 10 logged 'RetainedCommand'
check "and the line that clears it is said" until_true 5 logged "mosquitto_pub -r -n -t $H/gt.dispatch.boolean.100"
guard=$(guard_of $daemon)
kill_daemon
check "after kill -9 of the service the guard ends within 2 s" until_true 2 gone "$guard"
wait $daemon 2>/dev/null
start_daemon
check "a restart restores the contract, but not control" until_true 10 logged 'LocalControl \(NoBeat\)'
stop_daemon

# --- a state directory that cannot be used ------------------------------------------------------------------------------
: >"$dir/file"
quick_config
change 'state_dir = "[^"]*"' "state_dir = \"$dir/file/state\""
start_daemon
check "an unusable state directory is one E line" until_true 10 logged ' E STORE'
check "and the house is heated all the same" until_true 10 logged 'I RELAY a.elt1.relay: on by local'
stop_daemon

# --- wrong houses.json ----------------------------------------------------------------------------------------------------
quick_config
change 'houses_file = "[^"]*"' "houses_file = \"$dir/none.json\""
spaceheatd -c "$dir/spaceheat.cfg" >"$dir/config.log" 2>&1
check "a missing houses.json exits with 78" [ $? = 78 ]
check "and is named" grep -q 'none.json' "$dir/config.log"
printf '{ "%s": { "ShNodes": [ { "Alias": 5 } ] } }\n' $H >"$dir/none.json"
spaceheatd -c "$dir/spaceheat.cfg" >"$dir/config.log" 2>&1
check "a wrong houses.json exits with 78" [ $? = 78 ]
check "with file and line" grep -qE 'none.json:[0-9]+: ' "$dir/config.log"
exit $bad
