"""retry_failed_messages: each failure that may pass is tried again once; the others say why not."""

import json
from datetime import timedelta
from typing import Any

import pytest

from accounts.actor import Actor
from approvals.calls import call
from approvals.models import ActionRequest, Policy
from mcp_server.calling import answered
from messaging.engine.release import release_due
from messaging.engine.take import take
from messaging.models import Attempt, Message, Outcome, Send, SendState, Status
from tests.factories import NOON, SenderFactory, SendFactory, SuppressionFactory, harbour_tea, other_tenant
from tests.messaging.meta.flat_tea import AnnsTea, ann_and_her_tea, flat

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def tea() -> AnnsTea:
    Policy.objects.create(organisation=harbour_tea(), name="Retries", tools="whatsapp.failed_messages.resend",
                          outcome=Policy.Outcome.AUTOMATIC)  # fmt: skip
    return ann_and_her_tea()


def failed(agent: Actor, code: str = "130429") -> str:
    """The id of Ann's template, which Meta took and then reported as failed."""
    key: str = flat("send_template", {"to": "85261234567", "template_name": "spring_tea", "variables": '["Ann"]'},
                    agent)["message_id"]  # fmt: skip
    send = Send.objects.get(pk=key)
    release_due(NOON)
    take(send.sender, 5, NOON)
    Attempt.objects.update(outcome=Outcome.RETURNED, ended_at=NOON)
    Message.objects.update(status=Status.FAILED, error_code=code, provider_id="wamid.ann", failed_at=NOON)
    Send.objects.filter(pk=key).update(state=SendState.COMPLETED)
    return key


def retried(actor: Actor, *keys: str, now: Any = LATER) -> Any:
    return flat("retry_failed_messages", {"message_ids": json.dumps(keys)}, actor, now)


def test_a_failure_that_may_pass_is_tried_again_once(tea: AnnsTea, agent: Actor) -> None:
    key = failed(agent)
    assert retried(agent, key) == [{"message_id": key, "status": "retried"}]
    again = Send.objects.get(kind="retry")
    assert release_due(LATER) == 1
    assert [going.address for going in take(again.sender, 5, LATER)] == ["+85261234567"]
    assert retried(agent, key, "wamid.ann") == [
        {"message_id": key, "status": "skipped", "reason": "it was sent again already"},
        {"message_id": "wamid.ann", "status": "skipped", "reason": "it was sent again already"},
    ]


def test_where_a_person_decides_each_message_says_so(tea: AnnsTea, agent: Actor) -> None:
    key = failed(agent)
    Policy.objects.filter(tools="whatsapp.failed_messages.resend").delete()
    (one,) = retried(agent, key)
    request = ActionRequest.objects.get(tool="whatsapp.failed_messages.resend")
    assert one == {"message_id": key, "status": "pending_approval", "action_request_id": str(request.pk)}


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("131049", "error 131049 is not retryable: The person gets no more marketing for now"),
        ("999999", "error 999999 is not retryable: nobody knows whether it would pass"),
        ("", "error – is not retryable"),
    ],
)
def test_a_failure_that_would_come_again_is_skipped(tea: AnnsTea, agent: Actor, code: str, why: str) -> None:
    (one,) = retried(agent, failed(agent, code))
    assert one["status"] == "skipped"
    assert one["reason"].startswith(why)


def test_compliance_is_asked_anew(tea: AnnsTea, agent: Actor) -> None:
    key = failed(agent)
    SuppressionFactory(contact=tea.ann)
    (one,) = retried(agent, key)
    assert (one["status"], one["reason"]) == ("skipped", "Nothing is sent to this person: Opted out.")
    assert Send.objects.filter(kind="retry").count() == 0


def test_what_has_not_failed_or_is_under_way_is_skipped(tea: AnnsTea, agent: Actor) -> None:
    key = failed(agent)
    Send.objects.update(state=SendState.SENDING)
    assert retried(agent, key)[0]["reason"] == "its send is under way and may still come to it"
    Message.objects.update(status=Status.DELIVERED)
    assert retried(agent, key)[0]["reason"] == "it has not failed: it is “Delivered”"


def test_a_rivals_message_is_as_unknown_as_nobodys(tea: AnnsTea, agent: Actor) -> None:
    theirs = SendFactory(sender=SenderFactory(account__organisation=other_tenant()))
    for one in retried(agent, str(theirs.pk), "wamid.nobody"):
        assert (one["status"], one["reason"]) == ("skipped", "there is no such message")


def test_mcp_wraps_the_list_as_a_result(tea: AnnsTea, agent: Actor) -> None:
    rows = retried(agent, "wamid.nobody")
    assert answered(rows).structured_content == {"result": rows}
    assert call("retry_failed_messages", {"message_ids": '["a"]'}, agent, NOON).data[0]["status"] == "skipped"
