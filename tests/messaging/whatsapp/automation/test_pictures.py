"""Whoever approves sees the flow: as a picture, in words, and with what it would have done."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actor import Actor, Face
from approvals.admin.panels import Reading, drift_of
from approvals.models import ActionRequest
from approvals.previews import contract_of
from approvals.registry import registry
from messaging.models import KeywordRule, TemplateTranslation
from messaging.whatsapp.automation.picture import outline_of, picture_of
from tests.factories import NOON, TemplateFactory, TemplateTranslationFactory, ken_ho, mei_chan, sam_lee, vera_ng
from tests.messaging.whatsapp.automation.tea_bar import TeaBar, enabled, flow_ask, reply_ask, rule_ask, wished
from tests.messaging.whatsapp.automation.tea_flows import PERSON, buttons, flow, menu_of_harbour_tea, message

SVG = "{http://www.w3.org/2000/svg}"


def drawn(definition: dict[str, Any]) -> ET.Element:
    return ET.fromstring(picture_of(definition))


def test_a_picture_has_a_box_for_each_node_and_an_arrow_for_each_pair() -> None:
    picture = drawn(menu_of_harbour_tea())
    words = [text.text for text in picture.iter(f"{SVG}text")]
    assert len(list(picture.iter(f"{SVG}rect"))) == 3
    assert len([path for path in picture.iter(f"{SVG}path") if path.get("marker-end")]) == 3
    assert {"Buttons · menu", "Message · hours", "To a person · person", "Opening hours"} <= set(words)


def test_what_an_author_writes_is_text_in_the_picture_whatever_it_is() -> None:
    hostile = "</text><script>alert(1)</script>"
    picture = picture_of(flow(hello=message(hostile, next="person"), person=PERSON).model_dump(mode="json"))
    assert "<script" not in picture
    assert "".join(ET.fromstring(picture).itertext()).count("</text><script>") == 2  # in the box, and in its title


def test_the_outline_goes_in_the_order_in_which_customers_meet_it() -> None:
    steps = outline_of(flow(menu=buttons(Hours="hours"), lost=message(next="menu"), hours=message(next="menu"),
                            person=PERSON).model_dump(mode="json"))  # fmt: skip
    assert [(step.name, step.is_reached) for step in steps] == [
        ("menu", True), ("hours", True), ("person", True), ("lost", False),
    ]  # fmt: skip
    assert steps[0].ways == (("Hours", "hours"), ("anything else", "person"))


def test_an_unfinished_flow_can_be_drawn_too() -> None:
    unfinished = {"start": "nowhere", "nodes": {"hello": message(next="gone")}}
    assert len(list(drawn(unfinished).iter(f"{SVG}rect"))) == 1


def page_of(request: ActionRequest, person: Any) -> str:
    client = Client()
    client.force_login(person)
    return client.get(reverse("admin:approvals_actionrequest_change", args=(request.pk,))).content.decode()


@pytest.mark.django_db
def test_the_decision_page_shows_the_flow_and_its_replay(bar: TeaBar) -> None:
    flow_row = enabled(flow_ask())
    enabled(rule_ask("menu", flow_id=str(flow_row.pk)))
    bar.say("the menu", NOON - timedelta(days=1))
    request = wished(reply_ask(flow_id=str(flow_row.pk)))
    page = page_of(request, mei_chan())
    assert "<svg" in page
    assert "What customers would be led by" in page
    assert "Kept by a higher priority" in page


@pytest.mark.django_db
def test_who_would_have_been_answered_is_masked_for_whoever_may_not_see_people(bar: TeaBar) -> None:
    bar.say("my refund", NOON - timedelta(days=1))
    request = wished(rule_ask("refund", reply_text="Five days."))
    assert "Mrs Lam" in page_of(request, mei_chan())
    masked = page_of(request, vera_ng())
    assert "Mrs Lam" not in masked
    assert "my refund" not in masked


def drifts(request: ActionRequest) -> list[tuple[str, bool]]:
    tool = registry.find(request.tool)
    reading = Reading(request, Actor.of_person(mei_chan(), Face.DESK), NOON)
    return [(str(one.what), one.serious) for one in drift_of(reading, contract_of(tool, request.preview))]


@pytest.mark.django_db
def test_a_keyword_that_meets_others_by_now_is_told_before_the_decision(bar: TeaBar) -> None:
    request = wished(rule_ask("refund", reply_text="Five days."))
    assert drifts(request) == []
    bar.say("refund of my order", NOON - timedelta(days=1))
    enabled(rule_ask("order", reply_text="On its way.", rule={"priority": 51}))
    assert drifts(request) == [("Messages of the last days that it meets", False)]
    enabled(rule_ask("refund of", reply_text="Seven days.", rule={"priority": 52}))
    enabled(rule_ask("kettle refund", reply_text="Nine.", name="kettles", rule={"priority": 49}))
    KeywordRule.objects.filter(name="kettles").update(priority=50)
    assert ("The rule “kettles” meets the same messages", True) in drifts(request)


@pytest.mark.django_db
def test_a_template_that_was_paused_meanwhile_is_told_before_the_decision(bar: TeaBar) -> None:
    template = TemplateFactory(account=bar.sender.account, name="hello", category="utility")
    TemplateTranslationFactory(template=template, reviewed_category="utility")
    says = {"kind": "template", "template": "hello", "language": "en", "values": {"1": "x"}, "next": "person"}
    request = wished(flow_ask({"start": "says", "nodes": {"says": says, "person": PERSON}}))
    assert drifts(request) == []
    TemplateTranslation.objects.update(status="PAUSED")
    assert drifts(request) == [("says: The template is not approved by Meta.", True)]


@pytest.mark.django_db
def test_the_desk_shows_flows_rules_and_auto_replies_and_who_may_see_where_they_route(bar: TeaBar) -> None:
    bar.queue("Refunds")
    nodes = {"hello": message(next="person"), "person": {"kind": "handover", "queue": "Refunds"}}
    row = enabled(flow_ask({"start": "hello", "nodes": nodes}))
    rule = enabled(rule_ask("refund", flow_id=str(row.pk)))
    reply = enabled(reply_ask(flow_id=str(row.pk)))
    pages = {"flow": row, "keywordrule": rule, "autoreply": reply}
    for name, shown in pages.items():
        assert shown.name in desk(mei_chan(), f"messaging_{name}_changelist")
        for view in ("change", "history"):
            assert desk(mei_chan(), f"messaging_{name}_{view}", shown.pk)
    assert "Refunds" in desk(mei_chan(), "messaging_flow_change", row.pk)
    mine = desk(sam_lee(), "messaging_flow_change", row.pk)
    assert "<svg" in mine
    assert "Refunds" not in mine
    assert desk(sam_lee(), "messaging_keywordrule_changelist") == "403"
    assert desk(ken_ho(), "messaging_flow_change", row.pk) == "403"


def desk(person: Any, name: str, *args: Any) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get(reverse(f"admin:{name}", args=args))
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)
