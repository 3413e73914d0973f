"""list_templates: one entry a language, narrowed and paged by the database."""

from typing import Any

import pytest

from messaging.models import Template, WhatsAppAccount
from tests.approvals.tea_room import refused, tea_agent
from tests.factories import (
    TemplateFactory,
    TemplateTranslationFactory,
    WhatsAppAccountFactory,
    harbour_tea,
    other_tenant,
)
from tests.messaging.meta.asking import over_mcp, over_rest, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account() -> WhatsAppAccount:
    """Harbour Tea's spring tea in two languages, and its order news."""
    made: WhatsAppAccount = WhatsAppAccountFactory(organisation=harbour_tea())
    spring: Template = TemplateFactory(account=made, name="spring")
    TemplateTranslationFactory(template=spring, language="en")
    TemplateTranslationFactory(template=spring, language="zh_HK", status="REJECTED")
    order = TemplateFactory(account=made, name="order", category="utility")
    TemplateTranslationFactory(template=order, status="PENDING", reviewed_category="")
    TemplateTranslationFactory(template=TemplateFactory(account__organisation=other_tenant(), name="theirs"))
    return made


def named(**asked: Any) -> list[str]:
    return [f"{row['name']} {row['locale']}" for row in told("list_templates", **asked)["templates"]]


def test_all_in_the_catalogues_own_shape_in_the_order_of_names() -> None:
    found = told("list_templates")
    assert {key: found[key] for key in ("total", "limit", "offset")} == {"total": 3, "limit": 50, "offset": 0}
    assert found["templates"][0] == {
        "name": "order",
        "locale": "en",
        "category": "utility",
        "status": "PENDING",
        "body_text": "Hello {{1}}, spring tea is in. Reply STOP to opt out.",
    }
    assert named() == ["order en", "spring en", "spring zh_HK"]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"status_filter": "APPROVED"}, ["spring en"]),
        ({"status_filter": "approved"}, ["spring en"]),
        ({"status_filter": "PAUSED"}, []),
        ({"category_filter": "utility"}, ["order en"]),
        ({"category_filter": "MARKETING"}, ["spring en", "spring zh_HK"]),
        ({"locale_filter": "zh_HK"}, ["spring zh_HK"]),
        ({"locale_filter": "en", "category_filter": "marketing"}, ["spring en"]),
    ],
)
def test_they_are_narrowed_by_status_category_and_language(asked: dict[str, Any], names: list[str]) -> None:
    assert named(**asked) == names
    assert told("list_templates", **asked)["total"] == len(names)


def test_what_meta_has_put_into_another_category_is_found_in_that() -> None:
    Template.objects.get(name="order").translations.update(reviewed_category="marketing")
    assert named(category_filter="utility") == []
    assert told("list_templates", category_filter="marketing")["templates"][0]["category"] == "marketing"


def test_pages_add_up() -> None:
    assert named(limit=2) + named(limit=2, offset=2) == ["order en", "spring en", "spring zh_HK"]
    assert told("list_templates", limit=2, offset=9) == {"templates": [], "total": 3, "limit": 2, "offset": 9}


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"status_filter": "GONE"}, "status_filter"), ({"limit": 0}, "limit"), ({"limit": 201}, "limit"),
     ({"offset": -1}, "offset"), ({"locale_filter": "x" * 17}, "locale_filter")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_its_field(asked: dict[str, Any], field: str) -> None:
    no = refused(lambda: told("list_templates", **asked))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("invalid_argument", field)]


def test_rest_and_mcp_answer_with_its_own_keys_alone() -> None:
    keys = ["templates", "total", "limit", "offset"]
    assert list(over_rest("list_templates")) == keys
    assert list(over_mcp("list_templates", tea_agent(scopes=["meta:read"]))) == keys
