"""One exchange with a gateway over HTTP: once, without retries, and knowing whether a byte has left."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from messaging.carriers import Retry, SendFailed
from messaging.wire import NotSent, ask, new_session

CONNECT_SECONDS, READ_SECONDS = 3.0, 20.0
NOT_REACHED_SECONDS = 5.0  # wait after a connection that never stood
FORM = "application/x-www-form-urlencoded"

_session = new_session()


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it leaves. `url` has a path; `body` is None where there is none at all."""

    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, with the account's secrets taken out of the body. Header names are matched without case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def exchange(request: Request, hide: Sequence[str] = ()) -> Answer:
    """Send one request. Raises `SendFailed`: NOT_ATTEMPTED when no byte has left, UNSURE when the answer was lost."""
    for name, value in request.headers.items():
        if not (value.isascii() and value.isprintable()):
            raise SendFailed("unusable_request", f"{name} cannot be a header's value", Retry.HOLD, scope="sender")
    try:
        answer = ask(
            _session, request.method, request.url, request.body, request.headers, CONNECT_SECONDS, READ_SECONDS
        )
    except NotSent as error:
        text = f"No connection to the gateway ({error})"
        raise SendFailed("not_reached", text, Retry.NOT_ATTEMPTED, NOT_REACHED_SECONDS, scope="sender") from None
    except (HTTPError, OSError) as error:
        text = f"The gateway's answer was lost ({type(error).__name__})"  # the error's own text carries the address
        raise SendFailed("answer_lost", text, Retry.UNSURE) from None
    body = answer.body
    for secret in filter(None, hide):
        body = body.replace(secret.encode(), b"[hidden]")
    return Answer(answer.status, CaseInsensitiveDict(answer.headers), body)


def form(fields: Mapping[str, str]) -> bytes:
    """The body of a form."""
    return urlencode(fields).encode()


def basic(user: str, password: str) -> str:
    """What the header Authorization says of a user with a password."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
