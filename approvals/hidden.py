"""Which requests somebody is shown: those of confidential tools to who decides and who asked. A package with rows that
not everybody may know of says so here, once.
"""

from collections.abc import Callable

from django.db.models import Q, QuerySet

from accounts.actor import Actor
from accounts.roles import DECIDE
from approvals.models import ActionRequest
from approvals.registry import registry

Requests = QuerySet[ActionRequest]
Hiding = Callable[[Actor, Requests], Requests]
_hidings: list[Hiding] = []


def register_hiding(hide: Hiding) -> None:
    """Have `hide` leave out what an actor may not know of."""
    _hidings.append(hide)


def shown_to(actor: Actor, requests: Requests) -> Requests:
    """Those of the requests that this actor may know of. The organisation is the caller's to add."""
    if not actor.can(DECIDE):
        confidential = [tool.name for tool in registry.tools.values() if tool.confidential]
        requests = requests.filter(~Q(tool__in=confidential) | Q(owner=actor.owner, owner__isnull=False))
    for hide in _hidings:
        requests = hide(actor, requests)
    return requests
