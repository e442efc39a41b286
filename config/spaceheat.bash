# SPDX-License-Identifier: MIT
# Written by: spaceheat print completion
_spaceheat_words() {
	case $1 in
	status) echo "-w" ;;
	sensors) echo "" ;;
	relays) echo "" ;;
	relay) echo "test --all --yes --seconds --report" ;;
	contract) echo "log" ;;
	explain) echo "--at" ;;
	plan) echo "--all --out --water --room --bench" ;;
	dispatch) echo "on off auto --minutes --override" ;;
	hold) echo "--setpoint --hours cancel" ;;
	reset) echo "trip" ;;
	alerts) echo "--all ack --note" ;;
	events) echo "--since" ;;
	log) echo "-f --code --node --last" ;;
	history) echo "--from --to --tier --points share end backup" ;;
	export) echo "--format csv jsonl --from --to --channels --tier --tz utc local -o --force" ;;
	replay) echo "--from --to --db --config --set --plan --no-plan --all" ;;
	outbox) echo "--flush drop" ;;
	decode) echo "" ;;
	config) echo "check show --origin --defaults diff" ;;
	setup) echo "--house --port --force --yes" ;;
	reload) echo "" ;;
	doctor) echo "" ;;
	atn) echo "run id key offer beat dispatch end -p --manual --minutes --echo on off --contract --key --really" ;;
	sim) echo "--days --seed --house --faults status now --ms speed pause resume fault clear check kinds houses config --fault --start --houses --shrink --trace-hash --log --plan --weather --prices --speed" ;;
	print) echo "wire contract atn control settings limits codes reasons faults injection cli man completion" ;;
	version) echo "" ;;
	esac
}
# Nodes and channels, if the service answers at once.
_spaceheat_nodes() {
	local ask
	case $1 in
	sensors) ask='sensors' ;;
	relay) ask='relays' ;;
	explain) ask='relays' ;;
	dispatch) ask='relays' ;;
	reset) ask='relays' ;;
	history) ask='history' ;;
	*) return ;;
	esac
	timeout 0.2 spaceheat --json $ask 2>/dev/null </dev/null | grep -oE '"(node|channel)":"[^"]*"' | cut -d'"' -f4
}
_spaceheat() {
	local now=${COMP_WORDS[COMP_CWORD]} i verb=''
	COMPREPLY=()
	case ${COMP_WORDS[COMP_CWORD-1]} in
	-c|-s|-o|--key|--houses|--report) mapfile -t COMPREPLY < <(compgen -f -- "$now"); return ;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c|-s) i=$((i + 1)) ;;
		-*) ;;
		*) verb=${COMP_WORDS[i]}; break ;;
		esac
	done
	if [ -z "$verb" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_spaceheat_verbs) -s -c --json -q --help --version" -- "$now")
	else
		mapfile -t COMPREPLY < <(compgen -W "$(_spaceheat_words "$verb") $(_spaceheat_nodes "$verb")" -- "$now")
		[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$now")
	fi
}
complete -F _spaceheat spaceheat
_spaceheat_verbs() {
	echo "status sensors relays relay contract explain plan dispatch hold reset alerts events log history export replay outbox decode config setup reload doctor atn sim print version"
}
