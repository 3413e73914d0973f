"""get_rate_limit: what of the pace of our numbers is taken at this moment."""

from datetime import UTC, datetime
from typing import Annotated

import redis
from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import Field

from approvals.contracts import Answer
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool
from messaging.engine.levels import Levels, levels_of
from messaging.engine.pacing import Limit, of_sender
from messaging.models import Sender
from messaging.tools.meta.customers import ChannelAsk


class RateLimit(Answer):
    channel: Annotated[str, Field(description="whatsapp.")]
    capacity_mps: Annotated[int, Field(description="Messages a second that all numbers of the channel may carry.")]
    tokens_remaining: Annotated[int, Field(description="How many more may leave within this second.")]
    tokens_used: Annotated[int, Field(description="How many were let go within the last second.")]
    last_update_ms: Annotated[
        int | None, Field(description="When a number last asked for leave, in unix milliseconds; null: not lately.")
    ]
    last_update_at: Annotated[datetime | None, Field(description="The same as a date and time.")]


@tool(
    "get_rate_limit",
    kind=Kind.READ,
    scope="meta:read",
    safety="Looking takes nothing out of the buckets; Countersign itself keeps the pace, whoever asks.",
)
def get_rate_limit(call: Call, ask: ChannelAsk) -> RateLimit:
    """Read the state of the rate limiter: how many messages a second our numbers may carry, and how many leave now."""
    numbers = Sender.objects.filter(organisation=call.organisation, channel=ask.channel)
    limits = [of_sender(number) for number in numbers.order_by("number")]
    found = _levels(limits)
    capacity = min(sum(limit.per_second for limit in limits), settings.ENGINE_ORGANISATION_PER_SECOND)
    return RateLimit(
        channel=ask.channel,
        capacity_mps=capacity,
        tokens_remaining=max(0, capacity - found.used),
        tokens_used=found.used,
        last_update_ms=None if found.at is None else round(found.at * 1000),
        last_update_at=None if found.at is None else datetime.fromtimestamp(found.at, UTC),
    )


def _levels(limits: list[Limit]) -> Levels:
    try:
        return levels_of(limits)
    except redis.RedisError as error:
        raise Refused(
            Reason(
                "limiter_unreachable",
                _("The rate limiter does not answer; until it does, each process keeps the pace by itself."),
                _("Try again in a minute; tell an administrator if it stays so."),
            )
        ) from error
