"""What anybody on the internet reaches: the redirect and the page to opt out by. Neither asks who it is."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.bounds import Bound, address_of
from sms.links.clicks import UNSEEN, find_targets, follow, opened_of
from sms.links.unsubscribing import find_token, unsubscribe

LANGUAGES = ("en", "zh-hant", "zh-hans")
# Tokens that nobody has, from one address. Even without it a guess hits one in a hundred thousand at a billion tokens.
_GUESSES = Bound("unsubscribe_guesses", 20, timedelta(hours=1))


@require_safe
def open_link(request: HttpRequest, code: str) -> HttpResponse:
    """302 to where the code's link leads; 410 when that is over, 404 for a code nobody has on this host.

    `sms.links.shim` answers the first before Django is asked; it knows no pages.
    """
    opened = opened_of(code, request.META, timezone.now())
    (destination,) = follow([opened])
    if destination:
        return _unseen(HttpResponse(status=302, headers={"Location": destination}))
    target = find_targets([code]).get(code)
    is_over = target is not None and target.is_on(opened.host)
    return _page(request, "sms/link_over.html", 410 if is_over else 404)


@csrf_exempt  # the token is the right itself: whoever cannot send it has nothing to forge, whoever has it may press
@require_http_methods(["GET", "HEAD", "POST"])
def opt_out_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the page and changes nothing, so what opens every link of a text opts nobody out. POST opts out."""
    now, address = timezone.now(), address_of(request)
    if _GUESSES.is_reached(now, address):
        return _page(request, "sms/unsubscribe_unknown.html", 429)
    found = find_token(token)
    if found is None:
        _GUESSES.count(now, address)
        return _page(request, "sms/unsubscribe_unknown.html", 404)
    if request.method == "POST":
        unsubscribe(found, now)
    is_done = request.method == "POST"
    return _page(request, "sms/unsubscribe.html", 200, brand=found.organisation.name, is_done=is_done)


def _page(request: HttpRequest, template: str, status: int, **shown: object) -> HttpResponse:
    """A page in all three languages, the reader's first: whoever opens it may share a phone."""
    mine = get_language() or "en"
    languages = sorted(LANGUAGES, key=lambda language: language != mine)
    return _unseen(render(request, template, {"languages": languages, **shown}, status=status))


def _unseen(response: HttpResponse) -> HttpResponse:
    for name, value in UNSEEN.items():
        response[name] = value
    return response
