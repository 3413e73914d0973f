"""What is wrong with a sender ID before anybody applies for it: its letters and its papers.

Lengths and letters: 3GPP TS 23.040 section 9.1.2.5 (a name holds 11 characters of the GSM alphabet at most).
"""

import re
from collections.abc import Iterator

import phonenumbers
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason
from sms.models import SenderId
from sms.sender_ids.contract import ApplicationAsk
from sms.text.alphabet import SEPTETS

_MARK = "#"
_SHAPES = {
    SenderId.Kind.LONG_NUMBER: re.compile(r"\+[1-9][0-9]{6,14}"),
    SenderId.Kind.SHORT_NUMBER: re.compile(r"[0-9]{3,8}"),
}
LONGEST_NAME = 11


def odd_value(ask: ApplicationAsk) -> Iterator[Reason]:
    unknown = sorted(set(ask.countries) - phonenumbers.SUPPORTED_REGIONS)
    if unknown:
        yield Reason("unknown_country", _("No such countries: %s.") % ", ".join(unknown),
                     _("Use ISO 3166 codes such as HK."), "countries")  # fmt: skip
    shape = _SHAPES.get(SenderId.Kind(ask.kind))
    if shape is not None and shape.fullmatch(ask.value) is None:
        yield Reason("odd_sender_id", _("This is not a number of that kind."),
                     _("Write +85221234567 for a phone number, 28888 for a short code."), "value")  # fmt: skip
    if shape is None and not _is_name(ask.value):
        yield Reason("odd_sender_id", _("A name holds 11 letters of the GSM alphabet at most, and not digits alone."),
                     _("Shorten it, or spell it in Latin letters."), "value")  # fmt: skip
    if _MARK in ask.value and (ask.kind != "registered" or not ask.value.startswith(_MARK)):
        yield Reason("mark_without_register", _("Networks block # unless the regulator has registered the name."),
                     _("Begin it with # and apply for it as registered, or leave # out."), "kind")  # fmt: skip
    if ask.kind == "registered" and "HK" in ask.countries and not ask.value.startswith(_MARK):
        yield Reason(
            "mark_missing", _("Names registered in Hong Kong begin with #."), _("Write it as #BRAND."), "value"
        )


def _is_name(value: str) -> bool:
    """Characters of the extension table take two places, and no gateway takes them in a name."""
    septets = [SEPTETS.get(character, b"\0\0") for character in value]
    return len(value) <= LONGEST_NAME and all(len(one) == 1 for one in septets) and any(map(str.isalpha, value))


def odd_papers(ask: ApplicationAsk) -> Iterator[Reason]:
    for number, paper in enumerate(ask.documents):
        if (paper.status == "ready") != bool(paper.sha256):
            yield Reason("hash_missing", _("A paper that is ready has a SHA-256, and one to follow has none yet."),
                         _("Compute it over the file."), f"documents.{number}.sha256")  # fmt: skip
    ready = {paper.kind for paper in ask.documents if paper.status == "ready"}
    if ask.kind == "registered" and "business_registration" not in ready:
        yield Reason("paper_missing", _("A registered name needs the company's business registration."),
                     _("Name it among the documents, with its SHA-256."), "documents")  # fmt: skip
