"""The line that the `stripe` library speaks over: ours, as for every other provider (docs/adr/0023).

One request, once: no redirects, no proxies from the environment, bounded in time and size, and knowing whether a byte
has left.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

import stripe
from urllib3.exceptions import HTTPError

from messaging.wire import NotSent, ask, new_session

CONNECT_SECONDS, READ_SECONDS = 3.0, 20.0
# What the library tells Stripe of the machine it runs on; nobody needs to know.
_KEPT_BACK = frozenset({"x-stripe-client-user-agent", "x-stripe-client-telemetry"})

_session = new_session(pool_size=8)


class NotReached(stripe.APIConnectionError):
    """No byte has left."""

    def __init__(self, what: str) -> None:
        super().__init__(what, should_retry=False)  # type: ignore[no-untyped-call]


class AnswerLost(stripe.APIConnectionError):
    """Bytes have left, and no whole answer came back."""

    def __init__(self, what: str) -> None:
        super().__init__(what, should_retry=False)  # type: ignore[no-untyped-call]


class Line(stripe.HTTPClient):
    name = "countersign"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        body = None if post_data is None else str(post_data).encode()
        told = {name: value for name, value in (headers or {}).items() if name.lower() not in _KEPT_BACK}
        try:
            answer = ask(_session, method.upper(), url, body, told, CONNECT_SECONDS, READ_SECONDS)
        except NotSent as error:
            raise NotReached(type(error).__name__) from None
        except (HTTPError, OSError) as error:
            raise AnswerLost(type(error).__name__) from None
        return answer.body.decode("utf-8", "replace"), answer.status, answer.headers

    def request_stream(self, *_arguments: Any, **_options: Any) -> NoReturn:
        raise NotImplementedError("no answer that we ask for is a stream")

    def close(self) -> None:
        """The session is shared and stays."""
