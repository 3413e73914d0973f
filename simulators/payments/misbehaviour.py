"""How the pretend Stripe behaves, and every way in which it can be told to misbehave."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0)]


class Misbehaviour(BaseModel):
    """`next` switches count down: so many of the next calls meet the fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latency_seconds: Seconds = Field(0.0, description="every answer waits this long")
    throttled_next: int = Field(0, ge=0, description="429, and nothing was made")
    broken_next: int = Field(0, ge=0, description="500, and nothing was made")
    lost_next: int = Field(0, ge=0, description="it was made, the connection closes without an answer")
    told_times: int = Field(1, ge=0, le=5, description="how often each event is told; 0 tells none")
    told_after_seconds: Seconds = Field(0.05, description="from what happened to its event")
    webhook_timeout_seconds: float = Field(10.0, gt=0)
    webhook_tries: int = Field(8, ge=1, description="POSTs of one event in all, until one is answered with 200")
    webhook_backoff_seconds: Seconds = Field(0.5, description="wait before the second try; doubles each time")

    def changed(self, fields: dict[str, object]) -> "Misbehaviour":
        """The same with some fields set anew. Raises ValidationError naming what is wrong."""
        return Misbehaviour.model_validate({**self.model_dump(), **fields})
