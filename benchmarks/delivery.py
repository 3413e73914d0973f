"""`dispatch_fast`: a send through the whole engine to a sink that answers at once, against the same client in a bare loop."""

import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.utils import timezone

from approvals.canonical import seal_of
from approvals.models import Preview
from benchmarks import world
from benchmarks.measuring import Bar, Outcome, in_turns
from benchmarks.processes import running
from messaging.carriers import Outgoing, carrier
from messaging.engine.lanes import run_lane
from messaging.models import Audience, Message, Send, Sender, SendState, Status, TemplateTranslation

_QUEUE = """
WITH queued AS (
    INSERT INTO messaging_message (organisation_id, send_id, contact_id, sender_id, translation_id, address, address_kind,
           "values", category, market, price, status, verdict, error_code, error_text, queued_at)
    SELECT c.organisation_id, %(send)s, c.id, %(sender)s, %(translation)s, c.phone, 'phone',
           jsonb_build_object('1', c.name), 'utility', 'HONG_KONG', 0.026, 0, 0, '', '', now()
      FROM messaging_contact c WHERE c.organisation_id = %(organisation)s ORDER BY c.id LIMIT %(count)s
    RETURNING id)
INSERT INTO messaging_outbox (message_id, send_id, sender_id, priority, due_at, tries)
SELECT id, %(send)s, %(sender)s, 10, now(), 0 FROM queued
"""


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    count = 5_000 * scale
    now = timezone.now()
    where = world.organisation("bench-delivery")
    world.contacts(where, count, first=2_000_000)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_consentstate SET category = 'any' WHERE organisation_id = %s", [where.pk])
    number, translation = world.sender(where, now, per_second=100_000)
    with running("benchmarks.sink") as port:
        settings.GRAPH_BASE_URL = f"http://127.0.0.1:{port}"

        def bare() -> float:
            return _bare(number, min(count, 3_000))

        def ours() -> float:
            return _engine(number, translation, count)

        outcome = Outcome("dispatch_fast", "messages/s", "messages/s bare client", Bar(0.75))
        outcome.notes.append(f"{count:,} messages, one lane; sink and engine share the cores")
        yield in_turns(outcome, rounds, ours, bare)


def _bare(number: Sender, count: int) -> float:
    """The same carrier, one thread, nothing around it."""
    wire = carrier("whatsapp")
    body = {"type": "text", "text": {"body": "Hello Customer 1, tea is in. Reply STOP to opt out."}}
    began = time.perf_counter()
    for n in range(count):
        wire.send(number, Outgoing(uuid4(), number.provider_ref, f"+8526{n:07d}", "phone", body))
    return count / (time.perf_counter() - began)


def _engine(number: Sender, translation: TemplateTranslation, count: int) -> float:
    send = _send(number, translation)
    values = {
        "send": send.pk, "sender": number.pk, "translation": translation.pk, "organisation": number.organisation_id,
        "count": count,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, values)
        cursor.execute("ANALYZE messaging_outbox, messaging_message")
    began = time.perf_counter()
    while Message.objects.filter(send=send, status=Status.QUEUED).exists():
        run_lane(number.pk, 600.0, idle=0.05)
    took = time.perf_counter() - began
    handed = Message.objects.filter(send=send, status=Status.ACCEPTED).count()
    assert handed > 0.8 * count, f"only {handed} of {count} were handed over"
    return handed / took


def _send(number: Sender, translation: TemplateTranslation) -> Send:
    now = timezone.now()
    contract: dict[str, str] = {"bench": str(uuid4())}
    preview = Preview.objects.create(
        organisation=number.organisation, tool="whatsapp.broadcast.preview", maker="bench", contract=contract,
        seal=seal_of(contract), created_at=now, expires_at=now,
    )  # fmt: skip
    audience = Audience.objects.create(
        organisation=number.organisation, segment=world.segment(number.organisation, now), segment_version=1,
        targeted=0, included=0, digest="", created_at=now,
    )  # fmt: skip
    return Send.objects.create(
        organisation=number.organisation, kind=Send.Kind.BROADCAST, channel="whatsapp", name="bench",
        state=SendState.SENDING, preview=preview, sender=number, audience=audience, template=translation.template,
        category="utility", due_at=now, not_after=now + timedelta(hours=3), per_second=100_000,
        cost_ceiling=Decimal(1_000_000), created_at=now, started_at=now,
    )  # fmt: skip
