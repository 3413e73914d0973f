"""send_message and reply_customer: the same door as every other answer, under the codes of the catalogue."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Organisation
from approvals.models import ActionRequest
from approvals.taint import note_untrusted_read
from messaging.models import Contact, Conversation, Reply, Send, Sender
from tests.factories import NOON, ConsentStateFactory, ContactFactory, SuppressionFactory
from tests.messaging.meta.flat import ANN, asked, ken, kens_agent, refused
from tests.messaging.whatsapp.session.answering import house
from tests.messaging.whatsapp.session.stage import ann_wrote

pytestmark = pytest.mark.django_db

TEXT = "Your tea left this morning."
LATER = NOON + timedelta(days=2)
both = pytest.mark.parametrize("tool", ["send_message", "reply_customer"])


def wish(tool: str, customer: str = ANN, text: str = TEXT) -> dict[str, str]:
    names = {"send_message": ("to", "text"), "reply_customer": ("customer_id", "message_text")}[tool]
    return dict(zip(names, (customer, text), strict=True))


def closed_window(tool: str) -> str:
    return {"send_message": "TEMPLATE_REQUIRED", "reply_customer": "WINDOW_CLOSED"}[tool]


@pytest.fixture
def conversation() -> Conversation:
    """Ann wrote an hour ago, and Harbour Tea lets plain answers go at once."""
    house()
    return ann_wrote(phone=f"+{ANN}")


@both
def test_a_plain_answer_is_queued_by_the_same_send_that_every_answer_is(tool: str, conversation: Conversation) -> None:
    told = asked(tool, ken(), **wish(tool, f"+{ANN}"))
    reply = Reply.objects.get()
    assert told == {"status": "queued", "message_id": str(reply.pk)}
    assert reply.conversation == conversation
    assert reply.body == {"type": "text", "text": {"body": TEXT, "preview_url": False}}
    request = ActionRequest.objects.get()
    assert (request.tool, request.reason) == ("whatsapp.session_message.send", f"Asked for with {tool}.")


@both
def test_what_speaks_of_payment_waits_for_a_person_and_says_so(tool: str, conversation: Conversation) -> None:
    told = asked(tool, ken(), **wish(tool, text="Please pay before Friday."))
    request = ActionRequest.objects.get()
    assert told == {"status": "pending_approval", "message_id": None, "action_request_id": str(request.pk)}
    assert Send.objects.count() == 0


@both
def test_what_was_asked_for_after_reading_customers_texts_waits(tool: str, conversation: Conversation) -> None:
    agent = kens_agent()
    note_untrusted_read(agent, NOON)
    assert asked(tool, agent, **wish(tool))["status"] == "pending_approval"


@both
def test_a_closed_window_names_send_template(tool: str, conversation: Conversation) -> None:
    (no,) = refused(tool, ken(), now=LATER, **wish(tool))
    assert (no.code, no.field) == (closed_window(tool), next(iter(wish(tool))))
    assert str(no.fix) == "Send an approved template with send_template, or wait until the customer writes."
    assert Send.objects.count() == 0


@both
def test_who_has_no_open_conversation_needs_a_template_too(tool: str, conversation: Conversation) -> None:
    Conversation.objects.update(state="closed", closed_at=NOON)
    ContactFactory(phone="+85269998888")
    assert [no.code for no in refused(tool, ken(), **wish(tool))] == [closed_window(tool)]
    assert [no.code for no in refused(tool, ken(), **wish(tool, "85269998888"))] == [closed_window(tool)]


@both
@pytest.mark.parametrize("how", ["stop", "withdrawn"])
def test_who_opted_out_is_not_written_to(tool: str, how: str, conversation: Conversation) -> None:
    if how == "stop":
        SuppressionFactory(contact=conversation.contact)
    else:
        ConsentStateFactory(contact=conversation.contact, channel="whatsapp", category="service", state="withdrawn")
    (no,) = refused(tool, ken(), **wish(tool))
    assert (no.code, no.field) == ("USER_OPTED_OUT", next(iter(wish(tool))))


@both
@pytest.mark.parametrize("what", ["blocked", "invalid", "stopped", "paused"])
def test_what_the_house_forbids_is_a_policy_restriction(tool: str, what: str, conversation: Conversation) -> None:
    if what == "blocked":
        SuppressionFactory(contact=conversation.contact, reason="blocked")
    elif what == "invalid":
        Contact.objects.update(invalid_at=NOON)
    elif what == "stopped":
        Organisation.objects.update(sending_stopped_at=NOON)
    else:
        Sender.objects.update(paused_at=NOON)
    assert [no.code for no in refused(tool, ken(), **wish(tool))] == ["POLICY_RESTRICTION"]
    assert Send.objects.count() == 0


@both
@pytest.mark.parametrize(
    ("changed", "field"), [({"customer": "not-a-number"}, 0), ({"text": " "}, 1), ({"text": "x" * 4097}, 1)]
)
def test_a_bad_argument_is_told_by_the_flat_tools_own_name(
    tool: str, changed: dict[str, Any], field: int, conversation: Conversation
) -> None:
    (no,) = refused(tool, ken(), **wish(tool, **changed))
    assert (no.code, no.field) == ("invalid_argument", list(wish(tool))[field])


def test_an_agent_that_is_shown_the_flat_tools_alone_answers_through_them(conversation: Conversation) -> None:
    agent = kens_agent(toolset="meta")
    assert asked("send_message", agent, **wish("send_message"))["status"] == "queued"
    hidden = refused("whatsapp.session_message.preview", agent, conversation_id=str(conversation.pk))
    assert [no.code for no in hidden] == ["unknown_tool"]
