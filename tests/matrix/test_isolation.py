"""Whose row it is makes all the difference, and nobody can tell: another tenant's id is answered like nobody's."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from accounts.actor import Actor, Face
from accounts.roles import Role
from approvals.calls import call
from approvals.reasons import Refused
from approvals.registry import Kind
from approvals.versions import token_of
from mcp_server.calling import use
from messaging.contacts.versions import contact_token
from messaging.models import Contact, Identity, Segment, Suppression, Template
from tests.factories import NOON
from tests.matrix.ids import KIND_OF, IdField, deleted_id, id_fields, id_of, nobodys_id, preview_by, right_arguments
from tests.matrix.one_of_everything import TeaHouse
from tests.matrix.standing import houses as houses
from tests.matrix.standing import own as own
from tests.matrix.standing import rival as rival
from tests.matrix.tea_houses import RIGHT, tools
from tests.matrix.texts import Arguments
from tests.thoroughness import THOROUGH

pytestmark = pytest.mark.django_db

FIELDS = id_fields()
NOTHING_TO_SHOW = (
    "sms_marketing.opt_outs.list.contact_id",
    "whatsapp.audit_logs.list.subject_id",
    "whatsapp.opt_outs.list.contact_id",
)
every_id = pytest.mark.parametrize("field", FIELDS, ids=str)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def said(name: str, arguments: Arguments, actor: Actor, now: datetime = NOON) -> Any:
    """The whole answer or refusal, as the door gives it; afterwards everything is as before."""
    with transaction.atomic():
        try:
            told: Any = call(name, arguments, actor, now).model_dump(mode="json")
        except Refused as no:
            told = [reason.as_dict() for reason in no.reasons]
        transaction.set_rollback(True)
    return told


def without(key: str, told: Any) -> str:
    return json.dumps(told, sort_keys=True).replace(key, "…")


def codes(told: Any) -> list[str]:
    return [reason["code"] for reason in told] if isinstance(told, list) else []


@contextmanager
def without_policies() -> Iterator[None]:
    """No row-level policies under the calls: what is left to keep tenants apart are our own conditions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("approvals.calls.confined_to", lambda _organisation: nullcontext())
        yield


def foreign_arguments(field: IdField, arguments: Arguments, rival: TeaHouse) -> tuple[str, Arguments]:
    """The same arguments with the rival's id, and its version token where there is one: an attacker has both."""
    theirs = id_of(field, rival, rival.actor())
    changed = field.put(arguments, theirs)
    edited = {
        "segment_id": token_of(rival.segment),
        "campaign_id": token_of(rival.campaign),
        "contact_id": contact_token(rival.contacts[0]),
        "sender_id": token_of(rival.application),
        "template_id": token_of(rival.copy),
    }
    of_another = bool({"automation_id", "campaign_id"} & set(arguments)) or field.name not in edited
    if "base_version_token" in arguments and (field.name == "campaign_id" or not of_another):
        changed["base_version_token"] = edited[field.name]
    return theirs, changed


def test_every_id_that_a_tool_takes_names_a_kind_of_row() -> None:
    assert {field.named for field in FIELDS} == {name.rpartition(".")[2] for name in KIND_OF}
    assert len(FIELDS) >= 18


@every_id
def test_a_foreign_an_unknown_and_a_deleted_id_are_answered_alike_and_ones_own_otherwise(
    field: IdField, own: TeaHouse, rival: TeaHouse
) -> None:
    me = own.actor()
    arguments = right_arguments(field, own, me)
    theirs, foreign = foreign_arguments(field, arguments, rival)
    unknown, gone = nobodys_id(field.kind), deleted_id(field, own)
    expected = without(unknown, said(field.tool.name, field.put(arguments, unknown), me))
    assert without(theirs, said(field.tool.name, foreign, me)) == expected
    with without_policies():
        assert without(theirs, said(field.tool.name, foreign, me)) == expected
    assert without(gone, said(field.tool.name, field.put(arguments, gone), me)) == expected
    mine = said(field.tool.name, arguments, me)
    assert not codes(mine)
    # Some lists are narrowed to a row that has nothing to show either way.
    if str(field) not in NOTHING_TO_SHOW:
        assert without(str(arguments[field.name]), mine) != expected


@pytest.mark.parametrize("wrong", ["not-an-id", 7, {}, True, "' OR 1=1 --", "../../etc/passwd"])
def test_what_is_no_id_is_told_by_the_name_of_its_field(wrong: Any, own: TeaHouse) -> None:
    me = own.actor()
    for field in FIELDS:
        if field.name == "subject_id" and isinstance(wrong, str):
            continue  # ids of any kind of row, as text
        right = RIGHT[field.tool.name](own, me) if field.tool.name in RIGHT else {}
        told = said(field.tool.name, field.put(right, wrong), me)
        wrongs = [reason["field"] for reason in told if reason["code"] == "invalid_argument"]
        key = next(iter(right.get(field.name) or ["one"])) if field.is_map else "0"
        place = f".{key}" if field.is_list or field.is_map else ""
        assert f"{field.place}{place}" in wrongs, field


@pytest.mark.parametrize("field", [field for field in FIELDS if field.kind == "preview"], ids=str)
def test_a_colleagues_preview_is_as_unknown_as_none(field: IdField, own: TeaHouse) -> None:
    """Possession of its id is no authority, not even within the house."""
    me, ada = own.actor(), own.actor(Role.ADMIN)
    arguments = right_arguments(field, own, me)
    theirs, unknown = preview_by(field, own, ada), nobodys_id()
    expected = without(unknown, said(field.tool.name, field.put(arguments, unknown), me))
    assert without(theirs, said(field.tool.name, field.put(arguments, theirs), me)) == expected
    assert "preview_not_found" in expected


def test_rest_and_mcp_answer_foreign_and_unknown_ids_alike(own: TeaHouse, rival: TeaHouse) -> None:
    client = Client()
    client.force_login(own.people[Role.COMPLIANCE])
    agent = Actor.of_agent(own.agent, Face.MCP)
    # The door's answer was tried for every field above: here it is whether the faces change it.
    one_of_each = {field.kind: field for field in FIELDS}
    for field in FIELDS if THOROUGH else one_of_each.values():
        arguments = right_arguments(field, own, own.actor())
        theirs, foreign = foreign_arguments(field, arguments, rival)
        unknown = nobodys_id(field.kind)
        over_rest, over_mcp = [], []
        for key, asked in ((theirs, foreign), (unknown, field.put(arguments, unknown))):
            answer = client.post(f"/api/tools/{field.tool.name}", json.dumps(asked), content_type="application/json")
            over_rest.append((answer.status_code, answer.content.decode().replace(key, "…")))
            if agent.can(field.tool.scope):
                over_mcp.append(without(key, use(field.tool.name, asked, agent).model_dump(mode="json")))
        assert over_rest[0] == over_rest[1], field
        assert len(set(over_mcp)) <= 1, field


def everything_read(own: TeaHouse) -> dict[str, Any]:
    """What every reading tool answers to a compliance officer and to an agent, without leaving a trace."""
    reading = [tool for tool in tools() if tool.kind in (Kind.READ, Kind.STATUS, Kind.PREVIEW)]
    told = {}
    for actor in (own.actor(), Actor.of_agent(own.agent, Face.MCP)):
        for tool in reading:
            arguments = RIGHT[tool.name](own, actor)
            answer = said(tool.name, arguments, actor)
            told[f"{tool.name} {actor.kind}"] = _without_new_ids(answer) if tool.kind is Kind.PREVIEW else answer
    return told


def _without_new_ids(answer: Any) -> Any:
    """A preview makes rows of its own, whose ids and seals are new each time."""
    new = ("preview_id", "audience_id", "audience_digest", "batch_id", "rows_digest")
    if isinstance(answer, dict):
        return {name: _without_new_ids(value) for name, value in answer.items() if name not in new}
    return [_without_new_ids(one) for one in answer] if isinstance(answer, list) else answer


def test_the_answers_are_the_same_without_the_policies_under_them(own: TeaHouse, rival: TeaHouse) -> None:
    with_policies = everything_read(own)
    with without_policies():
        assert everything_read(own) == with_policies


def test_nothing_that_another_tenant_adds_changes_any_answer(own: TeaHouse, rival: TeaHouse) -> None:
    before = everything_read(own)
    whose = {"organisation": rival.organisation}
    people = Contact.objects.bulk_create(
        Contact(name="Ann", phone=f"+85293{number:06d}", tags=["tea"], country="HK", **whose) for number in range(200)
    )
    # The same number as Ann's, the same names, the same words.
    ann = own.contacts[0]
    Contact.objects.create(name=ann.name, phone=ann.phone, tags=["tea"], **whose)
    Identity.objects.bulk_create(Identity(contact=one, kind="phone", value=one.phone, **whose) for one in people)
    Suppression.objects.bulk_create(
        Suppression(contact=one, reason="stop", source="test", at=NOON, **whose) for one in people[:100]
    )
    Segment.objects.bulk_create(
        Segment(name=f"Tea drinkers {n}", rule="tag:tea", created_at=NOON, updated_at=NOON, **whose) for n in range(20)
    )
    Template.objects.bulk_create(
        Template(account=rival.sender.account, name=f"tea_{n}", category="marketing", default_language="en",
                 created_at=NOON, updated_at=NOON, **whose) for n in range(20)
    )  # fmt: skip
    assert everything_read(own) == before
    assert Contact.objects.filter(**whose).count() > 200
