"""An event of the shop arrives: kept once, and put before each automation that waits for its kind."""

from datetime import datetime
from typing import Annotated

from django.db import transaction
from pydantic import Field

from accounts.actor import Actor
from audit.record import record
from sms.automations.contract import TriggerName
from sms.models import Automation, AutomationRun, ShopEvent
from sms.shop.people import AboutSomebody, person_of
from sms.shop.told import Kept, ShopId, When, refuse_if_ahead, refuse_if_otherwise, said

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,60}$")]
Value = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\n\r\t{}]+$")]


class EventReport(AboutSomebody):
    event_id: ShopId
    kind: Annotated[TriggerName, Field(description="What happened.")]
    values: Annotated[
        dict[Name, Value],
        Field(max_length=20, description="Variable -> value of this event; counts before the contact's own."),
    ] = {}
    occurred_at: When


def keep_event(report: EventReport, actor: Actor, now: datetime) -> Kept:
    """Keep an event and what it sets off. Nothing is sent here: the runs wait, and sending asks the gate."""
    refuse_if_ahead(report.occurred_at, now)
    contact = person_of(report, actor.organisation)
    with transaction.atomic():
        event, is_new = ShopEvent.objects.get_or_create(
            organisation=actor.organisation,
            shop_id=report.event_id,
            defaults={
                "kind": report.kind, "values": report.values, "occurred_at": report.occurred_at,
                "contact": contact, "said": said(report), "reported_at": now,
            },
        )  # fmt: skip
        refuse_if_otherwise(event.said, report, "event_id")
        if is_new:
            waiting = Automation.objects.filter(
                organisation=actor.organisation, event=report.kind, state=Automation.State.ENABLED
            )
            AutomationRun.objects.bulk_create(
                AutomationRun(organisation=actor.organisation, automation=one, event=event, contact=contact, at=now)
                for one in waiting
            )
            record("sms.event_reported", event, actor, now=now, kind=report.kind)
    return Kept(id=report.event_id, is_new=is_new, matched=event.contact_id is not None)
