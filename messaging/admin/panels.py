"""What the decision page shows for messaging's contracts."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from approvals.admin.contract_fields import register_words
from approvals.admin.panels import Panel, Reading, register_drift, register_panel
from approvals.masking import mask
from messaging.admin.bubbles import bubble_of
from messaging.admin.drift import drift_on, failed_drift, resend_drift, single_drift
from messaging.admin.header_files import with_files
from messaging.admin.imports import import_counts
from messaging.admin.moments import moment
from messaging.admin.progress import Part, reason_name
from messaging.admin.samples import samples_of
from messaging.admin.senders import status_in_words, tier_in_words
from messaging.admin.template_panel import template_panels
from messaging.audiences.people import size_of
from messaging.broadcasts.contract import BroadcastContract
from messaging.broadcasts.single import SingleContract
from messaging.consent.changes import ConsentContract
from messaging.engine.contract import SendContract
from messaging.gate import rules_of
from messaging.models import UNKNOWN, Attempt, AudienceMember, Category, Channel, Contact, ImportBatch, Sender, Verdict
from messaging.pricing.markets import market_names
from messaging.pricing.rate_cards import SHIPPED_CARD_NOTICE
from messaging.resends.contract import ResendContract
from messaging.resends.failed import FailedContract
from messaging.segments import RuleError
from messaging.segments.contract import SegmentContract
from messaging.tools.imports import ImportContract
from messaging.whatsapp.review.contract import TemplateContract

# People of a consent change that are listed by name; the count tells the rest.
_MOST_PEOPLE = 20


def broadcast_panels(reading: Reading, contract: BroadcastContract) -> Iterator[Panel]:
    yield Panel(_("How many people, and who is left out"), "desk/panel_people.html", people_of(contract), "groups")
    drawn = samples_of(
        contract.audience_id, contract.translations, bubble_of, in_clear=reading.actor.sees_personal_data
    )
    samples = with_files(drawn, reading.actor.organisation.pk)
    yield Panel(
        _("What each person will read"),
        "desk/panel_samples.html",
        {"bubbles": samples, "template": contract.template_name, "template_id": contract.template_id},
        "chat",
    )
    yield Panel(_("What it costs"), "desk/panel_cost.html", _cost(contract), "payments")
    yield Panel(_("When, and from where"), "desk/panel_schedule.html", _schedule(reading, contract), "schedule")


def resend_panels(reading: Reading, contract: ResendContract) -> Iterator[Panel]:
    """The broadcast's own panels, and before them who may get it twice."""
    yield Panel(_("They may get it twice"), "desk/panel_resend.html", _replaced(reading, contract), "content_copy")
    yield from broadcast_panels(reading, contract)


def _replaced(reading: Reading, contract: ResendContract) -> dict[str, Any]:
    attempts = Attempt.objects.filter(
        pk__in=contract.replaces, message__organisation=reading.actor.organisation
    ).select_related("contact", "message")
    in_clear = reading.actor.sees_personal_data
    people = [
        {
            "link": reverse("admin:messaging_message_change", args=(attempt.message_id,)),
            "name": attempt.contact.name if in_clear else mask(attempt.contact.name, "name"),
            "address": attempt.message.address if in_clear else mask(attempt.message.address, "phone"),
            "tried_at": attempt.started_at,
            "status": attempt.message.get_status_display(),
            "unknown": attempt.message.status in UNKNOWN,
        }
        for attempt in attempts.order_by("started_at", "pk")
    ]
    return {"people": people, "first": reverse("admin:messaging_send_change", args=(contract.replaced_send_id,))}


def people_of(contract: SendContract) -> dict[str, Any]:
    members = f"{reverse('admin:messaging_audiencemember_changelist')}?audience={contract.audience_id}"
    reasons = [
        {"name": reason_name(reason), "people": people, "link": f"{members}&verdict__exact={Verdict[reason.upper()]:d}"}
        for reason, people in contract.excluded.items()
    ]
    left_out = sum(contract.excluded.values())
    return {
        "contract": contract,
        "reasons": reasons,
        "included_link": f"{members}&verdict__exact={Verdict.INCLUDED:d}",
        "left_out": left_out,
        "closes": contract.included + left_out == contract.targeted,
        "parts": [Part("included", _("Written to"), contract.included), Part("excluded", _("Left out"), left_out)],
        "total": contract.targeted,
    }


def _cost(contract: BroadcastContract) -> dict[str, Any]:
    included = AudienceMember.objects.filter(audience=contract.audience_id, verdict=Verdict.INCLUDED)
    markets = included.values("market", "price").annotate(people=Count("pk"), cost=Sum("price")).order_by("-cost")
    names = market_names()
    return {
        "contract": contract,
        "markets": [{**row, "name": _(names.get(row["market"], row["market"]))} for row in markets],
        "notice": SHIPPED_CARD_NOTICE,
    }


def _schedule(reading: Reading, contract: BroadcastContract) -> dict[str, Any]:
    room = contract.room_at_first
    return schedule_of(reading, contract) | {"waiting": room is not None and room < contract.included}


def schedule_of(reading: Reading, contract: SendContract) -> dict[str, Any]:
    organisation = reading.actor.organisation
    senders = Sender.objects.select_related("account")
    sender = senders.filter(pk=contract.sender_id, organisation=organisation).first()
    return {
        "contract": contract,
        "sender": sender,
        "status": status_in_words(sender.status) if sender else "",
        "tier": tier_in_words(sender.tier) if sender else "",
        "rules": rules_of(organisation),
        "timezone": organisation.timezone,
    }


def segment_panels(reading: Reading, contract: SegmentContract) -> Iterator[Panel]:
    parts = [Part("included", _("may get marketing"), contract.reachable)]
    parts.append(Part("excluded", _("left out"), contract.targeted - contract.reachable))
    yield Panel(
        _("Who is meant"),
        "desk/panel_segment.html",
        {"contract": contract, "parts": [part for part in parts if part.people], "total": contract.targeted,
         "before": _size_before(reading, contract)},
        "group_work",
    )  # fmt: skip


def _size_before(reading: Reading, contract: SegmentContract) -> int | None:
    """How many the rule meant that is to be replaced."""
    if not contract.rule_before:
        return None
    try:
        return size_of(
            contract.rule_before, reading.actor.organisation, Channel.WHATSAPP, "marketing", reading.now
        ).targeted
    except RuleError:
        return None


def consent_panels(reading: Reading, contract: ConsentContract) -> Iterator[Panel]:
    found = Contact.objects.filter(organisation=reading.actor.organisation, key__in=contract.contact_ids[:_MOST_PEOPLE])
    in_clear = reading.actor.sees_personal_data
    people = [
        {
            "link": reverse("admin:messaging_contact_change", args=(contact.pk,)),
            "name": contact.name if in_clear else mask(contact.name, "name"),
            "phone": contact.phone or "" if in_clear else mask(contact.phone or "", "phone"),
            "opted_out": contact.suppressions.filter(lifted_at=None).exists(),
        }
        for contact in found
    ]
    yield Panel(
        _("Whose consent changes"),
        "desk/panel_consent.html",
        {
            "facts": _consent_facts(contract),
            "people": people,
            "more": max(0, len(contract.contact_ids) - len(people)),
        },
        "handshake",
    )


def _consent_facts(contract: ConsentContract) -> list[tuple[Any, Any]]:
    return [
        (_("For messages of"), Category(contract.category).label),
        (_("Channel"), Channel(contract.channel).label),
        (_("Where they did it"), contract.source),
        (_("When"), moment(contract.occurred_at)),
        (_("Evidence"), contract.evidence or _("none")),
        (_("Their own verified act"), _("yes") if contract.customers_own_act else _("no")),
    ]


def import_panels(reading: Reading, contract: ImportContract) -> Iterator[Panel]:
    batch = ImportBatch.objects.filter(pk=contract.batch_id, organisation=reading.actor.organisation).first()
    if batch is not None:
        yield Panel(_("What the file would do"), "desk/import_counts.html", import_counts(batch), "upload_file")


register_words(
    {
        "cost_low": _("Cost at least"),
        "cost_high": _("Cost at most"),
        "cost_ceiling": _("Never more than"),
        "due_at": _("Begins"),
        "not_after": _("Nothing after"),
        "per_second": _("Messages a second"),
        "messaging_limit": _("Messaging limit"),
        "room_at_first": _("Room at first"),
        "targeted": _("Everybody in the segment"),
        "included": _("Written to"),
        "excluded": _("Left out"),
        "means_everyone": _("Means everyone"),
    },
    {verdict.name.lower(): verdict.label for verdict in Verdict},
)
register_panel(BroadcastContract, broadcast_panels)
register_panel(ResendContract, resend_panels)
register_drift(ResendContract, resend_drift)
register_panel(SingleContract, broadcast_panels)
register_panel(FailedContract, broadcast_panels)
register_drift(SingleContract, single_drift)
register_drift(FailedContract, failed_drift)
register_panel(ImportContract, import_panels)
register_drift(BroadcastContract, drift_on(Channel.WHATSAPP))
register_panel(TemplateContract, template_panels)
register_panel(SegmentContract, segment_panels)
register_panel(ConsentContract, consent_panels)
