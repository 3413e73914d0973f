"""Keys and sessions: nothing else opens the door, and the no is always the same shape."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Agent
from tests.approvals.rest.test_tools_over_rest import assert_problem
from tests.demo_tools.fixtures import agent_with_key
from tests.factories import sam_lee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_tools")]

READ = "/api/tools/demo.notes.list"


def post(client: Client, **headers: str) -> Any:
    return client.post(READ, "{}", content_type="application/json", headers=headers)


def test_without_a_key_nothing_is_answered(client: Client) -> None:
    answer = post(client)
    assert_problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="countersign"'
    for address in ("/api/tools", READ, "/api/schema", "/api/nowhere"):
        assert_problem(client.get(address), 401, "not_authenticated")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "cs_",
        "cs_0000000000_wrong-but-well-formed",
        "cs_\x00_\x00",
        "cs_ä_ö",
        "Zm9vOmJhcg==",
        "cs_" + "0" * 100_000,
    ],
)
def test_a_key_that_is_not_one_is_refused(client: Client, key: str) -> None:
    assert_problem(post(client, Authorization=f"Bearer {key}"), 401, "authentication_failed")


def test_the_right_prefix_with_a_wrong_secret_is_refused(client: Client) -> None:
    _agent, key = agent_with_key()
    assert_problem(post(client, Authorization=f"Bearer {key[:-1]}"), 401, "authentication_failed")


def test_another_scheme_counts_as_no_key(client: Client) -> None:
    _agent, key = agent_with_key()
    assert_problem(post(client, Authorization=f"Basic {key}"), 401, "not_authenticated")


def test_a_disabled_agent_and_one_whose_owner_has_left_are_refused(client: Client) -> None:
    _agent, key = agent_with_key()
    headers = {"Authorization": f"Bearer {key}"}
    assert post(client, **headers).status_code == 200
    Agent.objects.update(disabled_at=timezone.now())
    assert_problem(post(client, **headers), 401, "authentication_failed")
    Agent.objects.update(disabled_at=None)
    owner = sam_lee()
    owner.is_active = False
    owner.save()
    assert_problem(post(client, **headers), 401, "authentication_failed")


def test_an_agent_is_never_its_owners_session(client: Client) -> None:
    """The agent lacks the scope that its owner's role would have; a session beside the key changes nothing."""
    _agent, key = agent_with_key(scopes=["whatsapp:read"])
    client.force_login(sam_lee())
    answer = client.post(
        "/api/tools/demo.shelf.tidy", "{}", content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )
    assert_problem(answer, 403, "scope_missing")


def test_a_session_needs_the_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(sam_lee())
    reason = assert_problem(post(client), 403, "permission_denied")
    assert "CSRF" in reason["text"]
    client.cookies["csrftoken"] = "a" * 32
    assert post(client, **{"X-CSRFToken": "a" * 32}).status_code == 200


def test_somebody_without_an_organisation_is_told_so(client: Client) -> None:
    person = sam_lee()
    person.organisation = None
    person.save()
    client.force_login(person)
    assert "no organisation" in assert_problem(post(client), 403, "permission_denied")["text"]
