"""get_account_quality."""

from typing import Annotated, Final

from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, tool
from messaging.tools.setup import Identifier
from messaging.whatsapp.account_quality import quality_of

_IN_WORDS: Final = {"GREEN": "HIGH", "YELLOW": "MEDIUM", "RED": "LOW"}


class QualityAsk(Ask):
    pass


class Quality(Answer):
    waba_id: Annotated[Identifier, Field(description="The account's id at Meta.")]
    name: Annotated[str, Field(description="The account's name.")]
    quality_tier: Annotated[str, Field(description="green, yellow, red or unknown: the worst of its numbers.")]
    quality_rating: Annotated[str, Field(description="The same in words: HIGH, MEDIUM, LOW or UNKNOWN.")]
    current_limit: Annotated[
        str, Field(description="People we may write to first in a moving 24 hours: a number, unlimited, or unknown.")
    ]
    limit_tier: Annotated[str, Field(description="Meta's word for that limit, such as TIER_2K; empty where unknown.")]


@tool(
    "get_account_quality",
    kind=Kind.READ,
    scope="meta:read",
    safety="Asks Meta, at most once a minute. Send less while the quality falls: a red number loses its limit.",
)
def get_account_quality(call: Call, ask: QualityAsk) -> Quality:
    """Read how the business account stands with Meta: quality and messaging limit, of the worst account if several."""
    found = quality_of(call.organisation, call.now)
    return Quality(
        waba_id=found.waba_id,
        name=found.name,
        quality_tier=found.rating.lower(),
        quality_rating=_IN_WORDS.get(found.rating, "UNKNOWN"),
        current_limit=found.limit,
        limit_tier=found.tier,
    )
