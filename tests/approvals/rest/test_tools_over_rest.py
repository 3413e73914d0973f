"""Reading, previewing and asking over REST."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Agent
from approvals.models import ActionRequest, IdempotentCall, Policy, Preview, State
from tests.demo_tools.fixtures import agent_with_key
from tests.factories import PersonFactory, harbour_tea, mei_chan, other_tenant, sam_lee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_tools")]

Post = Callable[..., Any]
WHY = {"idempotency_key": "note-for-monday", "reason": "Sam wants it on the wall."}


@pytest.fixture
def agent_and_key() -> tuple[Agent, str]:
    return agent_with_key()


@pytest.fixture
def post(agent_and_key: tuple[Agent, str], client: Client) -> Post:
    """POST arguments to a tool with the agent's key, or another one."""

    def send(name: str, arguments: Any = None, key: str = agent_and_key[1]) -> Any:
        body = arguments if isinstance(arguments, bytes) else json.dumps(arguments or {})
        return client.post(
            f"/api/tools/{name}", body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )

    return send


def preview(post: Post, **arguments: Any) -> str:
    answer = post("demo.note.preview", {"text": "Drink more tea", **arguments})
    assert answer.status_code == 200, answer.content
    return str(answer.json()["preview_id"])


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The answer is problem+json with this status and first code; returns the first reason."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"] == f"urn:countersign:problem:{code}"
    assert body["title"]
    assert body["detail"]
    first: dict[str, Any] = body["reasons"][0]
    assert first["code"] == code
    assert first["text"]
    assert first["fix"]
    return first


def test_a_read_answers_in_the_envelope_and_masks_phones_for_an_agent_without_the_scope(post: Post) -> None:
    answer = post("demo.notes.list", {"limit": 5})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == {
        "tool": "demo.notes.list",
        "data": {"notes": [{"title": "Order oolong", "phone": "+852••••567"}]},
        "preview_id": None,
        "expires_at": None,
        "request": None,
        "warnings": [],
        "masked": ["phone"],
        "untrusted": False,
        "next_actions": [],
    }


def test_a_wire_name_is_understood(post: Post) -> None:
    assert post("demo_notes_list").json()["tool"] == "demo.notes.list"


def test_an_empty_body_stands_for_no_arguments(post: Post) -> None:
    assert post("demo.notes.list", b"").status_code == 200


def test_a_write_waits_for_a_person_and_answers_202(post: Post) -> None:
    answer = post("demo.note.write", {"preview_id": preview(post), **WHY})
    assert answer.status_code == 202
    body = answer.json()
    request = ActionRequest.objects.get()
    assert body["data"] is None
    assert body["request"] == {
        "action_request_id": str(request.pk),
        "state": "pending",
        "review_url": f"https://desk.example.test/desk/approvals/actionrequest/{request.pk}/change/",
        "anything_sent": "Nothing has been done or sent: a person has to decide first.",
        "decided_by": "",
    }
    assert request.face == "rest"
    assert request.reason == "Sam wants it on the wall."


def test_a_write_that_nobody_has_to_approve_is_done_and_answers_200(post: Post) -> None:
    answer = post("demo.shelf.tidy", {"shelf": "tea", **WHY})
    assert answer.status_code == 200
    assert answer.json()["data"] == {"text": "The tea shelf is tidy."}
    assert answer.json()["request"]["state"] == "succeeded"


def test_the_same_key_and_arguments_answer_again_without_a_second_request(post: Post) -> None:
    arguments = {"preview_id": preview(post), **WHY}
    first, second = post("demo.note.write", arguments), post("demo.note.write", arguments)
    assert first.json() == second.json()
    assert (second.status_code, ActionRequest.objects.count()) == (202, 1)


def test_the_same_key_with_other_arguments_is_a_conflict(post: Post) -> None:
    post("demo.shelf.tidy", {"shelf": "tea", **WHY})
    assert_problem(post("demo.shelf.tidy", {"shelf": "cup", **WHY}), 409, "idempotency_key_reused")
    assert IdempotentCall.objects.count() == 1


def test_wrong_arguments_are_all_told_with_their_fields_and_change_nothing(post: Post) -> None:
    answer = post("demo.shelf.tidy", {"shelf": "x" * 21, "colour": "green", "reason": "Because"})
    assert_problem(answer, 400, "invalid_argument")
    fields = {reason["field"] for reason in answer.json()["reasons"]}
    assert fields == {"shelf", "colour", "idempotency_key"}
    assert not IdempotentCall.objects.exists()


def test_a_refusal_by_a_rule_tells_every_reason(post: Post) -> None:
    answer = post("demo.shelf.tidy", {"shelf": "top", **WHY})
    first = assert_problem(answer, 422, "too_high")
    assert first["field"] == "shelf"
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["too_high", "no_ladder"]
    assert answer.json()["detail"] == (
        "shelf: Nobody reaches the top shelf. Choose another shelf. There is no ladder. Buy one."
    )
    assert not IdempotentCall.objects.exists()


def test_an_unknown_tool_and_one_outside_the_toolset_answer_alike(post: Post) -> None:
    _agent, key = agent_with_key(name="Reader", toolset="read-only")
    hidden = post("demo.shelf.tidy", {}, key=key)
    assert_problem(hidden, 404, "unknown_tool")
    unknown = post("demo.shelf.lift", {}, key=key)
    assert hidden.json() == json.loads(unknown.content.replace(b"demo.shelf.lift", b"demo.shelf.tidy"))


def test_a_missing_scope_is_named(post: Post) -> None:
    reason = assert_problem(post("demo.books.read"), 403, "scope_missing")
    assert "audit:read" in reason["text"]


def test_a_policy_that_forbids_is_a_403(post: Post) -> None:
    Policy.objects.create(organisation=harbour_tea(), name="No notes", tools="demo.note.*", outcome="refuse")
    assert_problem(post("demo.note.write", {"preview_id": preview(post), **WHY}), 403, "forbidden_by_policy")


def test_a_spent_budget_is_a_429(post: Post, agent_and_key: tuple[Agent, str]) -> None:
    Agent.objects.update(people_per_day=10)
    answer = post("demo.note.write", {"preview_id": preview(post, people=11), **WHY})
    assert_problem(answer, 429, "over_budget")
    assert not ActionRequest.objects.exists()


def test_another_tenants_preview_is_as_unknown_as_none(post: Post) -> None:
    stranger = PersonFactory(organisation=other_tenant(), username="li.po", role="marketer")
    _agent, key = agent_with_key(owner=stranger)
    theirs = post("demo.note.preview", {"text": "Drink coffee"}, key=key).json()["preview_id"]
    foreign = post("demo.note.write", {"preview_id": theirs, **WHY})
    assert_problem(foreign, 404, "preview_not_found")
    unknown = post("demo.note.write", {"preview_id": str(uuid4()), **WHY})
    assert foreign.json() == unknown.json()


def test_an_expired_preview_is_a_conflict(post: Post) -> None:
    made = Preview(
        organisation=harbour_tea(), tool="demo.note.preview", maker=f"agent:{Agent.objects.get().pk}",
        contract={"text": "Old", "people": 1}, seal="0" * 64, created_at=timezone.now(), expires_at=timezone.now(),
    )  # fmt: skip
    made.save()
    assert_problem(post("demo.note.write", {"preview_id": str(made.pk), **WHY}), 409, "preview_expired")


def test_a_crash_tells_a_reference_and_nothing_else(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    answer = post("demo.kettle.boil")
    assert_problem(answer, 500, "internal_error")
    reference = answer.json()["reference"]
    assert len(reference) == 12
    assert b"kettle" not in answer.content
    assert reference in caplog.text
    assert "the kettle of" in caplog.text


def test_the_list_shows_what_the_key_can_use_in_the_order_of_names(
    client: Client, agent_and_key: tuple[Agent, str]
) -> None:
    answer = client.get("/api/tools", headers={"Authorization": f"Bearer {agent_and_key[1]}"})
    tools = answer.json()["tools"]
    assert [tool["name"] for tool in tools] == [
        "demo.action_request.status",
        "demo.kettle.boil",
        "demo.note.preview",
        "demo.note.write",
        "demo.notes.list",
        "demo.shelf.tidy",
        "demo.tree.get",
    ]
    write = tools[3]
    assert write["approval"] == "Waits for a compliance officer, whatever the policies say."
    assert write["preview"] == "demo.note.preview"
    assert write["input_schema"]["required"] == ["idempotency_key", "reason", "preview_id"]


def test_one_tool_is_described_by_get(client: Client, agent_and_key: tuple[Agent, str]) -> None:
    headers = {"Authorization": f"Bearer {agent_and_key[1]}"}
    assert client.get("/api/tools/demo.notes.list", headers=headers).json()["scope"] == "whatsapp:read"
    assert_problem(client.get("/api/tools/demo.books.read", headers=headers), 404, "unknown_tool")


def test_no_state_of_a_request_can_be_reached_by_its_asker(post: Post) -> None:
    """An agent never approves: repeating the wish or naming a verdict leaves it where it is."""
    arguments = {"preview_id": preview(post), **WHY}
    post("demo.note.write", arguments)
    assert_problem(post("demo.note.write", {**arguments, "approve": True}), 400, "invalid_argument")
    assert_problem(post("demo.note.approve", arguments), 404, "unknown_tool")
    assert ActionRequest.objects.get().state == State.PENDING


def test_a_person_may_ask_over_rest_as_well(client: Client) -> None:
    client.force_login(sam_lee())
    answer = client.post("/api/tools/demo.notes.list", "{}", content_type="application/json")
    assert answer.status_code == 200
    client.force_login(mei_chan())
    seen = client.post("/api/tools/demo.notes.list", "{}", content_type="application/json").json()
    assert (seen["masked"], seen["data"]["notes"][0]["phone"]) == ([], "+85291234567")
