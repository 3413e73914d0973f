"""Reusable texts: kept in versions, and nothing required is taken out of them unseen."""

from typing import Any

import pytest

from accounts.actor import Actor
from approvals.defaults import default_policies
from approvals.execution import carry_out
from approvals.models import ActionRequest
from approvals.versions import token_of
from messaging.models import Template
from tests.approvals.tea_room import approved, refused
from tests.factories import NOON, harbour_tea, other_tenant
from tests.sms.tea_copies import copy_ask, copy_of
from tests.sms.tea_texts import TeaTexts, campaign_of, texter, use

pytestmark = pytest.mark.django_db

SAVE, LIST = "templates.save", "templates.list"


def save(actor: Actor, key: str = "keep-this-text", **arguments: Any) -> Any:
    return use(SAVE, actor, **arguments, idempotency_key=key, reason="Spring").request


def listed(actor: Actor, **asked: Any) -> Any:
    return use(LIST, actor, **asked).data


def test_a_new_marketing_text_waits_for_a_person_because_its_opt_out_words_are_new() -> None:
    default_policies(harbour_tea())
    actor = texter()
    request = save(actor, **copy_ask())
    assert (request.state, listed(actor)["new_ones_waiting"], listed(actor)["templates"]) == ("pending", 1, [])
    carry_out(approved(ActionRequest.objects.get(pk=request.action_request_id)).pk, NOON)
    (row,) = listed(actor)["templates"]
    assert (row["name"], row["version"], row["category"]) == ("Spring tea, short", 1, "marketing")
    assert [(one["language"], one["opt_out"]) for one in row["texts"]] == [
        ("en", "Stop: 21234567"),
        ("zh_hk", "取消 21234567"),
    ]


def test_an_edit_that_leaves_brand_and_opt_out_alone_is_kept_at_once_and_the_version_before_stays() -> None:
    default_policies(harbour_tea())
    template = copy_of(harbour_tea())
    texts = {"en": "Harbour Tea: first flush is in. Stop: 21234567", "zh_hk": "海港茶：新茶。取消 21234567"}
    assert save(texter(), **copy_ask(template, texts=texts)).state == "succeeded"
    template.refresh_from_db()
    assert template.version == 2
    english = template.translations.get(language="en")
    assert english.definition == {"text": "Harbour Tea: first flush is in. Stop: 21234567"}
    assert [one.definition["text"][:20] for one in english.history.order_by("history_id")] == [
        "Harbour Tea: {{name}",
        "Harbour Tea: first f",
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"opt_outs": {"en": "Stop: 21234567", "zh_hk": "21234567"}},
        {"brand": "2"},
        {"category": "utility"},
    ],
)
def test_other_opt_out_words_another_brand_or_category_wait_for_a_person(changed: dict[str, Any]) -> None:
    default_policies(harbour_tea())
    template = copy_of(harbour_tea())
    assert save(texter(), **copy_ask(template, **changed)).state == "pending"
    (row,) = listed(texter())["templates"]
    assert (row["version"], row["edits_waiting"]) == (1, 1)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"brand": "Harbour Tea"}, "brand_missing", "texts.zh_hk"),
        ({"opt_outs": {"en": "Stop: 21234567"}}, "opt_out_missing", "opt_outs.zh_hk"),
        (
            {"opt_outs": {"en": "Stop: 29999999", "zh_hk": "取消 21234567"}},
            "opt_out_not_in_text",
            "texts.en",
        ),
        (
            {"opt_outs": {"en": "Stop: 21234567", "zh_hk": "取消 21234567", "fr": "STOP"}},
            "no_such_text",
            "opt_outs.fr",
        ),
        (
            {"texts": {"en": "x" * 300 + "Stop: 21234567", "zh_hk": "海港茶。取消 21234567"}, "most_parts": 2},
            "too_long",
            "texts.en",
        ),
        (
            {"texts": {"en": "{{first name}} Stop: 21234567", "zh_hk": "海港茶。取消 21234567"}},
            "broken_variable",
            "texts.en",
        ),
        ({"default_language": "fr"}, "default_language_missing", "default_language"),
    ],
)
def test_what_misses_required_words_is_not_kept(changed: dict[str, Any], code: str, field: str) -> None:
    no = refused(lambda: save(texter(), **copy_ask(**changed)))
    assert [(one.code, one.field) for one in no.reasons] == [(code, field)]


def test_a_stale_version_and_a_taken_name_are_refused() -> None:
    template, other = copy_of(harbour_tea()), copy_of(harbour_tea(), "Autumn tea")
    no = refused(lambda: save(texter(), **copy_ask(template, base_version_token="v0-aaaaaaaaaaaa")))
    assert [one.code for one in no.reasons] == ["stale_version"]
    no = refused(lambda: save(texter(), **copy_ask(template, name=other.name)))
    assert [one.code for one in no.reasons] == ["name_taken"]


def test_of_two_edits_of_one_version_the_second_is_refused() -> None:
    template, actor = copy_of(harbour_tea()), texter()
    asked = copy_ask(template)
    first, second = (save(actor, f"edit-number-{number}", **asked) for number in (1, 2))
    carry_out(approved(ActionRequest.objects.get(pk=first.action_request_id)).pk, NOON)
    no = refused(lambda: approved(ActionRequest.objects.get(pk=second.action_request_id)))
    assert [one.code for one in no.reasons] == ["stale_version"]
    template.refresh_from_db()
    assert (template.version, token_of(template) == asked["base_version_token"]) == (2, False)


def test_a_language_that_is_dropped_is_listed_no_more() -> None:
    default_policies(harbour_tea())
    template, actor = copy_of(harbour_tea()), texter()
    texts, opt_outs = {"en": "Harbour Tea. Stop: 21234567"}, {"en": "Stop: 21234567"}
    request = save(actor, **copy_ask(template, texts=texts, opt_outs=opt_outs))
    carry_out(approved(ActionRequest.objects.get(pk=request.action_request_id)).pk, NOON)
    assert listed(actor, language="zh-HK")["templates"] == []
    (row,) = listed(actor, language="en", name="spring", category="marketing")["templates"]
    assert [one["language"] for one in row["texts"]] == ["en"]


def test_the_list_holds_neither_campaigns_texts_nor_another_tenants() -> None:
    campaign_of(TeaTexts())
    copy_of(other_tenant())
    assert Template.objects.count() == 2
    assert listed(texter())["templates"] == []


def test_the_text_of_a_campaign_is_no_template_to_save() -> None:
    campaign = campaign_of(TeaTexts())
    no = refused(lambda: save(texter(), **copy_ask(campaign.texts, name="Mine now")))
    assert [one.code for one in no.reasons] == ["template_not_found"]
