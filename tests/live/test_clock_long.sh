#!/bin/bash
# SPDX-License-Identifier: MIT
# test_clock BUILD: the wall clock of a real house: trust, and steps of it (SF-70, SF-71). The service is the real one; its wall
# clock alone is moved by a preloaded library.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
port=18891
# shellcheck source=tests/support/live.sh
. "$root/tests/support/live.sh"
H=w.isone.nh.orange.1
build_tool wall.so -shared -fPIC || skip_all "the wall clock" "no C compiler for the test's tools"
case $build in *variant*) skip_all "the wall clock" "a sanitizer wants to be preloaded first" ;; esac

# A house of one thermometer at a boiler that somebody else switches.
gnode() { printf '"%s": {"GNodeId": "%s", "Alias": "%s", "DisplayName": "x", "GNodeStatusValue": "Active", "PrimaryGNodeRoleAlias": "%s"}' "$@"; }
node() { printf '{"ShNodeId": "%s", "Alias": "%s", "ActorClassGtEnumSymbol": "%s", "RoleGtEnumSymbol": "%s", %s "DisplayName": "x", "TypeAlias": "gt.sh.node.120"}' "$@"; }
cac=3b9f52a1-2ef0-487a-8752-98abc5cf8811 component=bb84596e-299a-49d7-bce0-ff651f202922
{
	echo "{\"$H\": {"
	gnode MyAtomicTNodeGNode 4c8cee25-4691-41ad-bee6-af9d9284b55b $H AtomicTNode && echo ,
	gnode MyTerminalAssetGNode bd87702b-8d31-4e8d-beda-66b642c931a9 $H.ta TerminalAsset && echo ,
	gnode MyScadaGNode 1be99a9b-c149-472e-9bf0-63629925f54a $H.ta.scada Scada && echo ', "ShNodes": ['
	node 8054829f-4b8a-4329-8fa0-9e88d5144bd6 a b103058f 6ddff83b '' && echo ,
	node 02fcff65-1fb1-481e-9080-0df05d375479 a.s 6d37aa41 d0afb424 '' && echo ,
	node 5bf458f9-88cf-415e-b8d7-13879f66600c a.home 32d3d19f 863e50d1 '' && echo ,
	node 8abbfae1-f7b9-41e9-8ca8-6c62dbcdebb9 a.m 99a5f20d 9ac68b6e '' && echo ,
	node e0b8aef1-fea4-4ddf-894c-092cd790ad4e a.elt1 99a5f20d 99c5f326 '' && echo ,
	node e2863541-9003-466a-b466-3aaf3d6533e3 a.tank 99a5f20d 3ecfe9b8 '' && echo ,
	node a99082ce-4496-42c8-87d5-69d4317a1ecb a.tank.temp0 dae4b2f0 73308a1f "\"ComponentId\": \"$component\", \"ReportingSamplePeriodS\": 5,"
	echo '],'
	for kind in BooleanActuator ElectricHeater ElectricMeter PipeFlowSensor Other; do
		echo "\"${kind}Cacs\": [], \"${kind}Components\": [],"
	done
	echo '"TempSensorCacs": [{"ComponentAttributeClassId": "'$cac'", "Exponent": -3, "TypicalResponseTimeMs": 880, "DisplayName": "DS18B20",'
	echo '"CommsMethod": "OneWire", "TelemetryNameGtEnumSymbol": "c89d0ba1", "TempUnitGtEnumSymbol": "ec14bd47", "MakeModelGtEnumSymbol": "acd93fb3", "TypeAlias": "gt.temp.sensor.cac.100"}],'
	echo '"TempSensorComponents": [{"ComponentId": "'$component'", "ComponentAttributeClassId": "'$cac'", "DisplayName": "x", "HwUid": "00041d3f", "TypeAlias": "gt.temp.sensor.component.100"}]'
	echo '}}'
} >"$dir/houses.json"
mkdir -p "$dir/state" "$dir/w1/28-00000a041d3f"
printf '7f 03 4b 46 7f ff 01 10 49 : crc=49 YES\n7f 03 4b 46 7f ff 01 10 49 t=55937\n' >"$dir/w1/28-00000a041d3f/w1_slave"
cat >"$dir/spaceheat.cfg" <<END
house = "$H"; simulated = false; state_dir = "$dir/state"; houses_file = "$dir/houses.json"; relays = ( );
uplink: { host = "127.0.0.1"; port = $port; tls = false; }; contract: { allow_unsigned_contract = true; };
roles: { store = [ "a.tank.temp0" ]; }; sensors: { w1_root = "$dir/w1"; poll_s = 1; };
END
# clock OFFSET_MS SYNCHRONISED
clock() { printf '%s %s\n' "$@" >"$dir/wall.new" && mv "$dir/wall.new" "$dir/wall"; }
start() { start_daemon "LD_PRELOAD=$dir/wall.so" "WALL=$dir/wall"; }
# The AtomicTNode's clock is right: that of the service when it is set to 0.
mode_is() { [ "$(grep ' I MODE: ' "$dir/daemon.log" | tail -n 1 | sed 's/.* I MODE: //')" = "$1" ]; }

# --- no trust without a reason -----------------------------------------------------------------------------------
start_broker
clock -7200000 0
start
check "a clock that nobody keeps right is not trusted" until_true 10 logged ' W CLOCK: not trusted: not synchronised'
check "the house is ready all the same" until_true 10 logged ' BOOT: ready in'
until_true 10 logged ' I LINK: connected'

# --- it comes right while the service runs: set, and synchronised ---------------------------------------------------
clock 0 1
check "a step is reported within 2 s, with its size" until_true 2 logged ' W CLOCK: set forward by (7200|7199.9|7199.8|7200.1).*s: '
check "trust comes with synchronisation" until_true 5 logged ' I CLOCK: trusted: synchronised'

# --- a contract over steps --------------------------------------------------------------------------------------------
# Not "offered" or "beaten" but live and in RemoteControl is what is waited for: beside other work an answer may come after
# the command has given up waiting for it, and a beat that echoes nothing does not count.
live() { logged ' I CONTRACT: Live '; }
offered() { live || { atn offer -p >/dev/null 2>&1; until_true 5 live; }; }
until_true 40 offered
remote() { mode_is 'RemoteControl (beat echoed)'; }
beaten() { remote || { atn beat -p >/dev/null 2>&1; until_true 3 remote; }; }
check "with a trusted clock a contract brings RemoteControl" until_true 40 beaten
readings=$(count SENSOR)
clock 1800000 1
check "half an hour forward is reported" until_true 2 logged ' W CLOCK: set forward by (1800|1799.9|1799.8|1800.1)'
clock 0 1
check "half an hour back too" until_true 2 logged ' W CLOCK: set back by (1800|1799.9|1799.8|1800.1)'
check "no beat became late by that" not_logged 'BEAT_(LATE|LOST)'
check "no reading became stale by that" [ "$(count SENSOR)" = "$readings" ]
check "RemoteControl stays: half an hour is inside the contract" remote
clock 5000 0
until_true 5 logged ' W CLOCK: set forward by (5|4.9)'
check "losing the teacher does not undo trust" remote
clock 86400000 0
check "a step past the end of the contract ends it" until_true 5 mode_is 'LocalControl (NoContract)'
clock 0 0
until_true 5 logged ' W CLOCK: set back by 864'
stop_daemon

# --- what was stored is a witness ------------------------------------------------------------------------------------------
clock 0 0
start
check "a restart needs a reason anew" until_true 10 logged ' W CLOCK: not trusted'
stop_daemon
exit $bad
