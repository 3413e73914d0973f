"""One log line a request: who asked for what, what came of it, how long it took."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)

_RIGHTS = {"key", "code", "token"}


class RequestLog:
    """Middleware that gives every line written during a request the same `request_id`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        began = time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            milliseconds = round((time.monotonic() - began) * 1000, 1)
            log.info(
                "request",
                method=request.method,
                path=_path(request),
                status=response.status_code,
                milliseconds=milliseconds,
            )
        response["X-Request-ID"] = request_id
        return response


def _path(request: HttpRequest) -> str:
    """The path alone, for a query string may hold what somebody searched for; and without what gives rights to whoever
    reads it: keys of callbacks, codes of short links, tokens of unsubscribe links.
    """
    path, match = request.path, request.resolver_match
    for name in _RIGHTS:
        if match is not None and name in match.kwargs:
            path = path.replace(str(match.kwargs[name]), "••••")
    return path
