"""Every tool with two hundred sets of wrong arguments: a clear no or an answer, never a crash, never half an effect."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.models import Refusal
from approvals.reasons import Refused
from approvals.registry import Tool
from audit.models import Entry
from mcp_server.calling import refused
from tests.factories import NOON, PASSWORD
from tests.hostile.mutations import PASTED_KEY, PASTED_TOKEN, mutations
from tests.matrix.standing import houses as houses
from tests.matrix.standing import own as own
from tests.matrix.standing import rival as rival
from tests.matrix.tea_houses import TeaHouse, arguments_of, tools
from tests.thoroughness import tries

pytestmark = pytest.mark.django_db

EACH = tries(20, 200)
ASKED = frozenset({"approvals_preview", "approvals_actionrequest", "approvals_decision", "approvals_idempotentcall"})
OURS = ("accounts", "audit", "approvals", "messaging", "sms")
# What no answer and no refusal ever holds, whoever asks.
SECRETS = ("token-of-harbour-tea", "secret-of-harbour-tea", "verify-harbour-tea", "0" * 64, PASSWORD, "Peak Coffee")


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def row_counts() -> dict[str, int]:
    """Rows by table, but for the note that a call was refused."""
    models = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    tables = [model._meta.db_table for model in models if model not in (Entry, Refusal)]
    union = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(union)
        return dict(cursor.fetchall())


class Writes:
    """Notes every statement that would change a row."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if str(sql).lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE", "CREATE"):
            self.seen.append(str(sql)[:80])
        return execute(sql, params, many, context)


def others_ids(rival: TeaHouse) -> list[str]:
    kinds = ("account", "action_request", "broadcast", "contact", "segment", "sender", "template")
    return [rival.id_of(kind) for kind in kinds]


@pytest.mark.parametrize("tool", tools(), ids=lambda tool: tool.name)
def test_wrong_arguments_are_refused_in_words_and_change_nothing(tool: Tool, own: TeaHouse, rival: TeaHouse) -> None:
    agent = Actor.of_agent(own.agent, Face.MCP)
    agent = agent if agent.can(tool.scope) else own.actor()
    right = arguments_of(tool, own, agent)
    before = row_counts()
    refusals = 0
    for arguments in mutations(right, list(tool.ask.model_fields), others_ids(rival), tool.name, EACH):
        writes = Writes()
        with transaction.atomic(), connection.execute_wrapper(writes):
            told = _told(tool, arguments, agent)
            if isinstance(told, Refused):
                refusals += 1
                _changed_nothing(tool, told, writes, before)
            else:
                assert writes.seen  # even reading is written down, so the witness is awake
            transaction.set_rollback(True)
        _tells_no_secret(tool, told)
    assert not right or refusals >= EACH * 0.3  # tools that take nothing have little to get wrong


def _told(tool: Tool, arguments: dict[str, Any], actor: Actor) -> Any:
    try:
        return call(tool.name, arguments, actor, NOON).model_dump(mode="json")
    except Refused as no:
        return no
    except Exception as crash:
        shown = ascii({name: repr(value)[:80] for name, value in arguments.items()})
        raise AssertionError(f"{tool.name} broke off on {shown}") from crash


def _changed_nothing(tool: Tool, no: Refused, writes: Writes, before: dict[str, int]) -> None:
    if set(no.codes) == {"invalid_argument"} and not tool.through:
        assert writes.seen == []
    elif writes.seen:
        # What a composed tool had asked for before it was refused stands in the record, and has done nothing.
        asked = ASKED if tool.through else frozenset()
        assert {
            table: rows for table, rows in row_counts().items() if rows != before[table] and table not in asked
        } == {}


def _tells_no_secret(tool: Tool, told: Any) -> None:
    """As the client reads it: JSON in UTF-8."""
    plain = refused(tool.name, told).model_dump(mode="json") if isinstance(told, Refused) else told
    text = json.dumps(plain, ensure_ascii=False).encode().decode()
    assert [secret for secret in SECRETS if secret in text] == []
    if isinstance(told, Refused):
        assert all(reason.code and str(reason.text) and str(reason.fix) for reason in told.reasons)
        wrong = json.dumps([reason.as_dict() for reason in told.reasons if reason.code == "invalid_argument"])
        assert PASTED_KEY not in wrong
        assert PASTED_TOKEN not in wrong
