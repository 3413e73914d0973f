"""Every kind of webhook as it comes, with more in it than we know, and with less."""

import dataclasses
import json
from typing import Any

import pytest

from messaging.inbox.apply import apply_waiting
from messaging.inbox.items import StatusItem
from messaging.models import WebhookEvent, WebhookFailure
from messaging.whatsapp.webhooks import UnknownItem, parse
from tests.factories import NOON as AT_NOON
from tests.factories import SenderFactory
from tests.messaging.whatsapp.bodies import NOON, body
from tests.messaging.whatsapp.test_webhook_poison import storable
from tests.messaging.whatsapp.webhook_catalogue import KINDS, with_more_everywhere, with_one_key_missing
from tests.webhooks import arrived

# Without one of these nobody can say which message or template, or what of it, is meant.
NEEDED = {
    "id", "timestamp", "status", "message_template_id", "event", "new_quality_score", "previous", "current", "user_id",
    "phone_number_id", "metadata", "field", "value", "category", "to", "from", "recipient_id",
}  # fmt: skip


def told(item: Any) -> dict[str, Any]:
    """What an item says, without the key that is made of its whole content."""
    said_of_it = item._asdict() if isinstance(item, StatusItem) else dataclasses.asdict(item)
    del said_of_it["dedupe_key"]
    return {"is": type(item).__name__, **said_of_it}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_the_item_that_it_says(kind: str) -> None:
    change, item = KINDS[kind]
    assert [type(one).__name__ for one in parse(body(change, time=NOON))] == [item]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_newer_version_adds_changes_nothing(kind: str) -> None:
    change, _item = KINDS[kind]
    more = {"object": "whatsapp_business_account", "entry": [{"id": "104990", "time": NOON, "changes": [change]}]}
    items = parse(json.dumps(with_more_everywhere(more)).encode())
    assert list(map(told, items)) == list(map(told, parse(body(change, time=NOON))))


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_missing_costs_at_most_its_own_item(kind: str) -> None:
    change, item = KINDS[kind]
    for path, less in with_one_key_missing(change):
        items = parse(body(less, KINDS["security"][0], time=NOON))
        assert items, path
        assert type(items[-1]).__name__ == "AccountItem", path
        storable(items)
        lost = [one for one in items if isinstance(one, UnknownItem)]
        assert not lost or item == "UnknownItem" or set(path.split(".")) & (NEEDED | _lists(change)), path


def _lists(change: dict[str, Any]) -> set[str]:
    """Names of what holds the items themselves."""
    return {key for key, value in change["value"].items() if isinstance(value, list)}


@pytest.mark.django_db
def test_every_kind_can_be_applied() -> None:
    """All in one body, as they come. Those with something missing are played by tests/hostile."""
    number = SenderFactory(provider_ref="555001", number="+85250001111", account__waba_id="104990")
    arrived(number, body(*(change for change, _item in KINDS.values()), time=NOON))
    apply_waiting(AT_NOON)
    assert list(WebhookFailure.objects.values_list("kind", "error")) == []
    assert WebhookEvent.objects.get().state == WebhookEvent.State.APPLIED


def test_a_thousand_of_all_kinds_in_one_body_are_all_there() -> None:
    whole = [change for change, _item in KINDS.values()] * 20
    assert len(parse(body(*whole, time=NOON))) == len(whole)
