"""whatsapp.inbox_assignments.list and whatsapp.conversation_summary.get."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Count, QuerySet
from pydantic import Field

from accounts.models import Person
from accounts.roles import SCOPES_OF_ROLE, SERVE, STAFF_FIGURES, Role
from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, tool
from messaging.models import Conversation, ConversationEvent, Queue
from messaging.paging import PageAnswer, PageAsk, page
from messaging.whatsapp.conversations.figures import figures, figures_by
from messaging.whatsapp.conversations.history import facts_for
from messaging.whatsapp.conversations.routing import ways_into
from messaging.whatsapp.conversations.visible import find_queue, queues_visible_to, visible_to

_MOST_PEOPLE = 200
_MOVES = (
    ConversationEvent.Kind.ASSIGNED,
    ConversationEvent.Kind.HANDED_OVER,
    ConversationEvent.Kind.REOPENED,
)


class AssignmentsAsk(PageAsk):
    queue_id: Annotated[UUID | None, Field(description="Only this queue.")] = None
    conversation_id: Annotated[UUID | None, Field(description="Only handovers of this conversation.")] = None


class QueueRow(Answer):
    queue_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]
    team: Annotated[str, Field(description="Who sees to it; empty for everybody who answers customers.")]
    restricted: Annotated[bool, Field(description="Whether only its team knows of it; a handover needs approval.")]
    takes_what_comes_in: Annotated[bool, Field(description="Whether new conversations begin here.")]
    reached_by: Annotated[list[str], Field(description="Rules and flows that send conversations here.")]
    reply_minutes: Annotated[int, Field(description="Promised minutes until an answer, in business hours.")]
    resolve_minutes: Annotated[int, Field(description="Promised minutes until it is settled, in business hours.")]
    business_hours: Annotated[
        dict[str, list[list[str]]], Field(description="Weekday, 0 is Monday -> from and until; empty is always.")
    ]
    open: Annotated[int, Field(description="Open conversations.")]
    unassigned: Annotated[int, Field(description="Those that nobody sees to yet.")]
    waiting: Annotated[int, Field(description="Those whose customer waits for a person.")]
    overdue: Annotated[int, Field(description="Those whose answer was promised for earlier.")]


class OwnerRow(Answer):
    owner_id: Annotated[UUID, Field(description="Who can be given conversations.")]
    name: Annotated[str, Field(description="Their name.")]
    teams: Annotated[list[str], Field(description="Their teams, those you may know of.")]
    open: Annotated[int | None, Field(description="What they see to now; null unless you may see staff figures.")]


class HandoverRow(Answer):
    conversation_id: Annotated[UUID, Field(description="The conversation.")]
    kind: Annotated[str, Field(description="assigned, handed_over (by automation to people) or reopened.")]
    by: Annotated[str, Field(description="Who did it.")]
    from_queue: Annotated[str, Field(description="Where it was.")]
    to_queue: Annotated[str, Field(description="Where it went.")]
    from_owner: Annotated[str, Field(description="Who saw to it.")]
    to_owner: Annotated[str, Field(description="Who sees to it since.")]
    why: Annotated[str, Field(description="Why automation gave it to people.")]
    at: Annotated[datetime, Field(description="When.")]


class AssignmentsPage(PageAnswer):
    queues: Annotated[list[QueueRow], Field(description="The queues you may know of, by name.")]
    owners: Annotated[list[OwnerRow], Field(description="People who answer customers, by name.")]
    handovers: Annotated[list[HandoverRow], Field(description="Newest first.")]


@tool(
    "whatsapp.inbox_assignments.list",
    kind=Kind.READ,
    scope=SERVE,
    reads_first=("whatsapp.conversations.list",),
    safety="Restricted queues and what lies in them are shown to their team alone.",
)
def list_assignments(call: Call, ask: AssignmentsAsk) -> AssignmentsPage:
    """List queues with teams, routing, promises and what is left in them, who answers customers, and handovers."""
    queues = queues_visible_to(call.actor).select_related("team").order_by("name")
    seen = visible_to(call.actor)
    if ask.queue_id:
        queues, seen = queues.filter(pk=ask.queue_id), seen.filter(queue=ask.queue_id)
    if ask.conversation_id:
        seen = seen.filter(pk=ask.conversation_id)
    moves = ConversationEvent.objects.filter(organisation=call.organisation, conversation__in=seen, kind__in=_MOVES)
    events, cursor = page(moves, ask, by="at")
    return AssignmentsPage(
        queues=_queues(call, queues),
        owners=_owners(call),
        handovers=[_handover(event, facts) for event, facts in zip(events, facts_for(call.actor, events), strict=True)],
        next_cursor=cursor,
    )


def _queues(call: Call, queues: QuerySet[Queue]) -> list[QueueRow]:
    left = figures_by(visible_to(call.actor).filter(queue__in=queues), "queue", call.now, call.now)
    nothing = {"open": 0, "unassigned": 0, "waiting": 0, "reply_overdue": 0}
    return [_queue(one, left.get(one.pk, nothing)) for one in queues]


def _queue(one: Queue, left: dict[str, Any]) -> QueueRow:
    return QueueRow(
        queue_id=one.pk,
        team=one.team.name if one.team else "",
        restricted=one.is_restricted,
        takes_what_comes_in=one.is_default,
        reached_by=ways_into(one),
        overdue=left["reply_overdue"],
        **{name: left[name] for name in ("open", "unassigned", "waiting")},
        **{name: getattr(one, name) for name in ("name", "reply_minutes", "resolve_minutes", "business_hours")},
    )


def _owners(call: Call) -> list[OwnerRow]:
    """Whoever answers customers. How much each has to do is told to managers only; to others their own."""
    serving = [role for role in Role if SERVE in SCOPES_OF_ROLE[role]]
    people = Person.objects.filter(organisation=call.organisation, is_active=True, role__in=serving)
    people = people.prefetch_related("teams__queues").order_by("first_name", "last_name", "username")[:_MOST_PEOPLE]
    open_ones = visible_to(call.actor).filter(state=Conversation.State.OPEN, owner__isnull=False)
    loads = dict(open_ones.order_by().values_list("owner").annotate(Count("pk")))
    known = set(queues_visible_to(call.actor).exclude(team=None).values_list("team", flat=True))
    is_manager = call.actor.can(STAFF_FIGURES)
    return [
        OwnerRow(
            owner_id=one.pk,
            name=str(one),
            teams=sorted(team.name for team in one.teams.all() if team.pk in known),
            open=loads.get(one.pk, 0) if is_manager or call.actor.person == one else None,
        )
        for one in people
    ]


def _handover(event: ConversationEvent, facts: dict[str, Any]) -> HandoverRow:
    return HandoverRow(
        conversation_id=event.conversation_id,
        kind=event.kind,
        by=event.by,
        from_queue=facts.get("from_queue_name", ""),
        to_queue=facts.get("queue_name", ""),
        from_owner=facts.get("from_owner_name", ""),
        to_owner=facts.get("owner_name", ""),
        why=facts.get("why", ""),
        at=event.at,
    )


class SummaryAsk(Ask):
    days: Annotated[int, Field(ge=1, le=92, description="How many days back, from now.")] = 7
    queue_id: Annotated[UUID | None, Field(description="Only this queue.")] = None


class Figures(Answer):
    open: Annotated[int, Field(description="Open now.")]
    unassigned: Annotated[int, Field(description="Open, and nobody sees to it.")]
    waiting: Annotated[int, Field(description="Open, and the customer waits for a person.")]
    reply_overdue: Annotated[int, Field(description="An answer was promised for earlier.")]
    resolve_overdue: Annotated[int, Field(description="It was to be settled earlier.")]
    opened: Annotated[int, Field(description="Opened in these days: the volume.")]
    closed: Annotated[int, Field(description="Closed in these days.")]
    closed_in_time: Annotated[int, Field(description="Of those closed, by the time that was promised.")]
    replies_in_time: Annotated[int, Field(description="Answers by the time that was promised.")]
    replies_late: Annotated[int, Field(description="Answers after it.")]
    first_reply_average_seconds: Annotated[int | None, Field(description="From the first word to a person's answer.")]
    first_reply_median_seconds: Annotated[int | None, Field(description="The middle one of these times.")]
    reply_in_time_rate: Annotated[float | None, Field(description="Share of answers in time, 0 to 1.")]
    closed_in_time_rate: Annotated[float | None, Field(description="Share of closings in time, 0 to 1.")]
    resolution_rate: Annotated[float | None, Field(description="Share of what was opened that is closed, 0 to 1.")]


class FiguresOfQueue(Figures):
    queue_id: Annotated[UUID, Field(description="The queue.")]
    queue: Annotated[str, Field(description="Its name.")]


class FiguresOfPerson(Figures):
    owner_id: Annotated[UUID, Field(description="The person.")]
    owner: Annotated[str, Field(description="Their name.")]


class Workload(Answer):
    people: Annotated[int, Field(description="People who see to at least one open conversation.")]
    average: Annotated[float | None, Field(description="Open conversations of each of them, on average.")]


class Summary(Answer):
    since: Annotated[datetime, Field(description="Counted from here.")]
    all: Annotated[Figures, Field(description="Everything that you may see.")]
    queues: Annotated[list[FiguresOfQueue], Field(description="The same by queue.")]
    workload: Annotated[Workload, Field(description="How much people have to do, without names.")]
    staff: Annotated[
        list[FiguresOfPerson] | None, Field(description="The same by person; null unless you may see staff figures.")
    ]


@tool(
    "whatsapp.conversation_summary.get",
    kind=Kind.READ,
    scope=SERVE,
    reads_first=("whatsapp.conversations.list", "whatsapp.inbox_assignments.list"),
    safety="Figures of single members of the staff are for managers; everybody else sees sums.",
)
def get_summary(call: Call, ask: SummaryAsk) -> Summary:
    """Response times, SLA, unresolved conversations, volume, resolution rate and workload of the last days."""
    seen, since = visible_to(call.actor), call.now - timedelta(days=ask.days)
    if ask.queue_id:
        seen = seen.filter(queue=find_queue(call, ask.queue_id))
    return Summary(
        since=since,
        all=Figures(**figures(seen, since, call.now)),
        queues=_by_queue(call, seen, since),
        workload=_workload(seen),
        staff=_by_person(call, seen, since) if call.actor.can(STAFF_FIGURES) else None,
    )


def _by_queue(call: Call, seen: QuerySet[Conversation], since: datetime) -> list[FiguresOfQueue]:
    found = figures_by(seen, "queue", since, call.now)
    queues = queues_visible_to(call.actor).filter(pk__in=found).order_by("name")
    return [FiguresOfQueue(queue_id=one.pk, queue=one.name, **found[one.pk]) for one in queues]


def _by_person(call: Call, seen: QuerySet[Conversation], since: datetime) -> list[FiguresOfPerson]:
    found = figures_by(seen.filter(owner__isnull=False), "owner", since, call.now)
    people = Person.objects.filter(pk__in=found).order_by("first_name", "last_name", "username")
    return [FiguresOfPerson(owner_id=one.pk, owner=str(one), **found[one.pk]) for one in people]


def _workload(seen: QuerySet[Conversation]) -> Workload:
    owned = seen.filter(state=Conversation.State.OPEN, owner__isnull=False)
    sums = owned.aggregate(people=Count("owner", distinct=True), open=Count("pk"))
    average = round(sums["open"] / sums["people"], 2) if sums["people"] else None
    return Workload(people=sums["people"], average=average)
