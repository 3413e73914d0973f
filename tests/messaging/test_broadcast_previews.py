"""What the preview of a broadcast holds and refuses."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.dateparse import parse_datetime

from accounts.actor import Actor
from approvals.models import Preview
from messaging.models import Audience, Contact, TemplateTranslation
from tests.approvals.tea_room import refused
from tests.factories import (
    NOON,
    SegmentFactory,
    SenderFactory,
    TemplateFactory,
    TemplateTranslationFactory,
    other_tenant,
)
from tests.messaging.spring_broadcasts import preview, tea_for_three, update
from tests.messaging.spring_tea import SpringTea, drinker

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> SpringTea:
    return tea_for_three()


def test_the_preview_holds_no_name_and_no_number(tea: SpringTea, agent: Actor) -> None:
    contract = str(Preview.objects.get(pk=preview(tea, agent).preview_id).contract)
    for contact in Contact.objects.all():
        assert contact.name not in contract
        assert str(contact.phone) not in contract


def test_one_language_that_meta_calls_marketing_makes_the_whole_broadcast_marketing(
    tea: SpringTea, agent: Actor
) -> None:
    chinese = tea.translate("zh_HK")
    update(TemplateTranslation, reviewed_category="utility")
    TemplateTranslation.objects.filter(pk=chinese.pk).update(reviewed_category="marketing")
    assert preview(tea, agent).data["category"] == "marketing"


def test_a_language_that_is_not_approved_is_not_sent_and_its_readers_read_the_default(
    tea: SpringTea, agent: Actor
) -> None:
    TemplateTranslationFactory(template=tea.template, language="zh_HK", status="REJECTED")
    drinker("Ming", language="zh_HK")
    parts = preview(tea, agent).data["translations"]
    assert [(part["language"], part["people"]) for part in parts] == [("en", 3)]


@pytest.mark.parametrize(
    ("ask", "code", "field"),
    [
        ({"not_after": "2026-03-02T14:00:00+08:00"}, "ends_before_it_begins", "not_after"),
        ({"due_at": "2026-06-01T12:00:00+08:00"}, "too_far_ahead", "due_at"),
        ({"variables": []}, "variables_do_not_match", "variables"),
        ({"variables": [{"name": "2", "source": "name"}]}, "variables_do_not_match", "variables"),
        ({"due_at": "2026-03-02T14:00:00"}, "invalid_argument", "due_at"),
        ({"per_second": 0}, "invalid_argument", "per_second"),
        ({"cost_ceiling": "-1"}, "invalid_argument", "cost_ceiling"),
        ({"cost_ceiling": "NaN"}, "invalid_argument", "cost_ceiling"),
        ({"limit": 10}, "invalid_argument", "limit"),
    ],
)
def test_a_preview_that_cannot_be_made_says_which_field_is_wrong(
    tea: SpringTea, agent: Actor, ask: dict[str, Any], code: str, field: str
) -> None:
    no = refused(lambda: preview(tea, agent, **ask))
    assert [(reason.code, reason.field) for reason in no.reasons] == [(code, field)]
    assert (Preview.objects.count(), Audience.objects.count()) == (0, 0)


def test_a_template_without_an_approved_language_makes_no_preview(tea: SpringTea, agent: Actor) -> None:
    update(TemplateTranslation, status="PENDING")
    assert refused(lambda: preview(tea, agent)).codes == ["template_not_approved"]


def test_template_and_sender_belong_to_one_account(tea: SpringTea, agent: Actor) -> None:
    stranger = SenderFactory(account__organisation=tea.organisation)
    no = refused(lambda: preview(tea, agent, sender_id=str(stranger.pk)))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("wrong_account", "sender_id")]


@pytest.mark.parametrize("field", ["segment_id", "template_id", "sender_id"])
def test_another_tenants_row_is_as_unknown_as_none(tea: SpringTea, agent: Actor, field: str) -> None:
    theirs = {
        "segment_id": lambda: SegmentFactory(organisation=other_tenant()),
        "template_id": lambda: TemplateFactory(account__organisation=other_tenant()),
        "sender_id": lambda: SenderFactory(account__organisation=other_tenant()),
    }[field]()
    foreign = refused(lambda: preview(tea, agent, **{field: str(theirs.pk)}))
    unknown = refused(lambda: preview(tea, agent, **{field: str(uuid4())}))
    assert [reason.as_dict() for reason in foreign.reasons] == [reason.as_dict() for reason in unknown.reasons]
    assert foreign.reasons[0].field == field


def test_the_ceiling_and_the_pace_are_the_callers_but_never_above_the_senders(tea: SpringTea, agent: Actor) -> None:
    slow = preview(tea, agent, cost_ceiling="0.05", per_second=10).data
    assert (slow["cost_ceiling"], slow["per_second"]) == ("0.05", 10)
    assert preview(tea, agent, per_second=1000).data["per_second"] == 80


def test_a_broadcast_ends_about_when_its_pace_lets_it(tea: SpringTea, agent: Actor) -> None:
    shown = preview(tea, agent, per_second=1).data
    assert parse_datetime(shown["finishes_about"]) == NOON + timedelta(hours=2, seconds=2)
