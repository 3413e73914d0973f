"""The life of a template: review, change of category, pause, edit, deletion, and lists of them."""

from typing import Any

import pytest

from simulators.process import GraphSimulator
from tests.simulators.graph.business import BODY, Business, code_of
from tests.simulators.graph.listener import Listener

FIELD = "message_template_status_update"


def say(text: str) -> list[dict[str, Any]]:
    return [{"type": "BODY", "text": text}]


def test_a_template_is_pending_and_then_approved_by_webhook(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.misbehave(review_seconds=0.2)
    answer = business.submit()
    assert answer["status"] == "PENDING"
    assert business.get(answer["id"])["status"] == "PENDING"
    assert code_of(business.template()) == 132001

    simulator.wait_until_quiet()

    assert business.get(answer["id"])["status"] == "APPROVED"
    assert listener.changes(FIELD) == [
        {
            "event": "APPROVED",
            "message_template_id": int(answer["id"]),
            "message_template_name": "order_left",
            "message_template_language": "en",
            "message_template_category": "UTILITY",
            "reason": "NONE",
        }
    ]
    assert isinstance(listener.posts[0].body["entry"][0]["time"], int)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": "reject_me_please"}, "TAG_CONTENT_MISMATCH"),
        ({"components": say("You may reject_me today.")}, "TAG_CONTENT_MISMATCH"),
        (
            {
                "components": [
                    {
                        "type": "BODY",
                        "text": "Hello {{1}}{{2}}, good morning to you all.",
                        "example": {"body_text": [["a", "b"]]},
                    }
                ]
            },
            "INVALID_FORMAT",
        ),
    ],
)
def test_a_template_can_be_rejected(
    business: Business, simulator: GraphSimulator, listener: Listener, fields: dict[str, Any], reason: str
) -> None:
    template = business.approved(**fields)

    assert listener.changes(FIELD)[0]["event"] == "REJECTED"
    assert listener.changes(FIELD)[0]["reason"] == reason
    assert business.get(template, fields="status,rejected_reason") == {
        "status": "REJECTED",
        "rejected_reason": reason,
        "id": template,
    }


def test_the_same_words_twice_are_rejected_as_a_duplicate(business: Business, simulator: GraphSimulator) -> None:
    business.approved("first")
    second = business.approved("second")
    assert business.get(second)["status"] == "REJECTED"

    simulator.misbehave(reject_duplicates=False)
    assert business.get(business.approved("third"))["status"] == "APPROVED"


def test_utility_that_looks_promotional_is_approved_as_marketing(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    answer = business.submit(components=say("Only today: 20% off everything in our shop."))
    assert answer["category"] == "UTILITY"
    simulator.wait_until_quiet()

    found = business.get(answer["id"], fields="status,category,previous_category")
    assert found == {"status": "APPROVED", "category": "MARKETING", "previous_category": "UTILITY", "id": answer["id"]}
    change = listener.changes("template_category_update")[0]
    assert (change["previous_category"], change["new_category"]) == ("UTILITY", "MARKETING")
    assert listener.changes(FIELD)[0]["message_template_category"] == "MARKETING"


def test_the_other_category_can_already_stand_in_the_answer(business: Business, simulator: GraphSimulator) -> None:
    simulator.misbehave(recategorised="answer")

    assert business.submit(components=say("Our summer sale has begun."))["category"] == "MARKETING"


def test_a_pause_tells_why_and_a_third_disables(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    template = business.approved()
    simulator.pause_template("order_left")
    simulator.pause_template("order_left:en", "DISABLED")
    simulator.wait_until_quiet()

    events = [(value["event"], value.get("other_info", {}).get("title")) for value in listener.changes(FIELD)]
    assert events == [("APPROVED", None), ("PAUSED", "FIRST_PAUSE"), ("DISABLED", "DISABLED")]
    assert business.get(template, fields="quality_score")["quality_score"]["score"] == "RED"
    assert business.call("DELETE", template).json()["error"]["error_subcode"] == 2388039


def test_a_warning_announces_the_other_category_and_changes_nothing_yet(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    template = business.approved()
    simulator.change_category("order_left", "MARKETING", warning=True)
    simulator.wait_until_quiet()

    change = listener.changes("template_category_update")[0]
    assert (change["new_category"], change["correct_category"]) == ("UTILITY", "MARKETING")
    assert business.get(template)["category"] == "UTILITY"


def test_an_edit_replaces_the_components_and_is_reviewed_again(business: Business, simulator: GraphSimulator) -> None:
    template = business.approved()

    assert business.post(template, components=say("Your order has left."))["success"] is True
    assert business.get(template)["status"] == "PENDING"
    assert business.post(template, components=say("Again."))["error"]["error_subcode"] == 2388039
    simulator.wait_until_quiet()

    found = business.get(template)
    assert found["status"] == "APPROVED"
    assert found["components"] == [{"type": "BODY", "text": "Your order has left."}]
    assert business.post(template, components=say("Once more a day."))["error"]["error_subcode"] == 2388039


def test_the_category_of_an_approved_template_can_not_be_edited(business: Business) -> None:
    template = business.approved()

    assert business.post(template, category="MARKETING")["error"]["error_subcode"] == 2388039


def test_a_deleted_name_takes_all_languages_and_rests(business: Business, simulator: GraphSimulator) -> None:
    waba = simulator.waba_id
    business.approved("order_left")
    business.approved("order_left", language="de", components=say("Ihre Bestellung ist unterwegs."))
    kept = business.approved("kept", components=say("We keep this one."))

    assert business.call("DELETE", f"{waba}/message_templates", params={"name": "order_left"}).json() == {
        "success": True
    }

    assert [template["id"] for template in business.get(f"{waba}/message_templates")["data"]] == [kept]
    assert business.submit("order_left")["error"]["error_subcode"] == 2388023
    assert code_of(business.call("DELETE", f"{waba}/message_templates", params={"name": "order_left"}).json()) == 100


def test_one_language_can_be_deleted_by_its_id(business: Business, simulator: GraphSimulator) -> None:
    waba = simulator.waba_id
    english = business.approved("order_left")
    german = business.approved("order_left", language="de", components=say("Ihre Bestellung ist unterwegs."))

    business.call("DELETE", f"{waba}/message_templates", params={"name": "order_left", "hsm_id": english})

    assert [template["id"] for template in business.get(f"{waba}/message_templates")["data"]] == [german]


@pytest.fixture
def five(business: Business, simulator: GraphSimulator) -> list[str]:
    for at in range(1, 6):
        business.submit(f"news_{at}", components=say(f"This is our news number {at}."))
    simulator.wait_until_quiet()
    simulator.pause_template("news_5")
    return [f"news_{at}" for at in range(1, 6)]


def names(page: dict[str, Any]) -> list[str]:
    return [template["name"] for template in page["data"]]


def test_a_list_is_read_page_by_page(business: Business, simulator: GraphSimulator, five: list[str]) -> None:
    path = f"{simulator.waba_id}/message_templates"
    first = business.get(path, limit=2, fields="name")
    second = business.get(path, limit=2, after=first["paging"]["cursors"]["after"])
    third = business.get(path, limit=2, after=second["paging"]["cursors"]["after"])

    assert names(first) + names(second) + names(third) == five
    assert "next" in second["paging"]
    assert "next" not in third["paging"]
    assert set(first["data"][0]) == {"name", "id"}
    assert names(business.get(path, limit=2, before=third["paging"]["cursors"]["before"])) == ["news_3", "news_4"]
    follow = business.session.get(first["paging"]["next"]).json()
    assert names(follow) == ["news_3", "news_4"]


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "news_3"}, ["news_3"]),
        ({"status": "PAUSED"}, ["news_5"]),
        ({"status": "paused,approved", "limit": "100"}, ["news_1", "news_2", "news_3", "news_4", "news_5"]),
        ({"content": "number 2"}, ["news_2"]),
        ({"name_or_content": "NUMBER 4"}, ["news_4"]),
        ({"language": "de"}, []),
        ({"category": "MARKETING"}, []),
        ({"quality_score": "RED"}, ["news_5"]),
    ],
)
def test_a_list_can_be_filtered(
    business: Business, simulator: GraphSimulator, query: dict[str, str], found: list[str]
) -> None:
    assert names(business.get(f"{simulator.waba_id}/message_templates", **query)) == found


def test_a_wrong_cursor_or_limit_is_refused(business: Business, simulator: GraphSimulator) -> None:
    business.approved()

    assert code_of(business.get(f"{simulator.waba_id}/message_templates", after="dDox")) == 131059
    assert code_of(business.get(f"{simulator.waba_id}/message_templates", limit="many")) == 100


def test_an_unknown_template_is_an_unknown_object(business: Business) -> None:
    assert business.get("123456789")["error"]["error_subcode"] == 33


def test_the_node_has_all_fields_that_can_be_asked_for(business: Business) -> None:
    template = business.approved()

    found = business.get(template, fields="id,name,language,status,category,components,parameter_format,quality_score")
    assert found["components"][0]["text"] == BODY
    assert found["parameter_format"] == "POSITIONAL"
    assert found["quality_score"]["score"] == "UNKNOWN"
