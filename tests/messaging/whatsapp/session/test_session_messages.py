"""whatsapp.session_message.preview and .send: what leaves at once, what waits for a person, what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.actor import Actor, Face
from accounts.roles import Role
from approvals.execution import carry_out
from approvals.models import Policy
from approvals.taint import note_untrusted_read
from messaging.models import Conversation, Message, Queue, Reply, Send, Team
from messaging.whatsapp.conversations.arriving import hear
from tests.approvals.tea_room import approved, codes_of, refused
from tests.factories import NOON, PersonFactory, SuppressionFactory, mei_chan, other_tenant, vera_ng
from tests.messaging.whatsapp.session.answering import answered, house, kens_agent, risks, shown, wished
from tests.messaging.whatsapp.session.stage import ann_wrote, heard, ken

pytestmark = pytest.mark.django_db


def test_the_preview_says_what_the_phone_will_show_to_whom_and_how_long_there_is() -> None:
    house()
    ann = ann_wrote(phone="+85261234567")
    told = shown(ann).data
    assert told is not None
    assert told["shows"] == ["Your tea left this morning."]
    assert (told["recipient"], told["kind"]) == ("+852••••567", "text")
    assert (told["window_until"], told["minutes_left"], told["risks"]) == ("2026-03-03T03:00:00Z", 23 * 60 - 1, [])
    assert "61234567" not in str(told)
    assert (Send.objects.count(), Message.objects.count()) == (0, 0)


def test_a_plain_answer_goes_at_once_by_policy() -> None:
    house()
    ann = ann_wrote()
    request = answered(ann)
    assert (request.state, [one.rule for one in request.decisions.all()]) == (
        "succeeded",
        ["policy: Answers to customers are sent at once"],
    )
    reply = Reply.objects.get()
    assert (reply.conversation, reply.by, reply.origin) == (ann, "Ken Ho", "team")
    assert reply.body == {"type": "text", "text": {"body": "Your tea left this morning.", "preview_url": False}}
    assert request.result is not None
    assert (request.result["reply_id"], request.result["state"]) == (str(reply.pk), "scheduled")


def test_without_a_policy_a_person_decides() -> None:
    request = answered(ann_wrote())
    assert (request.state, request.role, Send.objects.count()) == ("pending", "compliance", 0)


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("Please pay before Friday.", [("payment", "pay")]),
        ("請先付款，謝謝", [("payment", "付款")]),
        ("请先付款", [("payment", "付款")]),
        ("ＰＡＹ now", [("payment", "pay")]),
        ("Our bank\naccount has changed.", [("payment", "bank account")]),
        ("You will get a refund.", [("policy", "refund")]),
        ("我們會全數退款", [("policy", "退款")]),
        ("What is your passport number?", [("sensitive", "passport")]),
        ("Pay, and we guarantee a refund.", [("payment", "pay"), ("policy", "refund")]),
        ("See https://evil.test/tea", [("unknown_link", "evil.test")]),
        ("See evil.test", [("unknown_link", "evil.test")]),
        ("See https://harbour-tea.test@evil.test/", [("unknown_link", "evil.test")]),
        ("See https://evil.test/?harbour-tea.test", [("unknown_link", "evil.test")]),
        ("See https://not-harbour-tea.test", [("unknown_link", "not-harbour-tea.test")]),
        ("See http://10.0.0.1/x", [("unknown_link", "10.0.0.1")]),
        ("See ev\u200bil.test", [("unknown_link", "evil.test")]),
        ("請看evil.test。", [("unknown_link", "evil.test")]),
        ({"kind": "link", "text": "So", "label": "Open", "url": "https://evil.test/"}, [("unknown_link", "evil.test")]),
        ({"kind": "buttons", "text": "So?", "buttons": [{"id": "a", "title": "Pay now"}]}, [("payment", "pay")]),
        ({"kind": "contacts", "contacts": [{"formatted_name": "Ken"}]}, [("contact_card", "")]),
    ],
)  # fmt: skip
def test_what_somebody_else_has_to_read_first_waits_for_them(message: Any, why: list[tuple[str, str]]) -> None:
    house(known_domains="harbour-tea.test\n")
    ann = ann_wrote()
    preview = shown(ann, message)
    assert risks(preview) == why
    answer = wished(preview)
    assert answer.request is not None
    assert (answer.request.state, Send.objects.count()) == ("pending", 0)


@pytest.mark.parametrize(
    "message",
    [
        "Your payload has arrived.",  # no word of the lists, though one begins like it
        "It is 5.30 already, see you at 18.00.",
        "See https://harbour-tea.test/shop or www.harbour-tea.test.",
        "好的，明天見",
        {"kind": "list", "text": "Which one?", "button": "Choose",
         "sections": [{"rows": [{"id": "pay-later", "title": "Sencha"}]}]},
        {"kind": "location_request", "text": "Where are you?"},
        {"kind": "location", "latitude": 22.28, "longitude": 114.16},
    ],
)  # fmt: skip
def test_what_nobody_has_to_read_first_goes(message: Any) -> None:
    house(known_domains="harbour-tea.test")
    preview = shown(ann_wrote(), message)
    expected = [("payment", "pay")] if isinstance(message, dict) and message["kind"] == "list" else []
    assert risks(preview) == expected


def test_words_and_sites_are_the_organisations_own() -> None:
    house(payment_words="oolong", policy_words="", sensitive_words="", known_domains="evil.test")
    ann = ann_wrote()
    assert risks(shown(ann, "Pay and get a refund at evil.test with your passport")) == []
    assert risks(shown(ann, "OOLONG?")) == [("payment", "oolong")]


def test_an_approved_one_leaves_and_says_who_let_it() -> None:
    house()
    request = answered(ann_wrote(), "Please pay before Friday.")
    done = carry_out(approved(request).pk, NOON)
    assert (done.state, Reply.objects.get().body["text"]["body"]) == ("succeeded", "Please pay before Friday.")
    assert done.decisions.get().person == mei_chan()


def test_an_agent_that_has_read_customers_texts_waits_for_a_person_whatever_it_says() -> None:
    house()
    ann, agent = ann_wrote(), kens_agent()
    assert answered(ann, actor=agent).state == "succeeded"
    note_untrusted_read(agent, NOON)
    request = answered(ann, actor=agent)
    assert (request.state, request.tainted) == ("pending", True)


def test_no_policy_can_let_a_tainted_agent_answer_at_once() -> None:
    house()
    ann, agent = ann_wrote(), kens_agent()
    Policy.objects.filter(only_tainted=True).delete()
    note_untrusted_read(agent, NOON)
    assert answered(ann, actor=agent).state == "pending"


def test_a_person_at_the_desk_reads_customers_with_their_own_eyes() -> None:
    house()
    ann = ann_wrote()
    note_untrusted_read(ken(), NOON)
    assert answered(ann).state == "succeeded"


def test_software_that_answers_where_a_person_took_over_waits() -> None:
    house()
    ann = ann_wrote()
    Conversation.objects.update(by_hand_since=NOON)
    assert risks(shown(ann, actor=kens_agent())) == [("by_hand", "")]
    assert risks(shown(ann)) == []


def test_the_window_is_named_in_the_refusal_and_a_template_instead() -> None:
    house()
    no = refused(lambda: shown(ann_wrote(NOON - timedelta(days=1))))
    assert no.codes == ["window_closed"]
    assert "approved template" in str(no)


def test_a_closed_conversation_and_an_opted_out_person_are_told_together() -> None:
    house()
    ann = ann_wrote()
    Conversation.objects.update(state="closed")
    SuppressionFactory(contact=ann.contact)
    assert refused(lambda: shown(ann)).codes == ["conversation_closed", "not_written_to"]


def test_who_opts_out_after_the_preview_is_not_answered() -> None:
    house()
    ann = ann_wrote()
    preview = shown(ann)
    SuppressionFactory(contact=ann.contact)
    assert refused(lambda: wished(preview)).codes == ["not_written_to"]


def test_who_opts_out_while_a_person_decides_is_not_answered() -> None:
    house()
    ann = ann_wrote()
    request = answered(ann, "Please pay before Friday.")
    SuppressionFactory(contact=ann.contact)
    assert refused(lambda: approved(request)).codes == ["not_written_to"]


def test_a_conversation_of_a_restricted_queue_is_unknown_to_others_before_and_after_the_preview() -> None:
    house()
    ann = ann_wrote()
    preview = shown(ann)
    team = Team.objects.create(organisation=ann.organisation, name="Complaints")
    Queue.objects.update(team=team, is_restricted=True)
    assert refused(lambda: shown(ann)).codes == ["conversation_not_found"]
    assert refused(lambda: wished(preview)).codes == ["conversation_not_found"]
    assert shown(ann, actor=Actor.of_person(mei_chan(), Face.DESK)).preview_id


def test_another_tenants_conversation_is_unknown() -> None:
    house()
    peak = PersonFactory(organisation=other_tenant(), username="peak", role=Role.ADMIN)
    no = refused(lambda: shown(ann_wrote(), actor=Actor.of_person(peak, Face.DESK)))
    assert no.codes == ["conversation_not_found"]


def test_who_does_not_answer_customers_may_not_even_preview() -> None:
    assert refused(lambda: shown(ann_wrote(), actor=Actor.of_person(vera_ng(), Face.DESK))).codes == ["scope_missing"]


def test_an_approval_after_the_window_lets_nothing_leave() -> None:
    house()
    request = approved(answered(ann_wrote(NOON - timedelta(hours=23)), "Please pay before Friday."))
    done = carry_out(request.pk, NOON + timedelta(hours=1))
    assert (done.state, codes_of(done)) == ("voided", ["window_closed", "too_late"])
    assert (Send.objects.count(), Message.objects.count(), Reply.objects.count()) == (0, 0, 0)


def test_a_word_of_the_customer_keeps_the_window_open_but_not_the_contract() -> None:
    house()
    ann = ann_wrote(NOON - timedelta(hours=23))
    request = answered(ann, "Please pay before Friday.")
    hear(heard(ann.contact, ann.sender, "Hello?", NOON), NOON)
    assert refused(lambda: approved(request, now=NOON + timedelta(hours=1))).codes == ["too_late"]


def test_a_broken_message_is_refused_by_its_field() -> None:
    house()
    no = refused(lambda: shown(ann_wrote(), {"kind": "text", "text": "x" * 4097}))
    assert no.reasons[0].field.startswith("message")


def test_a_file_that_is_not_there_cannot_be_sent() -> None:
    house()
    photo = {"kind": "image", "asset_id": "0b6d7a3e-2a51-4d53-9a3e-6f2f6a3f0001"}
    assert refused(lambda: shown(ann_wrote(), photo)).codes == ["file_not_found"]
