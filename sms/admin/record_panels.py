"""What the decision page shows of single records: a contact, a short link, a sender ID, figures, a mail, a segment."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from approvals.admin.contract_fields import in_words
from approvals.admin.panels import Panel, Reading, Words, register_panel
from approvals.numerals import number
from messaging.admin.moments import moment
from messaging.admin.panel_parts import facts_panel, table_panel
from messaging.admin.progress import Part, reason_name
from messaging.models import Segment
from sms.links.contract import LinkContract
from sms.models import SenderId
from sms.notices.writing import NoticeContract
from sms.segments.preview import SegmentPreview
from sms.sender_ids.contract import ApplicationContract
from sms.snapshots import SnapshotContract

# What the figures of a snapshot are called, and which of them are amounts.
FIGURES: dict[str, Words] = {
    "delivered": _("Delivered"),
    "failed": _("Failed"),
    "clicks": _("Clicks"),
    "opt_outs": _("Opt-outs"),
    "conversions": _("Conversions"),
    "cost": _("Cost"),
    "revenue": _("Revenue"),
}
_AMOUNTS = ("cost", "revenue")
_PAPERS = {
    "business_registration": _("Business registration"),
    "letter_of_authorisation": _("Letter of authorisation"),
    "register_proof": _("Proof of the register"),
    "other": _("Another paper"),
}


def link_panels(reading: Reading, contract: LinkContract) -> Iterator[Panel]:
    segment = None
    if contract.segment_id is not None:
        segment = Segment.objects.filter(pk=contract.segment_id, organisation=reading.actor.organisation).first()
    facts: list[tuple[Words, Any]] = [
        (_("Leads to"), contract.destination),
        (_("Looks like"), contract.shape),
        (_("Characters in a text"), contract.characters),
        (_("Code"), _("everybody gets their own") if contract.per_person else _("one for everybody")),
        (_("Clicks"), _("are counted") if contract.tracked else _("are not counted")),
        (_("Leads nowhere after"), moment(contract.expires_at)),
    ]
    if segment is not None:
        facts.append((_("Meant for"), f"{segment.name} ({number(contract.people)})"))
    if contract.sensitive:
        facts.append((_("The address speaks of"), ", ".join(contract.sensitive)))
    facts += [(_("Networks may hold it back"), gettext(risk)) for risk in contract.risks]
    advice = _("Money and accounts: people are asked for such pages by swindlers, too.") if contract.sensitive else ""
    yield facts_panel(_("Where the link leads"), facts, "link", advice)


def application_panels(reading: Reading, contract: ApplicationContract) -> Iterator[Panel]:
    facts: list[tuple[Words, Any]] = [
        (_("People see"), contract.value),
        (_("Kind"), SenderId.Kind(contract.kind).label),
        (_("Countries"), ", ".join(contract.countries)),
        (_("Brand"), contract.brand),
        (_("Company"), f"{contract.company} ({contract.company_number})"),
        (_("What will be sent"), contract.purpose),
        (_("In the regulator's register"), contract.register_reference or _("not yet")),
        (_("Number to opt out by"), contract.opt_out_number or _("none")),
        (_("To be registered with"), ", ".join(contract.gateways) or _("no gateway yet")),
    ]
    if contract.blocked_in:
        facts.append((_("Networks block it as it is in"), ", ".join(contract.blocked_in)))
    note = _("The company has authorised it, says whoever asks. Nothing can be sent from it before it is verified.")
    yield facts_panel(_("What is applied for"), facts, "badge", note)
    if contract.before:
        rows = [[in_words(name), was, in_words(getattr(contract, name, ""))] for name, was in contract.before.items()]
        yield table_panel(_("What changes"), [_("What"), _("As it is now"), _("As it would be")], rows, "difference")
    papers = [
        [_PAPERS[one.kind], one.name, _("there") if one.status == "ready" else _("to follow"), in_words(one.sha256),
         one.kept_at or "–"]
        for one in contract.documents
    ]  # fmt: skip
    headings: list[Words] = [_("Paper"), _("Name"), _("State"), _("Hash"), _("Kept at")]
    yield table_panel(_("Papers"), headings, papers, "description", _("No papers were handed in."))


def snapshot_panels(reading: Reading, contract: SnapshotContract) -> Iterator[Panel]:
    """Their figures beside ours; what cannot be is named."""
    names = [name for name in FIGURES if name in {*contract.figures, *contract.before, *contract.ours}]
    rows = [
        [FIGURES[name], *(figure_in_words(name, told, contract.currency)
                          for told in (contract.before, contract.figures, contract.ours)),
         _("cannot be, beside ours") if name in contract.contradicts else ""]
        for name in names
    ]  # fmt: skip
    headings: list[Words] = [_("Figure"), _("Kept so far"), _("As told"), _("What we counted"), ""]
    yield table_panel(_("What would be kept"), headings, rows, "monitoring")
    days = f"{formats.date_format(contract.from_day)} – {formats.date_format(contract.until_day)}"
    proof = ", ".join(f"{one.name} {one.kept_at} {in_words(one.sha256) if one.sha256 else ''}".strip()
                      for one in contract.evidence)  # fmt: skip
    yield facts_panel(
        _("Where they come from"),
        [
            (_("Source"), contract.source),
            (_("Of"), contract.campaign_name or _("all SMS")),
            (_("Gateway"), contract.gateway_name or _("all together")),
            (_("Days"), days),
            (_("How it was counted"), contract.method),
            (_("Attribution"), contract.attribution or "–"),
            (_("Evidence"), proof),
        ],
        note=_("Our own figures stay as they are; a corrected one is kept beside its correction."),
    )


def figure_in_words(name: str, told: dict[str, str], currency: str) -> str:
    """A figure as people write it; amounts with their currency."""
    value = told.get(name)
    if value is None:
        return "–"
    return f"{number(Decimal(value))} {currency}".strip() if name in _AMOUNTS else number(int(value))


def notice_panels(reading: Reading, contract: NoticeContract) -> Iterator[Panel]:
    people = Person.objects.filter(organisation=reading.actor.organisation, pk__in=contract.owner_ids)
    rows = [[str(person), person.get_role_display()] for person in people.order_by("username")]
    yield table_panel(_("Who gets the mail"), [_("Name"), _("Role")], rows, "group")
    yield facts_panel(_("The mail"), [(_("Subject"), contract.subject), (_("Text"), contract.body)], "mail")


def segment_panels(reading: Reading, contract: SegmentPreview) -> Iterator[Panel]:
    parts = [Part("included", _("may get texts"), contract.included)]
    parts += [Part("excluded", reason_name(reason), people) for reason, people in contract.excluded.items()]
    panel = {"contract": contract, "parts": [one for one in parts if one.people], "total": contract.targeted}
    yield Panel(_("Who is meant"), "desk/panel_segment_sms.html", panel, "group_work")


register_panel(LinkContract, link_panels)
register_panel(ApplicationContract, application_panels)
register_panel(SnapshotContract, snapshot_panels)
register_panel(NoticeContract, notice_panels)
register_panel(SegmentPreview, segment_panels)
