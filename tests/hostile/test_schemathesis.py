"""REST tried by schemathesis, which knows our OpenAPI document and nothing else of us.

What it makes fits the document, or breaks it in one place; whatever is answered must be what the document promises.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
import time_machine
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.credentials import create_agent
from accounts.roles import AGENT_SCOPES, Role
from approvals.rest.openapi import document
from tests.factories import NOON
from tests.matrix.standing import houses as houses
from tests.matrix.standing import own as own
from tests.matrix.tea_houses import TeaHouse
from tests.thoroughness import THOROUGH, tries

pytestmark = pytest.mark.django_db

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ADDRESSES = ("/api/shop/conversions", "/api/shop/events", "/api/shop/refunds", "/api/sms/otp/verify", "/api/tools")
FEW = settings(
    max_examples=tries(3, 8),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@cache
def described() -> Any:
    """Our document as schemathesis reads it, over the application itself: nothing goes over a socket."""
    schema = schemathesis.openapi.from_dict(document())
    schema.app = get_wsgi_application()
    schema.config.update(base_url="http://testserver")
    return schema


def operations() -> list[tuple[str, str]]:
    """Every operation; in `make test` those beside the tools, whose bodies test_rest_schema.py tries."""
    if not THOROUGH:  # whoever only collects makes no document
        return [(path, "get" if path == "/api/tools" else "post") for path in ADDRESSES]
    paths = document()["paths"]
    return [(path, method) for path in sorted(paths) for method in paths[path]]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture(autouse=True)
def connection_is_kept() -> Iterator[None]:
    """As Django's own test client does it: the end of a request would close the connection that the test stands on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(own: TeaHouse) -> str:
    """Of an agent that may do all that agents may."""
    _agent, key = create_agent(own.organisation, own.people[Role.ADMIN], "Everything", scopes=sorted(AGENT_SCOPES))
    return key


def answered(case: Case, headers: dict[str, str], *more: Any) -> int:
    """Ask, hold the answer against the document, and take back what it did."""
    before = transaction.savepoint()  # no atomic(): what must be durable refuses to run inside one
    try:
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=[*CHECKS, *more], headers=headers)
    finally:
        transaction.savepoint_rollback(before)
    return int(answer.status_code)


def test_every_address_beside_the_tools_is_tried() -> None:
    assert sorted(path for path in document()["paths"] if not path.startswith("/api/tools/")) == list(ADDRESSES)


@pytest.mark.parametrize(("path", "method"), operations())
def test_what_fits_the_document_is_answered_as_it_says(path: str, method: str, key: str) -> None:
    @FEW
    @given(described()[path][method].as_strategy())
    def try_all(case: Case) -> None:
        answered(case, {"Authorization": f"Bearer {key}"})

    try_all()


@pytest.mark.parametrize(("path", "method"), [(path, method) for path, method in operations() if method == "post"])
def test_what_breaks_the_document_is_refused_as_it_says(path: str, method: str, key: str) -> None:
    @FEW
    @given(described()[path][method].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def try_all(case: Case) -> None:
        answered(case, {"Authorization": f"Bearer {key}"}, negative_data_rejection)

    try_all()


@pytest.mark.parametrize(("path", "method"), operations())
def test_nobody_is_asked_who_they_are(path: str, method: str) -> None:
    @settings(FEW, max_examples=1)
    @given(described()[path][method].as_strategy())
    def try_one(case: Case) -> None:
        assert answered(case, {}) == 401

    try_one()
