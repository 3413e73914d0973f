"""Nobody gets past a password alone where a second factor is asked for."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Person
from accounts.second_factor.enrolment import is_asked_of

# The pages of the second factor look for themselves at how far somebody has come.
_OPEN_APP = "second_factor"
_OPEN_VIEWS = frozenset({"admin:login", "admin:logout", "set_language"})


class SecondFactorGate:
    """Middleware, after django-otp's. The desk leads on to the code; every other view sees nobody signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        person, found = request.user, request.resolver_match
        if not isinstance(person, Person) or person.is_verified() or found is None:
            return None
        if found.app_name == _OPEN_APP or found.view_name in _OPEN_VIEWS or not is_asked_of(person):
            return None
        if found.app_name != "admin":
            request.user = AnonymousUser()
            return None
        query = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
        return HttpResponseRedirect(reverse("second_factor:code") + query)
