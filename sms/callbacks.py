"""Gateways' calls to us: believed when they prove who they are, durable before they are answered, read afterwards.

Each account has an address of its own with a key that cannot be guessed: `/sms/<key>/receipt` and `/sms/<key>/reply`.
"""

import base64
import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from messaging.carriers import Malformed
from messaging.inbox.arriving import Arriving, arrivals
from messaging.inbox.bell import ring
from sms.gateways.gateway import Callback, gateway
from sms.models import SmsGateway
from sms.ways import account_of

log = logging.getLogger(__name__)

LARGEST = 1 << 20  # bytes; a hundred receipts in one call are a tenth of that

COMMIT = arrivals(ring)


def hash_of_key(key: str) -> str:
    """What is looked up instead of the key itself."""
    return hashlib.sha256(key.encode()).hexdigest()


@csrf_exempt
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """Answer one call: 200 when it is durable, 403 when it is not believed, 503 when the gateway must ask again."""
    row = SmsGateway.objects.filter(callback_key_hash=hash_of_key(key)).first()
    if row is None:
        return HttpResponse("FORBIDDEN", status=403, content_type="text/plain")
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return HttpResponse("TOO_LARGE", status=413, content_type="text/plain")
    call = _callback(request, kind)
    if not gateway(row.kind).verify(account_of(row), call):
        log.warning("a call to gateway %s was not signed by it", row.pk)
        return HttpResponse("FORBIDDEN", status=403, content_type="text/plain")
    if not COMMIT.keep(Arriving("sms", pack(row.pk, call, timezone.now()), (row.pk,))):
        return HttpResponse("TRY_AGAIN", status=503, content_type="text/plain")
    return HttpResponse(status=200, content_type="text/plain")


def _callback(request: HttpRequest, kind: str) -> Callback:
    """The call as the gateway made it: with the public address, whatever a proxy turned it into."""
    query = request.META.get("QUERY_STRING", "")
    url = f"{settings.PUBLIC_URL.rstrip('/')}{request.path}{'?' if query else ''}{query}"
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert kind in ("receipt", "reply")
    return Callback(kind, request.method or "POST", url, query, headers, request.body)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Kept:
    """A verified call as it was kept, and when it came."""

    gateway_id: UUID
    call: Callback
    at: datetime


def pack(gateway_id: UUID, call: Callback, now: datetime) -> bytes:
    """A verified call as it is kept: everything its reading needs, without what proved it."""
    content_type = call.headers.get("content-type", "")
    kept = {
        "gateway": str(gateway_id),
        "at": now.isoformat(),
        "kind": call.kind,
        "method": call.method,
        "query": call.query,
        "content_type": content_type,
        "body": base64.b64encode(call.body).decode(),
    }
    return orjson.dumps(kept)


def unpack(raw: bytes) -> Kept:
    """What `pack` wrote. Raises `Malformed` for anything else."""
    try:
        kept = orjson.loads(raw)
        headers = {"content-type": kept["content_type"]}
        body = base64.b64decode(kept["body"], validate=True)
        call = Callback(kept["kind"], kept["method"], "", kept["query"], headers, body)
        return Kept(UUID(kept["gateway"]), call, datetime.fromisoformat(kept["at"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Malformed(f"not a kept call: {type(error).__name__}") from None
