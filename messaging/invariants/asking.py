"""Asking all rules, of the whole database or of what was made since some moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.clock import database_now
from messaging.invariants import approvals, handed, liveness, messages, record, resends, sends, stops
from messaging.invariants.handed import Handed
from messaging.invariants.logs import Logs
from messaging.invariants.logs import against as against_logs
from messaging.invariants.rules import Broken
from messaging.models import MessagingRules

RULES = (*sends.RULES, *messages.RULES, *approvals.RULES, *stops.RULES, *resends.RULES)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked about: the sends and requests made since `since`, all without it.

    `grace` is how long work may lie before it counts as forgotten: a moment for every bell that may have been lost.
    `told_within` is how long an opt-out may take from being read to being committed.
    """

    since: datetime | None = None
    grace: timedelta = timedelta(minutes=5)
    told_within: timedelta = timedelta(minutes=1)

    def parameters(self) -> dict[str, Any]:
        return {
            "since": self.since.isoformat() if self.since else "-infinity",
            "grace": self.grace,
            "told_within": self.told_within,
            "cap": MessagingRules._meta.get_field("marketing_cap").get_default(),
            "cap_days": MessagingRules._meta.get_field("marketing_cap_days").get_default(),
        }


def broken_invariants(
    now: datetime | None = None,
    scope: Scope | None = None,
    *,
    journal: Sequence[Handed] | None = None,
    stopped: Mapping[int, datetime] | None = None,
    logs: Logs | None = None,
) -> list[Broken]:
    """Every rule that does not hold, in a fixed order. Reads only.

    `now` is the database's clock unless told otherwise. `journal` is what the provider says it took, in the scope;
    `stopped` says when the opt-out of a contact was known to be committed; `logs` is what the processes wrote.
    """
    scope = scope or Scope()
    parameters = scope.parameters() | {"now": now or database_now()}
    found = [rule.ask(parameters) for rule in (*RULES, *liveness.RULES)]
    found += approvals.untouched(scope.since)
    found += record.chains_hold()
    if journal is not None:
        found += handed.against(journal, parameters)
    if stopped:
        found += stops.after_commit(stopped)
    if logs is not None:
        found += against_logs(logs)
    return [one for one in found if one is not None]


def assert_invariants(now: datetime | None = None, scope: Scope | None = None, **witnesses: Any) -> None:
    """Raises AssertionError with every rule that does not hold; `witnesses` as `broken_invariants` takes them."""
    found = broken_invariants(now, scope, **witnesses)
    if found:
        raise AssertionError("\n".join(_told(found)))


def _told(found: Sequence[Broken]) -> Iterator[str]:
    yield f"{len(found)} invariants do not hold:"
    yield from (f"  {one}" for one in found)
