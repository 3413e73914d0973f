"""The envelope every send has in common: who it goes to, what it answers, our reference."""

import re
from dataclasses import dataclass
from typing import Any

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from simulators.graph.account import Number
from simulators.graph.calls import Call
from simulators.graph.errors import GraphError
from simulators.graph.freeform import KINDS
from simulators.graph.people import USER_ID, Person, as_whatsapp_writes
from simulators.graph.world import World

_COMMON = """
messaging_product recipient_type to recipient type context biz_opaque_callback_data recipient_identity_key_hash category
"""
COMMON = frozenset(_COMMON.split())
REFERENCE_LIMIT = 512  # characters
PHONE = re.compile(r"\+?[\d\s().-]+")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A send whose envelope is in order. `by` tells which identity it was addressed to."""

    input: str
    by: str
    person: Person
    kind: str
    content: Any
    reference: str


def read_envelope(world: World, call: Call, number: Number) -> Envelope:
    """Refuse what is not an envelope, and find out who is meant."""
    body = call.body
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, text="(#100) The parameter messaging_product is required.")
    kind = body.get("type", "text")
    if not isinstance(kind, str) or (kind not in KINDS and kind != "template"):
        raise GraphError(131051, f"Message type {kind!r} is not one of {', '.join([*KINDS, 'template'])}.")
    _refuse_unknown(body, kind)
    _check_context(body, kind)
    to, by = _address(body)
    person = _person(world, number, to, by)
    if person.wa_id == as_whatsapp_writes(number.digits):
        raise GraphError(131021)
    return Envelope(to, by, person, kind, body.get(kind), body.get("biz_opaque_callback_data", ""))


def _refuse_unknown(body: dict[str, Any], kind: str) -> None:
    """Unknown keys, and the common ones with values Meta does not take."""
    if unknown := sorted(body.keys() - COMMON - {kind}):
        raise GraphError(100, f'Unexpected key "{unknown[0]}" on param "message".')
    if body.get("recipient_type", "individual") != "individual":
        raise GraphError(131009, "Param recipient_type must be individual: this number has no groups.")
    if body.get("category", "service") != "service":
        raise GraphError(100, "Direct Send is not enabled for this WhatsApp Business Account.")
    reference = body.get("biz_opaque_callback_data", "")
    if not isinstance(reference, str) or len(reference) > REFERENCE_LIMIT:
        raise GraphError(100, f"Param biz_opaque_callback_data must be at most {REFERENCE_LIMIT} characters long.")


def _check_context(body: dict[str, Any], kind: str) -> None:
    context = body.get("context")
    if context is None:
        return
    if kind == "reaction":
        raise GraphError(131009, "Param context is not allowed for a reaction.")
    if not isinstance(context, dict) or not isinstance(context.get("message_id"), str):
        raise GraphError(131008, "Required parameter context['message_id'] is missing.")


def _address(body: dict[str, Any]) -> tuple[str, str]:
    """Who it is addressed to; `to` wins over `recipient`."""
    for field, by in (("to", "phone"), ("recipient", "bsuid")):
        if address := body.get(field):
            if not isinstance(address, str):
                raise GraphError(131009, f"Param {field} must be a string.")
            return address, by
    raise GraphError(100, text="(#100) The parameter to is required.")


def _person(world: World, number: Number, address: str, by: str) -> Person:
    share = world.misbehaviour.only_user_id_share
    if by == "bsuid":
        if not USER_ID.fullmatch(address):
            raise GraphError(131009, "Param recipient is not a business-scoped user ID.")
        return world.people.by_user_id(address, share)
    digits = "".join(filter(str.isdigit, address))
    if not PHONE.fullmatch(address) or not digits.isascii() or not 7 <= len(digits) <= 15:
        raise GraphError(131009, "Param to is not a phone number.")
    if not address.startswith("+"):
        digits = _without_plus(world, number, digits)
    return world.people.by_phone(as_whatsapp_writes(digits), share)


def _without_plus(world: World, number: Number, digits: str) -> str:
    """Meta puts the sender's country code in front, which may reach a stranger; we refuse unless told to do so too."""
    if world.misbehaviour.missing_plus == "refused":
        raise GraphError(
            131009,
            "Param to has no + and country code. Meta would put the sender's country code in front and perhaps reach "
            "a stranger; the simulator refuses (missing_plus).",
        )
    world.counts["strangers"] += 1
    return country_code_of(number.digits) + digits


def country_code_of(digits: str) -> str:
    """The calling code a number begins with."""
    codes = (digits[:length] for length in (1, 2, 3))
    return next((code for code in codes if int(code) in COUNTRY_CODE_TO_REGION_CODE), "")
