"""Any HTTP gateway, by its description. What the description does not recognise is unsure, and never sent again."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import quote, quote_plus, urlencode

import orjson

from messaging.carriers import Retry, Scope, SendFailed
from sms.gateways.balance import Balance, NotTold, ask, balance_in
from sms.gateways.failures import Row, refusal
from sms.gateways.gateway import (
    Account,
    Callback,
    Capabilities,
    Failure,
    Receipt,
    Reply,
    Submission,
    Taken,
    Unknown,
    register,
)
from sms.gateways.generic.configuration import BalanceQuestion, GenericConfiguration, GenericSecrets, Refusal
from sms.gateways.generic.finding import Said
from sms.gateways.generic.places import SECRET, fill, fill_all
from sms.gateways.generic.reading import items_of, receipt_of, reply_of
from sms.gateways.http import FORM, Answer, Request, basic, exchange, form
from sms.text import Encoding

ROUTE_WAIT = 30.0  # seconds, where neither the gateway nor the configuration names any

# What each kind of refusal means for the text and for what stands behind it.
_MEANS: dict[Failure, tuple[Retry, Scope, str]] = {
    Failure.RECIPIENT_BAD: (Retry.PERMANENT, "message", "The number cannot get texts; leave it out."),
    Failure.RECIPIENT_REFUSED: (Retry.PERMANENT, "message", "The person has opted out at the gateway."),
    Failure.RECIPIENT_AWAY: (Retry.PERMANENT, "message", "Try again hours later, at most twice."),
    Failure.CONTENT: (Retry.PERMANENT, "message", "Change the text; the same one is refused again."),
    Failure.REGULATION: (Retry.PERMANENT, "message", "Cure what the country's rules ask for."),
    Failure.SENDER: (Retry.HOLD, "sender", "Register or replace the sender ID at the gateway."),
    Failure.ACCOUNT: (Retry.HOLD, "account", "Look at the account at the gateway."),
    Failure.ROUTE: (Retry.NOT_ATTEMPTED, "sender", "It goes again by itself."),
}


class Generic:
    """Receipts are taken for a carrier's word: a description cannot show whose they are."""

    name = "generic"
    capabilities = Capabilities(receipts="carrier", takes_replies=True, largest_text=1600, reports_price=True)
    configuration = GenericConfiguration
    secrets = GenericSecrets

    def failure_of(self, code: str) -> Failure:
        """What a code means is described for each account, and none is asked here: so nobody resends by it."""
        return Failure.UNCLEAR

    def send(self, account: Account, submission: Submission) -> Taken:
        """One request. Taken when the answer is recognised as that, refused when it is recognised as that alone."""
        configuration: GenericConfiguration = account.configuration
        answer = exchange(_request(account, submission), hidden(account))
        said = Said(answer.body)
        refused = next((one for one in configuration.refused if _is_refusal(one, answer, said)), None)
        is_taken = answer.status in configuration.accepted.statuses and said.hold(configuration.accepted.when)
        if is_taken and refused is None:
            return _taken(configuration, said, str(submission.reference))
        if refused is not None and not is_taken:
            raise _failure(refused, answer, said)
        raise SendFailed(f"http_{answer.status}", f"HTTP {answer.status}, which says neither yes nor no", Retry.UNSURE)

    def verify(self, account: Account, callback: Callback) -> bool:
        """By the address that only the gateway was told, and by the secret header where there is to be one."""
        configuration: GenericConfiguration = account.configuration
        proofs = [_same(callback.url.partition("?")[0], f"{account.callback_base}/{callback.kind}")]
        if name := configuration.callback_header:
            secret = account.secrets.secret("callback")
            proofs.append(bool(secret) and _same(callback.headers.get(name, ""), secret))
        return all(proofs)

    def read(self, account: Account, callback: Callback) -> Sequence[Receipt | Reply | Unknown]:
        configuration: GenericConfiguration = account.configuration
        if callback.kind == "reply" and (replies := configuration.replies) is not None:
            return [reply_of(item, replies) for item in items_of(callback, replies)]
        if callback.kind == "receipt" and (receipts := configuration.receipts) is not None:
            return [receipt_of(item, receipts) for item in items_of(callback, receipts)]
        return (Unknown(callback.kind, f"the configuration does not say how a {callback.kind} is written"),)

    def balance(self, account: Account) -> Balance | None:
        """As the description says, where it does. Raises `NotTold` when the answer has nothing at that place."""
        configuration: GenericConfiguration = account.configuration
        if (asked := configuration.balance) is None:
            return None
        try:
            answer = ask(_balance_request(asked, configuration.basic_user, account.secrets), hidden(account))
        except KeyError as error:
            raise NotTold(f"The account has no {error.args[0]}") from None
        said = Said(answer.body)
        return balance_in(answer, said.find(asked.amount), said.find(asked.currency) if asked.currency else "")


def _request(account: Account, submission: Submission) -> Request:
    """The request in this text's words. Raises `SendFailed` when the description asks for what is not there."""
    configuration: GenericConfiguration = account.configuration
    try:
        return _filled(configuration, _values(account, submission), account.secrets)
    except KeyError as error:
        text = f"The account has no {error.args[0]}"
        raise SendFailed("missing_secret", text, Retry.HOLD, scope="account") from None


def _filled(configuration: GenericConfiguration, values: Mapping[str, str], secrets: GenericSecrets) -> Request:
    headers = {name: fill(template, values) for name, template in configuration.headers.items()}
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise SendFailed("unusable_header", f"{name} cannot be a header's value", Retry.HOLD, scope="account")
    body, written_as = _body(configuration, values)
    if written_as and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = written_as
    url = _url(
        fill(configuration.url, values, lambda value: quote(value, safe="")), fill_all(configuration.query, values)
    )
    return Request(url, _signed_in(headers, configuration.basic_user, secrets), body, configuration.method)


def _body(configuration: GenericConfiguration, values: Mapping[str, str]) -> tuple[bytes | None, str]:
    """The body and how it is written."""
    if configuration.json_body is not None:
        return orjson.dumps(fill_all(configuration.json_body, values)), "application/json"
    if configuration.form is not None:
        return form(fill_all(configuration.form, values)), FORM
    return None, ""


def _balance_request(asked: BalanceQuestion, user: str, secrets: GenericSecrets) -> Request:
    """Raises KeyError for a secret that the account does not have."""
    values = {f"{SECRET}{name}": value.get_secret_value() for name, value in secrets.values.items()}
    headers = _signed_in(fill_all(asked.headers, values), user, secrets)
    return Request(_url(asked.url, fill_all(asked.query, values)), headers, method="GET")


def _signed_in(headers: Mapping[str, str], user: str, secrets: GenericSecrets) -> dict[str, str]:
    """With who asks, where the description names a user. Raises KeyError when its password was not given."""
    if not user:
        return dict(headers)
    if not secrets.secret("basic"):
        raise KeyError(f"{SECRET}basic")
    kept = {name: value for name, value in headers.items() if name.lower() != "authorization"}
    return {**kept, "Authorization": basic(user, secrets.secret("basic"))}


def _url(url: str, query: Mapping[str, str]) -> str:
    if "/" not in url.partition("://")[2]:
        url += "/"
    return f"{url}?{urlencode(query)}" if query else url


def _values(account: Account, submission: Submission) -> dict[str, str]:
    configuration: GenericConfiguration = account.configuration
    secrets: GenericSecrets = account.secrets
    is_gsm = submission.encoding is Encoding.GSM7
    return {
        "to": submission.to,
        "to_digits": submission.to.removeprefix("+"),
        "text": submission.text,
        "sender": submission.sender,
        "reference": str(submission.reference),
        "callback": f"{account.callback_base}/receipt",
        "encoding": configuration.gsm_name if is_gsm else configuration.ucs2_name,
        "parts": str(submission.parts),
        **{f"{SECRET}{name}": value.get_secret_value() for name, value in secrets.values.items()},
    }


def hidden(account: Account) -> list[str]:
    """The secrets in every spelling that an answer could repeat them in; the longest first."""
    secrets: GenericSecrets = account.secrets
    values = [one.get_secret_value() for one in secrets.values.values()]
    user = account.configuration.basic_user
    if user and (password := secrets.secret("basic")):
        values.append(base64.b64encode(f"{user}:{password}".encode()).decode())
    spellings = {spelt(one) for one in values for spelt in (str, quote, quote_plus, _in_json)}
    return sorted(spellings, key=len, reverse=True)


def _in_json(value: str) -> str:
    return orjson.dumps(value).decode()[1:-1]


def _is_refusal(one: Refusal, answer: Answer, said: Said) -> bool:
    statuses = one.statuses or range(200, 500)
    return answer.status in statuses and said.hold(one.when)


def _taken(configuration: GenericConfiguration, said: Said, reference: str) -> Taken:
    place = configuration.accepted.id
    told = reference if place is None else said.find(place)[:64]
    if not told:
        raise SendFailed("unreadable_answer", "The gateway took it but gave no id", Retry.UNSURE)
    return Taken((told,))


def _failure(one: Refusal, answer: Answer, said: Said) -> SendFailed:
    retry, scope, do = _MEANS[one.failure]
    code = (said.find(one.code) if one.code else "") or f"http_{answer.status}"
    wait = answer.headers.get("Retry-After", "")
    seconds = float(wait) if wait.isdecimal() and len(wait) < 6 else one.wait
    if seconds is None and retry is Retry.NOT_ATTEMPTED:
        seconds = ROUTE_WAIT
    return refusal(code, do, Row(one.failure, retry, do, seconds, scope))


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


register(Generic())
