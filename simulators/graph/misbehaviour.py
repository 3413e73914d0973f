"""How the simulator behaves: the real limits by default, and every way in which it can be told to misbehave."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from simulators.graph.errors import ROWS

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
CodeShares = dict[int, Share]
Key = TypeVar("Key")


class Misbehaviour(BaseModel):
    """Shares are parts of 1. Lasting faults are drawn per person, passing faults per person and try, both from the
    seed: the same seed and the same order of sends to a person give the same outcome. `0` switches a limit off.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    # --- answers to API calls
    latency_seconds: Seconds = Field(0.0, description="every Graph answer waits this long")
    latency_jitter_seconds: Seconds = Field(0.0, description="and up to this much longer")
    every_send_refused_with: int | None = Field(None, description="code that refuses every send: 190, 131042, 368 ...")
    token_expired: bool = Field(False, description="the right token is answered with 190, subcode 463")

    # --- lasting faults, drawn per person
    refuses: CodeShares = Field(default_factory=dict, description="code -> share of people refused in the answer")
    fails_later: CodeShares = Field(default_factory=dict, description="code -> share of people failed by webhook")

    # --- passing faults, drawn per person and try; at most one hits a try, so the shares may not exceed 1 together
    throttled_share: Share = Field(0.0, description="130429 although the number is not fast")
    error_refused_share: Share = Field(0.0, description="`error_code`, and the message was not taken")
    error_accepted_share: Share = Field(0.0, description="`error_code`, although the message was taken")
    lost_share: Share = Field(0.0, description="the message was taken, the connection closes without an answer")
    error_code: int = Field(131000, description="what the two error shares answer with")
    lost_wait_seconds: Seconds = Field(0.0, description="how long a lost answer stays silent before the close")

    # --- limits
    throughput_per_second: Count = Field(80, description="sends per number in any one second; over: 130429")
    pair_seconds: Seconds = Field(6.0, description="one message to one person in this time; over: 131056")
    pair_burst: Count = Field(45, description="so many may be borrowed from the future within `pair_seconds`")
    management_calls_per_hour: Count = Field(5000, description="calls that are not sends; over: 80007")
    template_creations_per_hour: Count = Field(100, description="over: 80007")
    template_limit: Count = Field(250, description="templates of the account, each language counts; over: 2388019")
    window_hours: Seconds = Field(24.0, description="how long after their last words people may get free-form")
    window_refusal: Literal["answer", "webhook"] = Field("answer", description="how 131047 is told")
    missing_plus: Literal["refused", "prepended"] = Field(
        "refused",
        description="`to` without +: refused with 131009 to be loud, or, as Meta does, given the sender's country code",
    )
    us_marketing_blocked: bool = Field(True, description="marketing to US numbers fails with 131049 by webhook")

    # --- the life of an accepted message
    sent_seconds: Seconds = Field(0.1, description="from acceptance to `sent`; each wait varies by half, by the seed")
    delivered_seconds: Seconds = Field(0.2, description="from `sent` to `delivered`")
    read_seconds: Seconds = Field(0.5, description="from `delivered` to `read`")
    silent_share: Share = Field(0.0, description="accepted, and never heard of again")
    undelivered_share: Share = Field(0.0, description="`sent` and never delivered (phone switched off)")
    read_share: Share = Field(0.6, description="of the delivered: with read receipts on")
    held_share: Share = Field(0.0, description="templates answered `held_for_quality_assessment`")
    held_seconds: Seconds = Field(1.0, description="how long they are held")
    held_dropped_share: Share = Field(0.0, description="of the held: failed with 132015, not released")

    # --- what people write back, after delivery
    reply_share: Share = Field(0.0, description="answer with a sentence")
    stop_share: Share = Field(0.0, description="answer with one of `stop_words`")
    button_share: Share = Field(0.0, description="press the first quick reply of the template, if it has one")
    stop_words: tuple[str, ...] = ("STOP", "停止", "退訂", "退订", "Stop.", "unsubscribe", "stop ")
    reply_seconds: Seconds = Field(0.5, description="from `delivered` to the answer")
    only_user_id_share: Share = Field(0.0, description="people with a username: they write without a phone number")

    # --- webhooks
    batch_size: int = Field(100, ge=1, le=1000, description="most updates in one POST")
    batch_wait_seconds: Seconds = Field(0.05, description="how long an update waits for company")
    duplicate_share: Share = Field(0.0, description="updates that come twice")
    shuffle_share: Share = Field(0.0, description="updates held back so that later ones overtake them")
    shuffle_seconds: Seconds = Field(1.0, description="how long duplicates and shuffled ones are held back, at most")
    early_share: Share = Field(0.0, description="messages whose `sent` arrives before the HTTP answer")
    webhook_connections: int = Field(4, ge=1, le=64, description="POSTs at the same time")
    webhook_timeout_seconds: float = Field(10.0, gt=0)
    webhook_tries: int = Field(8, ge=1, description="POSTs of one body in all, until one is answered with 200")
    webhook_backoff_seconds: Seconds = Field(0.5, description="wait before the second try; doubles each time")

    # --- template review
    review_seconds: Seconds = Field(1.0, description="from submission to the verdict")
    reject_marker: str = Field("reject_me", min_length=1, description="in name or text: REJECTED")
    promotional_words: tuple[str, ...] = Field(
        ("% off", "discount", "sale", "promo", "voucher", "coupon", "優惠", "折扣", "优惠", "特價"),
        description="UTILITY with one of these is approved as MARKETING",
    )
    recategorised: Literal["review", "answer"] = Field(
        "review", description="whether the category changes at review, by webhook, or already in the create answer"
    )
    reject_duplicates: bool = Field(True, description="same body and footer as another template: REJECTED")

    @field_validator("refuses", "fails_later")
    @classmethod
    def listed(cls, shares: CodeShares) -> CodeShares:
        _known(shares)
        return _together(shares)

    @field_validator("every_send_refused_with", "error_code")
    @classmethod
    def listed_code(cls, code: int | None) -> int | None:
        _known(() if code is None else (code,))
        return code

    @model_validator(mode="after")
    def one_fault_a_try(self) -> Self:
        _together({name: getattr(self, name) for name in PASSING})
        _together({name: getattr(self, name) for name in ("reply_share", "stop_share", "button_share")})
        return self

    def changed(self, fields: dict[str, object]) -> "Misbehaviour":
        """The same with some fields set anew. Raises ValidationError naming what is wrong."""
        return Misbehaviour.model_validate({**self.model_dump(), **fields})


PASSING = ("throttled_share", "error_refused_share", "error_accepted_share", "lost_share")


def _known(codes: Iterable[int]) -> None:
    if unknown := [code for code in codes if code not in ROWS]:
        raise ValueError(f"{unknown[0]} is not in the error table; listed are {', '.join(map(str, ROWS))}")


def _together(shares: dict[Key, float]) -> dict[Key, float]:
    if sum(shares.values()) > 1 + 1e-9:
        raise ValueError(f"the shares {', '.join(map(str, shares))} come to more than 1 together")
    return shares
