"""Short ways to ask for tea, to decide, to carry out and to tamper. The tools are those of the tea menu."""

import uuid
from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections

from accounts.actor import Actor, Face
from accounts.models import Agent, Person
from accounts.tenancy import as_login_role
from approvals import decisions
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.models import ActionRequest
from approvals.reasons import Refused
from messaging.models import Segment
from tests.factories import NOON, AgentFactory, mei_chan, sam_lee


def tea_agent(**fields: Any) -> Actor:
    """Sam's agent over MCP."""
    return Actor.of_agent(AgentFactory(**fields), Face.MCP)


def at_desk(person: Person) -> Actor:
    return Actor.of_person(person, Face.DESK)


def poured() -> int:
    """How many cups there are: the effects."""
    return Segment.objects.filter(rule="everyone").count()


def previewed(actor: Actor, now: datetime = NOON, **ask: Any) -> str:
    """The preview_id of a pot."""
    return str(call("tea.pot.preview", {"blend": "jasmine", **ask}, actor, now).preview_id)


def wish(key: str = "a-key-of-sam", **arguments: Any) -> dict[str, Any]:
    """What every write takes, and what this one takes."""
    return {"idempotency_key": key, "reason": "The guests are thirsty.", **arguments}


def asked(tool_name: str, actor: Actor, now: datetime = NOON, **arguments: Any) -> Envelope[Any]:
    """Ask for a write that plans for itself."""
    key = arguments.pop("key", f"key-{uuid.uuid4()}")
    return call(tool_name, wish(key, **{"blend": "jasmine", **arguments}), actor, now)


def serving(actor: Actor | None = None, now: datetime = NOON, **ask: Any) -> ActionRequest:
    """A request for a pot that waits for a compliance officer."""
    actor = actor or tea_agent()
    arguments = wish(f"key-{uuid.uuid4()}", preview_id=previewed(actor, now, **ask))
    return request_of(call("tea.pot.serve", arguments, actor, now))


def request_of(answer: Envelope[Any]) -> ActionRequest:
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def fresh(request: ActionRequest) -> ActionRequest:
    """As it is in the database now."""
    return ActionRequest.objects.get(pk=request.pk)


def approved(request: ActionRequest, person: Person | None = None, now: datetime = NOON) -> ActionRequest:
    """Mei approves it at the desk, with her password."""
    actor = at_desk(person or mei_chan())
    return decisions.approve(request.pk, actor, now, seal=request.seal, password_given=True)


def codes_of(request: ActionRequest) -> list[str]:
    return [reason["code"] for reason in request.reasons]


def refused(act: Callable[[], Any]) -> Refused:
    """The no that this act meets."""
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def agent_of(actor: Actor) -> Agent:
    assert actor.agent is not None
    return actor.agent


def sam_at_rest() -> Actor:
    return Actor.of_person(sam_lee(), Face.REST)


def tamper(statement: str, *values: Any) -> None:
    """Run an UPDATE or a DELETE FROM as somebody would who has switched the triggers of its table off."""
    words = statement.split()
    table = words[1] if words[0] == "UPDATE" else words[2]
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads that begin together; what each gave or raised, in order."""
    barrier = Barrier(len(acts), timeout=20)
    outcomes: list[Any] = [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            outcomes[number] = act()
        except Exception as problem:  # noqa: BLE001 - the test looks at it
            outcomes[number] = problem
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes
