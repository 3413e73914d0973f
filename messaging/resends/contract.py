"""What is asked for and what is countersigned when somebody is to be written to again."""

from typing import Annotated
from uuid import UUID

from django.utils.translation import ngettext
from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.numerals import number
from messaging.broadcasts.contract import BroadcastContract

# Attempts in one request: as many as a person can be expected to look through.
MOST = 500


class ResendAsk(Ask):
    broadcast_id: Annotated[UUID, Field(description="The send with messages of unknown outcome. It has ended.")]
    message_ids: Annotated[
        list[int],
        Field(
            max_length=MOST, description="Only these messages of it. Empty: all whose outcome is unknown, up to 500."
        ),
    ] = []


class ResendContract(BroadcastContract):
    """The first send's own contract for fewer people, with the attempts that it tries again."""

    replaced_send_id: Annotated[UUID, Field(description="The send whose outcome is unknown for these people.")]
    replaces: Annotated[
        list[UUID], Field(max_length=MOST, description="The attempts that are tried again: these and no others.")
    ]

    def sentence(self) -> str:
        words = ngettext(
            "Send “%(name)s” again to %(people)s person, who may get it twice",
            "Send “%(name)s” again to %(people)s people, who may get it twice",
            self.included,
        )
        return words % {"name": self.name, "people": number(self.included)}


class Resent(Answer):
    broadcast_id: Annotated[UUID, Field(description="The new send.")]
    state: Annotated[str, Field(description="scheduled: it begins at once, if everything still holds.")]
