"""Making or editing one contact: no number without evidence of consent, and nothing over a newer opt-out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from audit.record import record
from messaging.consent.evidence import Act, write_down
from messaging.consent.optouts import has_said_no, lock_contacts
from messaging.contacts.finding import find_contact
from messaging.contacts.identities import contacts_known_as, find_or_make
from messaging.contacts.versions import check_contact_token, contact_token
from messaging.imports.preview import told
from messaging.imports.problems import NO_CONSENT
from messaging.imports.single import stage_one
from messaging.imports.staging import rows_digest
from messaging.models import Channel, ConsentAct, Contact, IdentityKind, ImportBatch, ImportRow
from sms.contacts.contract import ContactAsk, ContactContract, ContactKept

# What a staged line says that is no mistake of the cells: `StillAsRead` asks about these people itself.
_NOT_OF_THE_CELLS: Final = frozenset(("duplicate", "stays_opted_out"))
# Changes that a person decides, whatever the policies say: who may be written to, and who it is elsewhere.
_GRAVE: Final = frozenset(("phone", "consent", "crm_key"))
# Field -> column, of the contact and of the staged line.
_COLUMNS: Final = {"name": "name", "language": "language", "tags": "tags", "crm_key": "crm_id"}


def plan_contact(call: Call, ask: ContactAsk) -> ContactContract:
    """The contact as it would be kept. Raises Refused with every reason against it."""
    contact = _named(call, ask)
    batch, row = stage_one(
        call.organisation, _cells(ask), name=ask.source, channel=Channel.SMS,
        made_by=call.actor.principal, now=call.now,
    )  # fmt: skip
    refuse_if_any(_reasons(ask, contact, row))
    consent = ask.consent
    return ContactContract(
        contact_id=ask.contact_id,
        base_version_token=ask.base_version_token if contact else "",
        batch_id=batch.pk,
        rows_digest=batch.rows_digest,
        changes=_changes(ask, contact, row),
        language=row.language,
        tags=list(row.tags),
        tags_before=list(contact.tags) if contact else [],
        consent_category=row.consent_category if consent else "",
        consent_source=row.consent_source if consent else "",
        consent_at=row.consent_at if consent else None,
        consent_evidence=consent.evidence if consent else "",
        source=ask.source,
        as_of=min(ask.as_of, call.now),
    )


def needs_a_person(contract: ContactContract) -> bool:
    return contract.contact_id is None or bool(_GRAVE & set(contract.changes))


def _named(call: Call, ask: ContactAsk) -> Contact | None:
    if ask.contact_id is None:
        return None
    contact = find_contact(ask.contact_id, call.organisation, _("Use an id of sms_marketing.contacts.search."))
    check_contact_token(contact, ask.base_version_token)
    return contact


def _cells(ask: ContactAsk) -> Mapping[str, str]:
    """The line of a file that says the same; an edit that leaves the number has none."""
    consent = ask.consent
    return {
        "phone": ask.phone,
        "country": ask.country,
        "name": ask.name or "",
        "language": ask.language or "",
        "tags": ";".join(ask.tags or ()),
        "crm_id": ask.crm_key or "",
        "consent_category": consent.category if consent else "",
        "consent_source": consent.source if consent else "",
        "consent_at": consent.occurred_at.isoformat() if consent else "",
    }


def _reasons(ask: ContactAsk, contact: Contact | None, row: ImportRow) -> Iterator[Reason]:
    needs_consent = ask.consent is not None or _adds_number(ask, contact)
    for problem in row.problems:
        is_consent, is_phone = problem["code"] in NO_CONSENT, problem["column"] == "phone"
        if is_phone and contact is not None and not ask.phone:
            continue
        if problem["code"] in _NOT_OF_THE_CELLS or (is_consent and not needs_consent):
            continue
        with override("en"):  # a refusal is noted, and must not depend on who asked
            words = told(problem)
        yield Reason(problem["code"], words["text"], words["fix"], "consent" if is_consent else problem["column"])
    if row.phone and contact is not None and contact.phone not in (None, row.phone):
        yield Reason("another_number", _("This contact has another number; who answers there may be somebody else."),
                     _("Make a new contact with the consent of whoever has the number."), "phone")  # fmt: skip
    if contact is not None and not _changes(ask, contact, row):
        yield Reason("nothing_changes", _("Nothing would change."), _("Pass what should be different."))


def _adds_number(ask: ContactAsk, contact: Contact | None) -> bool:
    return contact is None or (bool(ask.phone) and not contact.phone)


def _changes(ask: ContactAsk, contact: Contact | None, row: ImportRow) -> list[str]:
    """The fields that would be set, in the order of the columns."""
    said: dict[str, bool] = {
        "phone": _adds_number(ask, contact),
        "name": ask.name is not None and row.name != (contact.name if contact else ""),
        "language": ask.language is not None and row.language != (contact.language if contact else ""),
        "tags": ask.tags is not None and list(row.tags) != (contact.tags if contact else []),
        "crm_key": ask.crm_key is not None and row.crm_id != (contact.crm_id if contact else ""),
        "consent": ask.consent is not None,
    }
    return [name for name, is_set in said.items() if is_set]


@dataclass(frozen=True, slots=True)
class StillAsRead:
    """The line is the one that was planned, nobody changed the contact or opted it out since, and the number is its
    own.
    """

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
        row = ImportRow.objects.get(batch=batch)
        if any(one != contact for one in contacts_known_as(call.organisation, {IdentityKind.PHONE: row.phone})):
            yield Reason("contact_known", _("There is a contact with this number already."),
                         _("Find it with sms_marketing.contacts.search and edit that one."), "phone")  # fmt: skip
        if contact is not None:
            yield from _a_standing_no(contact, contract)


def _edited(call: Call, contract: ContactContract) -> Contact | None:
    if contract.contact_id is None:
        return None
    return Contact.objects.filter(key=contract.contact_id, organisation=call.organisation).first()


def _a_standing_no(contact: Contact, contract: ContactContract) -> Iterator[Reason]:
    if contract.consent_category and has_said_no(contact, Channel.SMS, contract.consent_category):
        yield Reason("opt_out_stands", _("This person has said no to such texts."),
                     _("Only their own act brings them back, such as writing START."), "consent")  # fmt: skip


def keep_contact(call: Call, contract: ContactContract) -> ContactKept:
    """Do what the contract says, in the transaction of its request."""
    batch = ImportBatch.objects.get(pk=contract.batch_id, organisation=call.organisation)
    row = ImportRow.objects.get(batch=batch)
    contact = _contact(call, contract, row)
    refuse_if_any(_a_standing_no(contact, contract))  # asked again under the lock: a stop waits for it, or came before
    for name in contract.changes:
        column = _COLUMNS.get(name)
        if column is not None:
            setattr(contact, column, getattr(row, column))
    contact.import_batch, contact.updated_at = batch, call.now
    contact.version += 1
    contact.save(update_fields=(*_COLUMNS.values(), "import_batch", "updated_at", "version"))
    if contract.consent_at is not None:
        act = Act(
            Channel.SMS, contract.consent_category, ConsentAct.GRANTED, contract.consent_source, contract.consent_at,
            contract.consent_evidence,
        )  # fmt: skip
        write_down(contact, act, call.actor.principal, call.now, batch)
    batch.merged_at = call.now
    batch.save(update_fields=("merged_at",))
    request_id = call.request.pk if call.request else None
    record("sms.contact_kept", contact, call.actor, now=call.now, request_id=request_id,
           fields=", ".join(contract.changes), source=contract.source)  # fmt: skip
    return ContactKept(contact_id=contact.key, is_new=contract.contact_id is None, version_token=contact_token(contact))


def _contact(call: Call, contract: ContactContract, row: ImportRow) -> Contact:
    """The contact under its lock; a new one is made, and a number that was missing is noted."""
    beside = _edited(call, contract)
    if beside is None or "phone" in contract.changes:
        addresses: dict[str, str] = {IdentityKind.PHONE: row.phone}
        beside = find_or_make(call.organisation, addresses, call.now, beside=beside, country=row.country)[0]
    (contact,) = lock_contacts([beside.pk])
    return contact
