"""A call with texts: refuse what the gateway refuses, take the rest, and answer as the phone's fate will have it."""

from decimal import Decimal
from typing import Any

from starlette.responses import Response

from simulators.sms import network
from simulators.sms.misbehaviour import PASSING
from simulators.sms.numbers import check_number, may_send_as
from simulators.sms.parts import parts_of
from simulators.sms.wires.wire import Outcome
from simulators.sms.words import Asked, Call, No, Refused, Text
from simulators.sms.world import Gateway, World

# What hits a call before anybody looks at its texts.
OF_THE_CALL = (No.CREDENTIALS, No.THROTTLED, No.BROKEN)


async def submit(world: World, gateway: Gateway, call: Call) -> Response:
    """Take or refuse each text of the call. Raises Refused for the call as a whole."""
    wire, rules = gateway.wire, gateway.misbehaviour
    wire.authorise(call)
    if not gateway.pace.take("", rules.throughput_per_second, call.now):
        raise Refused(No.THROTTLED)
    outcomes = [(asked, _taken(world, gateway, asked)) for asked in wire.read(call)]
    _note(world, call, outcomes)
    taken = [one for _, one in outcomes if isinstance(one, Text)]
    for text in taken:
        gateway.spent += Decimal(wire.account.price) * text.parts
        await network.begin(world, gateway, text)
    passing = [_passing(world, gateway, text.asked, text.nth) for text in taken]
    if "lost_share" in passing:
        call.lost_after = rules.lost_wait_seconds
        call.verdict["lost"] = True
        world.counts["lost"] += 1
    if "error_accepted_share" in passing:
        return wire.refusal(Refused(No.BROKEN))
    return wire.answer(call, outcomes)


def _taken(world: World, gateway: Gateway, asked: Asked) -> Text | Refused:
    """The text, now known to the gateway, or why it is not. Raises Refused for what hits the whole call."""
    try:
        _check(gateway, asked)
        gateway.phones.texts[asked.to] += 1
        nth = gateway.phones.texts[asked.to]
        _refuse_by_fate(world, gateway, asked, nth)
    except Refused as refused:
        if refused.no in OF_THE_CALL:
            raise
        return refused
    if asked.own_id:
        gateway.own_ids.add(asked.own_id)
    return Text(gateway.wire.new_id(asked), asked, parts_of(asked.text), nth)


def _check(gateway: Gateway, asked: Asked) -> None:
    """Whatever is wrong with the text itself."""
    wire = gateway.wire
    if not asked.text:
        raise Refused(No.EMPTY)
    if len(asked.text) > wire.longest:
        raise Refused(No.LENGTH)
    check_number(asked.to, refuses_landlines=wire.refuses_landlines)
    if not may_send_as(asked.sender, wire.account.senders):
        raise Refused(No.SENDER)
    if (asked.sender, asked.to) in gateway.phones.stopped:
        raise Refused(No.OPTED_OUT)
    if asked.own_id in gateway.own_ids:
        raise Refused(No.DUPLICATE)


def _refuse_by_fate(world: World, gateway: Gateway, asked: Asked, nth: int) -> None:
    rules = gateway.misbehaviour
    if rules.every_text_refused:
        raise Refused(rules.every_text_refused)
    if no := world.chance.pick(rules.refuses, "refuses", asked.to):
        raise Refused(no)
    passing = _passing(world, gateway, asked, nth)
    if passing == "throttled_share":
        raise Refused(No.THROTTLED)
    if passing == "error_refused_share":
        raise Refused(No.BROKEN)


def _passing(world: World, gateway: Gateway, asked: Asked, nth: int) -> str:
    shares = {name: share for name in PASSING if (share := getattr(gateway.misbehaviour, name))}
    return world.chance.pick(shares, "passing", gateway.name, asked.to, nth) or ""


def _note(world: World, call: Call, outcomes: list[Outcome]) -> None:
    """What was decided, text by text."""
    texts = []
    for asked, outcome in outcomes:
        told: dict[str, Any] = {
            "to": asked.to,
            "sender": asked.sender,
            "reads": asked.text,
            "reference": asked.reference,
        }
        if isinstance(outcome, Text):
            told |= {"decision": "accepted", "id": outcome.id, "parts": outcome.parts, "nth": outcome.nth}
            world.counts["accepted"] += 1
        else:
            told |= {"decision": "refused", "no": outcome.no}
            world.counts[f"refused_{outcome.no}"] += 1
        texts.append(told)
    call.verdict["texts"] = texts
