"""What lanes and the process that holds the binds say to each other: loopback HTTP with a secret of the account."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from messaging.carriers import Retry, Scope, SendFailed
from sms.text import Encoding


class Handed(BaseModel):
    """One text to be sent. `valid_for` is in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    reference: UUID
    sender: Annotated[str, Field(min_length=1, max_length=20)]
    to: Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")]
    text: Annotated[str, Field(max_length=40_000)]
    encoding: Encoding
    valid_for: float | None = None


class Took(BaseModel):
    """The message centre took all parts: their ids in order, as they are compared with receipts."""

    ids: Annotated[list[str], Field(min_length=1)]


class Refusal(BaseModel):
    """`SendFailed` on its way from one process to the other."""

    code: str
    text: str
    retry: Retry
    wait: float | None = None
    scope: Scope = "message"
    opts_out: bool = False

    @classmethod
    def of(cls, failed: SendFailed) -> "Refusal":
        return cls(
            code=failed.code, text=failed.text, retry=failed.retry, wait=failed.retry_after, scope=failed.scope,
            opts_out=failed.opts_out,
        )  # fmt: skip

    def failure(self) -> SendFailed:
        return SendFailed(self.code, self.text, self.retry, self.wait, scope=self.scope, opts_out=self.opts_out)
