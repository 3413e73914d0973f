"""An inbox that cannot apply anything for a while, so that all that arrives ends in quarantine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from messaging.inbox import apply
from messaging.inbox.apply import TRIES, apply_waiting
from messaging.models import Sender, WebhookFailure
from tests.factories import NOON
from tests.webhooks import arrived, body_of


@contextmanager
def broken_inbox() -> Iterator[None]:
    """While nothing can be applied."""

    def break_down(*_arguments: Any) -> None:
        raise LookupError("the tea house is closed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apply, "handle", break_down)
        patch.setattr(apply, "apply_statuses", break_down)
        yield


def quarantined(sender: Sender, *bodies: bytes, now: datetime = NOON) -> list[WebhookFailure]:
    """These bodies arrive while nothing can be applied; their failures in the order of arrival."""
    events = [arrived(sender, body).pk for body in bodies]
    with broken_inbox():
        for _try in range(TRIES):
            apply_waiting(now)
    return list(WebhookFailure.objects.filter(event__in=events).order_by("event", "item"))


def review(sender: Sender, event: str, at: datetime = NOON) -> bytes:
    """Meta's word on the template spring_tea."""
    said = {"event": event, "message_template_id": 77, "message_template_name": "spring_tea",
            "message_template_language": "en"}  # fmt: skip
    return body_of(sender.account.waba_id, "message_template_status_update", said, int(at.timestamp()))


def quality(sender: Sender, score: str, at: datetime = NOON) -> bytes:
    said = {"message_template_id": 77, "message_template_name": "spring_tea", "message_template_language": "en",
            "previous_quality_score": "UNKNOWN", "new_quality_score": score}  # fmt: skip
    return body_of(sender.account.waba_id, "message_template_quality_update", said, int(at.timestamp()))


def category(sender: Sender, name: str, at: datetime = NOON) -> bytes:
    said = {"message_template_id": 77, "message_template_name": "spring_tea", "message_template_language": "en",
            "previous_category": "UTILITY", "new_category": name}  # fmt: skip
    return body_of(sender.account.waba_id, "template_category_update", said, int(at.timestamp()))


def restriction(sender: Sender, at: datetime = NOON) -> bytes:
    said = {"event": "ACCOUNT_RESTRICTION",
            "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]}  # fmt: skip
    return body_of(sender.account.waba_id, "account_update", said, int(at.timestamp()))


def end_of_restriction(sender: Sender, at: datetime = NOON) -> bytes:
    return body_of(sender.account.waba_id, "account_update", {"event": "ACCOUNT_RECONNECTED"}, int(at.timestamp()))


def limit(sender: Sender, tier: str, at: datetime = NOON) -> bytes:
    said = {"display_phone_number": sender.number, "event": "UPGRADE", "current_limit": tier}
    return body_of(sender.account.waba_id, "phone_number_quality_update", said, int(at.timestamp()))


def preference(sender: Sender, value: str, wa_id: str, at: datetime = NOON) -> bytes:
    """Somebody's own switch for marketing inside WhatsApp."""
    one = {"wa_id": wa_id, "category": "marketing_messages", "value": value, "timestamp": int(at.timestamp())}
    said = {"metadata": {"phone_number_id": sender.provider_ref}, "user_preferences": [one]}
    return body_of(sender.account.waba_id, "user_preferences", said)
