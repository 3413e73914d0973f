"""One log line a request: who asked for what, what came of it, how long it took."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

from config.logs import without_rights

log = structlog.get_logger(__name__)

REQUEST_SECONDS = Histogram(
    "countersign_request_seconds",
    "Seconds that a request took; webhooks and short links are answered before this is asked.",
    ["method", "part", "status"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
)
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


class RequestLog:
    """Middleware that gives every line written during a request the same `request_id`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            REQUEST_SECONDS.labels(*place_of(request), str(response.status_code)).observe(seconds)
            log.info(
                "request",
                method=request.method,
                # The path alone: a query string may hold what somebody searched for.
                path=without_rights(request.path, request.resolver_match),
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
            )
        response["X-Request-ID"] = request_id
        return response


def place_of(request: HttpRequest) -> tuple[str, str]:
    """Method and part of the house, of which there are few: what callers make up would be labels without end."""
    route = request.resolver_match.route if request.resolver_match else ""
    part = route.lstrip("^").partition("/")[0]
    method = request.method if request.method in METHODS else "other"
    return method, part if part.isidentifier() else "other"
