"""The answer to a customer that Countersign asks itself for."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from approvals.contracts import Answer
from approvals.floors import Never
from approvals.registry import Call, Kind, tool
from messaging.whatsapp.automation import answering
from messaging.whatsapp.automation.answering import AnswerContract, AnswerStands
from messaging.whatsapp.session.guards import REPLY_GUARDS


class Answered(Answer):
    batch_id: Annotated[UUID, Field(description="The send.")]


@tool(
    answering.TOOL,
    kind=Kind.WRITE,
    scope="whatsapp:request",
    plan=answering.plan_answer,
    approval=Never(),
    guards=(AnswerStands(), *REPLY_GUARDS),
    desk_only=True,
    safety="Stands on the request by which people approved the flow, keyword rule or auto reply.",
)
def answer_customer(call: Call, contract: AnswerContract) -> Answered:
    """Answer a customer's message with the words that were approved for it."""
    return Answered(batch_id=answering.send_answer(call, contract).pk)
