/* SPDX-License-Identifier: MIT */
/* gate_texts.h: messages to the bench's house, part by part; @ and # are times, see gate_bench.h. */
#ifndef TESTS_GATE_TEXTS_H
#define TESTS_GATE_TEXTS_H

#define DISPATCH_TYPE "gt.dispatch.boolean.100"
#define OFFER_TYPE "dispatch.contract.offer.100"
#define BEAT_TYPE "dispatch.contract.beat.100"

#define ID "11111111-2222-4333-8444-555555555555"
#define OTHER "99999999-2222-4333-8444-555555555555"
#define NODE "a.elt1.relay"
#define STATE "\"RelayState\":1,"
#define TIME "@0"

#define DISPATCH_WITH(from, id, to, node, state, time, more)					\
	"{\"AboutNodeAlias\":\"" node "\",\"ToGNodeAlias\":\"" to "\",\"FromGNodeAlias\":\"" from	\
	"\",\"FromGNodeId\":\"" id "\"," state "\"SendTimeUnixMs\":" time				\
	",\"TypeAlias\":\"" DISPATCH_TYPE "\"" more "}"
#define DISPATCH_PARTS(from, id, to, node, state, time) DISPATCH_WITH(from, id, to, node, state, time, "")
/* A sound dispatch; more fields may follow. */
#define DISPATCH(...) DISPATCH_WITH(GATE_ATN, ID, GATE_SCADA, NODE, STATE, TIME, "" __VA_ARGS__)
#define WITH_STATE(value) \
	DISPATCH_PARTS(GATE_ATN, ID, GATE_SCADA, NODE, "\"RelayState\":" value ",", TIME)
#define AT_NODE(node) DISPATCH_PARTS(GATE_ATN, ID, GATE_SCADA, node, STATE, TIME)
#define AT_TIME(time) DISPATCH_PARTS(GATE_ATN, ID, GATE_SCADA, NODE, STATE, time)

#define CONTRACT_HEAD									\
	"{\"FromGNodeAlias\":\"" GATE_ATN "\",\"FromGNodeId\":\"" ID				\
	"\",\"ToGNodeAlias\":\"" GATE_SCADA "\",\"SendTimeUnixMs\":@0,"
#define OFFER(id, start, end, more)							\
	CONTRACT_HEAD "\"ContractId\":\"" id "\",\"StartUnixS\":" start ",\"EndUnixS\":" end		\
	",\"Beat\":\"0000000000000003\",\"TypeAlias\":\"" OFFER_TYPE "\"" more "}"
#define BEAT(echo)									\
	CONTRACT_HEAD "\"ContractId\":\"" GATE_CONTRACT "\",\"Beat\":\"0000000000000004\","		\
	"\"EchoBeat\":\"" echo "\",\"TypeAlias\":\"" BEAT_TYPE "\"}"

#endif
