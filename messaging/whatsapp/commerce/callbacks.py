"""Payment providers' calls to us: believed when they are signed, applied before they are answered.

Each account has an address of its own with a key that cannot be guessed: `/payments/stripe/<key>`.
"""

import hashlib
import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.tenancy import confined_to
from messaging.models import PaymentAccount
from messaging.whatsapp.commerce.payments import Unreadable, provider_named
from messaging.whatsapp.commerce.settling import settle

log = logging.getLogger(__name__)

LARGEST = 1 << 18  # bytes; an event is a few thousand


def hash_of_key(key: str) -> str:
    """What is looked up instead of the key itself."""
    return hashlib.sha256(key.encode()).hexdigest()


@csrf_exempt
@require_POST
def receive(request: HttpRequest, provider: str, key: str) -> HttpResponse:
    """Answer one call: 200 when it is applied, 403 when it is not believed; any failure is 500, and they call again."""
    account = PaymentAccount.objects.filter(callback_key_hash=hash_of_key(key), provider=provider).first()
    if account is None:
        return _plain("FORBIDDEN", 403)
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or int(length) > LARGEST:
        return _plain("TOO_LARGE", 413)
    adapter, now = provider_named(account.provider), timezone.now()
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not adapter.is_signed(account, request.body, headers, now):
        log.warning("a call to payment account %s was not signed by its provider, or not lately", account.pk)
        return _plain("FORBIDDEN", 403)
    try:
        news = adapter.read(request.body)
    except Unreadable as wrong:
        log.error("a signed call to payment account %s cannot be read: %s", account.pk, wrong)
        return _plain("UNREADABLE", 400)
    with confined_to(account.organisation_id):
        outcome = settle(account, news, now)
    log.info("payment event %s: %s", news.event_id, outcome)
    return _plain("RECEIVED", 200)


@never_cache
@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """Where people arrive who have paid. It says nothing of their order: anybody can open it."""
    return render(request, "payments/done.html", {"languages": [code for code, _name in settings.LANGUAGES]})


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
