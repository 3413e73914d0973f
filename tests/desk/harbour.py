"""The desk's world: a broadcast asked for through the one door, and short ways to look at pages and press buttons."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.actor import Actor, Face
from accounts.models import Agent, Person
from approvals import decisions
from approvals.calls import call
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.engine.finish import finish
from messaging.engine.reap import complete_finished
from messaging.engine.release import release_due
from messaging.engine.take import take
from messaging.engine.taken import Ending, Result
from messaging.models import Contact, Price, Send, SendState
from tests.factories import (
    NOON,
    AgentFactory,
    ContactFactory,
    SegmentFactory,
    SenderFactory,
    SendFactory,
    SuppressionFactory,
    TemplateFactory,
    TemplateTranslationFactory,
    mei_chan,
)

ANN, BO, CAT, DAN = "+85261110001", "+85261110002", "+85261110003", "+85261110004"


def signed_in(person: Person) -> Client:
    """A browser that does not send CSRF tokens by itself, and is asked for them."""
    client = Client()
    client.force_login(person)
    return client


def page(person: Person, name: str, *args: Any, **query: Any) -> str:
    """The text of one of the desk's pages."""
    answer = signed_in(person).get(reverse(f"admin:{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def status(person: Person, name: str, *args: Any, method: str = "get", **data: Any) -> int:
    client = signed_in(person)
    return int(getattr(client, method)(reverse(f"admin:{name}", args=args), data).status_code)


def press(person: Person, request: ActionRequest, verdict: str, **form: str) -> HttpResponse:
    """Post one of the decision page's forms, with the seal that stands on the page unless another is given."""
    form.setdefault("seal", request.seal)
    address = reverse(f"admin:approvals_actionrequest_{verdict}", args=(request.pk,))
    return signed_in(person).post(address, form)  # type: ignore[return-value]


def state_of(request: ActionRequest) -> str:
    return str(ActionRequest.objects.values_list("state", flat=True).get(pk=request.pk))


def spring_tea_waits() -> ActionRequest:
    """Ann and Bo are written to, Cat has opted out, Dan never agreed. The draft is approved, the sending waits."""
    agent = AgentFactory()
    organisation = agent.organisation
    sender = SenderFactory()
    template = TemplateFactory(account=sender.account, name="spring_tea")
    TemplateTranslationFactory(template=template)
    segment = SegmentFactory(rule="tag:tea", name="Tea drinkers")
    for phone, name in ((ANN, "Ann"), (BO, "Bo"), (CAT, "Cat")):
        ContactFactory(phone=phone, name=name, tags=["tea"])
    ContactFactory(phone=DAN, name="Dan", tags=["tea"], agreed=False)
    SuppressionFactory(contact=Contact.objects.get(phone=CAT))
    Price.objects.create(
        channel="whatsapp", effective_from=date(2026, 1, 1), currency="USD", market="HK", category="marketing",
        amount=Decimal("0.0732"),
    )  # fmt: skip
    preview = ask(
        agent,
        "whatsapp.broadcast.preview",
        name="Spring tea",
        segment_id=str(segment.pk),
        template_id=str(template.pk),
        sender_id=str(sender.pk),
        variables=[{"name": "1", "source": "name"}],
        due_at=(NOON + timedelta(hours=2)).isoformat(),
    ).preview_id
    draft = wish(agent, "whatsapp.broadcast.create", preview_id=str(preview))
    approve(draft, mei_chan())
    carry_out(draft.pk, NOON)
    waiting = wish(agent, "whatsapp.broadcast.schedule", preview_id=str(preview))
    assert organisation.pk == waiting.organisation_id
    return waiting


def answers_were_lost() -> Send:
    """The spring broadcast, sent at two: the answers for Ann and for Bo were lost, and the send is complete."""
    request, due = spring_tea_waits(), NOON + timedelta(hours=2)
    approve(request, mei_chan())
    carry_out(request.pk, NOON)
    release_due(due)
    send = Send.objects.get()
    going = take(send.sender, 5, due)
    finish([Result(one, Ending.UNSURE, code="answer_lost") for one in going], send.sender, due)
    complete_finished(due)
    return Send.objects.get()


def ask(agent: Agent, tool: str, **arguments: Any) -> Any:
    return call(tool, arguments, Actor.of_agent(agent, Face.MCP), NOON)


def wish(agent: Agent, tool: str, **arguments: Any) -> ActionRequest:
    arguments = {"idempotency_key": uuid.uuid4().hex, "reason": "Spring tea is in.", **arguments}
    made = ask(agent, tool, **arguments)
    return ActionRequest.objects.get(pk=made.request.action_request_id)


def approve(request: ActionRequest, person: Person) -> None:
    actor = Actor.of_person(person, Face.DESK)
    decisions.approve(request.pk, actor, NOON, seal=request.seal, password_given=True)


def the_send(state: str = SendState.SENDING) -> Send:
    """A broadcast of Harbour Tea that is under way."""
    return SendFactory(state=state, started_at=NOON, people=[ContactFactory(), ContactFactory()])
