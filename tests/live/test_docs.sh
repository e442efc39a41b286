#!/bin/bash
# SPDX-License-Identifier: MIT
# test_docs BUILD [--write]: tables in docs/ are what the program prints, config/spaceheat.cfg is what it would ship, and
# help, man pages and verbs agree. With --write the tables are made anew.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
write=${2:-}
bad=0
ok() { echo "ok - $1"; }
not_ok() { echo "not ok - $1"; bad=1; }

for file in "$root"/docs/*.md; do
	table=$(sed -n 's/^<!-- table: spaceheat print \([a-z]*\) -->$/\1/p' "$file")
	[ -n "$table" ] || continue
	new=$( { sed '/^<!-- table: /q' "$file"; echo; "$build/spaceheat" print "$table"; } )
	[ -z "$write" ] || printf '%s\n' "$new" >"$file"
	if [ "$new" = "$(cat "$file")" ]; then ok "${file##*/} holds the table the program prints"; else
		not_ok "${file##*/} is out of date - run: tests/live/test_docs.sh $1 --write"
	fi
done
page=$root/docs/spaceheat.cfg.5
[ -z "$write" ] || "$build/spaceheat" print man >"$page"
if "$build/spaceheat" print man | cmp -s - "$page"; then ok "spaceheat.cfg.5 is what the program prints"; else
	not_ok "spaceheat.cfg.5 is out of date - run: tests/live/test_docs.sh $1 --write"
fi
page=$root/config/spaceheat.bash
[ -z "$write" ] || "$build/spaceheat" print completion >"$page"
if "$build/spaceheat" print completion | cmp -s - "$page"; then ok "the completion is what the program prints"; else
	not_ok "config/spaceheat.bash is out of date - run: tests/live/test_docs.sh $1 --write"
fi
# What bash would offer after those words, the last one begun.
offers() {
	bash -c '. "$0"; spaceheat() { [ "$*" = "--json relays" ] && echo "{\"relays\":[{\"node\":\"a.elt1.relay\"},{\"node\":\"a.hp1.relay\"}]}"; }
		export -f spaceheat; timeout() { shift; "$@"; }
		COMP_WORDS=(spaceheat "$@"); COMP_CWORD=$#; _spaceheat; echo "${COMPREPLY[*]}"' "$page" "$@"
}
offered() { # WANT WORD...
	local want=$1 got
	shift
	got=$(offers "$@")
	if [ "$got" = "$want" ]; then ok "completion of '$*' is '$want'"; else not_ok "completion of '$*' is '$want', not '$got'"; fi
}
offered "sensors setup" se
offered "test" -c x relay t
offered "--seconds" relay test --s
offered "a.elt1.relay" dispatch a.e
offered "on off" dispatch a.elt1.relay o
offered "--minutes" -q dispatch --m
for verb in $("$build/spaceheat" --help | awk '/^  [a-z]+ /{print $1}'); do
	for option in $("$build/spaceheat" "$verb" -h | grep -oE '(^  |[[ ])--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u); do
		case " $(offers "$verb" "$option") " in *" $option "*) ;; *) not_ok "$verb $option is completed" ;; esac
	done
done
if ! command -v mandoc >/dev/null; then echo "skip - man pages are clean (no mandoc)"; else
	for page in "$root"/docs/*.[15]; do
		said=$(mandoc -T lint -W warning "$page")
		if [ -z "$said" ]; then ok "${page##*/} is clean"; else echo "$said"; not_ok "${page##*/} is clean"; fi
	done
fi
for verb in $("$build/spaceheat" --help | awk '/^  [a-z]+ /{print $1}'); do
	if "$build/spaceheat" "$verb" -h | grep -q '^example: '; then ok "$verb -h has an example"; else not_ok "$verb -h has an example"; fi
	if grep -q "$verb" "$root/docs/spaceheat.1"; then ok "$verb is in the man page"; else not_ok "$verb is in the man page"; fi
done
for option in $("$root/run_local" --help | grep -oE '^ +--[a-z-]+' | tr -d ' '); do
	if grep -qE "(Fl |-)-?${option#--}( |\$)" "$root/docs/run_local.1"; then ok "run_local $option is in the man page"; else
		not_ok "run_local $option is in the man page"
	fi
done
wrong=$(grep -rLE 'SPDX-License-Identifier: MIT' "$root"/src "$root"/include "$root"/drivers "$root"/tests --include='*.[ch]' --include='*.sh')
if [ -z "$wrong" ]; then ok "every source file names its licence"; else not_ok "every source file names its licence: $wrong"; fi
exit $bad
