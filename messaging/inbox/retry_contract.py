"""What is asked for and what is countersigned when webhook items that failed are to be tried again. Names nobody."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import ngettext
from pydantic import BaseModel, ConfigDict, Field

from approvals.contracts import Answer, Ask, Contract
from approvals.numerals import number

# Items in one request: as many as a person can be expected to look through.
MOST = 100

Kind = Literal["inbound", "status", "template", "account", "person", "other"]
Effect = Literal["message", "stop", "start", "unclear", "status", "setting_stop", "setting_resume", "address",
                 "template", "account", "whole_event", "nothing"]  # fmt: skip


class RetryAsk(Ask):
    failure_ids: Annotated[
        list[UUID],
        Field(
            max_length=MOST,
            description="failure_id of whatsapp.webhook_logs.list: one, or several at once. Empty: all that failed,"
            f" the oldest first, at most {MOST}.",
        ),
    ] = []
    kind: Annotated[Kind | None, Field(description="With no ids: only failures of this kind.")] = None
    error: Annotated[str, Field(max_length=300, description="With no ids: only those that failed with this error.")] = (
        ""
    )


class RetryItem(BaseModel):
    """One failed item and what applying it would do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    failure_id: Annotated[UUID, Field(description="The failure.")]
    event: Annotated[int, Field(description="The event it stands in.")]
    place: Annotated[int, Field(description="Its place in the event, from 0.")]
    kind: Annotated[Kind, Field(description="What it speaks of.")]
    does: Annotated[
        Effect,
        Field(
            description="message: a customer's message is kept; stop, start, unclear: and read as a no, a yes, or held"
            " until somebody has read it; status: what became of a message of ours; setting_stop, setting_resume: their"
            " switch inside WhatsApp; address: they go by another number or id; template, account: what Meta decided;"
            " whole_event: nothing of it could be read so far; nothing: nobody applies such items."
        ),
    ]
    error: Annotated[str, Field(description="The type of the error it failed with last.")]
    tries: Annotated[int, Field(description="How often it was tried.")]
    received_at: Annotated[datetime, Field(description="When it arrived.")]


class RetryContract(Contract):
    """These items are applied once more, each by itself. It sends nothing and touches nothing that was applied."""

    items: Annotated[list[RetryItem], Field(min_length=1, max_length=MOST, description="What is tried again.")]

    def sentence(self) -> str:
        words = ngettext(
            "Apply %(items)s failed webhook item again", "Apply %(items)s failed webhook items again", len(self.items)
        )
        return words % {"items": number(len(self.items))}


class RetriedItem(Answer):
    failure_id: Annotated[UUID, Field(description="The failure.")]
    kind: Annotated[str, Field(description="What it speaks of.")]
    outcome: Annotated[
        str,
        Field(
            description="applied; failed_again: it stays in quarantine and can be tried again; gone: it was applied"
            " since or dropped with its event, and was not touched; waiting: the inbox itself is still at it."
        ),
    ]
    error: Annotated[str, Field(description="The type of the error, where it failed again.")]


class Retried(Answer):
    items: Annotated[list[RetriedItem], Field(description="What became of each.")]
    outcomes: Annotated[dict[str, int], Field(description="Items by outcome; adds up to what was asked for.")]
