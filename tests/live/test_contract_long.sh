#!/bin/bash
# SPDX-License-Identifier: MIT
# test_contract BUILD: an AtomicTNode that falls silent (SF-31), and one that lets the house get cold (SF-37), against the
# real spaceheatd with a real broker, in simulated time. Each check waits for an event with a limit.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
port=18895
# shellcheck source=tests/support/live.sh
. "$root/tests/support/live.sh"

connected() { logged ' I LINK: (connected|regained)'; }
# at PATTERN: the simulated second of its last line.
at() {
	date -u -d "$(grep -E -e "$1" "$dir/daemon.log" | tail -n 1 | sed -E 's/^sim ([^ ]+) .*/\1/')" +%s
}
# begin SPEED [LINE...]: a new house at that speed, connected.
begin() {
	rm -rf "$dir/state"
	mkdir "$dir/state"
	write_config "${@:2}"
	change 'speed = 1.0' "speed = $1"
	start_daemon
	until_true 15 connected
}

# --- beats stop, and come back (SF-31) ----------------------------------------------------------------------------
start_broker
begin 10.0
atn offer -p >/dev/null
check "the contract is live" until_true 10 logged ' I CONTRACT: Live '
atn beat -p >/dev/null
check "one good beat brings RemoteControl" until_true 10 logged ' I MODE: RemoteControl'
since=$(at ' I MODE: RemoteControl')
check "without beats there is a warning" until_true 30 logged ' W BEAT_LATE: '
check "and then LocalControl" until_true 30 logged ' I MODE: LocalControl \(BeatLost\)'
took=$(($(at ' I MODE: LocalControl \(BeatLost\)') - since))
check "within 200 s of the last beat, not before 180 s ($took s)" [ "$took" -ge 178 -a "$took" -le 200 ]
check "the contract stays live" not_logged 'CONTRACT: Ended'
remotes=$(count ' I MODE: RemoteControl')
beats() { atn beat -p >"$dir/beat" 2>&1; }
beats
first=$(spaceheat -c "$dir/spaceheat.cfg" sim now --ms)
check "one good beat is not enough" [ "$(count ' I MODE: RemoteControl')" = "$remotes" ]
apart() { [ $(($(spaceheat -c "$dir/spaceheat.cfg" sim now --ms) - first)) -ge 46000 ]; }
until_true 20 apart
beats
check "a second one, 45 s later, brings RemoteControl back" until_true 10 more_than ' I MODE: RemoteControl' "$remotes"
stop_daemon

# --- an AtomicTNode that keeps its contract alive and the heating off (SF-37) -------------------------------------------
begin 300.0
spaceheat -c "$dir/spaceheat.cfg" atn run --manual >"$dir/atn.log" 2>&1 &
agent=$!
others=$agent
check "a contract, kept alive by its AtomicTNode" until_true 20 logged ' I MODE: RemoteControl'
# Each contract ends after an hour, so what is off is dispatched off again and again.
cold_hearted() {
	while :; do
		for relay in a.elt1.relay a.tank.out.pump.relay; do atn dispatch $relay off -p >/dev/null 2>&1; done
	done
}
cold_hearted &
others="$agent $!"
check "the heating is dispatched off" until_true 20 logged 'RELAY a.tank.out.pump.relay: off by atn'
check "a zone that gets too cold ends the contract" until_true 240 logged ' C SLA_BREACH .*garage at 1[56]\.[0-9] C'
check "with that cause" until_true 10 logged ' I CONTRACT: Ended .*TerminatedByScada \(SlaBreach\)'
check "and the house heats itself" until_true 10 logged ' I MODE: LocalControl \(NoContract\)'
lives=$(count ' I CONTRACT: Live ')
check "the next offer is refused: SlaHold" until_true 30 logged ' W REFUSED: .*SlaHold'
check "until the zone has been warm for 30 min" until_true 240 logged ' I SLA_BREACH: .*warm again for 30 min'
lives_until_warm=$(sed '/ I SLA_BREACH: .*warm again for 30 min/q' "$dir/daemon.log" | grep -c ' I CONTRACT: Live ')
check "no contract was honoured meanwhile" [ "$lives_until_warm" = "$lives" ]
check "then an offer is accepted again" until_true 30 more_than ' I CONTRACT: Live ' "$lives"
stop_daemon
exit $bad
