"""Receipts, in each of the forms in which real message centres send them."""

from datetime import UTC, datetime
from typing import Any

from simulators.smsc import wire
from simulators.smsc.delivering import Delivery, hand
from simulators.smsc.ids import written
from simulators.smsc.inbound import write_back
from simulators.smsc.world import World

_STATES = {"DELIVRD": 2, "UNDELIV": 5}
_PAYLOAD, _RECEIPTED_ID, _STATE, _NETWORK_ERROR = 0x0424, 0x001E, 0x0427, 0x0423


def promise_receipt(world: World, fields: dict[str, Any], number: int) -> None:
    """Put the end of a part that was taken on the agenda, and its receipt if one was asked for."""
    rules, phone = world.misbehaviour, fields["destination"]["value"]
    if not fields["registered_delivery"] & 1 or world.chance.happens(rules.no_receipt_share, "silent", number):
        return
    failed = world.chance.happens(rules.undelivered_share, "undelivered", number)
    state = "UNDELIV" if failed else "DELIVRD"
    delivery = receipt(world, fields, number, state)
    if world.chance.happens(rules.early_share, "early", number):
        hand(world, delivery)
    else:
        wait = world.varied(rules.receipt_seconds, number)
        if world.chance.happens(rules.shuffle_share, "shuffle", number):
            wait += rules.shuffle_seconds * world.chance.draw("held back", number)
        world.agenda.after(wait, lambda: hand(world, delivery))
    if world.chance.happens(rules.duplicate_share, "duplicate", number):
        later = rules.receipt_seconds + rules.shuffle_seconds * world.chance.draw("again", number)
        twin = Delivery(delivery.command, delivery.body, delivery.facts)
        world.agenda.after(later, lambda: hand(world, twin))
    if not failed and world.chance.happens(rules.stop_share, "stop", phone):
        sender = fields["source"]["value"]
        world.agenda.after(rules.receipt_seconds * 2, lambda: write_back(world, phone, sender, "STOP"))


def receipt(world: World, fields: dict[str, Any], number: int, state: str) -> Delivery:
    """One receipt in the dialect of the day."""
    rules = world.misbehaviour
    key = written(number, rules.receipt_ids)
    error = rules.undelivered_error if state == "UNDELIV" else "000"
    facts = {"what": "receipt", "message_id": key, "state": state, "dialect": rules.dialect}
    phone, sender = fields["destination"]["value"], fields["source"]["value"]
    tags = (
        wire.tag(_RECEIPTED_ID, wire.string(key))
        + wire.tag(_STATE, bytes((_STATES[state],)))
        + wire.tag(_NETWORK_ERROR, b"\3" + (int(error) if error.isdigit() else 0).to_bytes(2, "big"))
    )
    text = _text(rules.dialect, key, state, error, datetime.fromtimestamp(world.clock(), UTC)).encode("latin-1")
    if rules.dialect == "data_sm":
        optional = tags + wire.tag(_PAYLOAD, text)
        return Delivery(wire.DATA_SM, wire.data_body(phone, sender, 0x04, 0, optional), facts)
    if rules.dialect == "tlv_only":
        return Delivery(wire.DELIVER_SM, wire.deliver_body(phone, sender, 0x04, 0, b"", tags), facts)
    optional = tags if rules.dialect == "both" else b""
    return Delivery(wire.DELIVER_SM, wire.deliver_body(phone, sender, 0x04, 0, text, optional), facts)


def _text(dialect: str, key: str, state: str, error: str, at: datetime) -> str:
    form = {"seconds": "%y%m%d%H%M%S", "long_year": "%Y%m%d%H%M"}.get(dialect, "%y%m%d%H%M")
    moment = at.strftime(form)
    if dialect == "sparse":
        return f"id:{key} stat:{state}"
    error = {"short_error": error.lstrip("0") or "0", "hex_error": "0A1F" if state == "UNDELIV" else "0000"}.get(
        dialect, error
    )
    label = "Text" if dialect == "capital" else "text"
    delivered = "001" if state == "DELIVRD" else "000"
    return (
        f"id:{key} sub:001 dlvrd:{delivered} submit date:{moment} done date:{moment} stat:{state} err:{error}"
        f" {label}:Harbour Tea: tea is in"
    )
