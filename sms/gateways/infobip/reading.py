"""What Infobip's callbacks say: up to a hundred receipts, or several replies, in one call."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from messaging.carriers import Malformed
from messaging.whatsapp.webhooks.reading import fingerprint
from sms.gateways.gateway import Failure, Progress, Receipt, Reply, Unknown
from sms.gateways.infobip.errors import code_of, meaning, progress
from sms.gateways.moments import amount, moment
from sms.gateways.told import read_json

_SHORTEST_PHONE = 9  # digits; fewer are a short code, which has no country
_MOST_PARTS = 255

_Told = Annotated[str, Field(min_length=1, max_length=200)]


def _or_none(told: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(told)
    except ValidationError:
        return None


_Leniently = WrapValidator(_or_none)  # a receipt is worth more than its odd fields


class _Code(BaseModel):
    group: Annotated[int | None, Field(alias="groupId")] = None
    id: int | None = None


class _Price(BaseModel):
    a_part: Annotated[str | int | float | None, Field(alias="pricePerMessage"), _Leniently] = None
    currency: Annotated[str | None, Field(max_length=3), _Leniently] = None


class _Receipt(BaseModel):
    id: Annotated[_Told, Field(alias="messageId")]
    status: _Code
    error: Annotated[_Code | None, _Leniently] = None
    parts: Annotated[int | None, Field(alias="messageCount"), _Leniently] = None
    price: Annotated[_Price | None, _Leniently] = None
    reference: Annotated[str | None, Field(alias="callbackData"), _Leniently] = None
    done_at: Annotated[str | None, Field(alias="doneAt"), _Leniently] = None
    sent_at: Annotated[str | None, Field(alias="sentAt"), _Leniently] = None


class _Reply(BaseModel):
    id: Annotated[_Told, Field(alias="messageId")]
    phone: Annotated[str, Field(alias="from", pattern=r"^\+?[0-9]{9,15}$")]
    sender: Annotated[str, Field(alias="to")] = ""
    text: str
    at: Annotated[str | None, Field(alias="receivedAt"), _Leniently] = None


def items_of(
    kind: Literal["receipt", "reply"], body: bytes, price_is_a_part: bool
) -> Sequence[Receipt | Reply | Unknown]:
    """The items of a call, in its order; one that makes no sense never loses its siblings. Raises `Malformed`."""
    told = read_json(body)
    results = told.get("results") if isinstance(told, dict) else None
    if not isinstance(results, list):
        raise Malformed("the body has no results")
    return [_item(kind, one, price_is_a_part) for one in results]


def phone(number: str) -> str:
    """Infobip writes numbers without +; short codes and names stay as they are."""
    return f"+{number}" if number.isdecimal() and number.isascii() and len(number) >= _SHORTEST_PHONE else number


def _item(kind: Literal["receipt", "reply"], one: Any, price_is_a_part: bool) -> Receipt | Reply | Unknown:
    key = fingerprint(one)
    try:
        if kind == "reply":
            return _reply(_Reply.model_validate(one))
        return _receipt(_Receipt.model_validate(one), key, price_is_a_part)
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors(include_input=False, include_url=False)[0]["loc"])
        return Unknown(key, f"a {kind} whose {where[:60] or 'form'} is missing or makes no sense")


def _receipt(told: _Receipt, key: str, price_is_a_part: bool) -> Receipt | Unknown:
    reached = progress(told.status.group, told.status.id)
    if reached is None:
        return Unknown(key, f"a receipt with the status {told.status.group}/{told.status.id}")
    error = told.error.id if told.error else None
    is_failed = reached in (Progress.FAILED, Progress.EXPIRED)
    why = meaning(told.status.id, error)
    return Receipt(
        dedupe_key=f"{told.id}:{told.status.group}:{told.status.id}:{error}"[:200],
        provider_id=told.id[:64],
        reference=(told.reference or told.id)[:36],  # the id is our own reference too
        progress=reached,
        at=moment(told.done_at) or moment(told.sent_at),
        code=code_of(told.status.id, error)[:20] if is_failed else "",
        text=why.do if is_failed else "",
        failure=why.failure if is_failed else Failure.NONE,
        price=_cost(told, price_is_a_part),
        currency=(told.price.currency if told.price else None) or "",
    )


def _cost(told: _Receipt, price_is_a_part: bool) -> Decimal | None:
    """What the whole text cost."""
    each = amount(told.price.a_part) if told.price else None
    if each is None or not price_is_a_part:
        return each
    return each * (told.parts if told.parts and 0 < told.parts <= _MOST_PARTS else 1)


def _reply(told: _Reply) -> Reply:
    sender, at = phone(told.sender)[:20], moment(told.at)
    return Reply(told.id, told.id[:64], sender, f"+{told.phone.removeprefix('+')}", told.text, at)
