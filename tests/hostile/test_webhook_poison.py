"""Poison in every field of what Meta sends, through the webhook's own door and into the tables."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from messaging.carriers import carrier
from messaging.inbox import statuses
from messaging.inbox.apply import TRIES, apply_waiting
from messaging.inbox.arriving import arrivals
from messaging.inbox.shim import WebhookShim
from messaging.models import (
    InboundMessage,
    Message,
    ParkedStatus,
    Sender,
    Status,
    Suppression,
    TemplateTranslation,
    WebhookEvent,
    WebhookFailure,
)
from tests.factories import (
    NOON,
    ContactFactory,
    SenderFactory,
    SendFactory,
    TemplateFactory,
    TemplateTranslationFactory,
)
from tests.hostile.poison import POISONS, SHAPES, Path, fields_of, poisoned
from tests.thoroughness import tries
from tests.webhooks import arrived, messages_body, post, status

LATER = NOON + timedelta(minutes=5)
# The whole report, or what it stands in: with it goes what is told beside it.
TAKES_ITS_NEIGHBOUR = {"field", "value", "metadata", "phone_number_id", "statuses"}


@pytest.fixture
def sender() -> Sender:
    """Harbour Tea's number, with a template that is approved."""
    sender: Sender = SenderFactory()
    template = TemplateFactory(account=sender.account, name="spring_tea")
    TemplateTranslationFactory(template=template, meta_id="594425479261596")
    return sender


@pytest.fixture
def webhook() -> Iterator[WebhookShim]:
    commit = arrivals(after_commit=lambda: None)
    yield WebhookShim(lambda _environ, _start: [b""], commit)
    commit.stop()


def cases(sender: Sender, shape: str) -> Iterator[tuple[str, Path, bytes]]:
    """A name, the poisoned place, and the body: every poison in every field of the shape."""
    sound = SHAPES[shape](sender, "sound")
    for number, path in enumerate(fields_of(sound)):
        for poison, raw in POISONS.items():
            name = f"{shape}-{number}-{poison}"
            yield name, path, poisoned(SHAPES[shape](sender, name), path, raw)


def apply_all() -> None:
    """As often as an event is tried at most."""
    for _each in range(TRIES):
        while WebhookEvent.objects.filter(state=WebhookEvent.State.WAITING, tries=_each).exists():
            apply_waiting(LATER)


@pytest.mark.django_db
@pytest.mark.parametrize("shape", list(SHAPES))
def test_poison_in_any_field_costs_at_most_its_own_item(shape: str, sender: Sender) -> None:
    told = list(cases(sender, shape))[:: tries(4, 1)]
    names = {}
    for name, _path, body in told:
        names[arrived(sender, body).pk] = name
    apply_all()
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {WebhookEvent.State.APPLIED}
    broken = WebhookFailure.objects.values_list("event_id", "kind", "error")
    assert [(names[event], kind, error) for event, kind, error in broken] == []
    kept = set(ParkedStatus.objects.values_list("provider_id", flat=True))
    expected = {f"wamid.{name}.{place}" for name, _path, _body in told for place in ("beside", "apart")}
    if shape == "status":
        expected |= {f"wamid.{name}.1" for name, path, _body in told if path[-1] not in TAKES_ITS_NEIGHBOUR}
    assert sorted(expected - kept) == []


@pytest.mark.django_db
def test_sound_bodies_of_every_shape_do_what_they_say(sender: Sender) -> None:
    """So that the poisoned ones prove something."""
    for shape, body in SHAPES.items():
        arrived(sender, json.dumps(body(sender, shape)).encode())
    apply_all()
    assert ParkedStatus.objects.count() == 2 + 2 * len(SHAPES)
    assert sorted(InboundMessage.objects.values_list("text", flat=True)) == ["Is the oolong back?", "Stop"]
    assert sorted(Suppression.objects.values_list("reason", flat=True)) == ["provider", "stop"]
    translation = TemplateTranslation.objects.get()
    assert (translation.status, translation.category) == ("PAUSED", "marketing")


@pytest.mark.django_db(transaction=True)
def test_whatever_is_signed_and_small_enough_is_answered_200_and_kept(webhook: WebhookShim, sender: Sender) -> None:
    bodies = [body for shape in ("status", "template") for _name, _path, body in cases(sender, shape)][::7]
    bodies += NO_JSON
    answers = [post(webhook, body)[0] for body in bodies]
    assert set(answers) == {"200 OK"}
    kept = sorted(bytes(body) for body in WebhookEvent.objects.values_list("body", flat=True))
    assert kept == sorted(bodies)
    apply_all()
    unread = WebhookEvent.objects.filter(state=WebhookEvent.State.UNREADABLE).values_list("body", flat=True)
    assert {bytes(body) for body in unread} == set(NO_JSON)


NO_JSON = [
    b"",
    b" ",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b'{"entry": [}',
    b'{"object": "whatsapp_business_account"',
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    "{}".encode("utf-32"),
    b'{"a": "\xff\xfe"}',
    b"\x00" * 100,
    b"\x1f\x8b\x08\x00gzip",
    b"a=1&b=2",
    b"<xml/>",
    b"[" * 1_000_000,
    b'{"a":' * 200_000,
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        {"object": "page", "entry": []},
        {"entry": [{"id": "1", "changes": [{"field": "brand_new", "value": {}}]}]},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"value": {"metadata": {}}}]}]},
        {"object": "whatsapp_business_account", "entry": [None, 5, "x", [], {}]},
        {"object": "whatsapp_business_account", "entry": {"id": "1"}},
        {"entry": [{"changes": [{"field": "messages", "value": {"statuses": [{"status": "teleported", "id": "1"}]}}]}]},
        {"entry": [{"changes": [{"field": "calls", "value": {"calls": [{"id": "1"}]}}]}]},
    ],
    ids=range(7),
)  # fmt: skip
def test_what_nobody_understands_is_kept_and_changes_nothing(body: dict[str, Any], sender: Sender) -> None:
    event = arrived(sender, json.dumps(body).encode())
    apply_all()
    event.refresh_from_db()
    assert event.state == WebhookEvent.State.APPLIED
    assert not WebhookFailure.objects.exists()
    assert not ParkedStatus.objects.exists()


@pytest.mark.django_db
def test_the_largest_body_of_nothing_but_poison_is_read_in_seconds(sender: Sender) -> None:
    item = '{"id": "\\ud800", "status": "sent", "timestamp": NaN, "recipient_id": [[[[]]]]}'
    value = '{"metadata": {"phone_number_id": "%s"}, "statuses": [%s]}'
    body = (
        '{"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": '
        + value % (sender.provider_ref, ", ".join([item] * 10_000))
        + "}]}]}"
    )
    began = time.process_time()
    event = arrived(sender, body.encode())
    apply_all()
    event.refresh_from_db()
    assert (event.state, event.items) == (WebhookEvent.State.APPLIED, 10_000)
    assert time.process_time() - began < 10


@pytest.mark.django_db
def test_an_event_that_breaks_its_reader_holds_up_no_other(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    real = carrier("whatsapp").events

    def breaks_on_the_bad_one(raw: bytes) -> Any:
        if b"wamid.bad" in raw:
            raise RecursionError("what nobody foresaw")
        return real(raw)

    monkeypatch.setattr(carrier("whatsapp"), "events", breaks_on_the_bad_one, raising=False)
    bad, good = (
        arrived(sender, messages_body(sender, statuses=[status(f"wamid.{name}", "delivered", NOON)]))
        for name in ("bad", "good")
    )
    apply_all()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (good.state, good.tries) == (WebhookEvent.State.APPLIED, 1)
    assert (bad.state, bad.tries) == (WebhookEvent.State.PARTLY, TRIES)
    assert list(ParkedStatus.objects.values_list("provider_id", flat=True)) == ["wamid.good"]
    (failure,) = WebhookFailure.objects.values_list("event_id", "kind", "error", "quarantined_at")
    assert failure == (bad.pk, "event", "RecursionError", LATER)


@pytest.mark.django_db
def test_a_parked_report_that_cannot_be_applied_holds_up_no_other(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = SendFactory(sender=sender)
    for name in ("good", "bad"):
        arrived(sender, messages_body(sender, statuses=[status(f"wamid.{name}", "delivered", NOON)]))
        apply_waiting(LATER)
        Message.objects.create(
            organisation=sender.organisation, send=send, contact=ContactFactory(), sender=sender,
            address="+85261110001", address_kind="phone", category="marketing", queued_at=NOON,
            provider_id=f"wamid.{name}",
        )  # fmt: skip
    real = statuses.apply_statuses

    def breaks_on_the_bad_one(items: Any, now: Any) -> None:
        if any(item.provider_id == "wamid.bad" for _sender, item in items):
            raise ValueError("poison")
        real(items, now)

    monkeypatch.setattr(statuses, "apply_statuses", breaks_on_the_bad_one)
    assert statuses.match_parked(LATER) == 1
    assert Message.objects.get(provider_id="wamid.good").status == Status.DELIVERED
    assert list(ParkedStatus.objects.values_list("provider_id", flat=True)) == ["wamid.bad"]
