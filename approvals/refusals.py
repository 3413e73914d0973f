"""What was refused stands in the record: who tries to go round an approval is seen.

One entry for the first time that somebody is refused a tool for the same reasons in an hour, then at 10, 100, 1,000…:
a loop cannot flood the record. Codes alone are kept, never what was asked. A mistyped argument is no attempt at
anything and is not recorded, nor is a name that no tool has.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.actor import Actor
from approvals.models import ActionRequest, Refusal
from approvals.reasons import Reason, Refused
from approvals.registry import registry
from audit.record import record

KEPT_FOR = timedelta(days=2)
# What was mistyped or left out. A wrong password has an entry of its own.
_MISTAKES = frozenset({"invalid_argument", "note_missing", "password_missing", "password_wrong"})

_COUNT = """
INSERT INTO approvals_refusal (organisation_id, principal, tool, codes, hour, times) VALUES (%s, %s, %s, %s, %s, 1)
ON CONFLICT ON CONSTRAINT refusals_counted_once DO UPDATE SET times = approvals_refusal.times + 1
RETURNING times
"""


def note(name: str, no: Refused, actor: Actor, now: datetime, request: ActionRequest | None = None) -> None:
    """Count that this tool, or the decision on `request`, was refused, and record it where that says something new."""
    tool = registry.get(name)
    codes = codes_of(no.reasons)
    if tool is None or not codes:
        return
    with transaction.atomic():
        times = _count(tool.name, codes, actor, now)
        if _is_power_of_ten(times):
            _forget_old(actor, now)
            action, subject = ("decision.refused", request) if request else ("call.refused", ("tool", tool.name))
            record(action, subject, actor, now=now, tool=tool.name, codes=codes, times=times)


def codes_of(reasons: tuple[Reason, ...]) -> list[str]:
    """What speaks of more than a mistake, sorted, each once."""
    return sorted({reason.code for reason in reasons} - _MISTAKES)


def _count(tool: str, codes: list[str], actor: Actor, now: datetime) -> int:
    hour = now.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [actor.organisation.pk, actor.principal, tool, ",".join(codes)[:400], hour])
        (times,) = cursor.fetchone()
    return int(times)


def _forget_old(actor: Actor, now: datetime) -> None:
    Refusal.objects.filter(organisation=actor.organisation, principal=actor.principal, hour__lt=now - KEPT_FOR).delete()


def _is_power_of_ten(times: int) -> bool:
    return str(times).strip("0") == "1"
