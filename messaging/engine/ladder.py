"""How a message's status climbs. The lane's own results and the provider's reports are applied with the same words.

They arrive in any order and more than once: the highest rung counts. A failure yields only to proof of delivery, and
`unsure` settles either way until it is closed. Proof also lifts what we thought had never left the house.
"""

from collections.abc import Iterable

from accounts.statements import run_sql
from messaging.batches import numbers
from messaging.models import Status

# Rungs that only a provider can know of: they prove that the message left, whatever we believed.
PROOF = (Status.SENT, Status.DELIVERED, Status.READ)
# What nothing but proof changes any more.
_ENDED = (Status.EXCLUDED, Status.CLOSED)

# What both sides lock first, so that two batches with the same messages wait for each other instead of dying together.
LOCK_MESSAGES = "SELECT id FROM messaging_message WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


def climbed_sql(current: str, reported: str) -> str:
    """The status of a message that stood at `current` and is now `reported`; both are SQL expressions."""
    proof, ended = (", ".join(str(rung.value) for rung in rungs) for rungs in (PROOF, _ENDED))
    return (
        f"CASE WHEN {current} IN ({ended}) AND {reported} IN ({proof}) THEN {reported}"
        f" ELSE greatest({current}, {reported}) END"
    )


def lock_messages(ids: Iterable[int]) -> None:
    """Lock messages in id order, inside a transaction, before a batch of them is changed."""
    run_sql(LOCK_MESSAGES, [numbers(sorted(set(ids)))])
