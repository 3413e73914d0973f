"""`POST /{phone}/messages`: refuse what Meta refuses, accept the rest, and answer as the person's fate will have it."""

from typing import Any

from simulators.graph import lives
from simulators.graph.account import Number
from simulators.graph.calls import Call
from simulators.graph.envelope import Envelope, read_envelope
from simulators.graph.errors import GraphError
from simulators.graph.faults import Fate, fate_of
from simulators.graph.freeform import check_freeform, media_ids
from simulators.graph.lives import Message
from simulators.graph.people import country_of, is_us
from simulators.graph.template_sends import check_template
from simulators.graph.template_shelf import Template
from simulators.graph.wamids import new_wamid
from simulators.graph.world import World


async def send_message(world: World, call: Call) -> dict[str, Any]:
    """A send, or the mark that somebody's message was read."""
    number = world.numbers[call.node]
    _refuse_by_account(world, number)
    if call.body.get("status") == "read":
        return _mark_read(world, call)
    envelope = read_envelope(world, call, number)
    template, reads = _check_content(world, call, envelope)
    nth = world.people.count_send(envelope.person)
    call.verdict |= {"person": envelope.person.key, "reference": envelope.reference}
    _refuse_too_fast(world, number, envelope, call.now)
    fate = fate_of(world.misbehaviour, world.chance, envelope.person.key, nth)
    _refuse_by_fate(world, number, fate, envelope)
    outside = not template and not world.people.window_open(
        number.id, envelope.person, world.misbehaviour.window_hours, call.now
    )
    if outside and world.misbehaviour.window_refusal == "answer":
        raise GraphError(131047)
    fails_with = 131047 if outside else _later_failure(world, envelope, template, fate)
    message = _accept(world, number, envelope, template, fails_with, nth)
    call.verdict |= {"decision": "accepted", "wamid": message.wamid, "reads": reads, "nth": nth}
    world.counts["accepted"] += 1
    early = fate.early and not (message.held or fails_with or fate.silent)
    if early:
        await lives.tell_sent_now(world, message)
    if not fate.silent:
        lives.begin(world, message, sent_told=early)
    return _answer(world, call, envelope, message, fate)


def _refuse_by_account(world: World, number: Number) -> None:
    if code := world.misbehaviour.every_send_refused_with:
        raise GraphError(code)
    if number.facts["status"] == "DELETED":
        raise GraphError(33)
    if not number.registered:
        raise GraphError(133010)


def _mark_read(world: World, call: Call) -> dict[str, Any]:
    message_id = call.body.get("message_id")
    if call.body.get("messaging_product") != "whatsapp" or not isinstance(message_id, str):
        raise GraphError(100, text="(#100) The parameter message_id is required.")
    if unknown := sorted(call.body.keys() - {"messaging_product", "status", "message_id", "typing_indicator"}):
        raise GraphError(100, f'Unexpected key "{unknown[0]}" on param "message".')
    if world.inbound_ids.get(message_id) != call.node:
        raise GraphError(131009, "Param message_id is not a message this number has received.")
    typing = call.body.get("typing_indicator")
    if typing not in (None, {"type": "text"}):
        raise GraphError(131009, "Param typing_indicator must be {type: text}.")
    call.verdict |= {"decision": "marked", "wamid": message_id, "typing": typing is not None}
    return {"success": True}


def _check_content(world: World, call: Call, envelope: Envelope) -> tuple[Template | None, str]:
    """The template, if it is one, and the words a person will read."""
    template: Template | None = None
    if envelope.kind == "template":
        template, reads = check_template(world.templates, envelope.content, to_phone=envelope.by == "phone")
    else:
        reads = check_freeform(envelope.kind, envelope.content)
    for media_id in media_ids({envelope.kind: envelope.content}):
        if world.media.find(media_id, call.now) is None:
            raise GraphError(131009, f"Media ID {media_id} is unknown or older than 30 days.")
    return template, reads


def _refuse_too_fast(world: World, number: Number, envelope: Envelope, now: float) -> None:
    """The number's throughput, then the pair's pace. Inbound messages are not counted against the throughput."""
    rules = world.misbehaviour
    if not world.sending.take(number.id, rules.throughput_per_second, now):
        raise GraphError(130429)
    if not world.pairs.take((number.id, envelope.person.key), rules.pair_seconds, rules.pair_burst, now):
        raise GraphError(131056)


def _refuse_by_fate(world: World, number: Number, fate: Fate, envelope: Envelope) -> None:
    if envelope.person.key in world.people.blocked.get(number.id, ()):
        raise GraphError(130403)
    if fate.refused_with:
        raise GraphError(fate.refused_with)
    if fate.passing == "throttled_share":
        raise GraphError(130429)
    if fate.passing == "error_refused_share":
        raise GraphError(world.misbehaviour.error_code)


def _later_failure(world: World, envelope: Envelope, template: Template | None, fate: Fate) -> int | None:
    """The code by which an accepted message will fail, if it will."""
    wa_id = envelope.person.wa_id
    if template and template.category == "MARKETING":
        if envelope.person.key in world.people.marketing_stopped:
            return 131050
        if world.misbehaviour.us_marketing_blocked and is_us(wa_id):
            return 131049
    if wa_id and country_of(wa_id) == "ZZ":
        return 131026
    return fate.fails_with


def _accept(
    world: World, number: Number, envelope: Envelope, template: Template | None, fails_with: int | None, nth: int
) -> Message:
    held = template is not None and world.chance.happens(
        world.misbehaviour.held_share, "held", envelope.person.key, nth
    )
    return Message(new_wamid(envelope.person.key), number.id, envelope, template, held, fails_with, nth)


def _answer(world: World, call: Call, envelope: Envelope, message: Message, fate: Fate) -> dict[str, Any]:
    if fate.passing == "lost_share":
        call.lost_after = world.misbehaviour.lost_wait_seconds
        world.counts["lost"] += 1
    elif fate.passing == "error_accepted_share":
        raise GraphError(world.misbehaviour.error_code)
    contact = {"input": envelope.input}
    if envelope.by == "phone":
        contact["wa_id"] = envelope.person.wa_id
    else:
        contact["user_id"] = envelope.person.user_id
    told: dict[str, Any] = {"id": message.wamid}
    if message.template:
        told["message_status"] = "held_for_quality_assessment" if message.held else "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [told]}
