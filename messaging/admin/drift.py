"""What has moved since a send was previewed: people who would be left out by now, a segment of another size."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.admin.panels import Drift, Reading
from approvals.models import State
from approvals.numerals import number
from messaging.admin.progress import reason_name
from messaging.audiences.people import CAPPED_JOIN, gate_of_many, size_of
from messaging.engine.contract import SendContract
from messaging.gate import gate_parameters
from messaging.models import Audience, Channel, Verdict
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
    if reading.request.state not in (State.PENDING, State.APPROVED):
        return
    audience = Audience.objects.filter(pk=contract.audience_id, organisation=reading.actor.organisation).first()
    if audience is None:
        return
    for reason, people in left_out_by_now(audience, channel, contract.message_category(), reading.now).items():
        yield Drift(
            ngettext(
                "%(people)s person is left out by now: %(reason)s",
                "%(people)s people are left out by now: %(reason)s",
                people,
            )
            % {"people": number(people), "reason": reason_name(reason)},
            _("included"),
            _("left out at sending"),
        )
    yield from _segment_drift(channel, reading, contract)


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
