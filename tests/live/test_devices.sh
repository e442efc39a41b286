#!/bin/bash
# SPDX-License-Identifier: MIT
# test_devices BUILD: a real house without relays under spaceheatd: numbers that programs print, one of which hangs and one of
# which fails, a number in a file, and 1-wire thermometers in a tree of files. Each failure is named once, and delays nobody.
set -u
build=$(cd "${1:-build}" && pwd)
work=$(mktemp -d /tmp/spaceheat-devices-XXXXXX)
daemon='' bad=0
ok() { echo "ok - $1"; }
not_ok() { echo "not ok - $1"; bad=1; spaceheat sensors 2>&1 | tail -n 8 | sed 's/^/    /'; tail -n 8 "$work/log" 2>/dev/null | sed 's/^/    /'; }
check() { if "${@:2}"; then ok "$1"; else not_ok "$1"; fi; }
# shellcheck disable=SC2317
clean() { [ -z "$daemon" ] || { kill "$daemon" 2>/dev/null; wait "$daemon" 2>/dev/null; }; rm -rf "$work"; }
trap clean EXIT
export SPACEHEAT_SOCKET=$work/control.sock PATH=$build:/usr/sbin:$PATH
soon() { # waits until it holds
	for _ in $(seq 300); do "$@" 2>/dev/null && return; sleep 0.1; done
	return 1
}
id() { printf '00000000-0000-4000-8000-%012d' "$1"; }
nodes='' components=''
thermometer() { # N NAME MAKE(200 unknown, 201 DS18B20) DRIVER HWUID
	nodes+=",{\"ShNodeId\":\"$(id $((10 * $1)))\",\"Alias\":\"a.rooms.$2\",\"ActorClassGtEnumSymbol\":\"99a5f20d\",\"RoleGtEnumSymbol\":\"65725f44\",\"TypeAlias\":\"gt.sh.node.120\"}"
	nodes+=",{\"ShNodeId\":\"$(id $((10 * $1 + 1)))\",\"Alias\":\"a.rooms.$2.temp1\",\"ActorClassGtEnumSymbol\":\"dae4b2f0\",\"RoleGtEnumSymbol\":\"fec74958\",\"ComponentId\":\"$(id $((10 * $1 + 2)))\",\"ReportingSamplePeriodS\":60,\"TypeAlias\":\"gt.sh.node.120\"}"
	components+="${components:+,}{\"ComponentId\":\"$(id $((10 * $1 + 2)))\",\"ComponentAttributeClassId\":\"$(id "$3")\",\"HwUid\":\"$5\",${4:+\"Driver\":\"$4\",}\"TypeAlias\":\"gt.temp.sensor.component.100\"}"
}
cac() { # ID SYMBOL
	echo "{\"ComponentAttributeClassId\":\"$(id "$1")\",\"Exponent\":-3,\"TypicalResponseTimeMs\":100,\"TelemetryNameGtEnumSymbol\":\"c89d0ba1\",\"TempUnitGtEnumSymbol\":\"ec14bd47\",\"MakeModelGtEnumSymbol\":\"$2\",\"TypeAlias\":\"gt.temp.sensor.cac.100\"}"
}
plain() { echo "{\"ShNodeId\":\"$(id "$1")\",\"Alias\":\"$2\",\"ActorClassGtEnumSymbol\":\"$3\",\"RoleGtEnumSymbol\":\"$4\",\"TypeAlias\":\"gt.sh.node.120\"}"; }
partner() { echo "\"$1\":{\"GNodeId\":\"$(id "$2")\",\"Alias\":\"$3\",\"PrimaryGNodeRoleAlias\":\"$4\"}"; }

thermometer 1 good 200 Generic__Exec "/bin/echo 21.5"
thermometer 2 hangs 200 Generic__Exec "/bin/sleep 4711"
thermometer 3 fails 200 Generic__Exec "/bin/false"
thermometer 4 file 200 Generic__File "$work/n"
thermometer 5 wire 201 '' 0316a1
thermometer 6 cord 201 '' 0316a2
empty=''
for s in BooleanActuator ElectricHeater ElectricMeter PipeFlowSensor Other; do empty+=",\"${s}Cacs\":[],\"${s}Components\":[]"; done
cat >"$work/houses.json" <<END
{"w.x.1":{$(partner MyAtomicTNodeGNode 1 w.x.1 AtomicTNode),$(partner MyTerminalAssetGNode 2 w.x.1.ta TerminalAsset),
$(partner MyScadaGNode 3 w.x.1.ta.scada Scada),
"ShNodes":[$(plain 4 a b103058f 6ddff83b),$(plain 5 a.home 32d3d19f 863e50d1),$(plain 6 a.s 6d37aa41 d0afb424),$(plain 7 a.m 99a5f20d 9ac68b6e),
$(plain 8 a.elt1 99a5f20d 99c5f326),$(plain 9 a.rooms 99a5f20d 65725f44)$nodes],
"TempSensorCacs":[$(cac 200 b6a32d9b),$(cac 201 acd93fb3)],"TempSensorComponents":[$components]$empty}}
END
cat >"$work/spaceheat.cfg" <<END
house = "w.x.1"; houses_file = "houses.json"; state_dir = "$work/state"; relays = ( ); uplink: { enable = false; };
sensors: { w1_root = "$work/w1"; poll_s = 1; }; control_socket: { path = "$work/control.sock"; };
END
mkdir -p "$work/state" "$work/w1/w1_bus_master1"
echo 0 >"$work/w1/w1_bus_master1/therm_bulk_read"
for s in 0316a1 0316a2; do
	mkdir "$work/w1/28-$s"
	printf '70 01 4b 46 7f ff 0c 10 74 : crc=74 YES\n70 01 4b 46 7f ff 0c 10 74 t=23000\n' >"$work/w1/28-$s/w1_slave"
done
echo 19.25 >"$work/n"
reads() { spaceheat sensors "a.rooms.$1.temp1" | grep -qE "$2"; }
logs() { [ "$(grep -cE "$1" "$work/log")" = "${2:-1}" ]; }

check "the configuration is good" spaceheat config check "$work/spaceheat.cfg"
spaceheatd -c "$work/spaceheat.cfg" >"$work/log" 2>&1 &
daemon=$!
check "what a program prints is a reading" soon reads good ' 21\.5 C .* good .* Generic__Exec'
check "a number in a file" soon reads file ' 19\.2 C .* good .* Generic__File'
check "1-wire" soon reads wire ' 23\.0 C .* good .* Adafruit__642'
check "... the other one too" soon reads cord ' 23\.0 C .* good '
check "a program that hangs is named" soon logs 'SENSOR a\.rooms\.hangs\.temp1: unknown: exec /bin/sleep: killed: not done in 3 s'
check "one that fails is named" soon logs 'SENSOR a\.rooms\.fails\.temp1: unknown: exec /bin/false: exit status 1'
check "the bus is converted at once: it is said" soon logs 'thermometers of a bus are converted at once'
check "... and asked for" grep -q trigger "$work/w1/w1_bus_master1/therm_bulk_read"
for s in good file wire cord; do check "$s is good still" soon reads $s ' good '; done
check "each failure is said once" logs 'SENSOR a\.rooms\.(hangs|fails)\.temp1:' 2
kill "$daemon"
wait "$daemon"
check "it ends in order" [ $? = 0 ]
daemon=''
check "no program is left behind" [ -z "$(pgrep -f '^/bin/sleep 4711$')" ]
exit $bad
