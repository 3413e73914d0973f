"""Conversations are known to their team; a restricted queue to nobody else."""

import pytest

from accounts.actor import Actor, Face
from accounts.models import Person
from approvals.registry import Call
from messaging.models import Conversation, Queue
from messaging.whatsapp.conversations.visible import (
    find_conversation,
    find_queue,
    is_of_the_team,
    may_own,
    queues_visible_to,
    visible_to,
)
from tests.approvals.tea_room import refused
from tests.factories import (
    NOON,
    AgentFactory,
    ConversationFactory,
    PersonFactory,
    QueueFactory,
    SenderFactory,
    TeamFactory,
    ada_wong,
    harbour_tea,
    ken_ho,
    mei_chan,
    other_tenant,
    sam_lee,
)

pytestmark = pytest.mark.django_db


class Inbox:
    """Everybody's queue, the one of Ken's team, another team's, and a restricted one of that other team."""

    def __init__(self) -> None:
        harbour_tea()
        self.sender = SenderFactory(account__organisation=harbour_tea())
        mine, theirs = TeamFactory(name="Orders", members=[ken_ho()]), TeamFactory(name="Complaints")
        self.others = theirs
        self.everybodys = self._in(QueueFactory(name="Customers"))
        self.kens = self._in(QueueFactory(name="Orders", team=mine))
        self.other = self._in(QueueFactory(name="Complaints", team=theirs))
        self.hidden = self._in(QueueFactory(name="Lawyers", team=theirs, is_restricted=True))
        self.nobodys = self._in(QueueFactory(name="Board", is_restricted=True))

    def _in(self, queue: Queue) -> Conversation:
        conversation: Conversation = ConversationFactory(sender=self.sender, queue=queue)
        return conversation


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def at_desk(person: Person) -> Actor:
    return Actor.of_person(person, Face.DESK)


def seen(actor: Actor) -> set[str]:
    return {one.queue.name for one in visible_to(actor)}


def test_a_person_sees_everybodys_queues_and_those_of_their_teams(inbox: Inbox) -> None:
    assert seen(at_desk(ken_ho())) == {"Customers", "Orders"}
    assert {queue.name for queue in queues_visible_to(at_desk(ken_ho()))} == {"Customers", "Orders"}


def test_a_conversation_is_seen_by_whoever_owns_it_wherever_it_lies(inbox: Inbox) -> None:
    Conversation.objects.filter(pk=inbox.hidden.pk).update(owner=ken_ho())
    assert seen(at_desk(ken_ho())) == {"Customers", "Orders", "Lawyers"}


def test_somebody_of_two_teams_sees_a_conversation_once(inbox: Inbox) -> None:
    inbox.others.members.add(ken_ho())
    assert sorted(one.queue.name for one in visible_to(at_desk(ken_ho()))) == [
        "Complaints", "Customers", "Lawyers", "Orders",
    ]  # fmt: skip


@pytest.mark.parametrize("person", [mei_chan, ada_wong])
def test_who_may_see_all_sees_restricted_queues_too(inbox: Inbox, person: object) -> None:
    assert len(seen(at_desk(person()))) == 5  # type: ignore[operator]


def test_an_agent_sees_what_the_teams_of_its_owner_see_and_no_more_than_that_though_its_owner_may(
    inbox: Inbox,
) -> None:
    assert seen(Actor.of_agent(AgentFactory(owner=ken_ho()), Face.MCP)) == {"Customers", "Orders"}
    assert seen(Actor.of_agent(AgentFactory(owner=ada_wong()), Face.MCP)) == {"Customers"}


def test_countersign_itself_sees_its_organisations_conversations(inbox: Inbox) -> None:
    assert len(seen(Actor.system(harbour_tea(), "automations"))) == 5
    assert seen(Actor.system(other_tenant(), "automations")) == set()


def test_foreign_unknown_and_hidden_ones_are_answered_alike(inbox: Inbox) -> None:
    call = Call(at_desk(ken_ho()), NOON)
    theirs = ConversationFactory(sender=SenderFactory(account__organisation=other_tenant()))
    told = [
        refused(lambda key=key: find_conversation(call, key)).reasons[0].as_dict()
        for key in (theirs.pk, theirs.queue.pk, inbox.hidden.pk, inbox.other.pk, inbox.nobodys.pk)
    ]
    assert all(one == told[0] for one in told)
    assert told[0]["code"] == "conversation_not_found"
    assert find_conversation(call, inbox.kens.pk) == inbox.kens
    queues = [
        refused(lambda key=key: find_queue(call, key)).reasons[0].as_dict()
        for key in (theirs.queue.pk, theirs.pk, inbox.hidden.queue.pk)
    ]
    assert all(one == queues[0] for one in queues)


def test_notes_are_for_people_of_the_team_and_not_for_software(inbox: Inbox) -> None:
    ken, sam = at_desk(ken_ho()), at_desk(sam_lee())
    assert is_of_the_team(ken, inbox.kens)
    assert is_of_the_team(ken, inbox.everybodys)
    assert not is_of_the_team(ken, inbox.other)
    assert not is_of_the_team(sam, inbox.kens)
    assert not is_of_the_team(ken, inbox.nobodys)
    assert is_of_the_team(at_desk(mei_chan()), inbox.nobodys)
    assert not is_of_the_team(Actor.of_agent(AgentFactory(owner=ken_ho()), Face.MCP), inbox.kens)


def test_a_conversation_is_given_only_to_who_answers_customers_and_may_know_of_it(inbox: Inbox) -> None:
    assert may_own(ken_ho(), inbox.everybodys.queue)
    assert may_own(ken_ho(), inbox.other.queue)
    assert not may_own(ken_ho(), inbox.hidden.queue)
    assert may_own(mei_chan(), inbox.hidden.queue)
    assert not may_own(sam_lee(), inbox.everybodys.queue)
    stranger = PersonFactory(organisation=other_tenant(), role="support")
    assert not may_own(stranger, inbox.everybodys.queue)
    left = ken_ho()
    left.is_active = False
    assert not may_own(left, inbox.everybodys.queue)
