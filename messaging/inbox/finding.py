"""Whose message a report is about: by our own reference, else by the provider's id, and only of the sender it names."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from accounts.statements import run_sql
from messaging.batches import texts
from messaging.inbox.items import StatusItem
from messaging.models import Sender

_BY_ECHO = """
SELECT id::text, message_id, contact_id, sender_id::text FROM messaging_attempt WHERE id = ANY(%s::uuid[])
"""
_BY_PROVIDER_ID = """
SELECT provider_id, id, contact_id, sender_id::text FROM messaging_message WHERE provider_id = ANY(%s::text[])
"""
_REFERENCE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Found(NamedTuple):
    """A report of a message of ours, and whose message it is."""

    sender: Sender
    item: StatusItem
    message: int
    contact: int


def find(items: Sequence[tuple[Sender, StatusItem]]) -> dict[int, Found]:
    """Those whose message is known, by their place."""
    found: dict[int, Found] = {}
    echoes = {place: echo for place, (_sender, item) in enumerate(items) if (echo := reference(item))}
    _match(_BY_ECHO, echoes, items, found)
    others = {place: item.provider_id for place, (_sender, item) in enumerate(items) if place not in found}
    _match(_BY_PROVIDER_ID, others, items, found)
    return found


def _match(
    statement: str,
    keys: Mapping[int, str],
    items: Sequence[tuple[Sender, StatusItem]],
    found: dict[int, Found],
) -> None:
    if not keys:
        return
    told = run_sql(statement, [texts(set(keys.values()))])
    rows = {key: (message, contact, sender) for key, message, contact, sender in told}
    names = {number: str(sender.pk) for number, sender in {id(sender): sender for sender, _item in items}.items()}
    for place, key in keys.items():
        sender, item = items[place]
        message, contact, whose = rows.get(key, (0, 0, ""))
        if whose == names[id(sender)]:
            found[place] = Found(sender, item, message, contact)


def reference(item: StatusItem) -> str:
    """Our attempt's id as it was sent along; empty for what others write into that field."""
    if not item.echo or _REFERENCE.fullmatch(item.echo):
        return item.echo
    try:
        return str(UUID(item.echo))
    except ValueError:
        return ""
