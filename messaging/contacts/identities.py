"""Who is meant by an address. One person has many; each address belongs to one person of an organisation."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import Organisation
from messaging.models import Contact, Identity, IdentityKind, MergeTask
from messaging.phones import BadPhone, normalise

# The kinds that are an address to send to, kept on the contact itself as well.
_SENDABLE = {IdentityKind.PHONE: "phone", IdentityKind.BSUID: "bsuid"}

Addresses = Mapping[str, str]
"""Identity kind -> value, as one webhook or one row names a person: {"phone": "+852…", "bsuid": "HK.…"}."""


def contacts_known_as(organisation: Organisation, addresses: Addresses) -> list[Contact]:
    """Everybody in the organisation whom one of these addresses names, in id order: usually one, rarely two."""
    found = Identity.objects.none()
    for kind, value in addresses.items():
        found = found | Identity.objects.filter(organisation=organisation, kind=kind, value=value)
    return list(Contact.objects.filter(pk__in=found.values("contact_id")).order_by("pk"))


def find_or_make(
    organisation: Organisation,
    addresses: Addresses,
    now: datetime,
    *,
    beside: Contact | None = None,
    name: str = "",
    country: str = "",
) -> list[Contact]:
    """The people behind these addresses, and all addresses noted on the first of them; a new contact if nobody is
    known.

    `beside` is somebody already known to go by these addresses. Two contacts under one set of addresses look like one
    person: that becomes a merge task for people to settle.
    """
    if not any(addresses.values()):
        raise ValueError("a person needs at least one address")
    try:
        return _found_or_made(organisation, addresses, now, beside, name, country)
    except IntegrityError:  # somebody made them in this very moment: now they are found
        return _found_or_made(organisation, addresses, now, beside, name, country)


def _found_or_made(
    organisation: Organisation, addresses: Addresses, now: datetime, beside: Contact | None, name: str, country: str
) -> list[Contact]:
    with transaction.atomic():
        known = contacts_known_as(organisation, addresses)
        if beside is not None and beside not in known:
            known.insert(0, beside)
        if not known:
            known = [_make(organisation, addresses, now, name, country)]
        _note(known[0], addresses)
        _ask_whether_same(organisation, known, "+".join(sorted(addresses)), now)
    return known


def write_there_from_now_on(contact: Contact, moved: Addresses, now: datetime) -> list[str]:
    """Send to these addresses instead of the ones before, where they are the contact's own. Returns their kinds.

    What was approved for the old address does not go there any more, nor to the new one.
    """
    changed = {column: moved[kind] for kind, column in _SENDABLE.items() if moved.get(kind)}
    for kind, value in list(changed.items()):
        own = Identity.objects.filter(contact=contact, kind=kind, value=value).exists()
        taken = Contact.objects.filter(organisation_id=contact.organisation_id, **{kind: value}).exists()
        if not own or taken:
            del changed[kind]
    if changed:
        Contact.objects.filter(pk=contact.pk).update(**changed, version=F("version") + 1, updated_at=now)
    return sorted(changed)


def _ask_whether_same(organisation: Organisation, known: list[Contact], evidence: str, now: datetime) -> None:
    first, *others = sorted(known, key=lambda contact: contact.pk)
    for other in others:
        if MergeTask.objects.filter(first=first, second=other, outcome=MergeTask.Outcome.APART).exists():
            continue  # somebody has said that they are two
        MergeTask.objects.get_or_create(
            organisation=organisation,
            first=first,
            second=other,
            settled_at=None,
            defaults={"found_at": now, "evidence": evidence},
        )


def _make(organisation: Organisation, addresses: Addresses, now: datetime, name: str, country: str) -> Contact:
    sendable = {column: addresses.get(kind) or None for kind, column in _SENDABLE.items()}
    country = country or _country_of(addresses.get(IdentityKind.PHONE) or "")
    return Contact.objects.create(
        organisation=organisation, name=name, country=country, created_at=now, updated_at=now, **sendable
    )


def _country_of(phone: str) -> str:
    """The country of a number: +1 is many, and in one of them no marketing is delivered. Empty when nobody can say."""
    try:
        region = normalise(phone, "").region
    except BadPhone:
        return ""
    return region if region.isalpha() else ""


def _note(contact: Contact, addresses: Addresses) -> None:
    """Remember addresses nobody has yet, and fill in an address to send to that was missing."""
    for kind, value in addresses.items():
        if not value:
            continue
        identity, _is_new = Identity.objects.get_or_create(
            organisation_id=contact.organisation_id, kind=kind, value=value, defaults={"contact": contact}
        )
        column = _SENDABLE.get(IdentityKind(kind))
        if column and identity.contact_id == contact.pk and not getattr(contact, column):
            Contact.objects.filter(pk=contact.pk).update(**{column: value})
            setattr(contact, column, value)
