"""Whose turn it is: what waits for this very person, for the queue, the badge in the menu and the start page."""

from datetime import datetime

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Extract
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Person
from accounts.roles import DECIDE, SCOPES_OF_ROLE, Role
from approvals.models import ActionRequest, Decision, State

OPEN = (State.PENDING, State.APPROVED, State.EXECUTING)


def is_my_turn(person: Person, now: datetime) -> Q:
    """What this person may decide now: their role is asked, it is not their own wish, and they have not decided it."""
    if person.organisation_id is None or DECIDE not in SCOPES_OF_ROLE[Role(person.role)]:
        return Q(pk__in=())
    asked = Q(organisation=person.organisation_id, state=State.PENDING, role=person.role, expires_at__gt=now)
    own = Q(owner__isnull=False, owner=person) | Q(requester=f"person:{person.pk}")
    decided = Decision.objects.filter(person=person).values("request")
    return asked & ~own & ~Q(pk__in=decided)


def waiting_for(person: Person, now: datetime) -> QuerySet[ActionRequest]:
    return ActionRequest.objects.filter(is_my_turn(person, now))


def in_order_of_turn(requests: QuerySet[ActionRequest], person: Person, now: datetime) -> QuerySet[ActionRequest]:
    """Mine first, then what others decide, then what is under way, oldest first; the ended come last, newest first."""
    rank = Case(
        When(is_my_turn(person, now), then=Value(0)),
        When(state=State.PENDING, then=Value(1)),
        When(state__in=(State.APPROVED, State.EXECUTING), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    age = Extract(F("created_at"), "epoch")
    return requests.order_by(rank, Case(When(state__in=OPEN, then=age), default=-age), "pk")


def summary(count: int) -> str:
    """The queue in a few words."""
    if count == 0:
        return str(_("Nothing waits for you."))
    return ngettext("%d request waits for you.", "%d requests wait for you.", count) % count
