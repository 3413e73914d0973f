"""Every tool that takes an id, tried with another tenant's: the answer is that of an id nobody has."""

import json
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from accounts.models import Organisation
from approvals.calls import call
from approvals.models import ActionRequest, Preview
from approvals.reasons import Refused
from approvals.registry import Kind, Tool, registry
from messaging.models import Segment, Send, Sender, Template, WhatsAppAccount
from tests.factories import (
    NOON,
    ActionRequestFactory,
    ContactFactory,
    PersonFactory,
    PreviewFactory,
    SendFactory,
    mei_chan,
    other_tenant,
)
from tests.messaging.spring_tea import SpringTea, drinker

pytestmark = pytest.mark.django_db


def with_ids() -> list[Tool]:
    return [tool for tool in registry if any(name.endswith(("_id", "_ids")) for name in tool.ask.model_fields)]


@pytest.fixture
def theirs() -> dict[str, str]:
    """Field -> the id of a row that belongs to Peak Coffee."""
    rival = other_tenant()
    tea = SpringTea(rival)
    send = SendFactory(sender=tea.sender, request=None, preview=PreviewFactory(organisation=rival), state="draft")
    owner = PersonFactory(username="rival", role="marketer", organisation=rival)
    preview = PreviewFactory(organisation=rival)
    return {
        "segment_id": str(tea.segment.pk),
        "template_id": str(tea.template.pk),
        "sender_id": str(tea.sender.pk),
        "account_id": str(tea.sender.account_id),
        "contact_id": str(ContactFactory(organisation=rival).key),
        "contact_ids": str(drinker(organisation=rival).key),
        "broadcast_id": str(send.pk),
        "action_request_id": str(ActionRequestFactory(preview=preview, owner=owner).pk),
        "preview_id": str(preview.pk),
        "subject_id": str(tea.segment.pk),
    }


def arguments_of(tool: Tool, ids: dict[str, str]) -> dict[str, Any]:
    """Arguments that are right but for the ids."""
    said: dict[str, Any] = {
        "idempotency_key": "a-key-of-mei",
        "reason": "To see what happens.",
        "name": "spring_tea",
        "rule": "tag:tea",
        "due_at": "2026-03-02T14:00:00+08:00",
        "variables": [],
        "category": "marketing",
        "default_language": "en",
        "translations": [{"language": "en", "body": {"text": "Tea is in."}}],
        "change": "opt_out",
        "source": "phone call",
        "occurred_at": "2026-03-02T11:00:00+08:00",
        "base_version_token": "v1-x",
    }
    if tool.kind is not Kind.WRITE:
        del said["reason"]  # which some lists take as a filter
    wanted = {name: value for name, value in said.items() if name in tool.ask.model_fields}
    for name in tool.ask.model_fields:
        if name.endswith("_ids"):
            wanted[name] = [ids[name]]
        elif name.endswith("_id") and name in ids:
            wanted[name] = ids[name]
    return wanted


def answered(tool: Tool, arguments: dict[str, Any]) -> str:
    """The whole answer or refusal as text, in which ids of the arguments are not told apart."""
    mei = Actor.of_person(mei_chan(), Face.REST)
    try:
        told: Any = call(tool.name, arguments, mei, NOON).model_dump(mode="json")
    except Refused as no:
        told = [reason.as_dict() for reason in no.reasons]
    text = json.dumps(told, sort_keys=True)
    for value in arguments.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and len(one) == 36:
                text = text.replace(one, "…")
    return text


@pytest.mark.parametrize("tool", with_ids(), ids=lambda tool: tool.name)
def test_another_tenants_id_is_answered_byte_for_byte_like_one_nobody_has(tool: Tool, theirs: dict[str, str]) -> None:
    foreign = answered(tool, arguments_of(tool, theirs))
    unknown = answered(tool, arguments_of(tool, {name: str(uuid4()) for name in theirs}))
    assert foreign == unknown
    assert "invalid_argument" not in foreign


def test_every_id_that_a_tool_takes_has_a_row_of_another_tenant_to_try(theirs: dict[str, str]) -> None:
    taken = {name for tool in with_ids() for name in tool.ask.model_fields if name.endswith(("_id", "_ids"))}
    assert taken <= set(theirs)


def test_every_list_shows_the_rows_of_its_own_organisation_alone(theirs: dict[str, str]) -> None:
    """Peak Coffee has one of everything; Mei of Harbour Tea sees none of it."""
    mei = Actor.of_person(mei_chan(), Face.REST)
    lists = [
        tool for tool in registry if tool.kind is Kind.READ and tool.name.endswith(".list") and not _needs_an_id(tool)
    ]
    assert len(lists) >= 8
    for tool in lists:
        shown = json.dumps(call(tool.name, {}, mei, NOON).data)
        assert not [name for name, row in theirs.items() if row in shown], tool.name
    rows: list[Any] = [Segment, Template, Sender, WhatsAppAccount, Send, Preview, ActionRequest]
    assert all(model.objects.filter(organisation__slug="peak-coffee").exists() for model in rows)
    assert Organisation.objects.count() == 2


def _needs_an_id(tool: Tool) -> bool:
    return any(name.endswith("_id") and field.is_required() for name, field in tool.ask.model_fields.items())
