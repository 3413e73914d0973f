"""Harbour Tea while Hypothesis plays with it: its clock, its people, its carrier, and what it knows from outside.

Everything goes in by a face (the door, decisions, webhooks, the engine's own functions). What is kept here beside the
database is what an onlooker would know: what the provider took, who said stop and when, what was told of a message.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from accounts.actor import Actor, Face
from accounts.models import Agent, Person
from approvals import decisions, tasks
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.models import ActionRequest, Policy, State
from approvals.reasons import Refused
from messaging.carriers import Accepted, Outgoing, Retry, SendFailed
from messaging.consent.optouts import START_COUNTS_FOR, same_people
from messaging.engine import bodies, release
from messaging.engine.finish import finish
from messaging.engine.handover import hand_over
from messaging.engine.reap import reap
from messaging.engine.take import take
from messaging.engine.taken import Result, Taken
from messaging.inbox.apply import apply_waiting
from messaging.inbox.statuses import match_parked
from messaging.invariants.handed import Handed
from messaging.models import Contact, Identity, TemplateTranslation
from tests.factories import NOON, MessagingRulesFactory, mei_chan, sam_lee
from tests.messaging.spring_tea import SpringTea, tea_assistant
from tests.webhooks import arrived, body_of, messages_body

PHONES = ("+85261230001", "+85261230002", "+85261230003", "+85261230004")
USER_IDS = ("HK.1001", "HK.1002", "HK.1003", "HK.1004")
CAP, CAP_DAYS, PEOPLE_A_DAY = 2, 7, 28
TICK = timedelta(seconds=1)
# A release makes as many messages in one transaction here, and never needs as many transactions.
CHUNK, CHUNKS = 2, 20

NOT_REACHED = "not_reached"

Answer = Callable[[Outgoing], Accepted]


class Dies(Exception):
    """A process of ours is gone."""


def accepts(outgoing: Outgoing) -> Accepted:
    return Accepted(f"wamid.{outgoing.attempt_id}", held=False)


def holds_back(outgoing: Outgoing) -> Accepted:
    return Accepted(f"wamid.{outgoing.attempt_id}", held=True)


def loses(outgoing: Outgoing) -> Accepted:
    """Takes the message and never says so."""
    raise ConnectionResetError


def cuts_off(outgoing: Outgoing) -> Accepted:
    """Takes the message; its answer is lost on the way."""
    raise SendFailed("answer_lost", "The answer was lost", Retry.UNSURE)


def is_down(outgoing: Outgoing) -> Accepted:
    raise SendFailed(NOT_REACHED, "No connection", Retry.NOT_ATTEMPTED)


def refuses(outgoing: Outgoing) -> Accepted:
    raise SendFailed("131026", "Not on WhatsApp", Retry.PERMANENT)


def refuses_marketing(outgoing: Outgoing) -> Accepted:
    raise SendFailed("131050", "The person has opted out of marketing", Retry.PERMANENT, opts_out=True)


def throttles(outgoing: Outgoing) -> Accepted:
    raise SendFailed("130429", "Rate limit", Retry.NOT_ATTEMPTED, 2.0)


def holds_all(outgoing: Outgoing) -> Accepted:
    raise SendFailed("190", "Token expired", Retry.HOLD, scope="template")


ANSWERS: tuple[Answer, ...] = (
    accepts, accepts, holds_back, loses, cuts_off, is_down, refuses, refuses_marketing, throttles, holds_all,
)  # fmt: skip
_TAKES = (accepts, holds_back, loses, cuts_off)


@dataclass
class TeaShop:
    """One organisation, its sender and template, and the onlooker's notes."""

    now: datetime = NOON
    journal: list[Handed] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    stopped: dict[int, datetime] = field(default_factory=dict)
    said: dict[int, datetime] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    told: dict[str, set[str]] = field(default_factory=dict)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    name = "scripted"

    def __post_init__(self) -> None:
        self.tea = SpringTea()
        self.agent = tea_assistant(people_per_day=PEOPLE_A_DAY)
        self.sam, self.mei = sam_lee(), mei_chan()
        MessagingRulesFactory(marketing_cap=CAP, marketing_cap_days=CAP_DAYS, quiet_from="00:00", quiet_until="00:00")
        Policy.objects.create(
            organisation=self.tea.organisation, name="Drafts are kept at once", tools="whatsapp.broadcast.create",
            outcome=Policy.Outcome.AUTOMATIC,
        )  # fmt: skip
        TemplateTranslation.objects.update(meta_id="594425479261596")

    def use(self, tool: str, **arguments: Any) -> Envelope[Any] | None:
        """What the door answers Sam's agent; None for a no."""
        try:
            return call(tool, arguments, self.fresh_agent, self.now)
        except Refused:
            return None

    def write(self, tool: str, key: str = "", **arguments: Any) -> ActionRequest | None:
        """The request that a write made."""
        answer = self.use(tool, idempotency_key=key or f"key-{uuid4()}", reason="Spring tea is in.", **arguments)
        return self.request_of(answer)

    def request_of(self, answer: Envelope[Any] | None) -> ActionRequest | None:
        if answer is None or answer.request is None:
            return None
        return ActionRequest.objects.get(pk=answer.request.action_request_id)

    @property
    def fresh_agent(self) -> Actor:
        agent = Agent.objects.select_related("owner__organisation", "organisation").get(pk=self.agent.agent.pk)  # type: ignore[union-attr]
        return Actor.of_agent(agent, Face.MCP)

    def at_desk(self, person: Person) -> Actor:
        return Actor.of_person(Person.objects.select_related("organisation").get(pk=person.pk), Face.DESK)

    def approve(self, request: ActionRequest) -> bool:
        """Mei's approval of what she is shown; whether it was taken."""
        try:
            decisions.approve(request.pk, self.at_desk(self.mei), self.now, seal=request.seal, password_given=True)
        except Refused:
            return False
        return True

    def carry_out(self, request: ActionRequest) -> ActionRequest:
        return carry_out(request.pk, self.now)

    def beat(self, chunks: int = CHUNKS) -> None:
        """What the clock rings for: sweep, release, reap, webhooks."""
        with patch.object(tasks, "database_now", lambda: self.now):
            tasks.sweep()
        self.read_webhooks()
        match_parked(self.now)
        reap(self.now)
        self.release(chunks)
        reap(self.now)

    def release(self, chunks: int = CHUNKS) -> None:
        """Release what is due; with fewer chunks than are ever needed, the process dies after so many."""
        left = iter(range(chunks))

        def committed(_point: str) -> None:
            if next(left, None) is None:
                assert chunks < CHUNKS, "a release does not come to its end"
                raise Dies

        with patch.object(release, "CHUNK", CHUNK), patch.object(release, "faultpoint", committed):
            release.release_due(self.now)

    def read_webhooks(self) -> None:
        while apply_waiting(self.now):
            pass
        for reference, name in self.waiting:
            self.told.setdefault(reference, set()).add(name)
        self.waiting.clear()

    def take(self, wanted: int) -> list[Taken]:
        """Mark messages as going out; nobody has handed them over yet."""
        taken = take(self.tea.sender, wanted, self.now)
        self.taken += taken
        return taken

    def hand_over(self, taken: Taken, answer: Answer) -> None:
        """Give one to the carrier; its journal keeps what it took, whatever it says."""
        self.answer = answer
        self.results.append(hand_over(self, self.tea.sender, bodies.builder_of("whatsapp")([taken]), taken))  # type: ignore[arg-type]

    def send(self, sender: Any, outgoing: Outgoing) -> Accepted:
        """The carrier's side."""
        if self.answer in _TAKES:
            self.journal.append(Handed(str(outgoing.attempt_id), outgoing.to, self.now))
        return self.answer(outgoing)

    def write_down(self, results: list[Result]) -> None:
        finish(results, self.tea.sender, self.now)
        self.note_stops({one.taken.contact_id for one in results if one.opts_out})

    def tell(self, *, again: bool = False, **told: Any) -> None:
        """A webhook about messages arrives; `again` says that it may be told once more without any effect."""
        body = messages_body(self.tea.sender, **told)
        arrived(self.tea.sender, body)
        if again:
            self.bodies.append(body)

    def tell_of(self, name: str, value: dict[str, Any]) -> None:
        """A webhook of another kind arrives and is read."""
        arrived(self.tea.sender, body_of(self.tea.sender.account.waba_id, name, value))
        self.read_webhooks()

    def people_at(self, *addresses: str | None) -> set[int]:
        """Who is known by one of these, with those who may be the same."""
        values = [value for address in addresses if address for value in (address, address.lstrip("+"))]
        return same_people(Identity.objects.filter(value__in=values).values_list("contact_id", flat=True))

    def note_stops(self, contacts: Iterable[int], said_at: datetime | None = None) -> None:
        """From now on nothing goes to them; only what is said after `said_at` brings them back."""
        for contact in contacts:
            self.stopped[contact] = self.now
            self.said[contact] = max(said_at or self.now, self.said.get(contact, NOON))

    def note_return(self, contacts: Iterable[int], said_at: datetime | None = None) -> None:
        """Their own later word, told in time."""
        said_at = said_at or self.now
        for contact in contacts:
            if self.now - said_at <= START_COUNTS_FOR and self.said.get(contact, NOON) < said_at:
                self.stopped.pop(contact, None)

    def contacts(self) -> list[Contact]:
        return list(Contact.objects.order_by("pk"))

    def requests(self, *states: State) -> list[ActionRequest]:
        found = ActionRequest.objects.order_by("created_at", "pk")
        return list(found.filter(state__in=states) if states else found)

    def pass_time(self, time: timedelta = TICK) -> None:
        self.now += time
