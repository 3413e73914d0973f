"""Short links that lead on, answered before Django's middleware in the same process: written down, then 302.

All else (pages, other methods, what leads nowhere, plain HTTP where only HTTPS counts) is Django's.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from accounts.faults import faultpoint
from messaging.group_commit import Brought, GroupCommit
from sms.links.clicks import UNSEEN, Opened, follow, opened_of
from sms.links.urls import CODE

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_PATH = re.compile(f"/{CODE}")


@dataclass(slots=True)
class Following(Brought):
    """One opened link; `destination` is empty where it leads nowhere."""

    opened: Opened
    destination: str = ""


class LinkShim:
    """A WSGI application in front of Django's. Everything that is not the path of a code passes through."""

    def __init__(self, application: Application, commit: GroupCommit[Following] | None = None) -> None:
        self._application = application
        self._commit = commit or GroupCommit(store, "opened links")
        self._headers = [("Content-Length", "0"), ("Content-Type", "text/html; charset=utf-8"), *UNSEEN.items()]
        if settings.SECURE_HSTS_SECONDS:
            self._headers.append(("Strict-Transport-Security", _https_only()))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        found = _PATH.match(environ.get("PATH_INFO", ""))
        if found is None or environ.get("REQUEST_METHOD") not in ("GET", "HEAD") or not _may_answer(environ):
            return self._application(environ, start_response)
        following = Following(opened_of(found["code"], environ, timezone.now()))
        if not self._commit.keep(following):
            start_response("503 Service Unavailable", [("Retry-After", "1"), *self._headers])
            return [b""]
        if not following.destination:
            return self._application(environ, start_response)
        start_response("302 Found", [("Location", following.destination), *self._headers])
        return [b""]


def store(batch: list[Following]) -> None:
    """Follow what is opened at one moment with one read, and write it down in one commit. A person who is being erased
    at this moment holds up nobody else.
    """
    faultpoint("links.opened")
    try:
        _follow(batch)
    except IntegrityError:
        for one in batch:
            _follow([one])
    faultpoint("links.clicked")


def _follow(batch: list[Following]) -> None:
    for one, destination in zip(batch, follow([one.opened for one in batch]), strict=True):
        one.destination = destination


def _may_answer(environ: Environ) -> bool:
    """Whether Django would not lead plain HTTP to HTTPS first."""
    if not settings.SECURE_SSL_REDIRECT or environ.get("wsgi.url_scheme") == "https":
        return True
    trusted: tuple[str, str] | None = getattr(settings, "SECURE_PROXY_SSL_HEADER", None)
    return trusted is not None and environ.get(trusted[0]) == trusted[1]


def _https_only() -> str:
    """What Django's own middleware says on all other answers."""
    below = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    listed = "; preload" if settings.SECURE_HSTS_PRELOAD else ""
    return f"max-age={settings.SECURE_HSTS_SECONDS}{below}{listed}"
