"""The OpenAPI document: one path a tool or declared address, valid, and only the caller's when a caller asks."""

from pathlib import Path

import pytest
from django.test import Client
from drf_spectacular.generators import EndpointEnumerator
from drf_spectacular.validation import validate_schema

from approvals.reasons import Reason, Refused
from approvals.rest.openapi import document
from approvals.rest.problems import STATUS_OF_CODE, status_of
from approvals.rest.views import DeclaredView
from tests.demo_tools.fixtures import agent_with_key
from tests.factories import ada_wong, sam_lee

PROJECT = Path(__file__).parents[3]
pytestmark = pytest.mark.usefixtures("demo_tools")


def test_every_tool_has_one_path_and_the_document_is_valid() -> None:
    made = document()
    validate_schema(made)
    assert made["openapi"] == "3.1.0"
    assert sorted(path for path in made["paths"] if path.startswith("/api/tools")) == [
        "/api/tools",
        "/api/tools/demo.action_request.status",
        "/api/tools/demo.books.read",
        "/api/tools/demo.kettle.boil",
        "/api/tools/demo.note.preview",
        "/api/tools/demo.note.write",
        "/api/tools/demo.notes.list",
        "/api/tools/demo.shelf.tidy",
        "/api/tools/demo.tree.get",
    ]


def test_an_operation_says_what_it_takes_and_answers() -> None:
    made = document()
    operation = made["paths"]["/api/tools/demo.note.write"]["post"]
    assert operation["operationId"] == "demo_note_write"
    body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert made["components"]["schemas"][body]["required"] == ["idempotency_key", "reason", "preview_id"]
    assert set(operation["responses"]) == {
        "200", "202", "400", "401", "403", "404", "409", "411", "413", "415", "422", "429", "500",
    }  # fmt: skip
    assert "202" not in made["paths"]["/api/tools/demo.notes.list"]["post"]["responses"]
    assert set(made["components"]["securitySchemes"]) == {"agentKey", "session"}


def test_an_address_stands_there_as_its_view_declares_it() -> None:
    made = document()
    operation = made["paths"]["/api/shop/conversions"]["post"]
    takes = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert (operation["operationId"], operation["tags"], takes) == ("shop_conversions", ["shop"], "ConversionReport")
    assert operation["description"] == "Scope: `shop:report`."
    for status in ("200", "201"):
        answer = operation["responses"][status]["content"]["application/json"]["schema"]["$ref"]
        assert answer == "#/components/schemas/Kept"
    assert set(operation["responses"]) == {
        "200", "201", "400", "401", "403", "404", "409", "411", "413", "415", "422", "500",
    }  # fmt: skip


def test_an_address_promises_no_status_that_it_never_gives() -> None:
    asked = document()["paths"]["/api/sms/otp/verify"]["post"]
    assert asked["operationId"] == "sms_otp_verify"
    assert set(asked["responses"]) == {"200", "400", "401", "403", "411", "413", "415", "500"}


def test_every_address_that_takes_a_body_is_described() -> None:
    """One beside the tools that declares nothing would be one that nobody finds."""
    views = {view.cls for _path, _regex, method, view in EndpointEnumerator().get_api_endpoints() if method == "POST"}
    assert {view.__name__ for view in views if not issubclass(view, DeclaredView)} == {"ToolUse"}
    assert {view.__name__ for view in views} >= {"Conversions", "Refunds", "Events", "VerifyCode"}
    paths = set(document()["paths"])
    assert paths >= {"/api/shop/conversions", "/api/shop/refunds", "/api/shop/events", "/api/sms/otp/verify"}


def test_every_status_that_a_code_leads_to_is_documented() -> None:
    assert {str(status) for status in STATUS_OF_CODE.values()} <= document()["paths"]["/api/tools/demo.note.write"][
        "post"
    ]["responses"].keys()


def test_every_code_with_a_status_of_its_own_stands_in_its_row_of_the_guide() -> None:
    rows = [line for line in (PROJECT / "docs" / "rest.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    for code, status in STATUS_OF_CODE.items():
        assert any(str(status) in row and f"`{code}`" in row for row in rows), code


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        (["contact_not_found"], 404),
        (["audience_changed"], 409),
        (["already_imported"], 409),
        (["opt_out_stands"], 422),
        (["stale_version", "invalid_argument"], 409),
    ],
)
def test_the_status_follows_the_first_reason(codes: list[str], status: int) -> None:
    assert status_of(Refused(*(Reason(code, "No.", "Do not.") for code in codes))) == status


@pytest.mark.django_db
def test_a_caller_is_shown_the_tools_it_can_use(client: Client) -> None:
    _agent, key = agent_with_key(scopes=["whatsapp:preview"])
    made = client.get("/api/schema", headers={"Authorization": f"Bearer {key}"}).json()
    assert sorted(made["paths"]) == ["/api/tools", "/api/tools/demo.note.preview"]
    validate_schema(made)


@pytest.mark.django_db
def test_a_caller_is_shown_the_addresses_it_can_use(client: Client) -> None:
    _agent, key = agent_with_key(ada_wong(), scopes=["otp:verify"])
    made = client.get("/api/schema", headers={"Authorization": f"Bearer {key}"}).json()
    assert sorted(made["paths"]) == ["/api/sms/otp/verify", "/api/tools"]
    assert made["tags"] == [{"name": "sms"}, {"name": "tools"}]


@pytest.mark.django_db
def test_the_pages_to_try_it_out_are_for_signed_in_people(client: Client) -> None:
    assert client.get("/api/docs")["Location"] == "/desk/login/?next=/api/docs"
    client.force_login(sam_lee())
    page = client.get("/api/docs")
    assert page.status_code == 200
    # The content security policy allows scripts of our own address, none inside the page.
    assert b"<script>" not in page.content
    assert b'<script src="/api/docs?script=">' in page.content
    script = client.get("/api/docs?script=")
    assert b"/api/schema" in script.content
