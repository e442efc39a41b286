#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# test_faults_long [BUILD]: every kind of --fault against run_local, and what each must cause (docs/simulation.md); after
# it the house is heated again and under contract. Prints one line per check; exit 0 when all passed.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
build=$(cd -- "${1:-$root/build}" && pwd) || exit 1
scratch=$(mktemp -d /tmp/spaceheat-live-XXXXXX) || exit 1
export SPACEHEAT_BUILD=$build
failed=0 n=0 pid=
top=a.tank.temp0 element=a.elt1.relay pump=a.tank.out.pump.relay room=a.tank.out.pump.allradiators.garage.temp1

# shellcheck disable=SC2317
clean()
{
	[[ -n $pid ]] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	rm -rf -- "$scratch"
}
trap clean EXIT

check()
{
	local what=$1
	shift
	n=$((n + 1))
	if "$@"; then
		printf 'ok - %s\n' "$what"
		return
	fi
	printf 'not ok - %s\n' "$what"
	failed=$((failed + 1))
	{ printf '%s\n' "$command"; grep -Ev '^  |^run_local: (by|broker)' "$scratch/out"; cat "$scratch/err"; } | sed 's/^/#   /'
}

# run OPTIONS...: to its end; its lines in out and err, its exit code in code.
run()
{
	command="./run_local --seed 1 --house dw1.isone.nh.orange.1 $*"
	timeout 240 "$root/run_local" --keep "$scratch/state" --clean --seed 1 --house dw1.isone.nh.orange.1 "$@" >"$scratch/out" 2>"$scratch/err"
	code=$?
}

is() { [[ $1 == "$2" ]]; }
has() { grep -Eq -- "$1" "$scratch/out"; }
lacks() { ! has "$1"; }
# follows A B...: lines that match these come in this order.
follows()
{
	local at=0 next

	for want; do
		next=$(tail -n "+$((at + 1))" "$scratch/out" | grep -nE -m 1 -- "$want" | cut -d: -f1)
		[[ -n $next ]] || return 1
		at=$((at + next))
	done
}
is_aside() { compgen -G "$scratch/state/history.db.corrupt-*" >/dev/null; }
ends_healthy() { [[ $(grep -E '^[0-9:]+ status ' "$scratch/out" | tail -n 1) =~ status\ RemoteControl\ room\ 1[0-9.]+\ C\ tank\ [0-9.]+\ C ]]; }

# --- sensors (SF-80, SF-81, SF-82) -----------------------------------------------------------------------------
run --speed 600 --exit-after 35m --fault sensor:a.tank.temp1=open@+5m+5m --fault sensor:a.tank.temp2=short@+5m+5m \
	--fault sensor:a.tank.temp3=crc@+5m+5m --fault sensor:a.tank.temp4=slow@+5m+5m \
	--fault sensor:$top=jump,k=-20@+15m+5s --fault sensor:a.tank.temp2=powerup85@+20m
check "sensor faults: the run ends with 0" is "$code" 0
for pair in temp1=open temp2=short temp3=crc; do
	check "${pair#*=}: its quality, then good again" follows "TEST fault [0-9] begins: sensor:a\.tank\.$pair" \
		"W SENSOR a\.tank\.${pair%=*} ${pair#*=}: " "I SENSOR a\.tank\.${pair%=*} good again"
done
check "slow: unknown, and one answer a minute does not make it good" follows "W SENSOR a\.tank\.temp4 unknown: .*no answer" \
	"TEST fault 4 ends" "I SENSOR a\.tank\.temp4 good again"
check "four sick sensors of five do not take the house from its AtomicTNode" follows "TEST fault 4 begins" \
	"MODE RemoteControl" "TEST fault 4 ends"
check "jump: implausible" has "W SENSOR a\.tank\.temp0 implausible: jump to 2[0-9]"
check "powerup85: dropped" follows "TEST fault 6 begins" "W SENSOR a\.tank\.temp2 unknown: exactly 85 C" \
	"I SENSOR a\.tank\.temp2 good again"
check "nothing else became of it" lacks "^[0-9:]+ [CE] "
check "and the house ends healthy" ends_healthy

run --speed 600 --exit-after 40m --fault sensor:$top=open@+10m+10m --fault relay:$element=welded@+11m+5m
check "the store's top blind (SF-83): element off, C, then back" follows "TEST fault 1 begins" \
	"RELAY a\.elt1\.relay off by guard \(HeldByMissingData\)" " C BLIND " "TEST fault 1 ends" \
	"BLIND seeing again" "MODE RemoteControl" "RELAY a\.elt1\.relay on"
check "... and LocalControl from 5 min on" follows "TEST fault 1 begins" "^06:10:00 I MODE LocalControl \(Blind\)" "TEST fault 1 ends"
check "welded (SF-86): C with the breaker within 31 s, over when it lets go" follows "06:06:00 I TEST fault 2 begins" \
	"06:06:3[01] C WELDED a\.elt1\.relay 4[0-9]+ W while commanded off .*breaker" "TEST fault 2 ends" "WELDED .*over"
check "alerts that faults explain are no failure" is "$code" 0
check "and the house ends healthy" ends_healthy

# --- relays and meter (SF-85, SF-86) --------------------------------------------------------------------------
run --speed 600 --exit-after 95m --atn none --fault relay:$element=noload@+2m+3m --fault relay:$pump=stuckopen@+2m+3m
check "noload: NO_LOAD, one retry, locked for 1 h" follows "TEST fault 1 begins" "W NO_LOAD a\.elt1\.relay .*tried once more" \
	"W NO_LOAD a\.elt1\.relay .*locked for 1 h" "TEST fault 1 ends" "RELAY a\.elt1\.relay on" "NO_LOAD a\.elt1\.relay over"
check "stuckopen: the same of a pump" follows "W NO_LOAD a\.tank\.out\.pump\.relay .*locked for 1 h" \
	"NO_LOAD a\.tank\.out\.pump\.relay over"
check "both heat again" has '0[67]:[0-9:]+ status LocalControl .* power 4[0-9]+ W'
run --speed 600 --exit-after 50m --fault meter=silent@+10m+6m --fault meter=reversed@+25m+6m
check "silent: METER after 60 s, power unknown, not 0" follows "TEST fault 1 begins" \
	"06:0[56]:[0-9]+ W METER a\.m no reading for 6[0-9] s: .*no answer" "status .* power unknown" "I METER a\.m answers again"
check "reversed: METER says so, power unknown" follows "TEST fault 2 begins" "W METER a\.m .*reversed: -4[0-9]+ W" \
	"status .* power unknown" "I METER a\.m answers again"
check "no relay was locked for it" lacks "WELDED|NO_LOAD"
check "and the house ends healthy" ends_healthy

# --- link and AtomicTNode (SF-31, SF-36, SF-51) ---------------------------------------------------------------
run --speed 200 --exit-after 50m --fault broker=down@+10m+8m
check "down: LINK, late, lost at 180 s, LocalControl, heating goes on, back" follows "TEST fault 1 begins" "W LINK lost" "W BEAT_LATE" \
	"W BEAT_LOST" "MODE LocalControl \(BeatLost\)" "TEST fault 1 ends" "I LINK regained" "MODE RemoteControl"
check "and the house ends healthy" ends_healthy
run --speed 120 --exit-after 60m --fault broker=slow@+8m+8m --fault broker=flap@+20m+16m
check "slow: nobody loses control" follows "TEST fault 1 begins" "TEST fault 1 ends"
lost_before_flap=$(sed -n '/TEST fault 1 begins/,/TEST fault 2 begins/p' "$scratch/out" | grep -cE 'LINK lost|BEAT_LOST')
check "... and nothing is lost" is "$lost_before_flap" 0
check "flap: LINK, and once it stays up all is well" follows "TEST fault 2 begins" "W LINK lost" "TEST fault 2 ends" "I LINK regained" \
	"MODE RemoteControl"
check "what was owed is delivered" has 'status RemoteControl .* outbox 0'
check "and the house ends healthy" ends_healthy
run --speed 600 --exit-after 60m --fault atn=silent@+10m+8m --fault atn=replay@+30m+8m
check "silent: BEAT_LOST and LocalControl by 200 s" follows "06:05:00 I TEST fault 1 begins" "06:0[78]:[0-9]+ W BEAT_LOST" \
	"06:0[78]:[0-9]+ I MODE LocalControl \(BeatLost\)" "TEST fault 1 ends" "MODE RemoteControl"
check "replay: refused, and does not keep control" follows "TEST fault 2 begins" "W REFUSED (Duplicate|OutOfOrder|Stale|MisEchoed): beat" \
	"MODE LocalControl \(BeatLost\)" "TEST fault 2 ends" "MODE RemoteControl"
check "and the house ends healthy" ends_healthy

# --- clock (SF-70, SF-71) -------------------------------------------------------------------------------------
run --speed 600 --exit-after 60m --fault clock=step,s=-3600@+10m+10m --fault clock=unsync@+35m+5m
check "step: reported at once with its size, both ways" follows "06:05:00 I TEST fault 1 begins" \
	"05:05:0[0-2] W CLOCK set back by 3600\.0 s" "TEST fault 1 ends" "06:15:0[0-2] W CLOCK set forward by 3600\.0 s"
check "what comes from the future is refused; the right time brings control back" follows "REFUSED FromFuture" \
	"MODE LocalControl \(BeatLost\)" "set forward" "MODE RemoteControl"
check "unsync: LocalControl, nothing is believed, until the clock is trusted" follows "TEST fault 2 begins" "W CLOCK not trusted" \
	"MODE LocalControl \(ClockNotTrusted\)" "REFUSED ClockNotTrusted" "I CLOCK trusted" "MODE RemoteControl"
check "nothing else became of it" lacks "^[0-9:]+ [CE] "
check "and the house ends healthy" ends_healthy

# --- disk (SF-61, SF-62) --------------------------------------------------------------------------------------
run --speed 600 --exit-after 60m --fault disk=full@+10m+8m --fault disk=readonly@+25m+6m --fault disk=corrupt@+40m
check "full: one E line, written again within 60 s" follows "TEST fault 1 begins" "E STORE .*full" \
	"06:13:00 I TEST fault 1 ends" "06:1[34]:[0-9]+ I STORE history is written again"
check "readonly: the same" follows "TEST fault 2 begins" "E STORE .*only be read" "TEST fault 2 ends" "I STORE history is written again"
check "corrupt: moved aside, a new one is used" follows "TEST fault 3 begins" "E STORE history is damaged .*moved to" "I STORE history is written"
check "... there it is" is_aside
check "control never left the AtomicTNode meanwhile" is "$(grep -c 'MODE LocalControl' "$scratch/out")" 2
check "and the house ends healthy" ends_healthy

# --- life (SF-13, SF-22, SF-35) --------------------------------------------------------------------------------
run --speed 60 --exit-after 24m --fault actor:uplink=crash@+6m --fault actor:history=hang@+9m+3m --fault actor=hang@+17m
check "crash: the service ends and is started again, the contract restored, control earned anew" follows "TEST fault 1 begins" \
	"run_local: spaceheatd ended with 134" "W BOOT the last run did not stop in order" "MODE LocalControl \(NoBeat\)" \
	"MODE RemoteControl"
check "a device actor that hangs holds up nothing else" follows "TEST fault 2 begins" "TEST fault 2 ends" "status RemoteControl"
check "a vital one ends the service with 70 after 8 s" follows "TEST fault 3 begins" " C ACTOR_DEAD scada|C ACTOR_DEAD" \
	"run_local: spaceheatd ended with 70" "MODE RemoteControl"
check "faults that last over a restart go on, crashes do not" is "$(grep -c 'TEST fault 1 begins' "$scratch/out")" 1
check "the run is no failure" is "$code" 0
check "and the house ends healthy" ends_healthy
run --speed 600 --exit-after 60m --fault power=cut@+10m+5m --fault weather=cold,k=5@now
check "power cut: dark for 5 min, then contract and control" follows "06:05:00 I TEST fault 1 begins" \
	"run_local: spaceheatd ended with 137.* after 300 s" "06:10:00 W BOOT" "TEST fault 2 goes on: weather" "MODE RemoteControl"
# The room, in tenths of a degree, in the last status line before the cut and the first after it.
colder_for_it()
{
	local before after

	before=$(sed -n '1,/ended with 137/s/^[0-9:]* status .* room \([0-9]*\)\.\([0-9]\) C.*/\1\2/p' "$scratch/out" | tail -n 1)
	after=$(sed -n '/ended with 137/,$s/^[0-9:]* status .* room \([0-9]*\)\.\([0-9]\) C.*/\1\2/p' "$scratch/out" | head -n 1)
	[[ -n $before && -n $after && $after -lt $before ]]
}
check "the room has cooled meanwhile" colder_for_it
check "and the house ends healthy" ends_healthy

# --- by hand, through the socket ------------------------------------------------------------------------------
command="./run_local --house dw1.isone.nh.orange.1 --speed 60"
: >"$scratch/out"	# here: the background may be later than the first look
"$root/run_local" --keep "$scratch/state" --clean --house dw1.isone.nh.orange.1 --speed 60 >"$scratch/out" 2>"$scratch/err" &
pid=$!
sim() { "$build/spaceheat" -s "$scratch/state/control.sock" sim "$@" >"$scratch/said" 2>&1; }
said() { grep -Eq -- "$1" "$scratch/said"; }
wait_for()
{
	local end=$((SECONDS + 20))

	until has "$1"; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}
now_is() { SPACEHEAT_CONFIG=$scratch/state/spaceheat.cfg "$build/spaceheat" sim now; }
check "it is there" wait_for "MODE LocalControl"
sim pause
check "pause" said 'speed 60x \(paused\)'
before=$(now_is)
sleep 0.5
check "... time stands" is "$(now_is)" "$before"
sim fault sensor:$room=stuck@+1m
check "a fault is put on the list" said 'fault 1 is on the list'
check "... and waits" said "fault 1 waits until [0-9:]+: sensor:$room=stuck@\+1m"
sim fault relay:a.elt.relay=welded@now
check "a wrong one exits 2 and says what is meant" said 'the house has no relay "a.elt.relay" - did you mean "a.elt1.relay"'
sim speed 5000
check "a wrong speed too" said 'outside 0\.1\.\.3600'
sim speed 600
check "the speed changes" said 'speed 600x \(paused\)'
sim resume
check "resume: time goes on, the fault comes" wait_for "TEST fault 1 begins: sensor:$room=stuck@\+1m"
value() { "$build/spaceheat" --json -s "$scratch/state/control.sock" sensors "$room" | grep -oE '"value":[0-9.]+'; }
wait_for "05:58:00|status"
stuck=$(value)
wait_for "06:10:00 status"
check "stuck: ten minutes later the same value" is "$(value)" "$stuck"
sim status
check "status lists what stands" said 'fault 1 stands since [0-9:]+: sensor:'
sim clear
check "clear" said '1 cleared'
check "... ends it" wait_for "TEST fault 1 ends"
moved() { [[ $(value) != "$stuck" ]]; }
wait_for "06:25:00 status"
check "... and the sensor moves again" moved
check "--json" eval 'sim status --json && said "^\{\"v\":1,.*\"speed\":600.*\"faults\":\[\]"'
check "what was asked is in the log" eval '"$build/spaceheat" -s "$scratch/state/control.sock" log --code OPERATOR | grep -q "sim do=fault fault=sensor.*Done"'
kill "$pid"
wait "$pid"
pid=

printf '%d checks, %d failed\n' "$n" "$failed"
[[ $failed == 0 ]]
