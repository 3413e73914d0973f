"""One exchange with a gateway over HTTP: once, without retries, and knowing whether a byte has left."""

from collections.abc import Sequence
from dataclasses import dataclass

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from messaging.carriers import Retry, SendFailed
from messaging.whatsapp.wire import NotSent, new_session

CONNECT_SECONDS, READ_SECONDS = 3.0, 20.0
NOT_REACHED_SECONDS = 5.0  # wait after a connection that never stood
LARGEST_ANSWER = 1 << 20  # bytes

_session = new_session()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, with the account's secrets taken out of the body."""

    status: int
    headers: CaseInsensitiveDict[str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def exchange(request: requests.Request, hide: Sequence[str] = (), session: requests.Session = _session) -> Answer:
    """Send one request. Raises `SendFailed`: NOT_ATTEMPTED when no byte has left, UNSURE when the answer was lost."""
    try:
        prepared = session.prepare_request(request)
    except (requests.RequestException, ValueError) as error:
        raise SendFailed("unusable_request", type(error).__name__, Retry.HOLD, scope="sender") from None
    timeout = (CONNECT_SECONDS, READ_SECONDS)
    try:
        answer = session.send(prepared, timeout=timeout, allow_redirects=False)
    except NotSent as error:
        text = f"No connection to the gateway ({error})"
        raise SendFailed("not_reached", text, Retry.NOT_ATTEMPTED, NOT_REACHED_SECONDS, scope="sender") from None
    except (requests.RequestException, HTTPError, OSError) as error:
        text = f"The gateway's answer was lost ({type(error).__name__})"  # the error's own text carries the address
        raise SendFailed("answer_lost", text, Retry.UNSURE) from None
    body = answer.content[:LARGEST_ANSWER]
    for secret in filter(None, hide):
        body = body.replace(secret.encode(), b"[hidden]")
    return Answer(answer.status_code, answer.headers, body)
