"""Making or editing one contact, for every channel: nobody twice under one number, nothing over a newer opt-out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from audit.record import record
from messaging.consent.evidence import Act, write_down
from messaging.consent.optouts import has_said_no, lock_contacts
from messaging.contacts.contract import ChannelCustoms, ContactContract, ContactKept
from messaging.contacts.identities import find_or_make
from messaging.contacts.planning import others_with
from messaging.contacts.versions import contact_token
from messaging.imports.staging import rows_digest
from messaging.models import ConsentAct, Contact, Identity, IdentityKind, ImportBatch, ImportRow

# Changes that a person decides, whatever the policies say: who may be written to, and who it is elsewhere.
_GRAVE: Final = frozenset(("phone", "consent", "crm_key"))
# Field -> column, of the contact and of the staged line.
_COLUMNS: Final = {"name": "name", "language": "language", "tags": "tags", "crm_key": "crm_id"}


def needs_a_person(contract: ContactContract) -> bool:
    return contract.contact_id is None or bool(_GRAVE & set(contract.changes))


@dataclass(frozen=True, slots=True)
class StillAsRead:
    """The line is the one that was planned, nobody changed the contact or opted it out since, and who else has the
    number is who had it then.
    """

    customs: ChannelCustoms

    def __call__(self, call: Call, contract: ContactContract) -> Iterator[Reason]:
        batch = ImportBatch.objects.filter(pk=contract.batch_id, organisation=call.organisation).first()
        if batch is None or rows_digest(batch) != contract.rows_digest:
            yield Reason("contact_altered", _("What was planned was altered afterwards."),
                         _("Ask again, and tell an administrator."))  # fmt: skip
            return
        contact = _edited(call, contract)
        if contract.contact_id is not None and (
            contact is None or contact_token(contact) != contract.base_version_token
        ):
            yield Reason("stale_version", _("The contact has changed since this was planned; it may have opted out."),
                         _("Read it again and edit what you find."), "base_version_token")  # fmt: skip
        others = others_with(ImportRow.objects.get(batch=batch), contact, call)
        if {one.key for one in others} - set(contract.same_as):
            yield Reason("contact_known", _("There is a contact with this number already."),
                         _("Find it with %s and edit that one.") % self.customs.listed_by, "phone")  # fmt: skip
        if contact is not None:
            yield from _a_standing_no(contact, contract, self.customs)


def _edited(call: Call, contract: ContactContract) -> Contact | None:
    if contract.contact_id is None:
        return None
    return Contact.objects.filter(key=contract.contact_id, organisation=call.organisation).first()


def _a_standing_no(contact: Contact, contract: ContactContract, customs: ChannelCustoms) -> Iterator[Reason]:
    if contract.consent_category and has_said_no(contact, customs.channel, contract.consent_category):
        yield Reason("opt_out_stands", _("This person has said no to such texts."),
                     _("Only their own act brings them back, such as writing START."), "consent")  # fmt: skip


def keep_contact(call: Call, contract: ContactContract, customs: ChannelCustoms) -> ContactKept:
    """Do what the contract says, in the transaction of its request."""
    batch = ImportBatch.objects.get(pk=contract.batch_id, organisation=call.organisation)
    row = ImportRow.objects.get(batch=batch)
    contact = _contact(call, contract, row)
    # Asked again under the lock: a stop waits for it, or came before.
    refuse_if_any(_a_standing_no(contact, contract, customs))
    _set(contact, contract, row)
    contact.import_batch, contact.updated_at = batch, call.now
    contact.version += 1
    contact.save(update_fields=(*_COLUMNS.values(), "attributes", "import_batch", "updated_at", "version"))
    if contract.consent_at is not None:
        act = Act(
            customs.channel, contract.consent_category, ConsentAct.GRANTED, contract.consent_source,
            contract.consent_at, contract.consent_evidence,
        )  # fmt: skip
        write_down(contact, act, call.actor.principal, call.now, batch)
    batch.merged_at = call.now
    batch.save(update_fields=("merged_at",))
    request_id = call.request.pk if call.request else None
    record("contact.kept", contact, call.actor, now=call.now, request_id=request_id,
           fields=", ".join(contract.changes), source=contract.source)  # fmt: skip
    return ContactKept(contact_id=contact.key, is_new=contract.contact_id is None, version_token=contact_token(contact))


def _set(contact: Contact, contract: ContactContract, row: ImportRow) -> None:
    for name in contract.changes:
        column = _COLUMNS.get(name)
        if column is not None:
            setattr(contact, column, getattr(row, column))
    kept = {name: value for name, value in contact.attributes.items() if name not in contract.attributes}
    contact.attributes = kept | {name: row.attributes[name] for name in contract.attributes if name in row.attributes}


def _contact(call: Call, contract: ContactContract, row: ImportRow) -> Contact:
    """The contact under its lock; a new one is made, and its number is noted."""
    beside = _edited(call, contract)
    if beside is None or "phone" in contract.changes:
        addresses: dict[str, str] = {IdentityKind.PHONE: row.phone}
        beside = find_or_make(call.organisation, addresses, call.now, beside=beside, country=row.country)[0]
    (contact,) = lock_contacts([beside.pk])
    if "phone" in contract.changes and contact.phone != row.phone:
        _renumber(contact, row)
    return contact


def _renumber(contact: Contact, row: ImportRow) -> None:
    """Write to them at the new number from now on; by the old one they are still known, with every no they said there.

    A number that is another contact's stays there until people have said that the two are one person.
    """
    if Identity.objects.filter(contact=contact, kind=IdentityKind.PHONE, value=row.phone).exists():
        contact.phone, contact.country, contact.invalid_at = row.phone, row.country, None
        contact.save(update_fields=("phone", "country", "invalid_at"))
