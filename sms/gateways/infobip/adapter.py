"""Infobip as a gateway: its SMS API, version 3.

The id of a text is ours, the attempt's: Infobip refuses one that it remembers. Its callbacks
carry no signature: the address they come to is the proof, and a password or a header token may be added.
"""

import hmac
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, Field, SecretStr, ValidationError

from messaging.carriers import Retry, SendFailed
from sms.gateways.balance import Balance, NotTold, ask, balance_in
from sms.gateways.failures import UNLISTED, refusal
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
from sms.gateways.infobip.errors import DELIVERED, PENDING, REJECTED, STATUSES, code_of, meaning, row_of
from sms.gateways.infobip.reading import items_of

LONGEST_VALIDITY = 2880  # minutes, two days


class InfobipConfiguration(Configuration):
    """The address is the account's own. Callbacks may also have to carry Basic credentials, or a named header."""

    base_url: Annotated[
        str,
        Field(pattern=r"^https?://[^/?#]+$", description="The account's address, as https://xxxxx.api.infobip.com."),
    ]
    callback_user: Annotated[
        str, Field(pattern=r"^[^:]{0,80}$", description="User name that callbacks carry (Basic); empty: none.")
    ] = ""
    callback_header: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9-]{0,60}$",
            description="Header that callbacks carry a token in, in lower case; empty: none.",
        ),
    ] = ""
    price_is_a_part: Annotated[
        bool, Field(description="A receipt's price is for one part; off where the account is told the whole price.")
    ] = True
    # Not confirmed by a published description: off until somebody has tried it with the account. (?)
    balance_path: Annotated[
        str,
        Field(
            pattern=r"^(/[^?#\s]{1,200})?$",
            description="Where the balance is told, answered as balance and currency; empty: nowhere. Not confirmed for"
            " every account: try /account/1/balance.",
        ),
    ] = ""


class InfobipSecrets(Secrets):
    api_key: Annotated[SecretStr, Field(min_length=8, description="API key with the scope sms:message:send.")]
    callback_password: Annotated[SecretStr, Field(description="Password of the callbacks' user.")] = SecretStr("")
    callback_token: Annotated[SecretStr, Field(description="What the callbacks' header must say.")] = SecretStr("")


class _Status(BaseModel):
    group: Annotated[int, Field(alias="groupId")]
    id: int
    name: str = ""


class _Details(BaseModel):
    parts: Annotated[int | None, Field(alias="messageCount")] = None


class _Message(BaseModel):
    id: Annotated[str | None, Field(alias="messageId", max_length=200)] = None
    status: _Status
    details: _Details | None = None


class _Left(BaseModel):
    balance: float | str
    currency: str


class _Answer(BaseModel):
    messages: Annotated[list[_Message], Field(min_length=1, max_length=1)]


class Infobip:
    name = "infobip"
    capabilities = Capabilities(receipts="handset", takes_replies=True, largest_text=1600, reports_price=True)
    configuration = InfobipConfiguration
    secrets = InfobipSecrets

    def failure_of(self, code: str) -> Failure:
        return row_of(code).failure

    def send(self, account: Account, submission: Submission) -> Taken:
        """Hand one text over. Pending is taken, a listed rejection is not, everything else is unsure."""
        answer = exchange(_request(account, submission), _hidden(account))
        if answer.is_success:
            return _taken(answer, str(submission.reference))
        raise _failure(answer)

    def verify(self, account: Account, callback: Callback) -> bool:
        """By the address that only Infobip was told, and by whatever else the configuration asks for."""
        configuration: InfobipConfiguration = account.configuration
        secrets: InfobipSecrets = account.secrets
        proofs = [_same(callback.url.partition("?")[0], f"{account.callback_base}/{callback.kind}")]
        if configuration.callback_user:
            password = secrets.callback_password.get_secret_value()
            told = callback.headers.get("authorization", "")
            proofs.append(bool(password) and _same(told, basic(configuration.callback_user, password)))
        if configuration.callback_header:
            token = secrets.callback_token.get_secret_value()
            proofs.append(bool(token) and _same(callback.headers.get(configuration.callback_header, ""), token))
        return callback.method == "POST" and all(proofs)

    def read(self, account: Account, callback: Callback) -> Sequence[Receipt | Reply | Unknown]:
        configuration: InfobipConfiguration = account.configuration
        return items_of(callback.kind, callback.body, configuration.price_is_a_part)

    def balance(self, account: Account) -> Balance | None:
        configuration: InfobipConfiguration = account.configuration
        if not configuration.balance_path:
            return None
        url = f"{configuration.base_url}{configuration.balance_path}"
        answer = ask(Request(url, _signed_in(account), method="GET"), _hidden(account))
        try:
            left = _Left.model_validate_json(answer.body)
        except ValidationError:
            raise NotTold("The answer holds no balance") from None
        return balance_in(answer, left.balance, left.currency)


def _request(account: Account, submission: Submission) -> Request:
    configuration: InfobipConfiguration = account.configuration
    reference = str(submission.reference)
    message: dict[str, Any] = {
        "sender": submission.sender.removeprefix("+"),
        "destinations": [{"to": submission.to.removeprefix("+"), "messageId": reference}],
        "content": {"text": submission.text, "transliteration": "NONE"},
        "webhooks": {
            "delivery": {"url": f"{account.callback_base}/receipt", "intermediateReport": True},
            "contentType": "application/json",
            "callbackData": reference,
        },
    }
    if submission.valid_for is not None:
        minutes = max(1, min(LONGEST_VALIDITY, int(submission.valid_for.total_seconds() // 60)))
        message["options"] = {"validityPeriod": {"amount": minutes, "timeUnit": "MINUTES"}}
    # What was approved is what is sent: no substituted characters, no links that count anew.
    options = {"includeSmsCountInResponse": True, "tracking": {"shortenUrl": False, "trackClicks": False}}
    headers = {"Content-Type": "application/json", **_signed_in(account)}
    body = orjson.dumps({"messages": [message], "options": options})
    return Request(f"{configuration.base_url}/sms/3/messages", headers, body)


def _signed_in(account: Account) -> dict[str, str]:
    secrets: InfobipSecrets = account.secrets
    return {"Authorization": f"App {secrets.api_key.get_secret_value()}", "Accept": "application/json"}


def _taken(answer: Answer, reference: str) -> Taken:
    try:
        (told,) = _Answer.model_validate(orjson.loads(answer.body)).messages
    except (ValidationError, orjson.JSONDecodeError):
        raise SendFailed("unreadable_answer", "Infobip answered without a status", Retry.UNSURE) from None
    if told.status.group in (PENDING, DELIVERED):
        parts = told.details.parts if told.details else None
        return Taken((told.id or reference,), parts if parts and parts > 0 else None)
    rejected = meaning(told.status.id, None) if told.status.group == REJECTED else UNLISTED
    raise refusal(code_of(told.status.id, None), told.status.name[:300], rejected)


def _failure(answer: Answer) -> SendFailed:
    """A listed 4xx was not accepted; 5xx and the rest may have been."""
    code, text = _said(answer.body)
    row = STATUSES.get(answer.status, UNLISTED)
    if answer.status == 400 and not code:  # whoever said this, it was not Infobip
        row = UNLISTED
    wait = answer.headers.get("Retry-After", "")
    code, text = code or f"http_{answer.status}", text or f"HTTP {answer.status} from Infobip"
    return refusal(code, text, row, float(wait) if wait.isdecimal() else None)


def _said(body: bytes) -> tuple[str, str]:
    """Code and text of an error, in the newer or the older of Infobip's two forms; empty without either."""
    try:
        told = orjson.loads(body)
        error = told if "errorCode" in told else told["requestError"]["serviceException"]
        return str(error.get("errorCode") or error.get("messageId") or ""), str(
            error.get("description") or error.get("text") or ""
        )[:300]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return "", ""


def _hidden(account: Account) -> list[str]:
    secrets: InfobipSecrets = account.secrets
    return [secrets.api_key.get_secret_value()]


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


register(Infobip())
