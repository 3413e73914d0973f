"""One text over one line: all of its parts in order, and their ids written down before anybody is told.

The first part decides. Before it is taken, a refusal is a refusal of the text. After it, somebody may hold half a
text: parts that were refused for want of pace are tried on, and whatever else happens leaves the text unsure, never
begun anew.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from itertools import count
from random import randrange
from uuid import UUID

from messaging.carriers import Retry, SendFailed
from sms.gateways.smpp.coding import parts_of, validity_of
from sms.gateways.smpp.configuration import SmppConfiguration, key_of
from sms.gateways.smpp.line import Line
from sms.gateways.smpp.local import Handed
from sms.gateways.smpp.pdu import Address, Submit

log = logging.getLogger(__name__)

FOLLOWING_SECONDS = 10.0  # how long parts after the first are tried
_SHORTEST_PHONE = 8  # digits

# Writes down durably: gateway, our reference, the ids of the parts taken, and how many parts there are.
KeepIds = Callable[[UUID, UUID, list[str], int], Awaitable[None]]


def references() -> Iterator[int]:
    """Numbers for texts of several parts: two texts to one phone in a row never share theirs."""
    return (number % 256 for number in count(randrange(256)))


async def hand_over(line: Line, handed: Handed, reference: int, keep_ids: KeepIds) -> list[str]:
    """The ids of all parts, durable. Raises `SendFailed`."""
    options: SmppConfiguration = line.account.configuration
    bodies = bodies_of(handed, options, reference)
    keys: list[str] = []
    failed: SendFailed | None = None
    with line.handing_over():
        try:
            await _submit_all(line, bodies, keys, options)
        except SendFailed as error:
            failed = error
        if keys:
            await _keep(line, handed, keys, len(bodies), keep_ids)
    if failed is None:
        return keys
    if not keys:
        raise failed
    text = f"{len(keys)} of {len(bodies)} parts were taken, then: {failed.code}"
    raise SendFailed("partly_taken", text, Retry.UNSURE)


async def _submit_all(line: Line, bodies: list[bytes], keys: list[str], options: SmppConfiguration) -> None:
    """Part after part; what is taken is added to `keys`, also when a later one fails."""
    keys.append(key_of(await line.submit(bodies[0]), options.response_ids))
    until = asyncio.get_running_loop().time() + FOLLOWING_SECONDS
    for body in bodies[1:]:
        message_id = await _submit_until(line, body, until)
        keys.append(key_of(message_id, options.response_ids))


async def _submit_until(line: Line, body: bytes, until: float) -> str:
    """A following part; known not to have been taken, it is tried again until the time is over."""
    while True:
        try:
            return await line.submit(body)
        except SendFailed as failed:
            wait = min(failed.retry_after or 1.0, 1.0)
            if failed.retry is not Retry.NOT_ATTEMPTED or asyncio.get_running_loop().time() + wait > until:
                raise
            await asyncio.sleep(wait)


async def _keep(line: Line, handed: Handed, keys: list[str], total: int, keep_ids: KeepIds) -> None:
    try:
        await keep_ids(line.account.id, handed.reference, keys, total)
    except Exception as error:  # a worker ends here: the text has left, whatever the database says
        log.exception("gateway %s: the ids of text %s could not be kept", line.account.id, handed.reference)
        text = "The text was taken, but its ids could not be kept"
        raise SendFailed("ids_not_kept", text, Retry.UNSURE) from error


def bodies_of(handed: Handed, options: SmppConfiguration, reference: int) -> list[bytes]:
    """The body of a submit_sm for each part. Raises `SendFailed` for what SMPP has no room for."""
    source = source_of(handed.sender, options)
    destination = Address(1, 1, handed.to.removeprefix("+"))
    validity = validity_of(None if handed.valid_for is None else timedelta(seconds=handed.valid_for))
    return [
        Submit(source, destination, esm_class, coding, octets, validity, options.service_type).body()
        for esm_class, coding, octets in parts_of(handed.text, handed.encoding, options.alphabet, reference)
    ]


def source_of(sender: str, options: SmppConfiguration) -> Address:
    """Our sender ID with its type and plan: phones 1/1, short codes as the account says, names 5/0."""
    digits = sender.removeprefix("+")
    if digits.isascii() and digits.isdecimal():
        if sender.startswith("+") or len(digits) >= _SHORTEST_PHONE:
            return Address(1, 1, digits)
        return Address(options.short_number_ton, 0, digits)
    if not sender.isascii():
        raise SendFailed("sender_unusable", "A sender ID has no characters but ASCII", Retry.HOLD, scope="sender")
    return Address(5, 0, sender)
