"""SMPP as a gateway: texts go to the process that holds the bind (`manage.py run_smpp`), receipts come from it.

Nothing is believed over HTTP: that process stores what the message centre delivers by itself.
"""

import re
from collections.abc import Sequence

import orjson
from pydantic import ValidationError

from messaging.carriers import Retry, SendFailed
from sms.gateways.balance import Balance
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
from sms.gateways.http import Answer, Request, exchange
from sms.gateways.smpp.configuration import SmppConfiguration, SmppSecrets
from sms.gateways.smpp.errors import row
from sms.gateways.smpp.kept import deliveries_in
from sms.gateways.smpp.local import Handed, Refusal, Took
from sms.gateways.smpp.receipts import receipt_of
from sms.gateways.smpp.replies import reply_of


class Smpp:
    name = "smpp"
    capabilities = Capabilities(
        # 39,015: what 255 parts hold. Operators stop earlier; a campaign's own `most_parts` counts before that.
        receipts="handset", takes_replies=True, largest_text=39_015, reports_price=False
    )  # fmt: skip
    configuration = SmppConfiguration
    secrets = SmppSecrets

    def send(self, account: Account, submission: Submission) -> Taken:
        """Hand one text to the process. Taken when the message centre has answered for every part."""
        secrets: SmppSecrets = account.secrets
        answer = exchange(_request(account, submission), [secrets.process_secret.get_secret_value()])
        if answer.status == 200:
            return _taken(answer)
        raise _failure(answer)

    def verify(self, account: Account, callback: Callback) -> bool:
        return False

    def read(self, account: Account, callback: Callback) -> Sequence[Receipt | Reply | Unknown]:
        configuration: SmppConfiguration = account.configuration
        key, parts = deliveries_in(callback.body)
        if parts[0].is_receipt:
            return [receipt_of(one, configuration) for one in parts]
        return [reply_of(key, parts, configuration.alphabet)]

    def failure_of(self, code: str) -> Failure:
        """Of a refused hand-over; the codes in receipts are each operator's own (`receipt_errors`)."""
        status = int(code, 16) if re.fullmatch("0x[0-9A-F]{8}", code) else None
        return Failure.UNCLEAR if status is None else row(status).failure

    def balance(self, account: Account) -> Balance | None:
        """The protocol has no word for it."""
        return None


def _request(account: Account, submission: Submission) -> Request:
    configuration: SmppConfiguration = account.configuration
    secrets: SmppSecrets = account.secrets
    handed = _handed(submission)
    headers = {
        "Authorization": f"Bearer {secrets.process_secret.get_secret_value()}", "Content-Type": "application/json",
    }  # fmt: skip
    url = f"{configuration.process_url}/gateways/{account.id}/texts"
    return Request(url, headers, handed.model_dump_json().encode())


def _handed(submission: Submission) -> Handed:
    try:
        return Handed(
            reference=submission.reference,
            sender=submission.sender,
            to=submission.to,
            text=submission.text,
            encoding=submission.encoding,
            valid_for=None if submission.valid_for is None else submission.valid_for.total_seconds(),
        )
    except ValidationError as error:
        field = error.errors()[0]["loc"][0]
        raise SendFailed("unusable_text", f"SMPP has no room for this {field}", Retry.PERMANENT) from None


def _taken(answer: Answer) -> Taken:
    try:
        took = Took.model_validate(orjson.loads(answer.body))
    except (ValidationError, orjson.JSONDecodeError):
        raise SendFailed("unreadable_answer", "The text was taken, but its ids are missing", Retry.UNSURE) from None
    return Taken(tuple(took.ids), len(took.ids))


def _failure(answer: Answer) -> SendFailed:
    """The process says itself what a failure means; anything else on that port may have done anything."""
    try:
        return Refusal.model_validate(orjson.loads(answer.body)).failure()
    except (ValidationError, orjson.JSONDecodeError):
        return SendFailed(f"http_{answer.status}", f"HTTP {answer.status} from run_smpp", Retry.UNSURE)


register(Smpp())
