"""The desk's pages of automations, conversions, second tries and reusable texts: read, masked, and linked."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from approvals.envelope import Envelope
from approvals.versions import token_of
from messaging.models import Attempt, Contact, Message, Replacement, Status, TemplateTranslation
from sms.models import Automation, AutomationRun, Click, Conversion, LinkCode, Refund, ShopEvent, TextTerms, Visitor
from tests.desk.harbour import page
from tests.factories import NOON, mei_chan, sam_lee, vera_ng
from tests.sms.links.tea_links import link_to
from tests.sms.tea_copies import copy_ask, copy_of
from tests.sms.tea_texts import TeaTexts, automation_of, campaign_of, drinker, failed_text, text_of, texter, use

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def set_off(automation: Automation, contact: Contact, number: str, outcome: str, **fields: Any) -> AutomationRun:
    """An order of this contact was shipped, and this became of it."""
    own = {"organisation": automation.organisation}
    event = ShopEvent.objects.create(shop_id=number, said="a", kind="order_shipped", contact=contact, occurred_at=NOON,
                                     values={"street": "Tea Lane 7"}, reported_at=NOON, **own)  # fmt: skip
    return AutomationRun.objects.create(
        automation=automation, event=event, contact=contact, outcome=outcome, at=NOON, **own, **fields
    )


def bought(tea: TeaTexts, contact: Contact | None, number: str = "order-1001", **fields: Any) -> Conversion:
    facts = {"kind": "order", "amount": Decimal("380.00"), "currency": "HKD", "said": "a", "reported_at": NOON}
    return Conversion.objects.create(
        organisation=tea.organisation, shop_id=number, contact=contact, occurred_at=NOON, **facts | fields
    )


def clicked(message: Message, before: timedelta) -> None:
    """The person of this text opened the link in it, so long before noon."""
    own = {"organisation": message.organisation, "send": message.send, "contact": message.contact}
    link = link_to(organisation=message.organisation)
    LinkCode.objects.create(code="aaaaaaaa", link=link, tracked=True, made_at=NOON - before, **own)
    Click.objects.create(code="aaaaaaaa", link=link, visitor=Visitor.HUMAN, message=message, at=NOON - before, **own)


# Automations


def test_an_automation_shows_its_words_its_limits_and_what_became_of_the_day(tea: TeaTexts) -> None:
    automation = automation_of(campaign_of(tea, "Shipping"))
    text = text_of(tea, drinker("Ann"))
    set_off(automation, text.contact, "1001", "sent", send=text.send)
    set_off(automation, drinker("Bo"), "1002", "over_cap")
    told = page(mei_chan(), "sms_automation_change", automation.pk)
    assert "Harbour Tea: spring tea is in. Stop: 21234567" in told
    assert "The texts of the day are used up: 1 · Handed to a send: 1" in told
    assert f"/desk/messaging/send/{text.send_id}/change/" in told
    assert ">Ann<" in told
    assert "Tea Lane 7" not in told


def test_the_list_of_automations_counts_the_events_of_a_day_and_no_older_ones(tea: TeaTexts) -> None:
    automation = automation_of(campaign_of(tea, "Shipping"), state="enabled")
    run = set_off(automation, drinker("Ann"), "1001", "nobody")
    AutomationRun.objects.filter(pk=run.pk).update(at=NOON - timedelta(hours=25))
    set_off(automation, drinker("Bo"), "1002", "repeated")
    told = page(sam_lee(), "sms_automation_changelist")
    assert "Written to lately for the same: 1" in told
    assert "Nobody is known by it" not in told


def test_an_automation_says_that_its_words_have_changed_since_they_were_approved(tea: TeaTexts) -> None:
    automation = automation_of(campaign_of(tea, "Shipping"))
    type(automation.campaign).objects.update(version=2)
    assert "1; the campaign is at 2 by now" in page(mei_chan(), "sms_automation_change", automation.pk)


def test_a_viewer_does_not_read_who_set_an_automation_off(tea: TeaTexts) -> None:
    automation = automation_of(campaign_of(tea, "Shipping"))
    set_off(automation, drinker("Annabella"), "1001", "waiting")
    told = page(vera_ng(), "sms_automation_change", automation.pk)
    assert "A•••" in told
    assert "Annabella" not in told


# Conversions


def test_a_conversion_names_the_campaign_whose_link_was_opened_last_and_what_was_given_back(tea: TeaTexts) -> None:
    text = text_of(tea, drinker("Ann"))
    clicked(text, timedelta(days=6))
    conversion = bought(tea, text.contact)
    facts = {"said": "a", "occurred_at": NOON, "reported_at": NOON, "organisation": tea.organisation}
    Refund.objects.create(conversion=conversion, shop_id="refund-7", amount=Decimal("80.00"), **facts)
    told = page(mei_chan(), "sms_conversion_change", conversion.pk)
    assert f"/desk/sms/campaign/{text.send.campaign.pk}/change/" in told
    assert ("380.00 HKD" in told, ">80.00 HKD" in told, "refund-7" in told) == (True, True, True)
    listed = page(mei_chan(), "sms_conversion_changelist")
    assert f"/desk/sms/campaign/{text.send.campaign.pk}/change/" in listed


def test_a_click_of_eight_days_before_led_to_nothing(tea: TeaTexts) -> None:
    text = text_of(tea, drinker("Ann"))
    clicked(text, timedelta(days=8))
    conversion = bought(tea, text.contact)
    assert text.send.name not in page(mei_chan(), "sms_conversion_change", conversion.pk)


def test_the_conversions_of_one_send_are_listed_alone(tea: TeaTexts) -> None:
    text = text_of(tea, drinker("Ann"))
    clicked(text, timedelta(days=1))
    bought(tea, text.contact, "order-1001")
    bought(tea, None, "order-1002")
    told = page(mei_chan(), "sms_conversion_changelist", send=str(text.send_id))
    assert ("order-1001" in told, "order-1002" in told) == (True, False)


def test_a_viewer_does_not_read_who_bought(tea: TeaTexts) -> None:
    bought(tea, drinker("Annabella"))
    told = page(vera_ng(), "sms_conversion_changelist")
    assert ("A•••" in told, "Annabella" in told) == (True, False)


# Second tries


def tried_again(tea: TeaTexts) -> Replacement:
    """Ann's phone was off; in a second send the text arrived."""
    first = failed_text(tea, drinker("Annabella"), "Rainy tea")
    second = text_of(tea, first.contact, "Rainy tea once more")
    Message.objects.filter(pk=second.pk).update(status=Status.DELIVERED)
    return Replacement.objects.create(
        attempt=Attempt.objects.get(message=first), send=second.send, contact=first.contact,
        organisation=tea.organisation,
    )  # fmt: skip


def test_a_second_try_shows_the_first_one_and_what_came_of_both(tea: TeaTexts) -> None:
    again = tried_again(tea)
    told = page(mei_chan(), "messaging_replacement_changelist")
    assert "Accepted, then reported as failed <code>30003</code>" in told
    assert "cs-label-success" in told
    for name, key in (("message", again.attempt.message_id), ("send", again.send_id), ("contact", again.contact_id)):
        assert f"/desk/messaging/{name}/{key}/change/" in told
    assert "Annabella" in told
    assert "Annabella" not in page(vera_ng(), "messaging_replacement_changelist")


# Reusable texts


def test_a_reusable_text_shows_how_it_reads_what_stays_in_it_and_how_it_read_before(tea: TeaTexts) -> None:
    template = copy_of(tea.organisation)
    english = TemplateTranslation.objects.get(template=template, language="en")
    english.definition, english.digest = {"text": "Harbour Tea: summer tea is in. Stop: 21234567"}, "another"
    english.save()
    told = page(sam_lee(), "sms_textterms_change", TextTerms.objects.get().pk)
    assert "Harbour Tea: summer tea is in." in told
    assert "spring tea is in" in told
    assert "zh_hk: 取消 21234567" in told
    assert "News of the season" in page(sam_lee(), "sms_textterms_changelist")


# What waits for a decision


def test_the_officer_reads_an_edited_text_beside_what_it_was_and_which_words_stay(tea: TeaTexts) -> None:
    template = copy_of(tea.organisation)
    changed = {"en": "Harbour Tea: summer tea is in. Leave: 21234567", "zh_hk": "海港茶：春茶到了。取消 21234567"}
    opt_outs = {"en": "Leave: 21234567", "zh_hk": "取消 21234567"}
    wish = copy_ask(template, texts=changed, opt_outs=opt_outs, idempotency_key="other-words", reason="Summer")
    told = waiting_on_page(use("templates.save", texter(), **wish))
    assert "Harbour Tea: summer tea is in. Leave: 21234567" in told
    assert "Harbour Tea: {{name}}, spring tea is in. Stop: 21234567" in told
    assert tuple(re.findall(r">(changed|unchanged|new language)<", told)) == ("changed", "unchanged")
    assert "Leave: 21234567" in told


def test_the_officer_reads_what_an_automation_may_send_and_how_often(tea: TeaTexts) -> None:
    automation = automation_of(campaign_of(tea, "Shipping"))
    answer = use(
        "automations.update_state",
        texter(),
        automation_id=str(automation.pk),
        base_version_token=token_of(automation),
        state="enabled",
        name=automation.name,
        event="order_shipped",
        campaign_id=str(automation.campaign_id),
        daily_cap=120,
        per_contact_hours=36,
        cost_a_day="50",
        idempotency_key="enable-shipping",
        reason="People ask for it.",
    )
    told = waiting_on_page(answer)
    assert "Harbour Tea: spring tea is in. Stop: 21234567" in told
    assert "An order was shipped" in told
    assert "Tea drinkers: tag:tea" in told
    assert ("<dd>120</dd>" in told, "<dd>36</dd>" in told, "HK 0.5" in told) == (True, True, True)


def waiting_on_page(answer: Envelope[Any]) -> str:
    """The decision page of what was asked for, as Mei reads it."""
    assert answer.request is not None
    return page(mei_chan(), "approvals_actionrequest_change", answer.request.action_request_id)
