"""What has moved since a send was previewed: people who would be left out by now, a segment of another size; of one
that repeats another, outcomes that have become known.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import partial
from typing import Protocol
from uuid import UUID

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.admin.panels import Drift, Reading
from approvals.models import State
from approvals.numerals import number
from messaging.admin.progress import reason_name
from messaging.audiences.people import CAPPED_JOIN, gate_of_many, size_of
from messaging.engine.contract import SendContract
from messaging.gate import gate_parameters
from messaging.models import UNKNOWN, Attempt, Audience, Channel, Status, Verdict
from messaging.resends.contract import ResendContract
from messaging.resends.failed import FailedContract
from messaging.resends.sending import Repeats
from messaging.segments import RuleError

_GATE_NOW = f"""
SELECT gate, count(*) FROM (
    SELECT {gate_of_many()} AS gate FROM messaging_audiencemember m
      JOIN messaging_contact c ON c.id = m.contact_id {CAPPED_JOIN}
     WHERE m.audience_id = %(audience)s AND m.verdict = {Verdict.INCLUDED.value}) judged
 WHERE gate <> {Verdict.INCLUDED.value} GROUP BY gate ORDER BY gate
"""


def drift_on(channel: Channel) -> Callable[[Reading, SendContract], Iterator[Drift]]:
    """What says of a send on this channel what has moved."""
    return partial(_drift, channel)


def _drift(channel: Channel, reading: Reading, contract: SendContract) -> Iterator[Drift]:
    if not is_open(reading):
        return
    yield from people_drift(channel, reading, contract)
    yield from _segment_drift(channel, reading, contract)


def resend_drift(reading: Reading, contract: ResendContract) -> Iterator[Drift]:
    """Its people come from the first send: how large the segment has become means nothing to them."""
    if is_open(reading):
        yield from people_drift(Channel.WHATSAPP, reading, contract)
        yield from settled_drift(reading, contract, UNKNOWN)


def failed_drift(reading: Reading, contract: FailedContract) -> Iterator[Drift]:
    """Its people come from the first send as well; whose message counts as arrived by now gets nothing again."""
    if is_open(reading):
        yield from people_drift(Channel.WHATSAPP, reading, contract)
        yield from settled_drift(reading, contract, (Status.FAILED,))


def single_drift(reading: Reading, contract: SendContract) -> Iterator[Drift]:
    """One person has no segment that could have another size."""
    if is_open(reading):
        yield from people_drift(Channel.WHATSAPP, reading, contract)


def is_open(reading: Reading) -> bool:
    """Whether something may still come of the request."""
    return reading.request.state in (State.PENDING, State.APPROVED)


class ForPeople(Protocol):
    """What every contract of a send says of its people."""

    @property
    def audience_id(self) -> UUID: ...
    def message_category(self) -> str: ...


def people_drift(channel: Channel, reading: Reading, contract: ForPeople) -> Iterator[Drift]:
    """People who were included and whom the gate would leave out now."""
    audience = Audience.objects.filter(pk=contract.audience_id, organisation=reading.actor.organisation).first()
    if audience is None:
        return
    for reason, people in left_out_by_now(audience, channel, contract.message_category(), reading.now).items():
        words = ngettext(
            "%(people)s person is left out by now: %(reason)s",
            "%(people)s people are left out by now: %(reason)s",
            people,
        )
        told = words % {"people": number(people), "reason": reason_name(reason)}
        yield Drift(told, _("included"), _("left out at sending"))


def settled_drift(reading: Reading, contract: Repeats, statuses: Collection[Status]) -> Iterator[Drift]:
    """People whose message no longer has one of the outcomes for which it is repeated: they get nothing again."""
    tried = Attempt.objects.filter(pk__in=contract.replaces, message__organisation=reading.actor.organisation)
    settled = tried.exclude(message__status__in=statuses).values_list("message__status")
    for status, people in settled.annotate(people=Count("pk")).order_by("message__status"):
        words = ngettext(
            "The outcome for %(people)s person is another by now: %(status)s",
            "The outcome for %(people)s people is another by now: %(status)s",
            people,
        )
        told = words % {"people": number(people), "status": Status(status).label}
        yield Drift(told, _("sent again"), _("not written to again"))


def left_out_by_now(audience: Audience, channel: Channel, category: str, now: datetime) -> dict[str, int]:
    """People of the frozen audience whom the gate would not let through now, by reason."""
    parameters = gate_parameters(audience.organisation, channel, category, now)
    with connection.cursor() as cursor:
        cursor.execute(_GATE_NOW, {**parameters, "audience": audience.pk})
        return {Verdict(verdict).name.lower(): people for verdict, people in cursor.fetchall()}


def _segment_drift(channel: Channel, reading: Reading, contract: SendContract) -> Iterator[Drift]:
    """People who joined the segment are not added, which a reader may want to know."""
    try:
        size = size_of(
            contract.segment_rule, reading.actor.organisation, channel, contract.message_category(), reading.now
        )
    except RuleError:
        return
    if size.targeted != contract.targeted:
        yield Drift(
            _("The segment has another size; nobody is added to what was frozen"),
            number(contract.targeted),
            number(size.targeted),
        )
