"""Which sales a campaign is given: the last human click in the window, refunds taken off, other channels told."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.actor import Actor, Face
from messaging.contacts.merging import merge
from messaging.models import Attempt, MergeTask, Message, Status
from sms.models import Charge, Click, Conversion, ShortLink, Visitor
from tests.approvals.tea_room import refused
from tests.factories import NOON, mei_chan, sam_lee
from tests.sms.links.tea_links import link_to, texted
from tests.sms.shop.reports import buys, clicked, order, report, shop_key
from tests.sms.tea_texts import TeaTexts, drinker, text_of, texter, use

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=10)
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def text(tea: TeaTexts) -> Message:
    """Ann's text of the winter campaign, left at noon."""
    return text_of(tea, drinker("Ann"))


@pytest.fixture
def link() -> ShortLink:
    return link_to()


@pytest.fixture
def key() -> str:
    return shop_key(sam_lee())


def asked(text: Message, **changed: Any) -> Any:
    return use("conversion_attribution.get", texter(), LATER, campaign_id=str(text.send.campaign.pk), **changed).data


def sold(key: str, text: Message, after: timedelta = 2 * AN_HOUR) -> None:
    assert report(key, "conversions", LATER, **buys(text.contact, NOON + after))[0] == 201


def test_the_last_human_click_before_a_sale_wins_it_and_refunds_are_taken_off(
    text: Message, link: ShortLink, key: str
) -> None:
    clicked(text, link, NOON + AN_HOUR)
    sold(key, text)
    refund = {"refund_id": "r1", "conversion_id": "order-1001", "amount": "80", "currency": "HKD"}
    report(key, "refunds", LATER, **refund, occurred_at=(NOON + timedelta(days=9)).isoformat())
    told = asked(text)
    assert (told["model"], told["window_days"]) == ("last_human_click", 7)
    assert (told["reported"], told["attributed"], told["by_kind"]) == (1, 1, {"order": 1})
    (money,) = told["revenue"]
    assert [Decimal(money[name]) for name in ("gross", "refunds", "net")] == [380, 80, 300]
    assert (Decimal(told["cost"]), told["cost_source"], told["cost_currency"]) == (Decimal("0.50"), "estimate", "")
    assert told["paths"] == {"sms_click": 1}


@pytest.mark.parametrize("keep", [0, 1])
def test_a_click_and_a_sale_of_two_contacts_that_are_one_belong_together(
    text: Message, link: ShortLink, key: str, keep: int
) -> None:
    people = [text.contact, drinker("Ann Lee")]
    clicked(text, link, NOON + AN_HOUR)
    report(key, "conversions", LATER, **buys(people[1], NOON + 2 * AN_HOUR))
    assert asked(text)["attributed"] == 0
    task = MergeTask.objects.create(organisation=people[0].organisation, first=people[0], second=people[1],
                                    found_at=NOON)  # fmt: skip
    merge(task, people[keep].pk, Actor.of_person(mei_chan(), Face.DESK), NOON)
    assert asked(text)["attributed"] == 1
    assert {Click.objects.get().contact_id, Conversion.objects.get().contact_id} == {people[keep].pk}


def test_a_text_to_the_contact_of_before_still_counts_as_seen_before_the_sale(text: Message, key: str) -> None:
    Attempt.objects.create(message=text, contact=text.contact, sender=text.sender, category="marketing",
                           started_at=NOON, lease_until=NOON)  # fmt: skip
    Message.objects.filter(pk=text.pk).update(status=Status.DELIVERED, delivered_at=NOON + AN_HOUR)
    kept = drinker("Ann Lee")
    task = MergeTask.objects.create(organisation=kept.organisation, first=text.contact, second=kept, found_at=NOON)
    merge(task, kept.pk, Actor.of_person(mei_chan(), Face.DESK), NOON)
    report(key, "conversions", LATER, **buys(kept, NOON + 2 * AN_HOUR))
    assert asked(text)["viewed_without_click"] == 1


@pytest.mark.parametrize(
    ("click", "visitor"),
    [
        (-AN_HOUR * 24 * 7, Visitor.HUMAN),  # exactly a window before the sale is outside
        (AN_HOUR, Visitor.HUMAN),
        (-AN_HOUR, Visitor.BOT),
        (-AN_HOUR, Visitor.SUSPECT),
    ],
)
def test_clicks_outside_the_window_or_by_machines_win_nothing(
    text: Message, link: ShortLink, key: str, click: timedelta, visitor: Visitor
) -> None:
    clicked(text, link, NOON + timedelta(days=8) + click, visitor)
    sold(key, text, timedelta(days=8))
    told = asked(text)
    assert (told["attributed"], told["without_click"], told["revenue"]) == (0, 1, [])


def test_a_longer_window_is_said_and_counts_more(text: Message, link: ShortLink, key: str) -> None:
    clicked(text, link, NOON + AN_HOUR)
    sold(key, text, timedelta(days=8))
    assert asked(text)["attributed"] == 0
    told = asked(text, window_days=14)
    assert (told["attributed"], told["window_days"]) == (1, 14)


def test_of_two_campaigns_the_later_click_wins_and_the_earlier_has_assisted(
    tea: TeaTexts, text: Message, link: ShortLink, key: str
) -> None:
    second = text_of(tea, text.contact, "Spring tea by SMS, again")
    clicked(text, link, NOON + AN_HOUR)
    clicked(second, link, NOON + AN_HOUR * 1.5)
    sold(key, text)
    mine, other = asked(text), asked(second)
    assert (mine["attributed"], mine["attributed_elsewhere"], mine["assisted"]) == (0, 1, 1)
    assert (other["attributed"], other["assisted"]) == (1, 0)


@pytest.mark.parametrize(("hours", "path"), [(0.5, "whatsapp,sms_click"), (1.5, "sms_click,whatsapp")])
def test_a_whatsapp_message_in_the_window_is_told_as_a_conflict(
    text: Message, link: ShortLink, key: str, hours: float, path: str
) -> None:
    texted([text.contact], NOON + AN_HOUR * hours)
    clicked(text, link, NOON + AN_HOUR)
    sold(key, text)
    told = asked(text)
    assert (told["attributed"], told["channel_conflicts"], told["paths"]) == (1, 1, {path: 1})
    assert Decimal(told["revenue_in_conflict"][0]["net"]) == 380


def test_a_text_that_was_only_read_is_told_and_earns_nothing(text: Message, key: str) -> None:
    Message.objects.update(status=Status.DELIVERED, delivered_at=NOON)
    sold(key, text)
    told = asked(text)
    assert (told["viewed_without_click"], told["attributed"], told["revenue"]) == (1, 0, [])


def test_a_sale_to_nobody_we_know_is_unmatched(text: Message, key: str) -> None:
    report(key, "conversions", LATER, **order(occurred_at=(NOON + AN_HOUR).isoformat()))
    told = asked(text)
    assert (told["reported"], told["unmatched"], told["unmatched_share"]) == (1, 1, 1.0)


def test_charges_count_as_cost_once_they_are_known_for_every_text(text: Message, link: ShortLink, key: str) -> None:
    facts = {"organisation": text.organisation, "message": text, "told_at": NOON, "currency": "HKD"}
    Charge.objects.create(told_as="a", amount=Decimal("0.40"), **facts)
    clicked(text, link, NOON + AN_HOUR)
    sold(key, text)
    told = asked(text)
    assert (Decimal(told["cost"]), told["cost_source"]) == (Decimal("0.40"), "provider")
    assert Decimal(told["roi"]) == Decimal("949.0000")


def test_another_tenants_sales_are_not_counted_and_a_draft_sold_nothing(tea: TeaTexts, text: Message) -> None:
    assert asked(text)["reported"] == 0
    backwards = {"since": LATER.isoformat(), "until": NOON.isoformat()}
    assert refused(lambda: asked(text, **backwards)).codes == ["ends_before_it_begins"]
