"""What is asked for and what is countersigned when failed texts are to be sent once more."""

from typing import Annotated
from uuid import UUID

from django.utils.translation import ngettext
from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.numerals import number
from messaging.resends.contract import MOST
from sms.campaigns.contract import CampaignContract


class RetryAsk(Ask):
    batch_id: Annotated[UUID, Field(description="An id of sms_marketing.send_batches.list. The send has ended.")]


class RetryContract(CampaignContract):
    """The first send's own contract for those whose failure may pass, with the attempts that it tries again."""

    replaced_send_id: Annotated[UUID, Field(description="The send whose failed texts are sent again.")]
    replaces: Annotated[
        list[UUID], Field(max_length=MOST, description="The attempts that are tried again: these and no others.")
    ]
    considered: Annotated[
        int, Field(description="People whose text failed or is unknown: the tried again plus all in not_resent.")
    ]
    not_resent: Annotated[
        dict[str, int],
        Field(
            description="People who are not tried again, by reason: outcome_unknown, arrived_in_part, too_soon,"
            " sent_again_already, over_the_most, or what the failure was."
        ),
    ]

    def sentence(self) -> str:
        words = ngettext(
            "Send the failed text of “%(name)s” to %(people)s person again",
            "Send the failed texts of “%(name)s” to %(people)s people again",
            self.included,
        )
        return words % {"name": self.name, "people": number(self.included)}


class Retried(Answer):
    batch_id: Annotated[UUID, Field(description="The new send.")]
    replaced_batch_id: Annotated[UUID, Field(description="The send whose failed texts it sends again.")]
    state: Annotated[str, Field(description="scheduled: it begins at once, if everything still holds.")]
