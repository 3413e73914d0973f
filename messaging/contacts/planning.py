"""What keeping one contact would do: read as a line of an import, with every reason against it."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from messaging.contacts.consent_tags import reasons_against_tags
from messaging.contacts.contract import ChannelCustoms, ContactContract, ContactWish
from messaging.contacts.finding import find_contact
from messaging.contacts.identities import contacts_known_as
from messaging.contacts.versions import check_contact_token
from messaging.imports.columns import attribute_name
from messaging.imports.preview import told
from messaging.imports.problems import NO_CONSENT
from messaging.imports.single import stage_one
from messaging.models import Contact, IdentityKind, ImportRow

# What a staged line says that is no mistake of the cells: `StillAsRead` asks about these people itself.
_NOT_OF_THE_CELLS: Final = frozenset(("duplicate", "stays_opted_out"))


def plan_contact(call: Call, wish: ContactWish, customs: ChannelCustoms) -> ContactContract:
    """The contact as it would be kept. Raises Refused with every reason against it."""
    contact = _named(call, wish, customs)
    batch, row = stage_one(
        call.organisation, _cells(wish), name=wish.source, channel=customs.channel,
        made_by=call.actor.principal, now=call.now,
    )  # fmt: skip
    refuse_if_any(_reasons(wish, contact, row, customs))
    consent, changes = wish.consent, _changes(wish, contact, row)
    return ContactContract(
        contact_id=wish.contact_id,
        base_version_token=wish.base_version_token if contact else "",
        batch_id=batch.pk,
        rows_digest=batch.rows_digest,
        changes=changes,
        language=row.language,
        tags=list(row.tags),
        tags_before=list(contact.tags) if contact else [],
        attributes=sorted(map(attribute_name, wish.preferences)) if "attributes" in changes else [],
        same_as=[one.key for one in others_with(row, contact, call)] if contact and customs.may_renumber else [],
        consent_category=row.consent_category if consent else "",
        consent_source=row.consent_source if consent else "",
        consent_at=row.consent_at if consent else None,
        consent_evidence=consent.evidence if consent else "",
        source=wish.source,
        as_of=min(wish.as_of, call.now),
    )


def others_with(row: ImportRow, contact: Contact | None, call: Call) -> list[Contact]:
    """Everybody else who goes by the number of the line."""
    return [one for one in contacts_known_as(call.organisation, {IdentityKind.PHONE: row.phone}) if one != contact]


def _named(call: Call, wish: ContactWish, customs: ChannelCustoms) -> Contact | None:
    if wish.contact_id is None:
        return None
    contact = find_contact(wish.contact_id, call.organisation, _("Use an id of %s.") % customs.listed_by)
    check_contact_token(contact, wish.base_version_token)
    return contact


def _cells(wish: ContactWish) -> Mapping[str, str]:
    """The line of a file that says the same; an edit that leaves the number has none."""
    consent = wish.consent
    return {
        "phone": wish.phone,
        "country": wish.country,
        "name": wish.name or "",
        "language": wish.language or "",
        "tags": ";".join(wish.tags or ()),
        "crm_id": wish.crm_id or "",
        "consent_category": consent.category if consent else "",
        "consent_source": consent.source if consent else "",
        "consent_at": consent.occurred_at.isoformat() if consent else "",
        **{f"attribute.{name}": value for name, value in wish.preferences.items()},
    }


def _reasons(wish: ContactWish, contact: Contact | None, row: ImportRow, customs: ChannelCustoms) -> Iterator[Reason]:
    needs_consent = wish.consent is not None or (customs.needs_consent and _sets_number(wish, contact, row))
    for problem in row.problems:
        is_consent, is_phone = problem["code"] in NO_CONSENT, problem["column"] == "phone"
        if is_phone and contact is not None and not wish.phone:
            continue
        if problem["code"] in _NOT_OF_THE_CELLS or (is_consent and not needs_consent):
            continue
        with override("en"):  # a refusal is noted, and must not depend on who asked
            words = told(problem)
        yield Reason(problem["code"], words["text"], words["fix"], "consent" if is_consent else problem["column"])
    if row.phone and contact is not None and contact.phone not in (None, row.phone) and not customs.may_renumber:
        yield Reason("another_number", _("This contact has another number; who answers there may be somebody else."),
                     _("Make a new contact with the consent of whoever has the number."), "phone")  # fmt: skip
    if wish.tags is not None:
        kept = set(contact.tags) if contact else set()
        yield from reasons_against_tags((tag for tag in wish.tags if tag not in kept), "tags")
    yield from reasons_against_tags(wish.preferences, "preferences")
    if contact is not None and not _changes(wish, contact, row):
        yield Reason("nothing_changes", _("Nothing would change."), _("Pass what should be different."))


def _sets_number(wish: ContactWish, contact: Contact | None, row: ImportRow) -> bool:
    return contact is None or (bool(wish.phone) and contact.phone != row.phone)


def _changes(wish: ContactWish, contact: Contact | None, row: ImportRow) -> list[str]:
    """The fields that would be set, in the order of the columns."""
    said: dict[str, bool] = {
        "phone": _sets_number(wish, contact, row),
        "name": wish.name is not None and row.name != (contact.name if contact else ""),
        "language": wish.language is not None and row.language != (contact.language if contact else ""),
        "tags": wish.tags is not None and list(row.tags) != (contact.tags if contact else []),
        "crm_key": wish.crm_id is not None and row.crm_id != (contact.crm_id if contact else ""),
        "attributes": any(
            row.attributes.get(name) != (contact.attributes.get(name) if contact else None)
            for name in map(attribute_name, wish.preferences)
        ),
        "consent": wish.consent is not None,
    }
    return [name for name, is_set in said.items() if is_set]
