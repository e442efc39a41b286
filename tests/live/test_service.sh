#!/bin/bash
# SPDX-License-Identifier: MIT
# test_service BUILD: the real spaceheatd with a real mosquitto, and everything on its topics that should not be there.
# Each check waits for an event with a limit, never for a time.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d /tmp/spaceheat-live-XXXXXX)
port=18870
H=dw1.isone.nh.orange.1
ID=
PATH=$build:/usr/sbin:$PATH
broker='' daemon='' bad=0

ok() { echo "ok - $1"; }
not_ok() {
	echo "not ok - $1"
	bad=1
	tail -n 15 "$dir/daemon.log" | sed 's/^/    /'
}
check() { if "${@:2}"; then ok "$1"; else not_ok "$1"; fi; }

# shellcheck disable=SC2317
clean() {
	kill -CONT $daemon $broker 2>/dev/null
	kill $daemon $broker 2>/dev/null
	wait 2>/dev/null
	rm -rf "$dir"
}
trap clean EXIT

# until_true SECONDS COMMAND...: polls it, 20 times a second.
until_true() {
	local end=$((SECONDS + $1))
	shift
	while ! "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}
logged() { grep -qE "$1" "$dir/daemon.log"; }
count() { grep -cE "$1" "$dir/daemon.log"; }
more_than() { [ "$(count "$1")" -gt "$2" ]; }
# A process that nobody has waited for yet has ended all the same.
gone() { ! grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null; }
# The guard of that service, straight from /proc: a minimal system has no pgrep.
guard_of() {
	grep -lsE "^PPid:[[:space:]]*$1\$" /proc/[0-9]*/status | while read -r f; do
		grep -qE '^State:.[^ZX]' "$f" && f=${f#/proc/} && echo "${f%/status}"
	done
}

start_broker() {
	printf 'listener %d 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\npersistence false\n' $port >"$dir/broker.conf"
	[ "$(id -u)" != 0 ] || echo 'user root' >>"$dir/broker.conf"
	mosquitto -c "$dir/broker.conf" >"$dir/broker.log" 2>&1 &
	broker=$!
	until_true 5 mosquitto_pub -h 127.0.0.1 -p $port -t x -m x 2>/dev/null
}
start_daemon() {
	: >"$dir/daemon.log"
	spaceheatd -c "$dir/spaceheat.cfg" >>"$dir/daemon.log" 2>&1 &
	daemon=$!
}
write_config() {
	cat >"$dir/spaceheat.cfg" <<END
house = "$H"; simulated = true; state_dir = "${1:-$dir/state}"; houses_file = "$root/input_data/houses.json";
uplink: { host = "127.0.0.1"; port = $port; tls = false; reconnect_max_s = 5; };
contract: { allow_unsigned_contract = true; };
roles: { store = [ "a.tank.temp0", "a.tank.temp1", "a.tank.temp2", "a.tank.temp3", "a.tank.temp4" ];
  supply = "a.tank.out.temp1"; return_pipe = "a.tank.in.temp1"; flow = "a.tank.out.flowmeter1";
  outdoor = "a.outdoors.temp1"; meter = "a.m"; };
zones = ( { name = "garage"; sensor = "a.tank.out.pump.allradiators.garage.temp1"; critical = true;
  pump = "a.tank.out.pump.relay"; control = "service"; } );
relays = ( { node = "a.elt1.relay"; kind = "element"; fail_state = "open"; expected_w = [ 4000, 4800 ]; },
  { node = "a.tank.out.pump.relay"; kind = "pump"; fail_state = "open"; expected_w = [ 30, 90 ]; } );
comfort: { setpoint_c = 18.0; schedule = ( ); };
guard: { relay_min_interval_s = 1; start_delay_max_s = 0; };
sim: { seed = 1; speed = ${2:-1.0}; start = "2027-01-14T05:55-05:00"; };
END
}
pub() { mosquitto_pub -h 127.0.0.1 -p $port -q 1 -t "$1" -m "$2" "${@:3}"; }
# heard FILE: lines that came, but for those that only showed that the subscription is there.
heard() { grep -vcE '^(ready|7265616479)$' "$1"; }
# listen FILE TOPIC [OPTION...]: a subscriber, surely subscribed, writes to FILE; its pid is in $sub.
listen() {
	local file=$1 topic=$2
	shift 2
	: >"$file"
	mosquitto_sub -h 127.0.0.1 -p $port -t "$topic" -t test/ready -R "$@" >"$file" 2>/dev/null &
	sub=$!
	until_true 10 ready "$file"
}
ready() { mosquitto_pub -h 127.0.0.1 -p $port -t test/ready -m ready && [ -s "$1" ]; }
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
atn() { spaceheat -c "$dir/spaceheat.cfg" atn "$@"; }
has() { case $1 in *"$2"*) true ;; *) echo "    got: $1"; false ;; esac; }

# --- without a broker --------------------------------------------------------------------------------
mkdir "$dir/state"
write_config
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
kill $broker && wait $broker 2>/dev/null
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
kill -9 $daemon
{ wait $daemon; } 2>/dev/null
check "after kill -9 of the service the guard ends within 2 s" until_true 2 gone "$guard"
wait $daemon 2>/dev/null
start_daemon
check "a restart restores the contract, but not control" until_true 10 logged 'LocalControl \(NoBeat\)'
kill $daemon
wait $daemon

# --- a state directory that cannot be used ------------------------------------------------------------------------------
: >"$dir/file"
write_config "$dir/file/state"
start_daemon
check "an unusable state directory is one E line" until_true 10 logged ' E STORE'
check "and the house is heated all the same" until_true 10 logged 'I RELAY a.elt1.relay: on by local'
kill $daemon
wait $daemon

# --- wrong houses.json ----------------------------------------------------------------------------------------------------
write_config
sed -i "s|houses_file = \"[^\"]*\"|houses_file = \"$dir/none.json\"|" "$dir/spaceheat.cfg"
spaceheatd -c "$dir/spaceheat.cfg" >"$dir/config.log" 2>&1
check "a missing houses.json exits with 78" [ $? = 78 ]
check "and is named" grep -q 'none.json' "$dir/config.log"
printf '{ "%s": { "ShNodes": [ { "Alias": 5 } ] } }\n' $H >"$dir/none.json"
spaceheatd -c "$dir/spaceheat.cfg" >"$dir/config.log" 2>&1
check "a wrong houses.json exits with 78" [ $? = 78 ]
check "with file and line" grep -qE 'none.json:[0-9]+: ' "$dir/config.log"
exit $bad
