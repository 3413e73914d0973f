"""What makes an answer wait for somebody else: money, promises, sensitive words, links elsewhere, files, cards."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from accounts.models import Organisation
from messaging.models import ReplyRules
from messaging.whatsapp.automation.matching import holds, phrase_tokens, tokens
from messaging.whatsapp.session.kinds import Contacts
from messaging.whatsapp.session.message import AnyKind
from messaging.whatsapp.session.parts import attachments_in

RiskCode = Literal["payment", "policy", "sensitive", "unknown_link", "attachment", "contact_card", "by_hand"]
WORDS: dict[str, Promise] = {
    "payment": _("It speaks of payment"),
    "policy": _("It promises something, or makes an exception"),
    "sensitive": _("It speaks of something sensitive"),
    "unknown_link": _("It leads to a site that is not among the known ones"),
    "attachment": _("It carries a file"),
    "contact_card": _("It hands on somebody's contact details"),
    "by_hand": _("A person has taken this conversation over, and software answers in it"),
}
# Texts of a message that customers do not see as words.
_NO_WORDS = frozenset({"kind", "asset_id", "message_id", "catalog_id", "flow_id", "type", "latitude", "longitude"})
_LONGEST_READ = 100_000  # characters: more than any message holds
_WITH_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://[^\s<>\"']+")
# What WhatsApp makes a link of by itself. Too many are better than one too few: then a person looks.
_BARE = re.compile(r"(?<![a-z0-9@._/-])(?:[a-z0-9-]+\.)+[a-z]{2,24}(?![a-z0-9-])")


class Risk(BaseModel):
    model_config = ConfigDict(frozen=True)

    code: Annotated[
        RiskCode,
        Field(
            description="payment, policy (a promise or exception), sensitive, unknown_link, attachment, contact_card,"
            " or by_hand (software answers where a person has taken over)."
        ),
    ]
    found: Annotated[str, Field(description="The word, the site or the kind of file that makes it one.")]

    @property
    def words(self) -> str:
        return f"{WORDS[self.code]}: {self.found}" if self.found else str(WORDS[self.code])


def reply_rules_of(organisation: Organisation) -> ReplyRules:
    """The organisation's words and sites; the defaults (unsaved) where it has not set any."""
    return ReplyRules.objects.filter(pk=organisation.pk).first() or ReplyRules(organisation=organisation)


def risks_of(message: AnyKind, rules: ReplyRules) -> list[Risk]:
    """Everything about this message that a person has to see first; nothing where it may go at once."""
    said = "\n".join(_strings(message.model_dump(mode="json")))
    return [
        *_words(said, rules),
        *(Risk(code="unknown_link", found=host) for host in unknown_hosts(said, _lines(rules.known_domains))),
        *(Risk(code="attachment", found=kind) for kind in dict.fromkeys(kind for _, kind in attachments_in(message))),
        *([Risk(code="contact_card", found="")] if isinstance(message, Contacts) else []),
    ]


def unknown_hosts(text: str, known: list[str]) -> list[str]:
    """The sites that a text leads to and that are neither known nor part of a known one, each once."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(character for character in plain if unicodedata.category(character) != "Cf")
    linked = [_host_of(link) for link in _WITH_SCHEME.findall(plain)]
    bare = _BARE.findall(_WITH_SCHEME.sub(" ", plain))
    hosts = dict.fromkeys([*linked, *bare])
    return [host for host in hosts if not any(host == one or host.endswith(f".{one}") for one in known)]


def _host_of(link: str) -> str:
    """The site behind an address, not what somebody wrote in front of an @; the address where it cannot be read."""
    try:
        return (urlsplit(link).hostname or link)[:200].rstrip(".")
    except ValueError:
        return link[:200]


def _words(said: str, rules: ReplyRules) -> Iterator[Risk]:
    heard = tokens(said, _LONGEST_READ)
    lists: dict[RiskCode, str] = {
        "payment": rules.payment_words,
        "policy": rules.policy_words,
        "sensitive": rules.sensitive_words,
    }
    for code, words in lists.items():
        met = next((word for word in _lines(words) if holds(heard, phrase_tokens(word))), None)
        if met is not None:
            yield Risk(code=code, found=met)


def _lines(text: str) -> list[str]:
    return [line.strip().casefold() for line in text.splitlines() if line.strip()]


def _strings(value: Any, name: str = "") -> Iterator[str]:
    """Every text in a message but ids; each stands for itself, so that no phrase reaches from one into the next."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, name)
    elif isinstance(value, str) and value and name not in _NO_WORDS:
        yield f"{value} ."
