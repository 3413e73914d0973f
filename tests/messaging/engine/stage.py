"""A countersigned send on a stage: its people, a carrier that keeps a journal, and a contract that fits."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from approvals.contracts import Contract
from messaging.carriers import Accepted, Outgoing
from messaging.engine.finish import finish
from messaging.engine.release import release_due
from messaging.engine.taken import Result
from messaging.models import (
    Contact,
    Message,
    Outbox,
    Send,
    Sender,
    Status,
    Template,
    TemplateTranslation,
    Verdict,
)
from tests.factories import (
    NOON,
    ActionRequestFactory,
    AudienceFactory,
    AudienceMemberFactory,
    ContactFactory,
    PreviewFactory,
    SenderFactory,
    SendFactory,
    TemplateFactory,
    TemplateTranslationFactory,
    freeze,
)

TOOL, PREVIEW = "test.send.schedule", "test.send.preview"


class TestContract(Contract):
    """What every contract of a send names."""

    __test__ = False

    audience_id: UUID
    audience_digest: str
    sender_id: UUID
    category: str
    due_at: datetime
    not_after: datetime
    per_second: int
    cost_ceiling: Decimal


class Witness:
    """A carrier that does what it is told and writes a journal. `answer` may raise; `seconds` is how long it takes."""

    name = "witness"

    def __init__(self) -> None:
        self.journal: list[Outgoing] = []
        self.times: list[float] = []
        self.seconds = 0.0
        self.answer: Callable[[Outgoing], Accepted] = lambda outgoing: Accepted(f"wamid.{outgoing.attempt_id}", False)
        self._lock = threading.Lock()

    def send(self, sender: Sender, outgoing: Outgoing) -> Accepted:
        with self._lock:
            self.journal.append(outgoing)
            self.times.append(time.monotonic())
        if self.seconds:
            time.sleep(self.seconds)
        return self.answer(outgoing)

    @property
    def recipients(self) -> list[str]:
        return sorted(outgoing.to for outgoing in self.journal)

    def verify(self, headers: object, raw_body: bytes) -> bool:
        return False

    def events(self, raw_body: bytes) -> Sequence[Any]:
        return ()


def witness_sender(**fields: Any) -> Sender:
    """Harbour Tea's number on the carrier that keeps a journal."""
    return SenderFactory(carrier="witness", **fields)


def countersigned(
    people: Iterable[Contact],
    *,
    sender: Sender | None = None,
    template: Template | None = None,
    left_out: Iterable[tuple[Contact, int]] = (),
    price: Decimal = Decimal("0.0732"),
    **fields: Any,
) -> Send:
    """A send of a contract that Mei approved, due at noon. `left_out` are people with the verdict they have."""
    sender = sender or witness_sender()
    template = template or TemplateFactory(account=sender.account)
    translation = template.translations.first() or TemplateTranslationFactory(template=template)
    audience = AudienceFactory()
    for person in people:
        AudienceMemberFactory(audience=audience, contact=person, translation=translation, price=price)
    for person, verdict in left_out:
        AudienceMemberFactory(audience=audience, contact=person, verdict=verdict, translation=translation)
    freeze(audience)
    terms = {
        "category": "marketing",
        "due_at": NOON,
        "not_after": NOON + timedelta(hours=6),
        "per_second": 80,
        "cost_ceiling": Decimal(1000),
    } | fields
    contract = TestContract(
        audience_id=audience.pk, audience_digest=audience.digest, sender_id=sender.pk,
        **{term: terms[term] for term in ("category", "due_at", "not_after", "per_second", "cost_ceiling")},
    )  # fmt: skip
    preview = PreviewFactory(tool=PREVIEW, contract=contract.model_dump(mode="json"))
    request = ActionRequestFactory(preview=preview, tool=TOOL, decided=True)
    return SendFactory(sender=sender, template=template, request=request, preview=preview, audience=audience, **terms)


def released(people: Iterable[Contact], **fields: Any) -> Send:
    """A send whose messages wait in the outbox."""
    send = countersigned(people, **fields)
    release_due(max(NOON, send.due_at))
    return fresh(send)


def fresh(send: Send) -> Send:
    return Send.objects.get(pk=send.pk)


def someone(**fields: Any) -> Contact:
    return ContactFactory(**fields)


def crowd(size: int) -> list[Contact]:
    return [ContactFactory() for _ in range(size)]


def message_to(person: Contact, send: Send) -> Message:
    return Message.objects.get(contact=person, send=send)


def translation_of(send: Send) -> TemplateTranslation:
    assert send.template is not None
    return send.template.translations.get()


def statuses(send: Send) -> dict[str, int]:
    """How many messages of a send stand where, by the name of their status."""
    found: dict[str, int] = {}
    for message in Message.objects.filter(send=send):
        name = message.get_status_display()
        found[name] = found.get(name, 0) + 1
    return found


def verdict_of(person: Contact, send: Send) -> Verdict:
    message = message_to(person, send)
    assert message.status == Status.EXCLUDED
    assert not Outbox.objects.filter(message=message).exists()
    return Verdict(message.verdict)


SOON = NOON + timedelta(seconds=1)


def settle(send: Send, *results: Result) -> None:
    finish(results, send.sender, SOON)
