"""Where a short link may lead: https, to a host that the organisation has allowed, never to what only looks like it."""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.reasons import Reason
from sms.links.hosts import OddHost, judged_host, names_above
from sms.links.utm import has_mail, odd_parameters
from sms.models import LinkDomain, LinkRules

FIELD = "destination"
LONGEST = 1900  # characters, so that the campaign parameters still fit the column
# What address readers disagree about: white space, control characters, backslashes; and what was meant as a variable.
_ODD = re.compile(r"[\s\\\x00-\x1f\x7f<>\"{}|^`]")
_BETWEEN_WORDS = re.compile(r"[^a-z]+")

_ODD_HOSTS: dict[str, tuple[Promise, Promise]] = {
    "not_a_name": (_("The host of the address is no ordinary name."),
                   _("Use the shop's own domain, not a number or a machine's name.")),
    "mixed_scripts": (_("The host mixes letters of several scripts, as forged names do."),
                      _("Use a name in one script.")),
    "shortener": (_("The address is itself a short link of somebody else."),
                  _("Use the address that it leads to: networks hold back texts with public short links.")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Destination:
    """An address that passed: in ASCII, with the row of the domain that allows it."""

    address: str
    host: str
    domain: LinkDomain


def digest_of(address: str) -> str:
    """SHA-256 of an address, 64 hex digits: what is approved and compared again."""
    return hashlib.sha256(address.encode()).hexdigest()


def judge(address: str, organisation: Organisation) -> tuple[Destination | None, list[Reason]]:
    """The destination, or every reason against it."""
    reasons = list(_reasons_of_form(address))
    if reasons:
        return None, reasons
    parts = urlsplit(address)
    try:
        host = judged_host(parts.hostname or "")
    except OddHost as odd:
        return None, [Reason(odd.code, *_ODD_HOSTS[odd.code], FIELD)]
    domain = domain_of(host, organisation)
    reasons = list(_reasons_of_host(host, domain))
    if reasons or domain is None:
        return None, reasons
    return Destination(_in_ascii(parts, host), host, domain), []


def domain_of(host: str, organisation: Organisation) -> LinkDomain | None:
    """The organisation's row that speaks of this host: its own, or the nearest above that takes subdomains."""
    rows = LinkDomain.objects.filter(
        organisation=organisation, purpose=LinkDomain.Purpose.DESTINATION, host__in=names_above(host)
    )
    fitting = [row for row in rows if row.host == host or row.with_subdomains]
    blocked = [row for row in fitting if row.blocked_at is not None]  # a block of any of them counts
    return max(blocked or fitting, key=lambda row: len(row.host), default=None)


def sensitive_words(address: str, organisation: Organisation) -> list[str]:
    """The words of an address for which a person decides: payment, finance, accounts. As data, with the
    organisation's own.
    """
    rules = LinkRules.objects.filter(organisation=organisation).first()
    words = _shipped_words() | {word.lower() for word in (rules.sensitive_words if rules else [])}
    plain = unquote(address).lower()
    whole = set(_BETWEEN_WORDS.split(plain))
    # Chinese has no spaces: there a word counts wherever it stands.
    return sorted(word for word in words if (word in whole if word.isascii() else word in plain))


def _reasons_of_form(address: str) -> Iterator[Reason]:
    if len(address) > LONGEST:
        yield Reason("address_too_long", _("The address is longer than %d characters.") % LONGEST,
                     _("Use a shorter address."), FIELD)  # fmt: skip
        return
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if _ODD.search(address) or not parts.netloc:
        yield Reason("not_an_address", _("This is no address that every browser reads alike."),
                     _("Write it as https://shop.example.hk/page, without spaces or variables."), FIELD)  # fmt: skip
        return
    if parts.scheme != "https":
        yield Reason("not_https", _("Short links lead to https alone."), _("Use the page's https address."), FIELD)
    if "@" in parts.netloc:
        yield Reason("user_in_address", _("A name stands before the host, which hides where the address leads."),
                     _("Take out everything up to the @."), FIELD)  # fmt: skip
    if port not in (None, 443):
        yield Reason("odd_port", _("The address names a port of its own."), _("Use the ordinary https port."), FIELD)
    if odd_parameters(address) or has_mail(address):
        yield Reason("personal_data", _("The address holds what looks like a phone number or a mail address."),
                     _("Take it out: addresses are seen by everybody on the way."), FIELD)  # fmt: skip


def _reasons_of_host(host: str, domain: LinkDomain | None) -> Iterator[Reason]:
    ours = LinkDomain.objects.filter(host=host, purpose=LinkDomain.Purpose.SHORT)
    if host == urlsplit(settings.SHORT_LINK_BASE_URL).hostname or ours.exists():
        yield Reason("leads_to_itself", _("Our own short links stand on this host."),
                     _("Use the address of the page itself."), FIELD)  # fmt: skip
    elif domain is None:
        yield Reason("domain_not_allowed", _("%s is not among the domains that links may lead to.") % host,
                     _("Ask an administrator to allow the domain at the desk, or use one that is."), FIELD)  # fmt: skip
    elif domain.blocked_at is not None:
        yield Reason("domain_blocked", _("Links to %s have been blocked.") % host,
                     _("Ask an administrator why; nothing else will help."), FIELD)  # fmt: skip


def _in_ascii(parts: SplitResult, host: str) -> str:
    return str(iri_to_uri(urlunsplit(parts._replace(netloc=host))))


@cache
def _shipped_words() -> frozenset[str]:
    with (Path(__file__).parent / "sensitive_words.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["word"] for row in csv.DictReader(file))
