"""`dispatch_fast`: a send through the whole engine to a sink that answers at once, against the same client bare."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max
from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy import as_login_role
from approvals.canonical import seal_of
from approvals.models import ActionRequest, Decision, Preview, State
from benchmarks import world
from benchmarks.measuring import Bar, Outcome, in_turns
from benchmarks.processes import running
from messaging.carriers import Outgoing, carrier
from messaging.engine.lanes import run_lane
from messaging.models import Attempt, Audience, Contact, Send, Sender, SendState, TemplateTranslation
from messaging.models import Outcome as AttemptOutcome

_FREEZE = """
INSERT INTO messaging_audiencemember
       (audience_id, contact_id, verdict, address, address_kind, translation_id, "values", market, price)
SELECT %(audience)s, c.id, 0, c.phone, 'phone', %(translation)s, jsonb_build_object('1', c.name), %(market)s, 0.026
  FROM messaging_contact c
  JOIN messaging_consentstate yes ON yes.contact_id = c.id AND yes.channel = %(channel)s AND yes.state = 'granted'
 WHERE c.organisation_id = %(organisation)s
   AND NOT EXISTS (SELECT 1 FROM messaging_suppression no WHERE no.contact_id = c.id AND no.lifted_at IS NULL)
 ORDER BY c.id LIMIT %(count)s
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


@dataclass(frozen=True, slots=True)
class Terms:
    """What a send was countersigned as, as far as the engine and the bodies read it."""

    tool: str = "whatsapp.broadcast.schedule"
    market: str = "HONG_KONG"
    contract: Mapping[str, Any] = field(default_factory=dict)


BROADCAST = Terms()


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    count = 5_000 * scale
    number, translation = stage("bench-delivery", count)
    with running("benchmarks.sink") as port:
        settings.GRAPH_BASE_URL = f"http://127.0.0.1:{port}"

        def ours() -> float:
            return lane_rate(queued(number, translation, count))

        outcome = Outcome("dispatch_fast", "messages/s", "messages/s bare client", Bar(0.75))
        outcome.notes.append(f"{count:,} messages, one lane; sink and engine share the cores")
        yield in_turns(outcome, rounds, ours, lambda: _bare(number, min(count, 5_000)))


def stage(slug: str, people: int, per_second: int = 100_000) -> tuple[Sender, TemplateTranslation]:
    """An organisation with so many contacts who agreed, and a number of theirs whose template nothing holds up."""
    where = crowd(slug, people, per_second)
    return world.sender(where, timezone.now(), per_second=per_second)


def crowd(slug: str, people: int, per_second: int = 100_000) -> Organisation:
    """An organisation of which so many contacts may be written to, as fast as anybody likes."""
    where = world.organisation(slug)
    if not Contact.objects.filter(organisation=where).exists():
        world.contacts(where, people * 10 // 9 + 100, first=2_000_000)
    world.rules(where)
    settings.ENGINE_ORGANISATION_PER_SECOND = per_second
    return where


def _bare(number: Sender, count: int) -> float:
    """The same carrier, one thread, nothing around it."""
    wire = carrier("whatsapp")
    body = {"type": "text", "text": {"body": "Hello Customer 1, tea is in. Reply STOP to opt out."}}
    began = time.perf_counter()
    for n in range(count):
        wire.send(number, Outgoing(uuid4(), number.provider_ref, f"+8526{n:07d}", "phone", body))
    return count / (time.perf_counter() - began)


def queued(number: Sender, translation: TemplateTranslation, count: int, terms: Terms = BROADCAST) -> Send:
    """A send with a message for each of the first `count` contacts in the outbox."""
    send = send_under_way(number, translation, terms)
    freeze(send, translation, count, terms.market)
    enqueue(send)
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_outbox, messaging_message, messaging_audiencemember")
    return send


def enqueue(send: Send) -> None:
    """A message in the outbox for everybody in the send's audience."""
    facts: dict[str, Any] = {
        "send": send.pk, "sender": send.sender_id, "organisation": send.organisation_id,
        "audience": send.audience_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, facts)


def freeze(send: Send, translation: TemplateTranslation, count: int, market: str = BROADCAST.market) -> None:
    """The first `count` contacts who may be written to as the send's audience, as a resolved audience would be."""
    facts: dict[str, Any] = {
        "audience": send.audience_id, "translation": translation.pk, "organisation": send.organisation_id,
        "count": count, "channel": send.channel, "market": market,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE, facts)


def lane_rate(send: Send) -> float:
    """Messages a second of one lane, until the last one was written down."""
    began = timezone.now()
    run_lane(send.sender_id, 600.0, idle=1.0)
    return rate_since(began, send)


def rate_since(began: datetime, *sends: Send) -> float:
    """Messages a second that the provider took, from then until the last one was written down."""
    taken = Attempt.objects.filter(message__send__in=sends, outcome=AttemptOutcome.ACCEPTED)
    handed, last = taken.aggregate(n=Count("pk"), at=Max("ended_at")).values()
    waited_for = sum(send.messages.count() for send in sends)
    assert handed > 0.8 * waited_for, f"only {handed} of {waited_for} were handed over"
    return float(handed / (last - began).total_seconds())


def send_under_way(number: Sender, translation: TemplateTranslation, terms: Terms = BROADCAST) -> Send:
    """A send under way on a request that a rule has approved: the engine takes from no other."""
    now = timezone.now()
    audience = Audience.objects.create(
        organisation=number.organisation, segment=world.segment(number.organisation, now), segment_version=1,
        targeted=0, included=0, digest="", created_at=now,
    )  # fmt: skip
    request = carried_out(number.organisation, terms, now)
    return Send.objects.create(
        organisation=number.organisation, kind=Send.Kind.BROADCAST, channel=number.channel, name="bench",
        state=SendState.SENDING, preview=request.preview, request=request, sender=number,
        audience=audience, template=translation.template, category="marketing", due_at=now,
        not_after=now + timedelta(hours=3), per_second=100_000, cost_ceiling=Decimal(1_000_000), created_at=now,
        started_at=now,
    )  # fmt: skip


def carried_out(where: Organisation, terms: Terms, now: datetime) -> ActionRequest:
    """A request of this tool that a rule has approved and that was carried out, on a preview of its own."""
    contract = {"bench": str(uuid4()), **terms.contract}
    preview = Preview.objects.create(
        organisation=where, tool=terms.tool, maker="bench", contract=contract, seal=seal_of(contract), created_at=now,
        expires_at=now,
    )  # fmt: skip
    request = ActionRequest(
        organisation=where, tool=terms.tool, preview=preview, requester="bench", face="rest", reason="benchmark",
        role="compliance", created_at=now, expires_at=now + timedelta(hours=3),
    )  # fmt: skip
    request.seal = seal_of(request.terms())
    request.save(force_insert=True)
    Decision.objects.create(request=request, rule="benchmark", verdict="approve", seal=request.seal, at=now)
    for state in (State.APPROVED, State.EXECUTING, State.SUCCEEDED):
        ActionRequest.objects.filter(pk=request.pk).update(state=state)
    return ActionRequest.objects.select_related("preview").get(pk=request.pk)
