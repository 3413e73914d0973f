"""Management calls: templates, numbers, profiles, uploads. Bodies are composed in the shapes Meta answers with."""

import json
from typing import Any

import pytest
import responses
from responses import matchers

from messaging.carriers import Retry
from messaging.whatsapp.client import Address, CloudApi, Credentials, GraphError
from messaging.whatsapp.graph import Graph
from messaging.wire import new_session
from tests.messaging.whatsapp.pretend_graph import RESET, pretend_graph

GRAPH = "https://graph.facebook.com/v25.0"


@pytest.fixture
def api() -> CloudApi:
    return CloudApi(Credentials("EAAGtoken"), Address(), new_session())


@responses.activate
def test_a_submitted_template_shows_the_category_meta_gave_it(api: CloudApi) -> None:
    responses.post(
        f"{GRAPH}/104990/message_templates",
        json={"id": "778899", "status": "PENDING", "category": "MARKETING"},
        match=[matchers.json_params_matcher({"name": "visit_reminder", "category": "UTILITY"})],
    )
    created = api.create_template("104990", {"name": "visit_reminder", "category": "UTILITY"})
    assert (created.id, created.status, created.category) == ("778899", "PENDING", "MARKETING")


@responses.activate
def test_a_refused_template_says_why_in_metas_words_and_ours(api: CloudApi) -> None:
    responses.post(
        f"{GRAPH}/104990/message_templates",
        status=400,
        json={
            "error": {
                "message": "Invalid parameter",
                "type": "OAuthException",
                "code": 100,
                "error_subcode": 2388299,
                "error_user_title": "Leading or trailing parameters",
                "error_user_msg": "The text cannot start with a variable.",
                "fbtrace_id": "AbCdEf123",
            }
        },
    )
    with pytest.raises(GraphError) as caught:
        api.create_template("104990", {})
    refused = caught.value
    assert (refused.code, refused.subcode, refused.http_status) == (100, 2388299, 400)
    assert (refused.title, refused.details) == (
        "Leading or trailing parameters",
        "The text cannot start with a variable.",
    )
    assert (refused.fbtrace_id, refused.retry) == ("AbCdEf123", Retry.PERMANENT)
    assert str(refused.do) == "The text starts or ends with a variable."


def test_a_submission_whose_answer_is_lost_is_unsure() -> None:
    with pretend_graph(RESET) as graph, pytest.raises(GraphError) as caught:
        CloudApi(Credentials("t"), Address(graph.url), new_session()).create_template("104990", {})
    assert (caught.value.code, caught.value.retry) == (None, Retry.UNSURE)
    assert len(graph.requests) == 1


def test_a_submission_that_never_left_may_go_again() -> None:
    api = CloudApi(Credentials("t"), Address("http://127.0.0.1:9"), new_session())
    with pytest.raises(GraphError) as caught:
        api.create_template("104990", {})
    assert caught.value.retry is Retry.NOT_ATTEMPTED


@responses.activate
def test_templates_are_listed_page_by_page_without_following_links(api: CloudApi) -> None:
    def page(names: list[str], after: str, more: bool) -> dict[str, Any]:
        paging: dict[str, Any] = {"cursors": {"before": "x", "after": after}}
        if more:
            paging["next"] = "https://elsewhere.example.test/?access_token=EAAGtoken"
        return {"data": [{"id": f"1{name}", "name": name, "new_field": [1]} for name in names], "paging": paging}

    url = f"{GRAPH}/104990/message_templates"
    responses.get(
        url,
        json=page(["7", "8"], "A", True),
        match=[matchers.query_param_matcher({"limit": "100"}, strict_match=False)],
    )
    responses.get(
        url, json=page(["9"], "B", False), match=[matchers.query_param_matcher({"after": "A"}, strict_match=False)]
    )
    assert [found.name for found in api.list_templates("104990", status="APPROVED")] == ["7", "8", "9"]
    assert "status=APPROVED" in str(responses.calls[0].request.url)
    assert "after=A" in str(responses.calls[1].request.url)


@responses.activate
def test_a_cursor_that_comes_again_ends_the_list(api: CloudApi) -> None:
    same = {"data": [{"id": "1"}], "paging": {"cursors": {"after": "A"}, "next": "https://x"}}
    responses.get(f"{GRAPH}/104990/phone_numbers", json=same)
    assert len(list(api.list_phone_numbers("104990"))) == 2


@responses.activate
def test_one_template_is_read_with_nulls_as_missing(api: CloudApi) -> None:
    responses.get(
        f"{GRAPH}/778899",
        json={
            "id": 778899,
            "name": "visit_reminder",
            "status": "REJECTED",
            "rejected_reason": None,
            "quality_score": {"score": "GREEN", "date": 1790000000},
            "components": [{"type": "BODY", "text": "Hallo"}],
        },
    )
    found = api.get_template("778899")
    assert (found.id, found.status, found.rejected_reason) == ("778899", "REJECTED", "")
    assert found.quality_score is not None
    assert found.quality_score.score == "GREEN"
    assert found.components == [{"type": "BODY", "text": "Hallo"}]


@responses.activate
def test_editing_and_deleting_want_to_be_confirmed(api: CloudApi) -> None:
    responses.post(f"{GRAPH}/778899", json={"success": True})
    responses.delete(
        f"{GRAPH}/104990/message_templates",
        json={"success": True},
        match=[matchers.query_param_matcher({"name": "visit_reminder", "hsm_id": "778899"})],
    )
    api.edit_template("778899", {"components": []})
    api.delete_template("104990", "visit_reminder", "778899")
    responses.replace("POST", f"{GRAPH}/778899", json={"success": False})
    with pytest.raises(GraphError, match="did not confirm"):
        api.edit_template("778899", {"components": []})


@responses.activate
def test_a_number_tells_its_quality_tier_and_throughput(api: CloudApi) -> None:
    responses.get(
        f"{GRAPH}/555001",
        json={
            "id": "555001",
            "display_phone_number": "+852 5000 1111",
            "verified_name": "Harbour Tea",
            "quality_rating": "YELLOW",
            "throughput": {"level": "STANDARD"},
            "whatsapp_business_manager_messaging_limit": "TIER_2K",
            "is_official_business_account": None,
        },
    )
    number = api.get_phone_number("555001")
    assert (number.verified_name, number.quality_rating) == ("Harbour Tea", "YELLOW")
    assert number.throughput is not None
    assert number.throughput.level == "STANDARD"
    assert (number.whatsapp_business_manager_messaging_limit, number.is_official_business_account) == ("TIER_2K", False)


@responses.activate
def test_a_profile_comes_in_a_list_and_may_be_missing(api: CloudApi) -> None:
    url = f"{GRAPH}/555001/whatsapp_business_profile"
    responses.get(url, json={"data": [{"about": "Tea", "websites": None, "vertical": "RETAIL"}]})
    responses.get(url, json={"data": []})
    responses.post(
        url,
        json={"success": True},
        match=[matchers.json_params_matcher({"messaging_product": "whatsapp", "about": "More tea"})],
    )
    assert api.get_business_profile("555001").about == "Tea"
    assert api.get_business_profile("555001").vertical == ""
    api.update_business_profile("555001", {"about": "More tea"})


@responses.activate
def test_media_goes_up_as_a_form(api: CloudApi) -> None:
    responses.post(f"{GRAPH}/555001/media", json={"id": "1037543291543636"})
    assert api.upload_media("555001", b"\x89PNG", "image/png", "tea.png") == "1037543291543636"
    sent = responses.calls[0].request.body
    assert isinstance(sent, bytes)
    assert b'name="messaging_product"\r\n\r\nwhatsapp' in sent
    assert b'filename="tea.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG' in sent


@responses.activate
def test_a_header_file_goes_up_in_two_steps(api: CloudApi) -> None:
    started = "upload:MTphdHRhY2htZW50?sig=ARZ_x"
    responses.post(
        f"{GRAPH}/222111/uploads",
        json={"id": started},
        match=[matchers.query_param_matcher({"file_name": "t.png", "file_length": "4", "file_type": "image/png"})],
    )
    responses.post(
        f"{GRAPH}/{started}",
        json={"h": "4::aW1hZ2U="},
        match=[matchers.header_matcher({"file_offset": "0", "Authorization": "OAuth EAAGtoken"})],
    )
    upload_id = api.start_upload("222111", "t.png", 4, "image/png")
    assert api.upload(upload_id, b"\x89PNG") == "4::aW1hZ2U="
    assert responses.calls[1].request.body == b"\x89PNG"
    with pytest.raises(ValueError, match="not an upload id"):
        api.upload("upload:../me", b"")


@responses.activate
def test_subscribing_and_looking_at_the_own_token(api: CloudApi) -> None:
    responses.post(f"{GRAPH}/104990/subscribed_apps", json={"success": True})
    responses.get(
        f"{GRAPH}/debug_token",
        json={"data": {"is_valid": True, "expires_at": 0, "scopes": ["whatsapp_business_messaging"]}},
    )
    api.subscribe_app("104990")
    api.subscribe_app("104990", "https://desk.example.test/webhook", "v")
    assert [json.loads(call.request.body or b"") for call in responses.calls] == [
        {},
        {"override_callback_uri": "https://desk.example.test/webhook", "verify_token": "v"},
    ]
    facts = api.debug_token()
    assert (facts.is_valid, facts.expires_at, facts.scopes) == (True, 0, ["whatsapp_business_messaging"])


@pytest.mark.parametrize("content", ["", "<html>", "[]", '{"data": 5}', '{"id": ""}', "[" * 5000])
@responses.activate
def test_an_answer_that_cannot_be_read_is_a_clear_error(api: CloudApi, content: str) -> None:
    responses.get(f"{GRAPH}/778899", body=content)
    with pytest.raises(GraphError, match="could not be read"):
        api.get_template("778899")


@responses.activate
def test_an_expired_token_tells_what_to_do(api: CloudApi) -> None:
    responses.get(f"{GRAPH}/778899", status=401, json={"error": {"code": 190, "message": "Expired EAAGtoken today"}})
    with pytest.raises(GraphError) as caught:
        api.get_template("778899")
    assert caught.value.details == "Expired [hidden] today"
    assert str(caught.value.do) == "Replace the access token, then resume the queue."
    assert caught.value.retry is Retry.HOLD


def test_the_graph_shows_its_address_only() -> None:
    graph = Graph(Credentials("EAAGtoken", "appsecret1"), Address(), new_session())
    assert repr(graph) == "<Graph https://graph.facebook.com/v25.0/>"
    assert repr(Credentials("EAAGtoken", "appsecret1")) == "Credentials()"
