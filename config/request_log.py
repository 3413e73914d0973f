"""One log line a request: who asked for what, what came of it, how long it took."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from config.logs import without_rights

log = structlog.get_logger(__name__)


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
                # The path alone: a query string may hold what somebody searched for.
                path=without_rights(request.path, request.resolver_match),
                status=response.status_code,
                milliseconds=milliseconds,
            )
        response["X-Request-ID"] = request_id
        return response
