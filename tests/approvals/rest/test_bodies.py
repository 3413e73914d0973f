"""Bodies that are not one JSON object, and addresses that are not ours: a clear no, never a 500."""

from typing import Any

import pytest
from django.test import Client

from tests.approvals.rest.test_tools_over_rest import assert_problem
from tests.demo_tools.fixtures import agent_with_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_tools")]


@pytest.fixture
def headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {agent_with_key()[1]}"}


def post(client: Client, headers: dict[str, str], body: bytes, media_type: str = "application/json") -> Any:
    return client.post("/api/tools/demo.notes.list", body, content_type=media_type, headers=headers)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{", "The body is not JSON"),
        (b"tea", "The body is not JSON"),
        (b"[]", "The body must be a JSON object"),
        (b'"tea"', "The body must be a JSON object"),
        (b"null", "The body must be a JSON object"),
        (b'{"limit": NaN}', "NaN is not a JSON number"),
        (b'{"limit": -Infinity}', "-Infinity is not a JSON number"),
        (b'{"limit": 1, "limit": 2}', "the name 'limit' stands twice"),
        (b'{"search": {"a": 1, "a": 2}}', "the name 'a' stands twice"),
        (b'{"limit": ' + b"9" * 5000 + b"}", "The body is not JSON"),
        (b'{"search": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deeply"),
        (b'{"search": "\xff"}', "The body is not JSON"),
        (b"\x00", "The body is not JSON"),
    ],
)
def test_a_body_that_is_not_one_json_object_is_refused(
    client: Client, headers: dict[str, str], body: bytes, text: str
) -> None:
    assert text in assert_problem(post(client, headers, body), 400, "parse_error")["text"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"limit": 1e400}', "limit"),  # beyond what a float holds: it parses as infinity
        (b'{"search": "\\ud800"}', "search"),
        (b'{"search": "a\\u0000b"}', "search"),
        (b'{"limit": 123456789012345678901234567890}', "limit"),
        (b'{"search": ' + b"[" * 30 + b"]" * 30 + b"}", "search" + ".0" * 20),
    ],
)
def test_values_that_no_row_can_hold_name_their_field(
    client: Client, headers: dict[str, str], body: bytes, field: str
) -> None:
    assert assert_problem(post(client, headers, body), 400, "invalid_argument")["field"] == field


def test_a_byte_order_mark_is_forgiven(client: Client, headers: dict[str, str]) -> None:
    assert post(client, headers, b'\xef\xbb\xbf{"limit": 1}').status_code == 200


def test_more_than_twenty_megabytes_is_too_large(client: Client, headers: dict[str, str]) -> None:
    megabyte = 1024 * 1024
    accepted = post(client, headers, b'{"limit": 1}' + b" " * (20 * megabyte - 12))
    assert accepted.status_code == 200
    assert_problem(post(client, headers, b'{"limit": 1}' + b" " * (20 * megabyte - 11)), 413, "body_too_large")


@pytest.mark.parametrize("media_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml", "x"])
def test_anything_but_json_is_an_unsupported_media_type(
    client: Client, headers: dict[str, str], media_type: str
) -> None:
    assert_problem(post(client, headers, b"{}", media_type), 415, "unsupported_media_type")


def test_json_with_a_charset_is_json(client: Client, headers: dict[str, str]) -> None:
    assert post(client, headers, b"{}", "Application/JSON; charset=utf-8").status_code == 200


@pytest.mark.parametrize("path", ["/api/tools/demo.notes.list", "/api/shop/events", "/api/sms/otp/verify"])
def test_a_body_of_unknown_length_is_asked_for_its_length(client: Client, headers: dict[str, str], path: str) -> None:
    answer = client.generic(
        "POST", path, headers={**headers, "Transfer-Encoding": "chunked"}
    )  # without data the test client sends no Content-Length
    assert_problem(answer, 411, "length_missing")


def test_what_the_client_accepts_does_not_matter(client: Client, headers: dict[str, str]) -> None:
    answer = post(client, {**headers, "Accept": "text/html"}, b"{}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


def test_other_methods_and_addresses_are_problems_too(client: Client, headers: dict[str, str]) -> None:
    answer = client.put("/api/tools/demo.notes.list", b"{}", content_type="application/json", headers=headers)
    assert_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD, POST"
    assert_problem(client.options("/api/tools", headers=headers), 405, "method_not_allowed")
    for address in ("/api/", "/api/nowhere", "/api/tools/", "/api/tools/a/b"):
        assert_problem(client.get(address, headers=headers), 404, "not_found")
    assert_problem(client.post("/api/tools/%00", b"{}", "application/json", headers=headers), 404, "unknown_tool")
