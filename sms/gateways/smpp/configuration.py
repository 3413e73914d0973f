"""What an operator of ours sets for one account at a message centre."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator

from sms.gateways.gateway import Configuration, Failure, Secrets
from sms.gateways.smpp.coding import Alphabet

IdBase = Literal["text", "hexadecimal", "decimal"]


class SmppConfiguration(Configuration):
    """Ports, windows and dialects are trade practice and differ by operator: all of them are options."""

    host: Annotated[str, Field(min_length=1, max_length=255, description="Message centre: host name or address.")]
    port: Annotated[int, Field(ge=1, le=65_535, description="Port; 2775 is usual, 3550 with TLS.")] = 2775
    tls: Annotated[bool, Field(description="Whether the line is encrypted, with a certificate that is checked.")] = (
        False
    )
    system_id: Annotated[str, Field(pattern=r"^[!-~]{1,15}$", description="Name that the account binds with.")]
    system_type: Annotated[str, Field(pattern=r"^[!-~]{0,12}$", description="System type, if the operator asks.")] = ""
    service_type: Annotated[str, Field(pattern=r"^[!-~]{0,5}$", description="Service type, if the operator asks.")] = ""
    process_url: Annotated[
        str,
        Field(pattern=r"^http://(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$", description="Where `run_smpp` listens."),
    ] = "http://127.0.0.1:8775"
    window: Annotated[int, Field(ge=1, le=1000, description="Parts that may be unanswered at once.")] = 10
    parts_per_second: Annotated[int, Field(ge=0, le=10_000, description="Most parts a second; 0: no limit.")] = 0
    enquire_seconds: Annotated[float, Field(ge=0.05, le=600, description="Silence after which the line is tried.")] = 30
    answer_seconds: Annotated[float, Field(ge=0.05, le=600, description="Longest wait for an answer on the line.")] = 60
    alphabet: Annotated[Alphabet, Field(description="What data_coding 0 means at this message centre.")] = "gsm"
    short_number_ton: Annotated[int, Field(ge=0, le=6, description="TON of our short codes: 3, or 0.")] = 3
    response_ids: Annotated[IdBase, Field(description="How ids are written in answers.")] = "text"
    receipt_ids: Annotated[IdBase, Field(description="How ids are written in receipts.")] = "text"
    timezone: Annotated[str, Field(description="Zone of the times in receipts; they name none.")] = "UTC"
    receipt_errors: Annotated[
        dict[str, Failure], Field(description="The operator's own `err:` codes and what they mean.")
    ] = Field(default_factory=dict)

    @field_validator("timezone")
    @classmethod
    def known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone; write it like Asia/Hong_Kong.") from None
        return name


class SmppSecrets(Secrets):
    """SMPP sends the password in the clear: use TLS or a private line. `process_secret` never leaves this machine."""

    password: Annotated[SecretStr, Field(max_length=8, description="Password; SMPP has room for eight characters.")]
    process_secret: Annotated[SecretStr, Field(min_length=16, description="What lanes show to `run_smpp`; make it up.")]


def key_of(message_id: str, base: IdBase) -> str:
    """A message centre's id so that its spellings in answers and receipts compare equal: case, zeros in front, base."""
    told = message_id.strip().lower()
    if base != "text":
        try:
            return str(int(told, 16 if base == "hexadecimal" else 10))[:64]
        except ValueError:
            pass  # not a number after all: compared as it stands
    return (told.lstrip("0") or told)[:64]
