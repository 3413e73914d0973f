"""How the message centre behaves: obliging by default, and every way in which it can be told to misbehave."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Status = Annotated[int, Field(ge=1, le=0xFFFF_FFFF)]
IdForm = Literal["hexadecimal", "decimal", "text"]
Dialect = Literal[
    "plain", "seconds", "long_year", "sparse", "capital", "short_error", "hex_error", "tlv_only", "both", "data_sm"
]


class Misbehaviour(BaseModel):
    """Shares are parts of 1; lasting faults are drawn per phone, passing ones per phone and try, all from the seed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # --- binds
    bind_refused_with: int = Field(0, ge=0, description="command_status of every answer to a bind; 0: none")
    mute: bool = Field(False, description="reads everything and answers nothing, not even enquire_link")

    # --- answers to submit_sm
    latency_seconds: Seconds = Field(0.0, description="every answer waits this long")
    window: int = Field(0, ge=0, description="more unanswered submits on a line are throttled; 0: no limit")
    refuses: dict[Status, Share] = Field(default_factory=dict, description="status -> share of phones refused with it")
    refuses_part: dict[int, Status] = Field(default_factory=dict, description="part by its header -> its status")
    throttles_part: dict[int, int] = Field(default_factory=dict, description="part -> how often it is throttled first")
    throttled_share: Share = Field(0.0, description="0x58, and the part was not taken")
    queue_full_share: Share = Field(0.0, description="0x14, and the part was not taken")
    drop_before_share: Share = Field(0.0, description="the line drops, and the part was not taken")
    drop_after_share: Share = Field(0.0, description="the part was taken, and the line drops before the answer")
    silent_share: Share = Field(0.0, description="the part was taken, and no answer comes")

    # --- receipts
    receipt_seconds: Seconds = Field(0.1, description="from taking to the receipt; varies by half, by the seed")
    early_share: Share = Field(0.0, description="receipts that overtake the answer")
    no_receipt_share: Share = Field(0.0, description="parts nobody hears of again")
    undelivered_share: Share = Field(0.0, description="parts that end as UNDELIV")
    undelivered_error: str = Field("027", description="their err: code")
    duplicate_share: Share = Field(0.0, description="receipts that come twice")
    shuffle_share: Share = Field(0.0, description="receipts held back so that later ones overtake them")
    shuffle_seconds: Seconds = Field(0.5, description="how long duplicates and shuffled ones are held back, at most")
    dialect: Dialect = Field("plain", description="form of the receipts")
    response_ids: IdForm = Field("text", description="form of the ids in answers")
    receipt_ids: IdForm = Field("text", description="form of the ids in receipts")

    # --- what phones write back, after delivery
    stop_share: Share = Field(0.0, description="answer STOP to the number that wrote")
    repeat_seconds: Seconds = Field(0.2, description="wait before a delivery that was not stored is said again")

    @model_validator(mode="after")
    def one_fault_a_try(self) -> Self:
        if sum(getattr(self, name) for name in PASSING) > 1 + 1e-9:
            raise ValueError(f"the shares {', '.join(PASSING)} come to more than 1 together")
        return self

    def changed(self, fields: dict[str, object]) -> "Misbehaviour":
        """The same with some fields set anew. Raises ValidationError naming what is wrong."""
        return Misbehaviour.model_validate({**self.model_dump(), **fields})


PASSING = ("throttled_share", "queue_full_share", "drop_before_share", "drop_after_share", "silent_share")
