#!/bin/bash
# SPDX-License-Identifier: MIT
# test_signed BUILD: a house that wants signatures, with the real spaceheatd and a real mosquitto: signed messages work,
# unsigned and falsely signed ones do nothing, and the keys are said where somebody needs them.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
port=18874
# shellcheck source=tests/support/live.sh
. "$root/tests/support/live.sh"
new_key() { (umask 077; head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$1"); }

start_broker
mkdir "$dir/state"
: >"$dir/daemon.log"
new_key "$dir/atn.key"
new_key "$dir/other.key"
new_key "$dir/house.key"
write_config
change 'relay_min_interval_s = 2; start_delay_max_s = 0' 'relay_min_interval_s = 1'
change 'speed = 1.0' 'speed = 20.0'
key=$(atn key --key "$dir/atn.key")
house_key=$(atn key --key "$dir/house.key")
check "atn key prints the public half" grep -qxE 'ed25519:[A-Za-z0-9+/]{43}=' <<<"$key"
change '^contract: .*' "contract: { atn_key = \"$key\"; house_key_file = \"house.key\"; };"
chmod 644 "$dir/house.key"
spaceheatd -c "$dir/spaceheat.cfg" --check 2>"$dir/check"
check "a house key that others can read is refused" grep -q 'contract.house_key_file .* chmod 600' "$dir/check"
chmod 600 "$dir/house.key"

start_daemon
check "it starts without allow_unsigned_contract" until_true 10 logged 'I LINK'
check "it says the public half of its own key" logged "public key ${house_key//+/[+]}"
check "and does not say UNSIGNED_OK" not_logged UNSIGNED_OK
atn offer -p >/dev/null 2>&1
check "an unsigned offer is refused as such" until_true 5 logged 'REFUSED.*Unsigned: dispatch.contract.offer.100'
atn offer -p --key "$dir/other.key" >/dev/null 2>&1
check "one with another key too" until_true 5 logged 'REFUSED.*BadSignature: dispatch.contract.offer.100'
listen "$dir/answer" $H.ta.scada/dispatch.contract.answer.100
check "a signed offer is accepted" grep -q Accepted <(atn offer -p --key "$dir/atn.key" 2>&1)
until_true 10 grep -q '"Sig"' "$dir/answer"
kill "$sub"
check "the answer is signed" grep -qE '"Sig":"[A-Za-z0-9+/]{86}=="}$' "$dir/answer"
check "so is the retained state" grep -q '"Sig":' <(mosquitto_sub -h 127.0.0.1 -p $port -C 1 -W 5 -t $H.ta.scada/scada.state.100)
check "a signed beat brings RemoteControl" grep -q RemoteControl <(atn beat -p --key "$dir/atn.key" 2>&1)
atn dispatch a.elt1.relay on -p >/dev/null 2>&1
check "an unsigned dispatch is refused" until_true 5 logged 'REFUSED.*Unsigned: gt.dispatch.boolean.100'
check "a signed one is done" grep -q Done <(atn dispatch a.elt1.relay off -p --key "$dir/atn.key" 2>&1)
check "and nothing else moved by its hand" [ "$(count 'by atn')" = 1 ]

check "a signed end ends it" grep -q TerminatedByAtn <(atn end -p --key "$dir/atn.key" 2>&1)

# --- the reference AtomicTNode with a key --------------------------------------------------------------------
contracts=$(count 'CONTRACT: (Pending|Live)')
spaceheat -c "$dir/spaceheat.cfg" atn run --key "$dir/atn.key" >"$dir/atn.log" 2>&1 &
agent=$!
check "atn run --key gets its contract" until_true 40 more_than 'CONTRACT: (Pending|Live)' "$contracts"
kill $agent $daemon
wait $agent $daemon 2>/dev/null
daemon=
exit $bad
