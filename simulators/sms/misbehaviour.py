"""How one gateway behaves: the real limits by default, and every way in which it can be told to misbehave."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from simulators.sms.words import No, Trouble

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]


class Misbehaviour(BaseModel):
    """Shares are parts of 1. Lasting faults are drawn per phone and are the same at every gateway; passing ones per
    gateway, phone and try; both from the seed. `0` switches a limit off.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    # --- answers
    latency_seconds: Seconds = Field(0.0, description="every answer waits this long")
    latency_jitter_seconds: Seconds = Field(0.0, description="and up to this much longer")
    every_text_refused: No | None = Field(None, description="why no text is taken")
    throughput_per_second: Count = Field(30, description="texts in any one second; over: throttled")
    retry_after_seconds: Count = Field(0, description="what Retry-After says to the throttled; 0: nothing")

    # --- lasting faults, drawn per phone
    refuses: dict[No, Share] = Field(default_factory=dict, description="share of phones refused in the answer")
    fails_later: dict[Trouble, Share] = Field(default_factory=dict, description="share of phones never reached")

    # --- passing faults, drawn per phone and try; at most one hits a try
    throttled_share: Share = Field(0.0, description="throttled although the pace is not exceeded")
    error_refused_share: Share = Field(0.0, description="HTTP 500, and the text was not taken")
    error_accepted_share: Share = Field(0.0, description="HTTP 500, although the text was taken")
    lost_share: Share = Field(0.0, description="the text was taken, the connection closes without an answer")
    lost_wait_seconds: Seconds = Field(0.0, description="how long a lost answer stays silent before the close")
    fails_this_time: dict[Trouble, Share] = Field(default_factory=dict, description="fails now, a later try may not")

    # --- the life of a text that was taken
    sent_seconds: Seconds = Field(0.1, description="from the answer to `sent`; each wait varies by half, by the seed")
    delivered_seconds: Seconds = Field(0.2, description="from `sent` to the end")
    silent_share: Share = Field(0.0, description="taken, and never heard of again")
    undelivered_share: Share = Field(0.0, description="`sent`, and nothing after it")

    # --- what people write back, after delivery, where the sender is a number
    reply_share: Share = Field(0.0, description="answer with a sentence")
    stop_share: Share = Field(0.0, description="answer with one of `stop_words`")
    stop_words: tuple[str, ...] = ("STOP", "退訂", "取消", "Stop.", "unsubscribe", "停止", "please stop")
    reply_seconds: Seconds = Field(0.5, description="from delivery to the answer")
    tells_opt_out: bool = Field(False, description="a stop that the gateway heard is marked as one, where it can be")

    # --- receipts on their way
    duplicate_share: Share = Field(0.0, description="receipts that come twice")
    shuffle_share: Share = Field(0.0, description="receipts held back so that later ones overtake them")
    shuffle_seconds: Seconds = Field(1.0, description="how long duplicates and shuffled ones are held back, at most")
    late_share: Share = Field(0.0, description="texts whose last receipt comes `late_seconds` too late")
    late_seconds: Seconds = Field(5.0)
    early_share: Share = Field(0.0, description="texts whose `sent` arrives before the answer")
    batch_wait_seconds: Seconds = Field(0.02, description="how long a receipt waits for company")
    webhook_connections: int = Field(4, ge=1, le=64, description="posts at the same time")
    webhook_timeout_seconds: float = Field(10.0, gt=0)
    webhook_tries: int = Field(8, ge=1, description="posts of one body in all, until one is answered with 200")
    webhook_backoff_seconds: Seconds = Field(0.5, description="wait before the second try; doubles each time")

    @field_validator("refuses", "fails_later", "fails_this_time")
    @classmethod
    def not_more_than_all(cls, shares: Mapping[str, float]) -> Mapping[str, float]:
        return _together(shares)

    @model_validator(mode="after")
    def one_of_them(self) -> Self:
        _together({name: getattr(self, name) for name in PASSING})
        _together({"reply_share": self.reply_share, "stop_share": self.stop_share})
        return self

    def changed(self, fields: dict[str, object]) -> "Misbehaviour":
        """The same with some fields set anew. Raises ValidationError naming what is wrong."""
        return Misbehaviour.model_validate({**self.model_dump(), **fields})


PASSING = ("throttled_share", "error_refused_share", "error_accepted_share", "lost_share")


def _together(shares: Mapping[str, float]) -> Mapping[str, float]:
    if sum(shares.values()) > 1:
        raise ValueError(f"the shares {', '.join(map(str, shares))} are more than 1 together")
    return shares
