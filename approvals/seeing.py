"""Who sees which requests: everybody of the organisation, but for those whose contracts are not for everybody."""

from django.db.models import Q, QuerySet

from accounts.models import Person
from accounts.roles import DECIDE, SCOPES_OF_ROLE, Role
from approvals.models import ActionRequest
from approvals.registry import registry


def seen_by(person: Person, requests: QuerySet[ActionRequest]) -> QuerySet[ActionRequest]:
    """The requests that this person may read. The organisation is the caller's to add."""
    if DECIDE in SCOPES_OF_ROLE[Role(person.role)]:
        return requests
    confidential = [tool.name for tool in registry.tools.values() if tool.confidential]
    return requests.filter(~Q(tool__in=confidential) | Q(owner=person))
