#!/bin/bash
# SPDX-License-Identifier: MIT
# test_commission BUILD: `relay test` against a simulated house: each relay passes, is given back, and is in the report; it
# is confirmed by a person, refused in RemoteControl, and ends in order when interrupted.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/support/demo.sh
. "$root/tests/support/demo.sh"
export SPACEHEAT_SOCKET=$sock
unset SPACEHEAT_CONFIG
# Whether this machine's clock is synchronised, or its disk full, is its own affair: 0, 1 or 2.
run_doctor() { timeout 20 spaceheat -c "$work/state/spaceheat.cfg" doctor >"$work/out" 2>"$work/err"; [ $? -le 2 ]; }
doctor_json() { spaceheat -c "$work/state/spaceheat.cfg" --json doctor | grep -qE '^\{"v":1,"house":"dw1[^}]*"checks":\[\{"id":"config","result":"ok","text":"[^"]*","fix":null\}'; }
nobody_holds() { ! spaceheat relays | grep -q 'operator until'; }
cd "$work" || exit 1

check "doctor without house and service: exit 3" run 3 spaceheat -c "$work/none.cfg" doctor
check "... both named, with what helps" [ "$(grep -cE '^FAIL  (config|service) .* - ' "$work/out")" = 2 ]

begin 'MODE LocalControl' --house dw1.isone.nh.orange.1 --atn none
check "all relays pass" run 0 spaceheat relay test --all --yes --seconds 10
check "... a line each" [ "$(grep -c 'PASS$' "$work/out")" = 2 ]
check "... with what was measured" says '^a\.elt1\.relay  before [0-9]+ W  on 4[0-9]+ W \(\+4[0-9]+, expected 4050\.\.4950\)  off [0-9]+ W  readback ok  PASS$'
check "... and a report" test -s "$(sed -n 's/^report: //p' "$work/out")"
check "... that holds both" [ "$(grep -c '"result":.*"PASS"' commissioning/*.json)" = 2 ]
check "the relays are given back" nobody_holds
check "as JSON" run 0 spaceheat --json relay test a.elt1.relay --yes --seconds 10 --report "$work/other"
check "... commanded beside read back" says '"commanded":\["off","on","off"\],"read_back":\["off","on","off"\],"change_w":4[0-9]+,'
check "... one object" says '^\{"v":1,.*"tests":\[\{"node":"a\.elt1\.relay",.*"result":"PASS","reason":null\}\]\}$'
check "doctor beside a running service" run_doctor
check "... finds it and its house" says '^ok    service    answers at '
check "doctor as JSON" doctor_json
check "without a person it needs --yes" run 2 spaceheat relay test a.elt1.relay
check "a relay that is not there exits 2" run 2 spaceheat relay test a.elt2.relay --yes
check "... and says where they are" tells 'no relay "a\.elt2\.relay" - run: spaceheat relays'
check "no relay named exits 2" run 2 spaceheat relay test
check "interrupted it exits 130" run 130 timeout --preserve-status -s INT 0.6 spaceheat relay test a.elt1.relay --yes --seconds 600
check "... and gives the relay back" nobody_holds
finish

begin 'MODE RemoteControl' --house dw1.isone.nh.orange.1 --atn manual --clean
check "in RemoteControl it is refused" run 4 spaceheat relay test --all --yes
check "... with what to do" tells 'RemoteControl: .* - run it after the contract'
finish
exit $bad
