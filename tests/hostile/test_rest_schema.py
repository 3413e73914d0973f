"""REST fuzzed from its own description: whatever fits the schema of a tool is answered as the description says."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from accounts.roles import Role
from approvals.registry import Tool
from approvals.rest.openapi import document
from approvals.schemas import input_schema
from tests.factories import NOON
from tests.hostile.schemas import values
from tests.matrix.standing import houses as houses
from tests.matrix.standing import own as own
from tests.matrix.tea_houses import TeaHouse, arguments_of, tools
from tests.thoroughness import tries

pytestmark = pytest.mark.django_db

EACH = tries(3, 30)
KINDS = ("account", "action_request", "broadcast", "contact", "segment", "sender", "template")
THOROUGH = settings(
    max_examples=EACH, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def client_(own: TeaHouse) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(own.people[Role.COMPLIANCE])
    return client


@cache
def described() -> dict[str, Any]:
    return document()


@cache
def validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": reference, "components": described()["components"]})


def expected_schema(name: str, status: int) -> str:
    """The reference under which the description has this answer. A status it does not name is an error."""
    answer = described()["paths"][f"/api/tools/{name}"]["post"]["responses"][str(status)]
    if "$ref" in answer:
        answer = described()["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    (content,) = answer["content"].values()
    return str(content["schema"]["$ref"])


def holds_to_its_description(client: Client, name: str, body: Any) -> int:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with transaction.atomic():
        answer = client.post(f"/api/tools/{name}", raw, content_type="application/json")
        transaction.set_rollback(True)
    assert answer.status_code < 500, (name, raw[:2000], answer.content)
    problems = list(validator(expected_schema(name, answer.status_code)).iter_errors(answer.json()))
    assert problems == [], (name, raw[:2000], answer.content[:2000])
    return answer.status_code


@pytest.mark.parametrize("tool", tools(), ids=lambda tool: tool.name)
def test_what_fits_the_schema_is_answered_as_the_description_says(tool: Tool, own: TeaHouse, client_: Client) -> None:
    ids = [own.id_of(kind) for kind in KINDS]
    right = arguments_of(tool, own, own.actor())
    schema = input_schema(tool)
    assert Draft202012Validator(schema).is_valid(right)
    some = st.sets(st.sampled_from(sorted(right))) if right else st.just(set())

    @THOROUGH
    @given(values(schema, ids), st.just(set(right)) | some)
    def try_all(body: dict[str, Any], kept: set[str]) -> None:
        """Some fields as they should be, so that the others are looked at closely."""
        holds_to_its_description(client_, tool.name, body | {name: right[name] for name in kept})

    try_all()
