"""The desk's pages of campaigns: the copy on the phone, people, parts, ways and cost; afterwards the report."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils.translation import override

from accounts.models import Person
from approvals.models import ActionRequest
from messaging.models import Audience, AudienceMember, Message, SendState, Status
from sms.admin.panels import rules_on
from sms.admin.plots import Layer, stacked
from sms.campaigns.contract import CampaignContract
from sms.campaigns.reactions import reactions_to
from sms.campaigns.report import ByGateway, gateways_of
from sms.models import Click, LinkCode, SmsGateway, Visitor
from tests.desk.harbour import page
from tests.factories import NOON, SuppressionFactory, mei_chan, sam_lee, vera_ng
from tests.sms.links.tea_links import link_to
from tests.sms.tea_texts import TeaTexts, campaign_of, drinker, text_of
from tests.sms.tea_waits import campaign_waits

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The desk reads the clock: it stands at noon."""
    with time_machine.travel(NOON, tick=False):
        yield


def decision(person: Person, request: ActionRequest) -> str:
    """The decision page in plain words, without its tags."""
    text = re.sub(r"<[^>]+>", " ", page(person, "approvals_actionrequest_change", request.pk))
    return re.sub(r"\s+", " ", text)


def test_the_officer_reads_the_copy_on_the_phone_where_links_lead_and_what_it_costs(tea: TeaTexts) -> None:
    drinker("Ann")
    drinker("Bo", phone="+85366123456", country="MO")
    SuppressionFactory(contact=drinker("Dee"))
    told = decision(mei_chan(), campaign_waits(tea))
    assert "Harbour Tea: Ann, spring tea is in:" in told
    assert "1 part (GSM-7, " in told
    assert "https://shop.harbour-tea.test/spring?colour=green#top" in told
    assert "opting out, one press, no login" in told
    assert "first → second" in told
    assert "Estimated 1.05 HKD" in told
    assert "Everybody in the segment 3" in told
    assert "Whether the money at the gateways is enough is not known. first: balance unknown" in told


@pytest.mark.parametrize(("balance", "words"), [("5", "is enough"), ("0.10", "is not enough: without more")])
def test_the_officer_reads_whether_the_money_at_the_gateways_is_enough(tea: TeaTexts, balance: str, words: str) -> None:
    drinker("Ann")
    request = campaign_waits(tea)
    SmsGateway.objects.update(balance=Decimal(balance), balance_at=NOON - timedelta(minutes=5))
    assert f"The money at the gateways {words}" in decision(mei_chan(), request)


def test_the_officer_reads_what_the_rules_of_countries_say_of_the_copy(tea: TeaTexts) -> None:
    drinker("Ann")
    told = decision(mei_chan(), campaign_waits(tea))
    assert "look twice The way out is not told in every language that is asked for." in told
    assert "en → HK · Cap. 593A s.7" in told
    assert "refused The text" not in told


def test_a_finding_is_read_in_the_language_of_its_reader(tea: TeaTexts) -> None:
    drinker("Ann")
    request = campaign_waits(tea)
    with override("zh-hant"):
        told = str(
            rules_on(CampaignContract.model_validate(request.preview.contract).findings, ["HK"])["findings"][0]["text"]
        )
    assert told == "退訂方法沒有以所有規定的語言說明。"


def test_a_viewer_sees_the_copy_without_anybodys_name(tea: TeaTexts) -> None:
    drinker("Annabella")
    told = decision(vera_ng(), campaign_waits(tea))
    assert "Annabella" not in told
    assert "Harbour Tea: {{name}}, spring tea is in:" in told


def test_who_opts_out_while_it_waits_stands_among_what_has_moved(tea: TeaTexts) -> None:
    ann = drinker("Ann")
    request = campaign_waits(tea)
    SuppressionFactory(contact=ann)
    assert "1 person is left out by now: Opted out" in decision(mei_chan(), request)


def test_a_draft_shows_its_copy_and_no_report(tea: TeaTexts) -> None:
    campaign = campaign_of(tea)
    told = page(sam_lee(), "sms_campaign_change", campaign.pk)
    assert "Harbour Tea: spring tea is in. Stop: 21234567" in told
    assert "accounted for" not in told


def test_the_list_shows_drafts_and_what_became_of_sends(tea: TeaTexts) -> None:
    campaign_of(tea, "Autumn tea by SMS")
    text = text_of(tea, drinker("Ann"))
    Message.objects.update(status=Status.DELIVERED)
    told = page(sam_lee(), "sms_campaign_changelist")
    assert "Autumn tea by SMS" in told
    assert text.send.name in told
    assert 'title="Delivered: 1"' in told


def test_the_report_shows_numbers_that_close_people_who_clicked_and_a_plot(tea: TeaTexts) -> None:
    text = text_of(tea, drinker("Ann"))
    Message.objects.update(status=Status.DELIVERED, delivered_at=NOON)
    Audience.objects.update(targeted=1, included=1, excluded={})
    told = page(mei_chan(), "sms_campaign_change", text.send.campaign.pk)
    assert "adds up" in told
    assert told.count('<rect class="cs-f-delivered"') == 1
    assert "1 of 1 delivered" in told
    assert "first" in told


def test_texts_are_counted_by_the_gateway_that_took_them(tea: TeaTexts) -> None:
    text = text_of(tea, drinker("Ann"))
    Message.objects.create(
        organisation=tea.organisation, send=text.send, contact=drinker("Bo"), sender=text.sender, address="+1",
        address_kind="phone", category="marketing", market="HK", price=Decimal("0.50"), queued_at=NOON,
        status=Status.FAILED,
    )  # fmt: skip
    assert gateways_of(text.send) == [ByGateway("", 1, 0, 1), ByGateway("first", 1, 0, 0)]


def test_clicks_of_machines_and_older_opt_outs_are_no_reaction(tea: TeaTexts) -> None:
    ann, bo = drinker("Ann"), drinker("Bo")
    text, link = text_of(tea, ann), link_to()
    text.send.preview.contract["links"] = [{"short_link_id": str(link.pk)}]
    LinkCode.objects.create(
        code="aaaaaaaa",
        organisation=tea.organisation,
        link=link,
        send=text.send,
        contact=ann,
        tracked=True,
        made_at=NOON,
    )
    facts = {"organisation": tea.organisation, "link": link, "code": "aaaaaaaa", "send": text.send, "contact": ann}
    for visitor in (Visitor.HUMAN, Visitor.HUMAN, Visitor.BOT, Visitor.SUSPECT):
        Click.objects.create(visitor=visitor, at=NOON + timedelta(minutes=5), message=text, **facts)
    SuppressionFactory(contact=ann, at=NOON + timedelta(minutes=9), source="unsubscribe link")
    SuppressionFactory(contact=bo, at=NOON + timedelta(minutes=9))
    did = reactions_to(text.send)
    assert (did.clicks.clicks, did.clicks.unique, did.clicks.machines, did.clicks.doubtful) == (2, 1, 1, 1)
    assert (did.opted_out, did.by_link) == (1, 1)


def test_a_send_that_has_not_begun_has_no_plot(tea: TeaTexts) -> None:
    text = text_of(tea, drinker("Ann"), state=SendState.SCHEDULED)
    type(text.send).objects.update(started_at=None)
    assert AudienceMember.objects.count() == 0
    assert 'class="cs-plot"' not in page(mei_chan(), "sms_campaign_change", text.send.campaign.pk)


def test_bars_stand_on_each_other_and_the_highest_fills_the_plot() -> None:
    plot = stacked(["12:00", "12:01"], [Layer("delivered", "Delivered", [3, 1]), Layer("failed", "Failed", [1, 0])])
    assert [(box.kind, box.y, box.height) for box in plot.boxes] == [
        ("delivered", "40.0", "120.0"),
        ("failed", "0.0", "40.0"),
        ("delivered", "120.0", "40.0"),
    ]
    assert (plot.top, plot.labels) == (4, ["12:00", "12:01"])
