"""`dispatch_fast`: a send through the whole engine to a sink that answers at once, against the same client bare."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.utils import timezone

from approvals.canonical import seal_of
from approvals.models import ActionRequest, Decision, Preview, State
from benchmarks import world
from benchmarks.measuring import Bar, Outcome, in_turns
from benchmarks.processes import running
from messaging.carriers import Outgoing, carrier
from messaging.engine.lanes import run_lane
from messaging.models import Audience, Message, Send, Sender, SendState, Status, TemplateTranslation

_FREEZE = """
INSERT INTO messaging_audiencemember
       (audience_id, contact_id, verdict, address, address_kind, translation_id, "values", market, price)
SELECT %(audience)s, c.id, 0, c.phone, 'phone', %(translation)s, jsonb_build_object('1', c.name), 'HONG_KONG', 0.026
  FROM messaging_contact c WHERE c.organisation_id = %(organisation)s ORDER BY c.id LIMIT %(count)s
"""
_QUEUE = """
WITH queued AS (
    INSERT INTO messaging_message (organisation_id, send_id, contact_id, sender_id, translation_id, address,
           address_kind, "values", category, market, price, status, verdict, error_code, error_text, queued_at)
    SELECT %(organisation)s, %(send)s, contact_id, %(sender)s, translation_id, address, address_kind, "values",
           'marketing', market, price, 0, 0, '', '', now()
      FROM messaging_audiencemember WHERE audience_id = %(audience)s ORDER BY contact_id
    RETURNING id)
INSERT INTO messaging_outbox (message_id, send_id, sender_id, priority, due_at, tries)
SELECT id, %(send)s, %(sender)s, 10, now(), 0 FROM queued
"""


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    count = 5_000 * scale
    now = timezone.now()
    where = world.organisation("bench-delivery")
    world.contacts(where, count, first=2_000_000)
    world.rules(where)
    number, translation = world.sender(where, now, per_second=100_000)
    with running("benchmarks.sink") as port:
        settings.GRAPH_BASE_URL = f"http://127.0.0.1:{port}"
        settings.ENGINE_ORGANISATION_PER_SECOND = 100_000

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
        "count": count, "audience": send.audience_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE, values)
        cursor.execute(_QUEUE, values)
        cursor.execute("ANALYZE messaging_outbox, messaging_message")
    began = time.perf_counter()
    run_lane(number.pk, 600.0, idle=2.0)
    waited = 2.0  # the lane noticed by then that nothing is left
    took = time.perf_counter() - began - waited
    handed = Message.objects.filter(send=send, status=Status.ACCEPTED).count()
    assert handed > 0.8 * count, f"only {handed} of {count} were handed over"
    return handed / took


def _send(number: Sender, translation: TemplateTranslation) -> Send:
    """A send under way on a request that a rule has approved: the engine takes from no other."""
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
        state=SendState.SENDING, preview=preview, request=_carried_out(preview, now), sender=number,
        audience=audience, template=translation.template, category="marketing", due_at=now,
        not_after=now + timedelta(hours=3), per_second=100_000, cost_ceiling=Decimal(1_000_000), created_at=now,
        started_at=now,
    )  # fmt: skip


def _carried_out(preview: Preview, now: datetime) -> ActionRequest:
    request = ActionRequest(
        organisation=preview.organisation, tool="whatsapp.broadcast.schedule", preview=preview, requester="bench",
        face="rest", reason="benchmark", role="compliance", created_at=now, expires_at=now + timedelta(hours=3),
    )  # fmt: skip
    request.seal = seal_of(request.terms())
    request.save(force_insert=True)
    Decision.objects.create(request=request, rule="benchmark", verdict="approve", seal=request.seal, at=now)
    for state in (State.APPROVED, State.EXECUTING, State.SUCCEEDED):
        ActionRequest.objects.filter(pk=request.pk).update(state=state)
    return ActionRequest.objects.get(pk=request.pk)
