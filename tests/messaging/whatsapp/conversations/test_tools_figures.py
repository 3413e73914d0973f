"""What the inbox counts: how much each has to do, what was promised and kept, and who may see whose figures."""

from datetime import timedelta

import pytest

from accounts.actor import Actor, Face
from messaging.whatsapp.conversations.answering import note_answer
from messaging.whatsapp.conversations.closing import close
from tests.approvals.tea_room import refused
from tests.factories import (
    NOON,
    ada_wong,
    ken_ho,
    mei_chan,
)
from tests.messaging.whatsapp.conversations.speaking import desk
from tests.messaging.whatsapp.conversations.tea_inbox import TeaInbox, ken, kens_agent, lucy, lucy_ma, read

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_how_much_each_has_to_do_is_for_managers(inbox: TeaInbox) -> None:
    inbox.conversation(owner=ken_ho())

    def loads(actor: Actor) -> dict[str, int | None]:
        return {row["name"]: row["open"] for row in read("inbox_assignments.list", actor)["owners"]}

    mei = mei_chan()
    assert loads(lucy()) == {"Ken Ho": None, "Lucy Ma": 0, "Mei Chan": None}
    assert loads(kens_agent()) == {"Ken Ho": None, "Lucy Ma": None, "Mei Chan": None}
    assert loads(desk(mei)) == {"Ken Ho": 1, "Lucy Ma": 0, "Mei Chan": 0}


def test_the_summary_adds_up_answers_promises_and_what_is_left(inbox: TeaInbox) -> None:
    fast, slow, left = (
        inbox.conversation(opened_at=NOON - 2 * HOUR, reply_due_at=NOON - HOUR, resolve_due_at=NOON, owner=ken_ho())
        for _ in range(3)
    )
    note_answer(fast, NOON - 110 * MINUTE, False)
    note_answer(slow, NOON - 50 * MINUTE, False)
    close(fast, "Sold", [], None, ken(), NOON - HOUR)
    inbox.conversation(queue=inbox.lawyers)
    told = read("conversation_summary.get", ken())["all"]
    assert told == {
        "open": 2, "unassigned": 0, "waiting": 1, "reply_overdue": 1, "resolve_overdue": 0, "opened": 3, "closed": 1,
        "closed_in_time": 1, "replies_in_time": 1, "replies_late": 1, "first_reply_average_seconds": 2400,
        "first_reply_median_seconds": 2400, "reply_in_time_rate": 0.5, "closed_in_time_rate": 1.0,
        "resolution_rate": 0.3333,
    }  # fmt: skip
    assert left.state == "open"


def test_figures_of_single_people_are_for_managers(inbox: TeaInbox) -> None:
    inbox.conversation(owner=ken_ho())
    inbox.conversation(queue=inbox.lawyers, owner=lucy_ma())
    theirs = read("conversation_summary.get", ken())
    assert (theirs["staff"], theirs["workload"]) == (None, {"people": 1, "average": 1.0})
    assert [row["queue"] for row in theirs["queues"]] == ["Customers"]
    managers = read("conversation_summary.get", desk(mei_chan()))
    assert [(row["owner"], row["open"]) for row in managers["staff"]] == [("Ken Ho", 1), ("Lucy Ma", 1)]
    assert read("conversation_summary.get", kens_agent())["staff"] is None
    ada_agent = Actor.of_person(ada_wong(), Face.REST)
    assert len(read("conversation_summary.get", ada_agent)["staff"]) == 2


def test_the_summary_of_a_queue_one_may_not_know_of_is_refused_as_of_none(inbox: TeaInbox) -> None:
    told = [
        refused(lambda key=key: read("conversation_summary.get", ken(), queue_id=str(key))).codes
        for key in (inbox.lawyers.pk, inbox.sender.pk)
    ]
    assert told == [["queue_not_found"], ["queue_not_found"]]
    assert read("conversation_summary.get", ken(), queue_id=str(inbox.orders.pk))["all"]["open"] == 0
