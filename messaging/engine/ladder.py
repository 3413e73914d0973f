"""How a message's status climbs. The lane's own results and the provider's reports are applied with the same words.

They arrive in any order and more than once: the highest rung counts. A failure yields only to proof of delivery, and
`unsure` settles either way. A report of the provider also lifts what we thought had never left the house.
"""

from collections.abc import Iterable

from django.db import connection

from messaging.models import Status

# Rungs that only a provider can know of: they prove that the message left, whatever we believed.
PROOF = (Status.SENT, Status.DELIVERED, Status.READ)

# What both sides lock first, so that two batches with the same messages wait for each other instead of dying together.
LOCK_MESSAGES = "SELECT id FROM messaging_message WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


def climbed_sql(current: str, reported: str) -> str:
    """The status of a message that stood at `current` and is now `reported`; both are SQL expressions."""
    proof = ", ".join(str(rung.value) for rung in PROOF)
    return (
        f"CASE WHEN {current} = {Status.EXCLUDED} AND {reported} IN ({proof}) THEN {reported}"
        f" ELSE greatest({current}, {reported}) END"
    )


def climbed(current: int, reported: int) -> Status:
    """The same in Python, for one message."""
    if current == Status.EXCLUDED and reported in PROOF:
        return Status(reported)
    return Status(max(current, reported))


def lock_messages(ids: Iterable[int]) -> None:
    """Lock messages in id order, inside a transaction, before a batch of them is changed."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_MESSAGES, [sorted(set(ids))])
