"""One cell while it runs: its chance, its broadcast, what it waits for, and what it knows at the end."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TypeVar

from django.db import DatabaseError, connection
from django.db.models import Count
from django.utils import timezone

from accounts.clock import database_now
from approvals.models import ActionRequest, State
from messaging.engine.senders import resume_sender
from messaging.engine.sends import resume_send
from messaging.models import (
    Attempt,
    Contact,
    Message,
    Outbox,
    Outcome,
    ParkedStatus,
    Send,
    Sender,
    SendState,
    Status,
    Suppression,
    WebhookEvent,
)
from tests.faults.arranging import Arranging
from tests.faults.business import PEOPLE, Business, send_of
from tests.faults.stack import Stack

QUIET_WITHIN = 90.0  # seconds: a bound on liveness that a busy machine does not reach
Found = TypeVar("Found")


class NotQuiet(Exception):
    """Something that is due did not get done."""


@dataclass(slots=True)
class Case:
    """`unsure_at_most` is what the faults done so far may leave unknown; `ends` are the states a send may end in.

    `breaks` are the exceptions (classes, without modules) that the fault brings upon the processes; logs may tell them.
    `still_breaks` are those of the cell before, whose last lines may come late. `journal_from`, `texts_from` and
    `submits_from` are where the journals of Graph, of the SMS gateways and of the message centre begin for this cell.
    """

    stack: Stack
    business: Business
    chance: Random
    journal_from: int
    logs_from: dict[str, int]
    began: datetime = field(default_factory=timezone.now)
    request: ActionRequest | None = None
    people: list[Contact] = field(default_factory=list)
    stopped: dict[int, datetime] = field(default_factory=dict)
    ends: frozenset[str] = frozenset({SendState.COMPLETED})
    unsure_at_most: int = 0
    webhooks_come: bool = True
    told_late_by: float = 30.0
    breaks: frozenset[str] = frozenset()
    still_breaks: frozenset[str] = frozenset()
    texts_from: int = 0
    submits_from: int = 0

    @property
    def faults(self) -> Arranging:
        return self.stack.faults

    @property
    def send(self) -> Send:
        assert self.request
        return send_of(self.request)

    # --- the main job

    def ask(self, people: int = PEOPLE, due_in: float = 0.0) -> ActionRequest:
        """A broadcast that waits for its countersignature."""
        segment, self.people = self.business.crowd(people)
        self.request = self.business.asked(segment, due_in)
        return self.request

    def approve(self) -> None:
        assert self.request
        self.business.countersign(self.request)

    def begin(self, people: int = PEOPLE) -> None:
        """A broadcast that is countersigned and due."""
        self.ask(people)
        self.approve()

    def begin_texts(self, people: int = PEOPLE, *, over_bind: bool = False) -> None:
        """An SMS campaign that is countersigned and due."""
        texting = self.business.texting
        segment, self.people = self.business.crowd(people)
        self.request = self.business.texted(segment, texting.bound if over_bind else texting.marked)
        self.approve()

    # --- waiting

    def wait(self, question: Callable[[], Found], what: str, within: float = QUIET_WITHIN) -> Found:
        """Ask until the answer is true; whoever has died is started again meanwhile. Raises NotQuiet."""
        until = time.monotonic() + within
        while True:
            try:
                if answer := question():
                    return answer
            except Send.DoesNotExist:
                pass  # a campaign has its send as soon as its request is carried out
            except DatabaseError:
                connection.close()
            if time.monotonic() > until:
                raise NotQuiet(f"{what}: not within {within:.0f} s")
            self.stack.mend()
            time.sleep(0.03)

    def wait_for_attempts(self, count: int) -> None:
        """Until so many messages of the send have been marked."""
        self.wait(lambda: Attempt.objects.filter(message__send=self.send).count() >= count, f"{count} attempts")

    def wait_for_answers(self) -> None:
        """Until no hand-over is under way: the last answers may still tell of what a person is about to mend."""
        under_way = Attempt.objects.filter(outcome=Outcome.OPEN)
        self.wait(lambda: not under_way.exists(), "the answers of what is under way")

    def wait_for_state(self, *states: str) -> None:
        self.wait(lambda: self.send.state in states, f"the send to be {' or '.join(states)}")

    def settle(self) -> None:
        """Until nothing is under way and nothing will come any more."""
        self.stack.mend()
        self.wait(lambda: self._is_settled() and self._is_told(), "quiet")
        self.wait(self._is_settled, "quiet after the last webhook")

    def _is_told(self) -> bool:
        """Whether no provider has anything more to tell."""
        stack = self.stack
        return all(one.health()["quiet"] for one in (stack.simulator, stack.gateways, stack.centre))

    def _is_settled(self) -> bool:
        if ActionRequest.objects.filter(state__in=(State.APPROVED, State.EXECUTING)).exists():
            return False
        going = Send.objects.filter(state__in=(SendState.SCHEDULED, SendState.RELEASING, SendState.SENDING))
        return not (
            going.exists()
            or Attempt.objects.filter(outcome=Outcome.OPEN).exists()
            or Outbox.objects.exclude(send__state=SendState.PAUSED).exists()
            or WebhookEvent.objects.filter(state=WebhookEvent.State.WAITING).exists()
            or self._has_parked()
        )

    def _has_parked(self) -> bool:
        waiting = ParkedStatus.objects.values_list("provider_id", flat=True)
        return Message.objects.filter(provider_id__in=list(waiting)).exists()

    # --- deeds

    def kill_here(self, point: str, *, child: bool = False) -> None:
        """Kill the process that comes to a point: its whole tree, or the pool child alone."""
        held = self.faults.held(point)
        if child:
            self.stack.kill_process(held.pid)
        else:
            self.stack.owner_of(held.pid).kill()
        held.let_go()

    def stop_by_word(self, contact: Contact, word: str = "STOP", **more: object) -> None:
        """Somebody writes STOP; returns once the opt-out is committed, and remembers when that was known."""
        self.stack.simulator.inbound(str(contact.phone), word, **more)
        standing = Suppression.objects.filter(contact=contact, lifted_at=None)
        self.wait(standing.exists, "the opt-out")
        self.stopped[contact.pk] = database_now()

    def let_go_on(self) -> None:
        """What a person does at the desk after a pause: the sender, then the send."""
        if Sender.objects.filter(paused_at__isnull=False).exists():
            resume_sender(self.business.sender, self.business.ada, timezone.now())
        if self.send.state == SendState.PAUSED:
            resume_send(self.send, self.business.ada, timezone.now())

    def most_refusals(self, code: str) -> int:
        """How often the most unlucky message of the send was refused with this code."""
        refused = Attempt.objects.filter(message__send=self.send, code=code).values("message")
        return max(refused.annotate(times=Count("pk")).values_list("times", flat=True), default=0)

    def count(self, *statuses: Status) -> int:
        return Message.objects.filter(send=self.send, status__in=statuses).count()
