"""People read times in their organisation's zone; rows keep UTC."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import Person


class LocalTime:
    """Middleware, after authentication: the zone of the organisation of whoever is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return self.get_response(request)


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """The zone to show times in; None leaves UTC."""
    person = request.user
    if not isinstance(person, Person) or person.organisation is None:
        return None
    try:
        return ZoneInfo(person.organisation.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
