"""No list of the desk asks the database about its rows one by one: fifty rows take at most 25 questions."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from tests.matrix.standing import houses as houses
from tests.matrix.standing import own as own
from tests.matrix.standing import rival as rival
from tests.matrix.tea_houses import TeaHouse
from tests.matrix.test_desk_isolation import LATER
from tests.matrix.test_desk_isolation import rows as rows
from tests.thoroughness import THOROUGH

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not THOROUGH, reason="draws two thousand rows")]

MOST = 25
ROWS = 50
# Lists that are opened from another page: whose rows they show.
OPENED_WITH = {"messaging.audiencemember": ("audience", "audience_id"), "messaging.importrow": ("batch", "batch_id")}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


def twin_of(row: Any, made: dict[int, Any] | None = None) -> Any:
    """The same row, with what was fetched along with it, and nothing that one of them loads later is the others'.

    Rows may lead back to each other: each is made once.
    """
    made = {} if made is None else made
    if id(row) not in made:
        made[id(row)] = twin = copy.copy(row)
        for name, related in list(row._state.fields_cache.items()):
            twin._state.fields_cache[name] = twin_of(related, made) if isinstance(related, Model) else related
    return made[id(row)]


@pytest.fixture
def fifty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list shows its rows again and again, each a row of its own that has loaded nothing yet."""
    found = ChangeList.get_results

    def results(listed: ChangeList, request: Any) -> None:
        found(listed, request)
        shown = list(listed.result_list)
        listed.result_list = [twin_of(shown[place % len(shown)]) for place in range(ROWS)] if shown else shown

    monkeypatch.setattr(ChangeList, "get_results", results)


def test_a_list_of_fifty_rows_asks_at_most_25_questions(rows: dict[str, Model], own: TeaHouse, fifty: None) -> None:
    client = Client()
    client.force_login(own.people[Role.ADMIN])
    asked = {}
    for label, row in rows.items():
        name = f"admin:{label.replace('.', '_')}_changelist"
        query = {name: str(getattr(row, key)) for name, key in [OPENED_WITH[label]]} if label in OPENED_WITH else {}
        with CaptureQueriesContext(connection) as said:
            answer = client.get(reverse(name), query)
        assert answer.status_code == 200, label
        assert len(answer.context["cl"].result_list) == ROWS, label
        asked[label] = len(said)
    assert len(asked) >= 39
    assert {label: questions for label, questions in asked.items() if questions > MOST} == {}


def test_the_start_page_asks_at_most_35_questions(rows: dict[str, Model], own: TeaHouse) -> None:
    client = Client()
    client.force_login(own.people[Role.ADMIN])
    with CaptureQueriesContext(connection) as said:
        assert client.get(reverse("admin:index")).status_code == 200
    assert len(said) <= 35
    assert admin.site.name == "admin"
