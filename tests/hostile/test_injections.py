"""What customers write is data: signed, taken in, stored, shown as letters, and nothing else happens by it."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests
import time_machine
from django.apps import apps
from django.db import connection
from django.utils.html import escape

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.defaults import default_policies
from approvals.models import ActionRequest
from messaging.inbox import arriving, shim
from messaging.inbox.apply import TRIES, apply_waiting
from messaging.inbox.arriving import Arriving
from messaging.inbox.shim import WebhookShim
from messaging.models import Contact, Conversation, InboundMessage, Sender, WebhookEvent, WebhookFailure
from messaging.wire import asking
from tests.desk.harbour import page
from tests.factories import NOON, AgentFactory, SenderFactory, mei_chan
from tests.hostile.injections import INJECTIONS
from tests.thoroughness import tries
from tests.webhooks import SECRET, messages_body, post

pytestmark = pytest.mark.django_db

TRIED = INJECTIONS[:: tries(25, 1)]
AT = str(int(NOON.timestamp()))
# Where what they write is kept: nothing else may be touched.
KEPT_IN = {
    "messaging_webhookevent", "messaging_inboundmessage", "messaging_contact", "messaging_identity",
    "messaging_conversation", "messaging_conversationevent", "messaging_queue", "messaging_automaticturn",
    "messaging_mediafetch",
}  # fmt: skip
SCOPES = ["whatsapp:read", "whatsapp:preview", "whatsapp:request", "whatsapp:serve", "pii:read"]


class Door:
    """The shim's way into the inbox, one insert at a time and in the test's own transaction."""

    def keep(self, one: Arriving) -> bool:
        arriving._store([one])
        return True


@pytest.fixture
def sender() -> Sender:
    """Harbour Tea's number, whose organisation has the policies it begins with."""
    sender: Sender = SenderFactory(account__app_secret=SECRET)
    default_policies(sender.organisation)
    return sender


@pytest.fixture(autouse=True)
def nobody_is_called(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """No request leaves for any provider."""
    called: list[Any] = []

    def refuse(*request: Any, **_more: Any) -> Any:
        called.append(request)
        raise AssertionError("a provider was called")

    monkeypatch.setattr(shim, "close_old_connections", lambda: None)  # a thread of its own would have its own
    monkeypatch.setattr(asking, "line_to", refuse)
    monkeypatch.setattr(requests.Session, "send", refuse)
    with time_machine.travel(NOON, tick=False):
        yield called
    assert called == []


def messages(number: int, words: str) -> list[dict[str, Any]]:
    """The words as text, button, list row, quick reply and file name, all from one person."""
    told: list[dict[str, Any]] = [
        {"type": "text", "text": {"body": words}},
        {"type": "interactive", "interactive": {"type": "button_reply",
                                                "button_reply": {"id": words[:200] or "1", "title": words}}},
        {"type": "interactive", "interactive": {"type": "list_reply",
                                                "list_reply": {"id": "row", "title": words, "description": words}}},
        {"type": "button", "button": {"text": words, "payload": words}},
        {"type": "document", "document": {"id": "1", "mime_type": "application/pdf", "filename": words,
                                          "caption": words}},
    ]  # fmt: skip
    who = {"from": f"852611{number:05}", "timestamp": AT}
    return [{**who, "id": f"wamid.{number}.{place}", **one} for place, one in enumerate(told)]


def body_of(sender: Sender, number: int, words: str) -> bytes:
    whole = json.loads(messages_body(sender, messages=messages(number, words)))
    profile = {"profile": {"name": words, "username": words}, "wa_id": f"852611{number:05}"}
    whole["entry"][0]["changes"][0]["value"]["contacts"] = [profile]
    return json.dumps(whole).encode()


def tell_all(sender: Sender) -> None:
    """Every injection as a signed webhook through the shim, and all of it applied."""
    application = WebhookShim(lambda _environ, _start: [b""], Door())  # type: ignore[arg-type]
    answers = {post(application, body_of(sender, number, words))[0] for number, words in enumerate(TRIED)}
    assert answers == {"200 OK"}
    for _try in range(TRIES):
        apply_waiting(NOON)


def storable(words: str) -> str:
    """What PostgreSQL can keep of it: NUL and half pairs of surrogates are replaced."""
    plain = words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return plain.replace("\x00", "\ufffd")


def fingerprints() -> dict[str, str]:
    """A digest of every table that may not change."""
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)} - KEPT_IN)
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table}\" t"
            )
            (found[table],) = cursor.fetchone()
    return found


def heard(number: int) -> dict[str, str]:
    """The texts that were kept of one person, by the message's place."""
    mine = InboundMessage.objects.filter(provider_id__startswith=f"wamid.{number}.")
    return {one.provider_id.rpartition(".")[2]: one.text for one in mine}


def reader() -> Actor:
    """Mei's agent, who reads conversations in the clear and may ask for things."""
    return Actor.of_agent(AgentFactory(owner=mei_chan(), scopes=SCOPES), Face.MCP)


def test_it_is_stored_and_nothing_else_changes(sender: Sender) -> None:
    before = fingerprints()
    tell_all(sender)
    assert not WebhookFailure.objects.exists()
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {WebhookEvent.State.APPLIED}
    after = fingerprints()
    assert [table for table, digest in after.items() if digest != before[table]] == []
    for number, words in enumerate(TRIED):
        kept = storable(words)
        assert heard(number) == {"0": kept[:65_536], "1": kept[:256], "2": kept[:256], "3": kept[:256],
                                 "4": kept[:65_536]}  # fmt: skip
    assert set(InboundMessage.objects.values_list("intent", flat=True)) == {""}
    assert (Contact.objects.count(), Conversation.objects.count()) == (len(TRIED), len(TRIED))
    by_hand = Conversation.objects.exclude(owner=None, by_hand_since=None, labels=[], state="open")
    assert not by_hand.exists()


def test_the_desk_shows_it_as_letters_and_the_log_of_webhooks_not_at_all(sender: Sender) -> None:
    tell_all(sender)
    names = page(mei_chan(), "messaging_contact_changelist")
    for number, words in enumerate(TRIED):
        kept = storable(words)
        contact = Contact.objects.get(phone=f"+852611{number:05}")
        shown = page(mei_chan(), "messaging_contact_change", contact.pk)
        if "<" in kept:
            assert kept[:200] not in shown + names
        if len(kept) < 200 and kept.isprintable():
            assert escape(kept) in shown
    event = WebhookEvent.objects.earliest("pk")
    assert TRIED[0] not in page(mei_chan(), "messaging_webhookevent_change", event.pk)
    mei = Actor.of_person(mei_chan(), Face.REST)
    log = call("whatsapp.webhook_logs.list", {"payloads": True, "limit": 50}, mei, NOON)
    told = json.dumps(log.data, ensure_ascii=False)
    assert [words for words in TRIED if len(words) > 12 and json.dumps(words, ensure_ascii=False)[1:-1] in told] == []


def test_tools_mark_it_as_untrusted_and_taint_what_is_asked_for_afterwards(sender: Sender) -> None:
    tell_all(sender)
    unread, agent = reader(), reader()
    for number, words in enumerate(TRIED):
        conversation = Conversation.objects.get(contact__phone=f"+852611{number:05}")
        answer = call("whatsapp.conversation.get", {"conversation_id": str(conversation.pk)}, agent, NOON)
        assert answer.untrusted
        assert storable(words)[:200] in {row["text"][:200] for row in answer.data["messages"]}
    assert (kept_by(unread).state, kept_by(unread).tainted) == ("succeeded", False)
    assert (kept_by(agent).state, kept_by(agent).tainted) == ("pending", True)
    for name in ("whatsapp.contacts.list", "whatsapp.conversations.list"):
        assert call(name, {}, reader(), NOON).untrusted


def kept_by(actor: Actor) -> ActionRequest:
    """The request to keep a segment, which the policies let through where nobody has read customers' words."""
    asked = {"idempotency_key": f"oolong-{uuid4()}", "reason": "The customer asked for it.", "rule": "tag:oolong",
             "name": f"Oolong {uuid4()}"}  # fmt: skip
    answer = call("whatsapp.segment.upsert", asked, actor, NOON)
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)
