"""Vonage as a gateway: texts go by its Messages API (version 1); receipts of its older SMS API are read too.

Vonage has no key for repeats, so our reference travels in `client_ref`, which every status repeats.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

import orjson
from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator, model_validator

from messaging.carriers import Malformed, Retry, SendFailed
from sms.gateways.balance import Balance
from sms.gateways.failures import refusal
from sms.gateways.gateway import (
    Account,
    Callback,
    Capabilities,
    Configuration,
    Failure,
    Receipt,
    Reply,
    Secrets,
    Submission,
    Taken,
    Unknown,
    register,
)
from sms.gateways.http import Answer, Request, basic, exchange
from sms.gateways.vonage.account import balance_of
from sms.gateways.vonage.errors import MESSAGES, STATUSES, row, row_of_either
from sms.gateways.vonage.reading import client_ref, code_of, fields_of, item_of, plain
from sms.gateways.vonage.signature import Method, claims_of, covers, is_fresh, is_signed, same
from sms.gateways.vonage.tokens import key_of, token_of
from sms.text import Encoding

SHORTEST_TTL, LONGEST_TTL = 20, 604_800  # seconds; the SMS API counts the same in milliseconds
_ENCODINGS = {Encoding.GSM7: "text", Encoding.UCS2: "unicode"}


class VonageConfiguration(Configuration):
    """With `application_id`, requests carry a token signed with its private key; without it, the API key and secret."""

    api_key: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{6,32}$", description="API key of the account.")]
    application_id: Annotated[
        str,
        Field(
            pattern=r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$",
            description="Application ID; empty: API key and secret are used instead of a private key.",
        ),
    ] = ""
    sms_signature: Annotated[
        Method, Field(description="Signature method of the account's SMS API; `md5hash` is the one without HMAC.")
    ] = "sha256"
    stale_after: Annotated[
        int,
        Field(
            ge=30,
            le=90_000,
            description="Seconds after which a signed call is refused. Higher only if Vonage repeats calls with their"
            " first time.",
        ),
    ] = 300
    needs_payload_hash: Annotated[
        bool, Field(description="Refuse tokens that name no hash of the body; off only where Vonage sends such.")
    ] = True
    base_url: Annotated[str, Field(pattern=r"^https?://[^/?#]+$", description="Where the API is.")] = (
        "https://api.nexmo.com"
    )
    account_url: Annotated[
        str,
        Field(
            pattern=r"^(https?://[^/?#]+)?$",
            description="Where the balance is asked for, with API key and secret; empty: nowhere.",
        ),
    ] = "https://rest.nexmo.com"
    balance_currency: Annotated[
        str, Field(pattern=r"^[A-Z]{3}$", description="What the balance counts in; Vonage's answer names no currency.")
    ] = "EUR"


class VonageSecrets(Secrets):
    """Callbacks are signed with the account's signature secret; two while it is being replaced."""

    signature_secret: Annotated[SecretStr, Field(min_length=8, description="Signature secret of the account.")]
    previous_signature_secret: Annotated[
        SecretStr, Field(description="The one before, while it is being replaced.")
    ] = SecretStr("")
    private_key: Annotated[SecretStr, Field(description="Private key of the application, as PEM.")] = SecretStr("")
    api_secret: Annotated[SecretStr, Field(description="API secret, if no application is used.")] = SecretStr("")

    @field_validator("private_key")
    @classmethod
    def _is_an_rsa_key(cls, given: SecretStr) -> SecretStr:
        if given.get_secret_value():
            key_of(given.get_secret_value())
        return given

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        if not (self.private_key.get_secret_value() or self.api_secret.get_secret_value()):
            raise ValueError("Give the private_key of an application, or the api_secret.")
        return self


class _Taken(BaseModel):
    message_uuid: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{10,64}$")]


class Vonage:
    name = "vonage"
    capabilities = Capabilities(receipts="handset", takes_replies=True, largest_text=1000, reports_price=True)
    configuration = VonageConfiguration
    secrets = VonageSecrets

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock

    def failure_of(self, code: str) -> Failure:
        return row_of_either(code).failure

    def send(self, account: Account, submission: Submission) -> Taken:
        """Create one message. HTTP 202 with an id is taken, a listed 4xx is not, everything else is unsure."""
        answer = exchange(_request(account, submission, self._clock()), _hidden(account))
        if answer.status == 202:
            return _taken(answer)
        raise _failure(answer)

    def verify(self, account: Account, callback: Callback) -> bool:
        """By its token where it carries one (Messages API), else by its field `sig` (SMS API); nothing else counts."""
        if "authorization" in callback.headers:
            return self._has_token(account, callback)
        return self._has_signature(account, callback)

    def read(self, account: Account, callback: Callback) -> Sequence[Receipt | Reply | Unknown]:
        return (item_of(callback),)

    def balance(self, account: Account) -> Balance | None:
        configuration: VonageConfiguration = account.configuration
        if not configuration.account_url:
            return None
        user = (configuration.api_key, account.secrets.api_secret.get_secret_value())
        return balance_of(configuration.account_url, user, configuration.balance_currency, _hidden(account))

    def _has_token(self, account: Account, callback: Callback) -> bool:
        configuration: VonageConfiguration = account.configuration
        claims = claims_of(_signature_secrets(account), callback.headers["authorization"])
        if claims is None or callback.method != "POST":  # a token covers a body, and never a query
            return False
        application = claims.get("application_id", "")
        return (
            is_fresh(claims.get("iat"), self._clock(), timedelta(seconds=configuration.stale_after))
            and covers(claims, callback.body, configuration.needs_payload_hash)
            and same(str(claims.get("api_key")), configuration.api_key)
            and (not application or not configuration.application_id or application == configuration.application_id)
        )

    def _has_signature(self, account: Account, callback: Callback) -> bool:
        configuration: VonageConfiguration = account.configuration
        try:
            fields = plain(fields_of(callback))
        except Malformed:
            return False
        return (
            fields is not None
            and is_signed(configuration.sms_signature, _signature_secrets(account), fields)
            and is_fresh(fields.get("timestamp"), self._clock(), timedelta(seconds=configuration.stale_after))
            and same(fields.get("api-key", configuration.api_key), configuration.api_key)
        )


def _request(account: Account, submission: Submission, now: datetime) -> Request:
    configuration: VonageConfiguration = account.configuration
    body: dict[str, Any] = {
        "channel": "sms",
        "message_type": "text",
        "to": submission.to.removeprefix("+"),
        "from": submission.sender.removeprefix("+"),
        "text": submission.text,
        "client_ref": client_ref(submission),
        "sms": {"encoding_type": _ENCODINGS[submission.encoding]},  # as counted, not as Vonage would guess
        "webhook_url": f"{account.callback_base}/receipt",
        "webhook_version": "v1",
    }
    if submission.valid_for is not None:
        body["ttl"] = max(SHORTEST_TTL, min(LONGEST_TTL, int(submission.valid_for.total_seconds())))
    headers = {
        "Content-Type": "application/json", "Accept": "application/json", "Authorization": _proof(account, now),
    }  # fmt: skip
    return Request(f"{configuration.base_url}/v1/messages", headers, orjson.dumps(body))


def _proof(account: Account, now: datetime) -> str:
    """Who asks, as the header Authorization says it. Raises `SendFailed` when the key that the configuration asks for
    was not given."""
    configuration: VonageConfiguration = account.configuration
    secrets: VonageSecrets = account.secrets
    needed = secrets.private_key if configuration.application_id else secrets.api_secret
    if not needed.get_secret_value():
        missing = "private key" if configuration.application_id else "API secret"
        raise SendFailed("no_credentials", f"The account at Vonage has no {missing}", Retry.HOLD, scope="account")
    if configuration.application_id:
        return f"Bearer {token_of(needed.get_secret_value(), configuration.application_id, now)}"
    return basic(configuration.api_key, needed.get_secret_value())


def _taken(answer: Answer) -> Taken:
    try:
        return Taken((_Taken.model_validate(orjson.loads(answer.body)).message_uuid,))
    except (ValidationError, orjson.JSONDecodeError):
        raise SendFailed("unreadable_answer", "Vonage took it but gave no id", Retry.UNSURE) from None


def _failure(answer: Answer) -> SendFailed:
    """A 4xx whose status or code is listed was not accepted; 5xx and what is in no table may have been."""
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        told = {}
    told = told if isinstance(told, dict) else {}
    code = code_of(told) or f"http_{answer.status}"
    text = str(told.get("detail") or told.get("title") or f"HTTP {answer.status} from Vonage")[:300]
    if not 400 <= answer.status < 500:
        return SendFailed(code, text, Retry.UNSURE)
    wait = answer.headers.get("Retry-After", "")
    meaning = STATUSES.get(answer.status) or row(MESSAGES, code)
    return refusal(code, text, meaning, float(wait) if wait.isdecimal() else None)


def _signature_secrets(account: Account) -> tuple[str, str]:
    secrets: VonageSecrets = account.secrets
    return secrets.signature_secret.get_secret_value(), secrets.previous_signature_secret.get_secret_value()


def _hidden(account: Account) -> list[str]:
    secrets: VonageSecrets = account.secrets
    return [*_signature_secrets(account), secrets.api_secret.get_secret_value()]


register(Vonage())
