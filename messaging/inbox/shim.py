"""The webhook path, answered before Django's middleware in the same process: verify, store, 200; on any failure 503."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.db import close_old_connections

from messaging.group_commit import GroupCommit
from messaging.inbox.arriving import Arriving, arrivals
from messaging.inbox.bell import ring
from messaging.measures import WEBHOOK_ANSWERS
from messaging.models import WhatsAppAccount
from messaging.whatsapp.webhooks import answer_handshake, signers

log = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

PATH = "/webhook"
# Meta says up to 3 MB; above this nothing is read to its end.
MAX_BYTES = 4 * 1024 * 1024
# How long a changed secret may take to be seen by a running process.
SECRETS_LAST_SECONDS = 10.0


class WebhookShim:
    """A WSGI application in front of Django's. Everything that is not the exact webhook path passes through."""

    def __init__(self, application: Application, commit: GroupCommit[Arriving] | None = None) -> None:
        self._application = application
        self._commit = commit or arrivals(after_commit=ring)
        self._secrets: tuple[float, Mapping[UUID, tuple[str, ...]], tuple[str, ...]] = (0.0, {}, ())

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return self._application(environ, start_response)
        began = time.perf_counter()
        try:
            status, body = self._answer(environ)
        except Exception:
            log.exception("a webhook could not be taken; the provider will send it again")
            status, body = "503 Service Unavailable", b"TRY_AGAIN"
        WEBHOOK_ANSWERS.labels(status[:3]).observe(time.perf_counter() - began)
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response(status, [*headers, ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")])
        return [body]

    def _answer(self, environ: Environ) -> tuple[str, bytes]:
        method = environ.get("REQUEST_METHOD")
        if method == "GET":
            return self._handshake(environ)
        if method != "POST":
            return "405 Method Not Allowed", b"GET_OR_POST"
        raw = _body(environ)
        if raw is None:
            return "413 Content Too Large", b"TOO_LARGE"
        secrets, _tokens = self._known()
        accounts = signers(raw, environ.get("HTTP_X_HUB_SIGNATURE_256", ""), secrets)
        if not accounts:
            return "401 Unauthorized", b"BAD_SIGNATURE"
        if not self._commit.keep(Arriving("whatsapp", raw, tuple(sorted(accounts)))):
            return "503 Service Unavailable", b"TRY_AGAIN"
        return "200 OK", b"EVENT_RECEIVED"

    def _handshake(self, environ: Environ) -> tuple[str, bytes]:
        params = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        _secrets, tokens = self._known()
        for token in tokens:
            challenge = answer_handshake(params, token)
            if challenge is not None:
                return "200 OK", challenge.encode()
        return "403 Forbidden", b"FORBIDDEN"

    def _known(self) -> tuple[Mapping[UUID, tuple[str, ...]], tuple[str, ...]]:
        """App secrets (current and previous) by account, and verify tokens, read anew every ten seconds."""
        read_at, secrets, tokens = self._secrets
        if read_at and time.monotonic() - read_at < SECRETS_LAST_SECONDS:
            return secrets, tokens
        close_old_connections()
        accounts = list(WhatsAppAccount.objects.all())
        secrets = {account.pk: (account.app_secret, account.previous_app_secret) for account in accounts}
        tokens = tuple(account.verify_token for account in accounts if account.verify_token)
        self._secrets = (time.monotonic(), secrets, tokens)
        return secrets, tokens


def _body(environ: Environ) -> bytes | None:
    """The raw bytes, or None when there are too many. A body of unknown length is read up to the limit."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > MAX_BYTES:
        return None
    raw: bytes = environ["wsgi.input"].read(int(length) if length.isdecimal() else MAX_BYTES + 1)
    return None if len(raw) > MAX_BYTES else raw
