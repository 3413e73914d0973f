"""Twilio as a gateway. Its statuses: Messages resource of the 2010-04-01 API.

Twilio has no key for repeats, so our reference travels in the address it reports to, which it signs.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import parse_qs

import orjson
from pydantic import BaseModel, Field, SecretStr, ValidationError

from messaging.carriers import Malformed, Retry, SendFailed
from sms.gateways.balance import Balance, NotTold, ask, balance_in
from sms.gateways.failures import refusal
from sms.gateways.gateway import (
    Account,
    Callback,
    Capabilities,
    Configuration,
    Failure,
    Progress,
    Receipt,
    Reply,
    Secrets,
    Submission,
    Taken,
    Unknown,
    register,
)
from sms.gateways.http import FORM, Answer, Request, basic, exchange, form
from sms.gateways.twilio.errors import row
from sms.gateways.twilio.signature import HEADER, is_signed

LARGEST_FORM = 1000  # fields of a callback that are looked at

_PROGRESS = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending"), Progress.ACCEPTED),
    "sent": Progress.SENT,
    **dict.fromkeys(("delivered", "read"), Progress.DELIVERED),
    **dict.fromkeys(("undelivered", "failed", "canceled", "partially_delivered"), Progress.FAILED),
}
_VALIDITY_PASSED = 30036
_ASKS = {"STOP": "stop", "START": "start", "HELP": "help"}


class TwilioConfiguration(Configuration):
    """`messaging_service_sid` lets Twilio choose the sender; without it our own sender ID is used."""

    account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$", description="Account SID.")]
    api_key_sid: Annotated[
        str, Field(pattern=r"^(SK[0-9a-fA-F]{32})?$", description="API key SID; empty: the account's auth token.")
    ] = ""
    messaging_service_sid: Annotated[
        str, Field(pattern=r"^(MG[0-9a-fA-F]{32})?$", description="Messaging Service SID, if one is used.")
    ] = ""
    base_url: Annotated[str, Field(pattern=r"^https?://[^/?#]+$", description="Where the API is.")] = (
        "https://api.twilio.com"
    )


class TwilioSecrets(Secrets):
    """Callbacks are signed with the account's auth token, with API keys too; two while it is being replaced."""

    auth_token: Annotated[SecretStr, Field(min_length=8, description="Auth token.")]
    previous_auth_token: Annotated[SecretStr, Field(description="The one before, while it is being replaced.")] = (
        SecretStr("")
    )
    api_key_secret: Annotated[SecretStr, Field(description="Secret of the API key, if one is used.")] = SecretStr("")


class _Created(BaseModel):
    sid: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{10,64}$")]
    num_segments: str | int | None = None


class _Left(BaseModel):
    balance: str
    currency: str


class _Refused(BaseModel):
    code: int
    message: str = ""


class Twilio:
    name = "twilio"
    capabilities = Capabilities(receipts="handset", takes_replies=True, largest_text=1600, reports_price=False)
    configuration = TwilioConfiguration
    secrets = TwilioSecrets

    def failure_of(self, code: str) -> Failure:
        return row(_number(code)).failure

    def send(self, account: Account, submission: Submission) -> Taken:
        """Create one message. HTTP 201 with a SID is taken, a listed 4xx is not, everything else is unsure."""
        answer = exchange(_request(account, submission), _hidden(account))
        if answer.status == 201:
            return _taken(answer)
        raise _failure(answer)

    def verify(self, account: Account, callback: Callback) -> bool:
        secrets: TwilioSecrets = account.secrets
        tokens = (secrets.auth_token.get_secret_value(), secrets.previous_auth_token.get_secret_value())
        try:
            form = _form(callback)
        except Malformed:
            return False
        return is_signed(tokens, callback.url, form, callback.body, callback.headers.get(HEADER, ""))

    def read(self, account: Account, callback: Callback) -> Sequence[Receipt | Reply | Unknown]:
        form = {key: values[0] for key, values in _form(callback).items()}
        item = _reply(form) if callback.kind == "reply" else _receipt(form, callback.query)
        return (item,)

    def balance(self, account: Account) -> Balance | None:
        """The Balance resource. Twilio says it of no subaccount: those are billed through their parent."""
        url = f"{_address_of(account)}/Balance.json"
        answer = ask(Request(url, _signed_in(account), method="GET"), _hidden(account))
        try:
            left = _Left.model_validate_json(answer.body)
        except ValidationError:
            raise NotTold("The answer holds no balance; subaccounts have none") from None
        return balance_in(answer, left.balance, left.currency)


def _request(account: Account, submission: Submission) -> Request:
    configuration: TwilioConfiguration = account.configuration
    service = configuration.messaging_service_sid
    fields = {
        "To": submission.to,
        **({"MessagingServiceSid": service} if service else {"From": submission.sender}),
        "Body": submission.text,
        "StatusCallback": f"{account.callback_base}/receipt?ref={submission.reference}",
        # What was approved is what is sent: no substituted characters, no links that count anew.
        "SmartEncoded": "false",
        "ShortenUrls": "false",
    }
    if submission.valid_for is not None:
        fields["ValidityPeriod"] = str(max(1, min(36_000, int(submission.valid_for.total_seconds()))))
    if submission.is_secret:
        fields["ContentRetention"] = "discard"
    return Request(f"{_address_of(account)}/Messages.json", {"Content-Type": FORM, **_signed_in(account)}, form(fields))


def _address_of(account: Account) -> str:
    configuration: TwilioConfiguration = account.configuration
    return f"{configuration.base_url}/2010-04-01/Accounts/{configuration.account_sid}"


def _signed_in(account: Account) -> dict[str, str]:
    configuration: TwilioConfiguration = account.configuration
    secrets: TwilioSecrets = account.secrets
    key = configuration.api_key_sid
    user, password = (key, secrets.api_key_secret) if key else (configuration.account_sid, secrets.auth_token)
    return {"Authorization": basic(user, password.get_secret_value())}


def _hidden(account: Account) -> list[str]:
    secrets: TwilioSecrets = account.secrets
    return [secrets.auth_token.get_secret_value(), secrets.api_key_secret.get_secret_value()]


def _taken(answer: Answer) -> Taken:
    try:
        created = _Created.model_validate(orjson.loads(answer.body))
    except (ValidationError, orjson.JSONDecodeError):
        raise SendFailed("unreadable_answer", "Twilio took it but gave no SID", Retry.UNSURE) from None
    parts = str(created.num_segments or "")
    return Taken((created.sid,), int(parts) if parts.isdecimal() and int(parts) else None)


def _failure(answer: Answer) -> SendFailed:
    """A 4xx of the table was not accepted; 5xx and what is in no table may have been."""
    try:
        refused = _Refused.model_validate(orjson.loads(answer.body))
    except (ValidationError, orjson.JSONDecodeError):
        return SendFailed(f"http_{answer.status}", f"HTTP {answer.status} from Twilio", Retry.UNSURE)
    if not 400 <= answer.status < 500:
        return SendFailed(str(refused.code), refused.message[:300], Retry.UNSURE)
    wait = answer.headers.get("Retry-After", "")
    return refusal(
        str(refused.code), refused.message[:300], row(refused.code), float(wait) if wait.isdecimal() else None
    )


def _form(callback: Callback) -> Mapping[str, Sequence[str]]:
    if callback.headers.get("content-type", "").startswith("application/json"):
        return {}
    try:
        return parse_qs(
            callback.body.decode("utf-8"), keep_blank_values=True, max_num_fields=LARGEST_FORM, errors="strict"
        )
    except (UnicodeDecodeError, ValueError):
        raise Malformed("the form cannot be read") from None


def _number(code: str) -> int | None:
    return int(code) if code.isdecimal() and code.isascii() and len(code) < 7 else None


def _receipt(form: Mapping[str, str], query: str) -> Receipt | Unknown:
    sid, status, code = form.get("MessageSid", ""), form.get("MessageStatus", ""), form.get("ErrorCode", "")
    key = f"{sid}:{status}:{code}"[:200]
    progress = _PROGRESS.get(status)
    if not sid or progress is None:
        return Unknown(key, f"a receipt without a SID or with the status {status[:20]!r}")
    number = _number(code)
    if progress is Progress.FAILED and number == _VALIDITY_PASSED:
        progress = Progress.EXPIRED
    known = row(number)
    return Receipt(
        dedupe_key=key,
        provider_id=sid[:64],
        reference=parse_qs(query).get("ref", [""])[0][:36],
        progress=progress,
        at=None,
        code=code[:20],
        text=known.do if number is not None else "",
        failure=known.failure if progress in (Progress.FAILED, Progress.EXPIRED) else Failure.NONE,
    )


def _reply(form: Mapping[str, str]) -> Reply | Unknown:
    sid, phone = form.get("MessageSid", ""), form.get("From", "")
    if not sid or not phone.startswith("+"):
        return Unknown(sid[:64], "a text without a SID or a sender")
    asks = _ASKS.get(form.get("OptOutType", ""), "")
    return Reply(sid, sid[:64], form.get("To", "")[:20], phone[:20], form.get("Body", ""), None, asks)  # type: ignore[arg-type]


register(Twilio())
