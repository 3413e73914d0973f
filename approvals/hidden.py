"""Which requests somebody is shown. A package with rows that not everybody may know of says so here, once."""

from collections.abc import Callable

from django.db.models import QuerySet

from accounts.actor import Actor
from approvals.models import ActionRequest

Requests = QuerySet[ActionRequest]
Hiding = Callable[[Actor, Requests], Requests]
_hidings: list[Hiding] = []


def register_hiding(hide: Hiding) -> None:
    """Have `hide` leave out what an actor may not know of."""
    _hidings.append(hide)


def shown_to(actor: Actor, requests: Requests) -> Requests:
    """Those of the requests that this actor may know of."""
    for hide in _hidings:
        requests = hide(actor, requests)
    return requests
