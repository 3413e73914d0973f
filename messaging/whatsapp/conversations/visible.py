"""Who sees which conversation. A restricted queue is known to its team alone, and to who may see everything.

An agent sees what its owner's teams see, however much its owner may see at the desk.
"""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor, ActorKind, Face
from accounts.models import Person
from accounts.roles import ALL_CONVERSATIONS, SERVE
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.models import Conversation, Queue


def sees_all(actor: Actor) -> bool:
    """Whoever has the scope, and Countersign itself, which tells nobody what it sees."""
    return actor.kind is ActorKind.SYSTEM or actor.can(ALL_CONVERSATIONS)


def visible_to(actor: Actor) -> QuerySet[Conversation]:
    """The conversations of the actor's organisation that they may know of."""
    own = Conversation.objects.filter(organisation=actor.organisation)
    if sees_all(actor):
        return own
    return own.filter(Q(queue__in=queues_visible_to(actor)) | Q(owner=actor.owner, owner__isnull=False))


def queues_visible_to(actor: Actor) -> QuerySet[Queue]:
    """The queues that the actor may know of."""
    own = Queue.objects.filter(organisation=actor.organisation)
    if sees_all(actor):
        return own
    everybodys = Q(team=None, is_restricted=False)
    # No join with the members: somebody in several teams must not see a queue twice.
    teams = actor.owner.teams.filter(organisation=actor.organisation) if actor.owner else []
    return own.filter(everybodys | Q(team__in=teams))


def find_conversation(call: Call, conversation_id: UUID) -> Conversation:
    """A conversation that the caller may see. Raises Refused; a foreign, an unknown and a hidden one are one."""
    conversation = visible_to(call.actor).select_related("queue", "contact").filter(pk=conversation_id).first()
    if conversation is None:
        raise Refused(unknown_conversation())
    return conversation


def unknown_conversation(field: str = "conversation_id") -> Reason:
    """Said of a conversation that is not there for whoever asks."""
    return Reason(
        "conversation_not_found",
        _("There is no such conversation."),
        _("Use an id of whatsapp.conversations.list."),
        field,
    )


def find_queue(call: Call, queue_id: UUID) -> Queue:
    """A queue that the caller may see. Raises Refused; a foreign, an unknown and a hidden one are one."""
    queue = queues_visible_to(call.actor).select_related("team").filter(pk=queue_id).first()
    if queue is None:
        fix = _("Use an id of whatsapp.inbox_assignments.list.")
        raise Refused(Reason("queue_not_found", _("There is no such queue."), fix, "queue_id"))
    return queue


def is_of_the_team(actor: Actor, conversation: Conversation) -> bool:
    """Whether these are the people who tell each other things about this conversation. Software is not of a team."""
    person = actor.person
    if person is None:
        return False
    if sees_all(actor) or conversation.owner_id == person.pk:
        return True
    team = conversation.queue.team_id
    if team is None:
        return not conversation.queue.is_restricted
    return person.teams.filter(pk=team).exists()


def may_own(person: Person, queue: Queue) -> bool:
    """Whether a conversation of this queue may be given to the person: they answer customers, and may know of it."""
    if not person.is_active or person.organisation_id != queue.organisation_id:
        return False
    actor = Actor.of_person(person, Face.SYSTEM)
    return actor.can(SERVE) and (not queue.is_restricted or queues_visible_to(actor).filter(pk=queue.pk).exists())
