"""One wish, one effect: the first answer to a key is kept; the same key with other arguments is refused."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from approvals.canonical import seal_of
from approvals.models import IdempotentCall
from approvals.reasons import Reason, Refused
from approvals.registry import Tool


def begin(tool: Tool, key: str, arguments: dict[str, Any], actor: Actor, now: datetime) -> tuple[IdempotentCall, bool]:
    """The call of this key and whether it is new. A second caller waits here until the first has committed.

    Raises Refused when the key stands for other arguments.
    """
    digest = seal_of(arguments)
    found = _by_key(tool, key, actor)
    try:
        with transaction.atomic():
            return IdempotentCall.objects.create(**found, arguments_seal=digest, created_at=now), True
    except IntegrityError:
        first = IdempotentCall.objects.get(**found)
    if first.arguments_seal != digest:
        raise Refused(
            Reason(
                "idempotency_key_reused",
                _("You have used this key for other arguments."),
                _("Use a new key for a new wish; repeat the old arguments to read the old answer."),
                "idempotency_key",
            )
        )
    return first, False


def claim(tool: Tool, arguments: dict[str, Any], actor: Actor, now: datetime) -> tuple[IdempotentCall, bool]:
    """The same call within `tool.same_for`, and whether it is ours to carry out.

    Raises Refused while the first is under way, or broke off so that nobody knows what it did.
    """
    digest = seal_of(arguments)
    found = _by_key(tool, digest, actor)
    fresh = {"arguments_seal": digest, "answer": {}, "created_at": now}
    assert tool.same_for is not None
    IdempotentCall.objects.filter(**found, created_at__lte=now - tool.same_for).delete()
    first, is_new = IdempotentCall.objects.get_or_create(**found, defaults=fresh)
    if not is_new and not first.answer:
        raise Refused(
            Reason(
                "same_call_under_way",
                _("The same call was made a moment ago and has not been answered yet."),
                _("Look whether it was done; the same call is taken for a new one in %d minutes.")
                % (tool.same_for.total_seconds() // 60),
            )
        )
    return first, is_new


def _by_key(tool: Tool, key: str, actor: Actor) -> dict[str, Any]:
    return {"organisation": actor.organisation, "principal": actor.principal, "tool": tool.name, "key": key}
