"""whatsapp.webhook_logs.list: what arrived and what failed, by kind, without anybody's words, numbers or names."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.actor import Actor, Face
from approvals.calls import call
from messaging.inbox.apply import apply_waiting
from messaging.models import Sender, WebhookEvent
from tests.desk.harbour import page
from tests.factories import NOON, SenderFactory, mei_chan, other_tenant, vera_ng
from tests.messaging.inbox.failing import quarantined, review
from tests.messaging.spring_tea import tea_assistant
from tests.webhooks import arrived, messages_body, status, text

pytestmark = pytest.mark.django_db

SECRETS = ("61234567", "Ann Lam", "oolong", "invoice_ann.pdf", "HK.555", "EAAGm0PX4ZCps")


@pytest.fixture
def sender() -> Sender:
    sender: Sender = SenderFactory()
    return sender


def mei() -> Actor:
    return Actor.of_person(mei_chan(), Face.REST)


def logs(actor: Actor | None = None, **ask: Any) -> dict[str, Any]:
    data: dict[str, Any] = call("whatsapp.webhook_logs.list", ask, actor or mei(), NOON).data
    return data


def came(sender: Sender, body: bytes, at: datetime = NOON) -> WebhookEvent:
    event = arrived(sender, body)
    WebhookEvent.objects.filter(pk=event.pk).update(received_at=at)
    apply_waiting(at)
    return event


def hello(sender: Sender) -> bytes:
    """A message and a document of Ann's, with her name and all her addresses."""
    whole = json.loads(messages_body(sender, messages=[
        text("wamid.1", "Is the oolong back? EAAGm0PX4ZCpsEAAGm0PX4ZCps1234", NOON, **{"from": "85261234567",
                                                                                  "from_user_id": "HK.555"}),
        {"id": "wamid.2", "timestamp": str(int(NOON.timestamp())), "type": "document", "from": "85261234567",
         "document": {"filename": "invoice_ann.pdf", "id": "1", "brand_new": "oolong"}},
    ]))  # fmt: skip
    value = whole["entry"][0]["changes"][0]["value"]
    value["contacts"] = [{"profile": {"name": "Ann Lam"}, "wa_id": "85261234567"}]
    return json.dumps(whole).encode()


def test_events_are_told_newest_first_with_their_kinds_and_how_long_they_are_kept(sender: Sender) -> None:
    came(sender, hello(sender), NOON - timedelta(hours=2))
    came(sender, messages_body(sender, statuses=[status("wamid.9", "sent", NOON)]), NOON - timedelta(hours=1))
    came(sender, review(sender, "APPROVED"))
    told = logs()
    assert [row["kinds"] for row in told["events"]] == [{"template": 1}, {"status": 1}, {"inbound": 2}]
    assert told["events"][0]["kept_until"].startswith("2026-03-16T04:00")
    assert told["oldest_kept_at"].startswith("2026-03-02T02:00")
    assert "14 days" in told["boundaries"]


@pytest.mark.parametrize(
    ("ask", "kinds"),
    [
        ({"kind": "inbound"}, [{"inbound": 2}]),
        ({"kind": "template"}, [{"template": 1}]),
        ({"kind": "account"}, []),
        ({"state": "partly"}, [{"template": 1}]),
        ({"state": "waiting"}, []),
        ({"error": "LookupError"}, [{"template": 1}]),
        ({"error": "KeyError"}, []),
        ({"until": "2026-03-02T11:00:00+08:00"}, [{"inbound": 2}]),
        ({"since": "2026-03-03T11:00:00+08:00"}, []),
    ],
)
def test_it_is_narrowed_by_kind_state_error_and_time(
    sender: Sender, ask: dict[str, str], kinds: list[dict[str, int]]
) -> None:
    came(sender, hello(sender), NOON - timedelta(hours=2))
    quarantined(sender, review(sender, "APPROVED"))
    WebhookEvent.objects.exclude(state=WebhookEvent.State.APPLIED).update(received_at=NOON)
    assert [row["kinds"] for row in logs(**ask)["events"]] == kinds


def test_a_failure_is_told_by_the_type_of_its_error_and_with_what_it_is_retried_by(sender: Sender) -> None:
    (failure,) = quarantined(sender, review(sender, "APPROVED"))
    (row,) = logs()["events"]
    assert row["failures"] == [
        {"failure_id": str(failure.key), "place": 0, "kind": "template", "error": "LookupError", "tries": 3,
         "quarantined_at": "2026-03-02T04:00:00Z", "can_be_retried": True}
    ]  # fmt: skip
    assert (row["state"], row["kept_until"]) == ("partly", None)


def test_payloads_show_their_shape_and_no_words_numbers_names_or_secrets(sender: Sender) -> None:
    came(sender, hello(sender))
    (row,) = logs(payloads=True)["events"]
    assert [secret for secret in SECRETS if secret in row["payload"]] == []
    assert '"type": "document"' in row["payload"]
    assert sender.provider_ref in row["payload"]
    assert logs()["events"][0]["payload"] == ""


def test_whoever_may_not_see_the_configuration_sees_no_payload(sender: Sender) -> None:
    came(sender, hello(sender))
    assert logs(tea_assistant(), payloads=True)["events"][0]["payload"] == "••••"


def test_the_desk_shows_a_body_without_the_same(sender: Sender) -> None:
    event = came(sender, hello(sender))
    shown = page(mei_chan(), "messaging_webhookevent_change", event.pk)
    assert [secret for secret in SECRETS if secret in shown] == []


def test_another_organisations_events_and_those_of_sms_gateways_are_not_there(sender: Sender) -> None:
    theirs: Sender = SenderFactory(account__organisation=other_tenant())
    came(theirs, hello(theirs))
    WebhookEvent.objects.create(carrier="sms", body=b"{}", signed_for=[sender.account_id])
    assert logs()["events"] == []


def test_of_an_app_that_is_shared_only_ones_own_entries_are_counted(sender: Sender) -> None:
    theirs: Sender = SenderFactory(account__organisation=other_tenant())
    entries = [json.loads(body)["entry"][0] for body in (hello(sender), review(theirs, "APPROVED"))]
    both = {"object": "whatsapp_business_account", "entry": entries}
    for body in (json.dumps(both).encode(), review(theirs, "PAUSED")):
        event = arrived(sender, body)
        event.signed_for = [sender.account_id, theirs.account_id]
        event.save()
    apply_waiting(NOON)
    (row,) = logs(payloads=True)["events"]
    assert row["kinds"] == {"inbound": 2}
    assert theirs.account is not None
    assert theirs.account.waba_id not in row["payload"]
    assert logs(kind="template")["events"] == []


def test_the_log_goes_on_page_by_page(sender: Sender) -> None:
    for hours in range(3):
        came(sender, review(sender, "APPROVED"), NOON - timedelta(hours=hours))
    first = logs(limit=2)
    rest = logs(limit=2, cursor=first["next_cursor"])
    assert (len(first["events"]), len(rest["events"]), rest["next_cursor"]) == (2, 1, "")


def test_a_viewer_reads_the_log_and_learns_nobodys_name(sender: Sender) -> None:
    came(sender, hello(sender))
    told = json.dumps(logs(Actor.of_person(vera_ng(), Face.REST), payloads=True))
    assert [secret for secret in SECRETS if secret in told] == []
