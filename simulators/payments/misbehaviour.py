"""How the pretend Stripe behaves: the real limits by default, and every way in which it can be told to misbehave."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]


class Misbehaviour(BaseModel):
    """Shares are parts of 1, drawn from the seed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # --- answers
    latency_seconds: Seconds = Field(0.0, description="every answer waits this long")
    least_minutes: Annotated[int, Field(ge=0)] = Field(30, description="a session that ends sooner is refused")
    declined: bool = Field(False, description="every call is refused: the account may not take payments")
    throttled_share: Share = Field(0.0, description="HTTP 429, and nothing was made")
    error_refused_share: Share = Field(0.0, description="HTTP 500, and nothing was made")
    error_accepted_share: Share = Field(0.0, description="HTTP 500, although the session was made")
    lost_share: Share = Field(0.0, description="the session was made, the connection closes without an answer")
    wrong_amount: int = Field(0, description="added to the amount of every session that is made")
    strange_page: str = Field("", description="what the page's address begins with, in place of our own")

    # --- events on their way
    event_seconds: Seconds = Field(0.05, description="from what happened to its event")
    silent_share: Share = Field(0.0, description="events that never come")
    duplicate_share: Share = Field(0.0, description="events that come twice")
    shuffle_share: Share = Field(0.0, description="events held back so that later ones overtake them")
    shuffle_seconds: Seconds = Field(1.0, description="how long duplicates and shuffled ones are held back, at most")
    late_seconds: Seconds = Field(0.0, description="every event waits this much longer; it is signed when it leaves")
    amount_off: int = Field(0, description="added to the amount that events tell")
    webhook_timeout_seconds: float = Field(10.0, gt=0)
    webhook_tries: int = Field(8, ge=1, description="posts of one event in all, until one is answered with 200")
    webhook_backoff_seconds: Seconds = Field(0.5, description="wait before the second try; doubles each time")

    def changed(self, fields: dict[str, object]) -> "Misbehaviour":
        """The same with some fields set anew. Raises ValidationError naming what is wrong."""
        return Misbehaviour.model_validate({**self.model_dump(), **fields})
