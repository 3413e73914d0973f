"""Changes made at the desk are told to whoever keeps the record: the audit, which stands above this package."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Model

from accounts.actor import Actor

_recorders: list[Callable[..., Any]] = []


def keep_record(recorder: Callable[..., Any]) -> None:
    """Have `recorder(action, subject, actor, now=..., **facts)` called inside the transaction of each change."""
    if recorder not in _recorders:
        _recorders.append(recorder)


def tell(action: str, subject: Model, actor: Actor, now: datetime, **facts: object) -> None:
    """Tell of a change. Call it inside the transaction of the change."""
    for recorder in _recorders:
        recorder(action, subject, actor, now=now, **facts)
