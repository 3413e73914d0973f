"""How long somebody stays signed in: half an hour without doing anything, eight hours at most."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
_NOTED_EVERY = timedelta(minutes=1)  # a session is a row: not one write a request


class SessionLife:
    """Middleware, after the session's: ends one that is over before anybody asks who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            _live_on(request, timezone.now().timestamp())
        return self.get_response(request)


def _live_on(request: HttpRequest, now: float) -> None:
    session = request.session
    began, seen = session.setdefault("began_at", now), session.setdefault("seen_at", now)
    if now - began >= LONGEST.total_seconds() or now - seen >= IDLE.total_seconds():
        session.flush()
    elif now - seen >= _NOTED_EVERY.total_seconds() and not _asks_by_itself(request):
        session["seen_at"] = now


def _asks_by_itself(request: HttpRequest) -> bool:
    """A page that refreshes a part of itself keeps nobody signed in."""
    return request.method == "GET" and request.headers.get("HX-Request") == "true"
