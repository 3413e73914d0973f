"""What the decision page shows of a contact that is to be kept: each field as it is and as it would be."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from approvals.admin.contract_fields import in_words
from approvals.admin.panels import Panel, Reading, Words, register_panel
from approvals.masking import mask
from messaging.admin.moments import moment
from messaging.admin.panel_parts import facts_panel, table_panel
from messaging.contacts.contract import ContactContract
from messaging.models import Category, Contact, ImportRow


def contact_panels(reading: Reading, contract: ContactContract) -> Iterator[Panel]:
    """Who it is stands in the line of the import that keeps it, and is shown as far as its reader may see it."""
    rows = [line for name, *line in _lines(reading, contract) if name in contract.changes]
    yield table_panel(_("What is set"), [_("What"), _("As it is now"), _("As it would be")], rows, "person_edit")
    if "consent" in contract.changes:
        yield _consent(contract)
    if contract.same_as:
        yield facts_panel(
            _("Somebody else has this number"),
            [(_("What happens"), _("Nobody is renumbered; whether the two are one person is asked of people."))],
            "merge",
        )
    yield facts_panel(
        _("Where this comes from"), [(_("Source"), contract.source), (_("As of"), moment(contract.as_of))]
    )


def _lines(reading: Reading, contract: ContactContract) -> list[tuple[str, Words, str, str]]:
    """Each field: its name, its label, as it is and as it would be."""
    organisation, in_clear = reading.actor.organisation, reading.actor.sees_personal_data
    row = ImportRow.objects.filter(batch=contract.batch_id, batch__organisation=organisation).first()
    now = None
    if contract.contact_id is not None:
        now = Contact.objects.filter(organisation=organisation, key=contract.contact_id).first()

    def shown(value: str | None, kind: str) -> str:
        return (value if in_clear else mask(value, kind)) if value else "–"

    def both(field: str, kind: str) -> tuple[str, str]:
        return shown(getattr(now, field, None), kind), shown(getattr(row, field, None), kind)

    told: list[tuple[str, Words, str, str]] = [
        ("phone", _("Phone"), *both("phone", "phone")),
        ("name", _("Name"), *both("name", "name")),
        ("language", _("Language"), (now.language if now else "") or "–", contract.language or "–"),
        ("tags", _("Tags"), in_words(contract.tags_before), in_words(contract.tags)),
        ("crm_key", _("CRM id"), *both("crm_id", "identifier")),
    ]
    if "attributes" in contract.changes:
        before, after = (now.attributes if now else {}), (row.attributes if row else {})
        told += [
            ("attributes", name, shown(before.get(name), "text"), shown(after.get(name), "text"))
            for name in contract.attributes
        ]
    return told


def _consent(contract: ContactContract) -> Panel:
    return facts_panel(
        _("The consent that would be written down"),
        [
            (_("For messages of"), Category(contract.consent_category).label),
            (_("Where they agreed"), contract.consent_source),
            (_("When"), moment(contract.consent_at)),
            (_("Evidence"), contract.consent_evidence or "–"),
        ],
        "handshake",
    )


register_panel(ContactContract, contact_panels)
