"""What callbacks say, read by the configuration; what it does not name is unknown."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from messaging.carriers import Malformed
from sms.gateways.gateway import Callback, Failure, Progress, Receipt, Reply, Unknown
from sms.gateways.generic.configuration import Calls, Receipts, Replies
from sms.gateways.generic.finding import as_text, node_at
from sms.gateways.moments import amount, moment
from sms.gateways.told import read_json

Meaning = TypeVar("Meaning")
MOST_FIELDS, MOST_ITEMS = 200, 1000
_FAILED = (Progress.FAILED, Progress.EXPIRED)
_LONGEST_TEXT = 10_000  # characters of a reply


class Item:
    """One item of a call: its own fields, and those of the query that came with it."""

    def __init__(self, fields: Any, query: Mapping[str, str], written_as: str) -> None:
        self.fields, self.query, self.is_json = fields, query, written_as == "json"

    def raw(self, where: str) -> Any:
        """What stands there; None for nothing."""
        if not where:
            return None
        if where.startswith("?"):
            return self.query.get(where[1:])
        return node_at(self.fields, where) if self.is_json else self.fields.get(where)

    def text(self, where: str) -> str:
        """The plain value there; empty without one."""
        return as_text(self.raw(where))


def items_of(callback: Callback, calls: Calls) -> Sequence[Item]:
    """The items of a call. Raises `Malformed`."""
    query = _pairs(callback.query)
    if calls.written_as != "json":
        fields = query if calls.written_as == "query" else _pairs(_decoded(callback.body))
        return [Item(fields, query, calls.written_as)]
    told = read_json(callback.body)
    found = [told] if calls.items is None else node_at(told, calls.items)
    if not isinstance(found, list) or len(found) > MOST_ITEMS:
        raise Malformed(f"the body has no list of up to {MOST_ITEMS} items where the configuration says")
    return [Item(one, query, "json") for one in found]


def receipt_of(item: Item, at: Receipts) -> Receipt | Unknown:
    """What became of a text, where the configuration knows the word for it."""
    told, reference = item.text(at.id)[:64], item.text(at.reference)[:36]
    status, error = item.text(at.status), item.text(at.error)
    key = f"{told or reference}:{status}:{error}"[:200]
    progress = _by_word(at.statuses, status)
    if progress is None or not (told or reference):
        return Unknown(key, f"a receipt without an id or with the status {status[:20]!r}")
    is_failed = progress in _FAILED
    return Receipt(
        dedupe_key=key,
        provider_id=told or reference,
        reference=reference,
        progress=progress,
        at=moment(item.text(at.at)),
        code=error[:20],
        failure=(_by_word(at.errors, error) or Failure.UNCLEAR) if is_failed else Failure.NONE,
        price=amount(item.raw(at.price)),
        currency=item.text(at.currency)[:3],
    )


def reply_of(item: Item, at: Replies) -> Reply | Unknown:
    """A text from a phone. Without an id of its own it is known by what it says, and when."""
    phone, text, when = item.text(at.phone).removeprefix("+"), item.raw(at.text), item.text(at.at)
    told = item.text(at.id)[:64]
    key = told or hashlib.sha256(f"{phone}\n{text}\n{when}".encode()).hexdigest()[:40]
    if not (phone.isascii() and phone.isdecimal() and 3 < len(phone) < 16) or not isinstance(text, str):
        return Unknown(key, "a reply without a phone or a text")
    return Reply(key, key, item.text(at.sender)[:20], f"+{phone}", text[:_LONGEST_TEXT], moment(when))


def _by_word(table: Mapping[str, Meaning], word: str) -> Meaning | None:
    folded = word.casefold()
    return next((meaning for known, meaning in table.items() if known.casefold() == folded), None)


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("the form cannot be read") from None


def _pairs(encoded: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(encoded, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except ValueError:
        raise Malformed("the form cannot be read") from None
