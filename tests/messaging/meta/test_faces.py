"""Flat tools over REST and MCP: their own keys alone, and a no with the code of the catalogue."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from jsonschema import Draft202012Validator

from approvals.envelope import envelope_of
from approvals.registry import registry
from mcp_server.calling import use
from messaging.models import Conversation, Reply
from tests.factories import NOON, SuppressionFactory, ken_ho
from tests.messaging.meta.flat import ANN, kens_agent
from tests.messaging.whatsapp.session.answering import house
from tests.messaging.whatsapp.session.stage import ann_wrote

pytestmark = pytest.mark.django_db

STATE_KEYS = {
    "customer_id", "channel", "window_open", "time_remaining_secs", "conversation_type", "last_inbound_at",
    "last_outbound_at", "window_expires_at",
}  # fmt: skip
# As the catalogue lists them, in the state in which the tests below find Ann.
KEYS: dict[str, set[str]] = {
    "check_compliance": {"allowed", "reason_code", "human_explanation", "suggested_action"},
    "check_conversation": STATE_KEYS | {"marketing_eligibility", "utility_eligibility"},
    "check_frequency_cap": {"customer_id", "channel", "is_capped", "reason", "suggested_action"},
    "get_customer_context": {
        "customer_id", "channel", "opt_in", "tags", "engagement_score", "last_interaction", "conversation",
        "eligibility",
    },
    "list_conversations": {"conversations", "total", "limit", "offset"},
    "send_message": {"status", "message_id"},
    "reply_customer": {"status", "message_id"},
    "archive_chat": {"conversation_id", "status", "from_type"},
}  # fmt: skip
ERRORS: dict[str, tuple[str, ...]] = {
    "check_compliance": (
        "TEMPLATE_REQUIRED", "USER_OPTED_OUT", "FREQUENCY_CAP_EXCEEDED", "POLICY_RESTRICTION",
    ),
    "send_message": ("TEMPLATE_REQUIRED", "USER_OPTED_OUT", "POLICY_RESTRICTION"),
    "reply_customer": ("WINDOW_CLOSED", "USER_OPTED_OUT", "POLICY_RESTRICTION"),
    "archive_chat": ("CONVERSATION_ACTIVE",),
}  # fmt: skip


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def conversation() -> Conversation:
    house()
    return ann_wrote(phone=f"+{ANN}")


def arguments(tool: str, conversation: Conversation) -> dict[str, Any]:
    if tool == "archive_chat":
        Conversation.objects.update(window_until=NOON, waiting_since=None)
        return {"conversation_id": str(conversation.pk)}
    rest: dict[str, dict[str, Any]] = {
        "check_compliance": {"customer_id": ANN, "message_type": "service"},
        "list_conversations": {},
        "send_message": {"to": ANN, "text": "Your tea left this morning."},
        "reply_customer": {"customer_id": ANN, "message_text": "Your tea left this morning."},
    }
    return rest.get(tool, {"customer_id": ANN})


def test_each_tool_lists_the_error_codes_of_the_catalogue() -> None:
    assert {tool: registry.find(tool).refusals for tool in KEYS} == {tool: ERRORS.get(tool, ()) for tool in KEYS}


@pytest.mark.parametrize("tool", KEYS)
def test_rest_answers_with_the_tools_own_keys_and_nothing_around_them(tool: str, conversation: Conversation) -> None:
    client = Client()
    client.force_login(ken_ho())
    asked = json.dumps(arguments(tool, conversation))
    answer = client.post(f"/api/tools/{tool}", asked, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == KEYS[tool]


@pytest.mark.parametrize("tool", KEYS)
def test_mcp_answers_with_the_same_keys_as_the_output_schema_says(tool: str, conversation: Conversation) -> None:
    result = use(tool, arguments(tool, conversation), kens_agent())
    assert not result.is_error
    assert result.structured_content is not None
    assert set(result.structured_content) == KEYS[tool]
    schema = envelope_of(registry.find(tool)).model_json_schema(mode="serialization")
    Draft202012Validator(schema).validate(result.structured_content)


def test_the_catalogues_code_is_what_both_faces_say_of_a_no(conversation: Conversation) -> None:
    SuppressionFactory(contact=conversation.contact)
    client = Client()
    client.force_login(ken_ho())
    asked = arguments("reply_customer", conversation)
    answer = client.post("/api/tools/reply_customer", json.dumps(asked), content_type="application/json")
    assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (422, "USER_OPTED_OUT")
    result = use("reply_customer", asked, kens_agent())
    assert result.is_error
    assert result.structured_content is not None
    assert result.structured_content["reasons"][0]["code"] == "USER_OPTED_OUT"
    assert not Reply.objects.exists()
