"""`/metrics`: for whoever holds the token, or for this machine itself while somebody develops on it."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

from accounts.bounds import address_of
from config.metrics.folder import Counted
from config.metrics.standing import Standing

LOOPBACK = ("127.0.0.1", "::/64")  # as `address_of` spells them: ::1 counts with its whole network


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics in Prometheus' text format. 401 for everybody else, whether there is a token or not."""
    if not may_read(request):
        return HttpResponse(
            "UNAUTHORISED", status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"}
        )
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    """Whether the token is shown, or DEBUG is on and the request comes from this machine, through no proxy."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), settings.METRICS_TOKEN.encode())
    return bool(settings.DEBUG) and not settings.BEHIND_PROXY and address_of(request) in LOOPBACK


def exposition() -> bytes:
    """What all processes of this machine have counted, and what the database and the broker say."""
    registry = CollectorRegistry()
    registry.register(Standing())
    if settings.METRICS_DIR is None:
        return generate_latest(REGISTRY) + generate_latest(registry)
    registry.register(Counted(settings.METRICS_DIR))
    return generate_latest(registry)
