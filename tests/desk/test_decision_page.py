"""The decision page answers what, who, why, to how many, at what cost, what is risky and what has moved."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils.translation import override

from accounts.actor import Actor, Face
from accounts.models import Person
from accounts.roles import Role
from approvals.models import ActionRequest, Policy
from approvals.numerals import number
from approvals.taint import note_untrusted_read
from messaging.models import Contact, Sender, TemplateTranslation
from tests.desk.harbour import ANN, approve, page, press, signed_in, wish
from tests.factories import (
    NOON,
    ActionRequestFactory,
    AgentFactory,
    PreviewFactory,
    SuppressionFactory,
    ada_wong,
    mei_chan,
    sam_lee,
    vera_ng,
)

pytestmark = pytest.mark.django_db


def text_of(request: ActionRequest, who=mei_chan) -> str:  # type: ignore[no-untyped-def]
    """The page's words without tags and with single spaces."""
    shown = page(who(), "approvals_actionrequest_change", request.pk)
    plain = re.sub(r"<[^>]+>", " ", shown.split('<div class="cs-page">')[1])
    return re.sub(r"\s+", " ", html.unescape(plain))


def test_it_says_what_who_and_why(request_: ActionRequest) -> None:
    text = text_of(request_)
    assert "Broadcast “Spring tea” to 2 people from Harbour Tea" in text
    assert "Tea assistant agent of Sam Lee, through MCP" in text
    assert "Spring tea is in." in text


def test_its_sums_close_and_name_each_reason(request_: ActionRequest) -> None:
    text = text_of(request_)
    assert "Written to 2 Show them" in text
    assert "Left out: Opted out 1 Show them" in text
    assert "Left out: No consent 1 Show them" in text
    assert "Everybody in the segment 4 adds up" in text


def test_it_shows_what_a_real_recipient_reads_to_those_who_may_see_it(request_: ActionRequest) -> None:
    assert "Hello Ann, spring tea is in. Reply STOP to opt out." in text_of(request_)
    masked = text_of(request_, vera_ng)
    assert "Hello Ann" not in masked
    assert "Hello Mei, spring tea is in." in masked  # the template's own sample


def test_it_shows_the_cost_with_its_ceiling_and_price_card(request_: ActionRequest) -> None:
    text = text_of(request_)
    assert "Never more than 0.1464 USD" in text
    assert "Price card of 2026-01-01" in text
    assert "Hong Kong 2 0.0732 0.1464" in text


def test_it_shows_the_time_in_the_organisations_zone(request_: ActionRequest) -> None:
    assert "Begins Monday, 2 March 2026, 14:00" in text_of(request_)


def test_it_is_calm_when_nothing_stands_against_it(request_: ActionRequest) -> None:
    assert "nothing stands against it, and nothing has moved since the preview" in text_of(request_)


def test_a_sender_that_turned_red_is_a_new_reason(request_: ActionRequest) -> None:
    Sender.objects.update(quality="RED")
    text = text_of(request_)
    assert "The gate would refuse it now, whoever approves:" in text
    assert "new since the preview Meta rates the sender's quality red." in text
    assert "An approval would be refused now" in text
    assert press(mei_chan(), request_, "approve").status_code == 409


def test_a_template_that_was_edited_is_a_new_reason(request_: ActionRequest) -> None:
    TemplateTranslation.objects.update(digest="f" * 64)
    assert "was edited since the preview" in text_of(request_)


def test_somebody_who_opted_out_since_is_told_as_moved(request_: ActionRequest) -> None:
    SuppressionFactory(contact=Contact.objects.get(phone=ANN), at=NOON)
    text = text_of(request_)
    assert "1 person is left out by now: Opted out included left out at sending" in text
    assert press(mei_chan(), request_, "approve").status_code == 302


def test_a_contract_changed_behind_the_desk_shows_a_broken_seal(request_: ActionRequest) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE approvals_actionrequest SET reason = 'Something else' WHERE id = %s", [request_.pk])
    text = text_of(request_)
    assert "This request is not what it was when it was made." in text
    assert "broken" in text
    assert "untouched" not in text


def test_it_compares_with_the_last_one_that_was_approved(request_: ActionRequest) -> None:
    approve(request_, mei_chan())
    contract = request_.preview.contract
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        second = wish_again(contract, name="Summer tea")
        text = text_of(second)
    assert "Against the last one that was approved" in text
    assert "Name Spring tea Summer tea" in text


def test_a_broadcast_larger_than_metas_limit_shows_how_many_wait(request_: ActionRequest) -> None:
    assert "the others wait" not in text_of(request_)
    limited = {**request_.preview.contract, "messaging_limit": 250, "room_at_first": 1}
    text = text_of(wish_again(limited, name="Autumn tea"))
    assert "Room at first 1 of 2 people the others wait" in text
    assert "time runs out for some" not in text
    too_late = {**limited, "finishes_about": "2026-03-09T12:00:00+08:00"}
    assert "time runs out for some" in text_of(wish_again(too_late, name="Winter tea"))


def wish_again(contract: dict[str, object], name: str) -> ActionRequest:
    preview = PreviewFactory(contract={**contract, "name": name})
    later = NOON + timedelta(minutes=5)
    return ActionRequestFactory(preview=preview, created_at=later)  # type: ignore[no-any-return]


def test_a_request_made_after_reading_customers_words_says_so() -> None:
    agent = AgentFactory()
    note_untrusted_read(Actor.of_agent(agent, Face.MCP), NOON)
    request = wish(agent, "whatsapp.segment.upsert", name="Everybody", rule="everyone", purpose="All of them")
    assert request.tainted
    assert "Asked for soon after reading what customers wrote" in text_of(request)
    assert "This rule means everyone." in text_of(request)
    assert "tainted" in page(mei_chan(), "approvals_actionrequest_changelist")


def test_markup_in_a_reason_or_a_name_stays_text() -> None:
    agent = AgentFactory(name="<img src=x onerror=alert(1)>")
    request = wish(agent, "whatsapp.segment.upsert", name="<b>All</b>", rule="everyone", reason="<script>x</script>")
    shown = page(mei_chan(), "approvals_actionrequest_change", request.pk)
    for raw in ("<img src=x", "<b>All</b>", "<script>x</script>"):
        assert raw not in shown
    assert "&lt;script&gt;x&lt;/script&gt;" in shown


def test_a_contract_that_this_version_cannot_read_can_still_be_turned_down(request_: ActionRequest) -> None:
    old = ActionRequestFactory(preview=PreviewFactory(contract={"shape": "of last year"}))
    assert "This version of Countersign cannot read the contract." in text_of(old)
    assert press(mei_chan(), old, "reject", note="Ask again.").status_code == 302


def test_the_queue_lists_mine_first_and_counts_it_in_the_menu(request_: ActionRequest) -> None:
    for_administrators = ActionRequestFactory(role="admin", created_at=NOON - timedelta(days=1))
    older = ActionRequestFactory(created_at=NOON - timedelta(hours=5))
    client = signed_in(mei_chan())
    listed = client.get(reverse("admin:approvals_actionrequest_changelist"))
    shown = [one.pk for one in listed.context["cl"].result_list]
    assert shown[:3] == [older.pk, request_.pk, for_administrators.pk]
    badge = re.search(r"Waits for me</span>.*?</a>", listed.content.decode(), re.DOTALL)
    assert badge is not None
    assert "2" in re.sub(r"<[^>]+>", " ", badge[0]).split()


def test_what_waits_for_me_leaves_out_what_others_decide_and_what_is_mine(request_: ActionRequest) -> None:
    def waiting(who: Person) -> list[ActionRequest]:
        listed = signed_in(who).get(reverse("admin:approvals_actionrequest_changelist"), {"turn": "me"})
        return list(listed.context["cl"].result_list)

    assert waiting(mei_chan()) == [request_]
    assert waiting(ada_wong()) == []
    sam = sam_lee()
    sam.role = Role.COMPLIANCE
    sam.save()
    assert waiting(sam) == []


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_thousands_are_told_apart_in_every_language(language: str) -> None:
    with override(language):
        assert (number(12345), number(Decimal("1234567.5"))) == ("12,345", "1,234,567.50")


def test_a_decision_by_a_rule_names_the_rule_and_no_person() -> None:
    agent = AgentFactory()
    Policy.objects.create(organisation=agent.organisation, name="Segments at once", tools="*", outcome="automatic")
    request = wish(agent, "whatsapp.segment.upsert", name="Some", rule="tag:tea", purpose="Some of them")
    assert "Approved by the policy “Segments at once”; no person was asked" in text_of(request)
