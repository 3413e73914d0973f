"""Using the flat tools as their callers do: at noon, over the door, over REST and over MCP."""

import json
from typing import Any

from django.test import Client

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.models import Policy
from mcp_server.calling import use
from tests.factories import NOON, sam_lee


def sam() -> Actor:
    return Actor.of_person(sam_lee(), Face.REST)


def told(tool: str, actor: Actor | None = None, **arguments: Any) -> Any:
    """The keys that the tool answers with."""
    return call(tool, arguments, actor or sam(), NOON).data


def over_rest(tool: str, **arguments: Any) -> Any:
    """The body that Sam reads over REST."""
    client = Client()
    client.force_login(sam_lee())
    return client.post(f"/api/tools/{tool}", json.dumps(arguments), content_type="application/json").json()


def over_mcp(tool: str, actor: Actor, **arguments: Any) -> Any:
    """The structured content that an agent reads over MCP."""
    return use(tool, arguments, actor).structured_content


def failures_are_applied_at_once() -> None:
    """As a new organisation has it."""
    Policy.objects.create(
        organisation=sam_lee().organisation, name="Failures", tools="whatsapp.webhook.retry", outcome="automatic"
    )
