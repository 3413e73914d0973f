"""What the decision page shows of single records: whose contact, where a link leads, which mail to whom."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from accounts.actor import Actor
from accounts.models import Person
from approvals.models import ActionRequest, Policy
from messaging.models import Message, Template
from sms.models import LinkDomain
from tests.desk.harbour import page
from tests.factories import NOON, TemplateFactory, harbour_tea, mei_chan, sam_lee, vera_ng
from tests.sms.links.tea_links import link_to
from tests.sms.tea_copies import copy_of
from tests.sms.tea_papers import APPLICATION, SNAPSHOT
from tests.sms.tea_texts import TeaTexts, campaign_of, drinker, failed_text, text_of, texter, use

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everything_waits() -> Iterator[None]:
    """At noon, in a house whose policy has a person look at everything."""
    Policy.objects.create(organisation=harbour_tea(), name="Look at all of it", tools="*")
    with time_machine.travel(NOON, tick=False):
        yield


def told(request: ActionRequest, reader: Person | None = None) -> str:
    """The decision page in plain words, without its tags."""
    text = re.sub(r"<[^>]+>", " ", page(reader or mei_chan(), "approvals_actionrequest_change", request.pk))
    return re.sub(r"\s+", " ", text)


def asked(tool: str, actor: Actor | None = None, **arguments: Any) -> ActionRequest:
    wish = {"idempotency_key": uuid4().hex, "reason": "For the spring season.", **arguments}
    answer = use(tool, actor or texter(), **wish)
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def new_contact() -> ActionRequest:
    consent = {"source": "Form in the shop", "occurred_at": "2026-03-01T12:00:00+08:00", "evidence": "form 99"}
    return asked(
        "contacts.upsert", phone="+85261239999", name="Fay Lau", tags=["tea"], consent=consent,
        source="Central shop", as_of="2026-03-01T12:00:00+08:00",
    )  # fmt: skip


def test_a_contact_shows_what_is_set_and_the_consent_behind_it() -> None:
    text = told(new_contact())
    assert "Phone – +85261239999" in text
    assert "Name – Fay Lau" in text
    assert "Where they agreed Form in the shop When 1 Mar 2026, 12:00 Evidence form 99" in text


def test_a_viewer_of_the_same_request_reads_neither_number_nor_name() -> None:
    text = told(new_contact(), vera_ng())
    assert "+85261239999" not in text
    assert "Fay Lau" not in text


def test_a_short_link_shows_where_it_leads_and_that_it_speaks_of_money() -> None:
    link_to()
    host, agent = LinkDomain.objects.get().host, texter()
    preview = use(
        "short_links.preview", agent, name="Pay your bill", destination=f"https://{host}/payment",
        expires_at=(NOON + timedelta(days=20)).isoformat(),
    )  # fmt: skip
    text = told(asked("short_links.create", agent, short_link_preview_id=str(preview.preview_id)))
    assert f"Leads to https://{host}/payment" in text
    assert "The address speaks of payment" in text
    assert "Leads nowhere after 22 Mar 2026, 12:00" in text


def test_a_sender_id_shows_its_papers_and_that_nothing_is_sent_from_it_yet() -> None:
    text = told(asked("sender_id.apply", **APPLICATION))
    assert "Apply for the sender ID #TEAHOUSE for Harbour Tea in HK" in text
    assert "Business registration BR 2026.pdf there aaaaaaaa… office safe" in text
    assert "Nothing can be sent from it before it is verified." in text


def test_figures_stand_with_their_currency_beside_what_was_kept() -> None:
    text = told(asked("performance_snapshot.record", **SNAPSHOT))
    assert "Conversions – 12 –" in text
    assert "Revenue – 1,234.50 HKD –" in text
    assert "1 Feb 2026 – 28 Feb 2026" in text


def test_a_mail_shows_to_whom_it_goes_and_every_word_of_it() -> None:
    mei = mei_chan()
    summary = "The spring campaign waits for a look."
    text = told(asked("review_notification.send", topic="review", owner_ids=[str(mei.pk)], summary=summary))
    assert "Mail to 1 person: A campaign waits for review" in text
    assert "Mei Chan Compliance officer" in text
    assert f"Text {summary}" in text


def test_a_segment_shows_whom_it_means_and_what_a_text_to_them_costs() -> None:
    tea, agent = TeaTexts(), texter()
    drinker("Ann")
    preview = use("segments.preview", agent, name="Tea by SMS", rule="tag:tea", sender_id=str(tea.identity.pk))
    text = told(asked("segments.create", agent, segment_preview_id=str(preview.preview_id)))
    assert "Everybody it means 1" in text
    assert "One text to all of them, about 0.50 HKD" in text
    assert "HK 1 0.5000 0.5000" in text


def test_a_draft_says_that_it_sends_nothing() -> None:
    text = told(asked("campaigns.create_draft", **TeaTexts().draft(advice="The number is our hotline.")))
    assert "Draft of the SMS campaign" in text
    assert "Notes for the review The number is our hotline." in text
    assert "A draft sends nothing" in text


def test_texts_of_sms_stand_among_no_templates_of_whatsapp() -> None:
    campaign_of(TeaTexts())
    copy_of(harbour_tea())
    TemplateFactory(name="spring_tea")
    listed = page(sam_lee(), "messaging_template_changelist")
    assert "spring_tea" in listed
    assert Template.objects.count() == 3
    assert "1 result" in listed


def test_a_send_by_sms_is_not_told_in_the_words_of_whatsapp() -> None:
    text = text_of(TeaTexts(), drinker("Ann"))
    report = page(mei_chan(), "messaging_send_change", text.send.pk)
    assert "Taken by the provider" in report
    assert "SMS · Campaign" in report
    assert "by WhatsApp" not in report
    assert "Replied" not in report


def test_a_text_is_drawn_as_its_phone_shows_it_with_what_it_costs() -> None:
    text = failed_text(TeaTexts(), drinker("Ann"))
    Message.objects.update(price=Decimal("0.50"))
    shown = page(mei_chan(), "messaging_message_change", text.pk)
    assert "cs-phone-sms" in shown
    assert "0.50 HKD" in shown
    assert "Harbour Tea: spring tea is in. Stop: 21234567" in shown
    assert "cannot be read as a template" not in shown
