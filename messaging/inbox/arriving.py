"""Verified bodies on their way into the inbox: many requests, one insert."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from accounts.faults import faultpoint
from accounts.statements import run_sql
from messaging.group_commit import Brought, GroupCommit

_INSERT = """
INSERT INTO messaging_webhookevent (carrier, body, signed_for)
SELECT carrier, body, string_to_array(accounts, ',')::uuid[]
  FROM unnest(%b::text[], %b::bytea[], %b::text[]) AS row(carrier, body, accounts)
"""


@dataclass(slots=True)
class Arriving(Brought):
    """One verified body. `signed_for` are the accounts whose secret signed it."""

    carrier: str
    body: bytes
    signed_for: tuple[UUID, ...]


def arrivals(after_commit: Callable[[], None]) -> GroupCommit[Arriving]:
    """Where requests hand in what the inbox is to keep."""
    return GroupCommit(_store, "webhooks", after_commit)


def _store(batch: list[Arriving]) -> None:
    run_sql(
        _INSERT,
        [
            [one.carrier for one in batch],
            [one.body for one in batch],
            [",".join(map(str, one.signed_for)) for one in batch],
        ],
    )
    faultpoint("inbox.stored")
