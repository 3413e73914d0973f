"""What the text of a one-time password must be: the code, how long it counts, and nothing that sells or leads anywhere.

Codes bound to a website end in the line `@host #code`. Source: WICG, "Origin-bound one-time codes delivered via SMS".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from approvals.canonical import seal_of
from approvals.reasons import Reason
from sms.models import OtpTemplate
from sms.text import UnsendableText, measure
from sms.text.filling import fill, has_broken_variable, names_in

MOST_PARTS = 2
SHORTEST_SECONDS, LONGEST_SECONDS = 60, 600
NAMES = frozenset({"code", "minutes"})
SAMPLE = {"code": "000000", "minutes": "10"}

_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_CODE = r"\{\{\s*code\s*\}\}"
_BOUND = re.compile(rf"@(\S+) #{_CODE}")
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://|\bwww\.|\b[a-z0-9-]+(\.[a-z0-9-]+)*\.(com|net|org|io|app|co|hk|cn|tw|mo|sg|uk|info|biz|me|ly)\b",
    re.IGNORECASE,
)
# Our own list: words that sell. A code with one of them in its text is advertising that passes for security.
_SELLING = re.compile(
    r"\b(sale|discount|offer|promo\w*|coupon|voucher|deal|bonus|free|win|prize|buy|shop now|subscribe)\b|% ?off\b"
    r"|優惠|优惠|折扣|減價|减价|促銷|促销|特價|特价|免費|免费|立即購買|立即购买|限時|限时|禮券|礼券|贈|赠|抽獎|抽奖|會員日|会员日",
    re.IGNORECASE,
)


def digest_of(template: OtpTemplate) -> str:
    """One hash over all that an approval is about: another text, purpose, sender or lifetime is another template."""
    said: dict[str, Any] = {
        "purpose": template.purpose,
        "texts": template.texts,
        "default_language": template.default_language,
        "host": template.host,
        "lifetime_seconds": template.lifetime_seconds,
        "identity": str(template.identity_id),
    }
    return seal_of(said)


def is_approved(template: OtpTemplate) -> bool:
    return template.approved_at is not None and template.approved_digest == digest_of(template)


def problems_of(template: OtpTemplate) -> list[Reason]:
    """Everything that is wrong with a template; empty: it may be approved."""
    return [*_of_frame(template), *(problem for language in template.texts for problem in _of_text(template, language))]


def _of_frame(template: OtpTemplate) -> Iterator[Reason]:
    if not isinstance(template.texts, Mapping) or template.default_language not in template.texts:
        yield Reason("text_missing", _("There is no text in the default language."),
                     _("Write one, or choose another default."), "texts")  # fmt: skip
    if not SHORTEST_SECONDS <= template.lifetime_seconds <= LONGEST_SECONDS:
        yield Reason("lifetime_out_of_bounds", _("A code counts between one and ten minutes."),
                     _("Choose 60 to 600 seconds."), "lifetime_seconds")  # fmt: skip
    if template.host and not _HOST.fullmatch(template.host):
        yield Reason("host_not_bare", _("This is no bare host."),
                     _("Write it without https://, port or path: shop.example.hk"), "host")  # fmt: skip


def _of_text(template: OtpTemplate, language: str) -> Iterator[Reason]:
    text = template.texts[language]
    if not isinstance(text, str):
        yield _problem("text_missing", language, _("This is no text."), _("Write a text for each language."))
        return
    body, problem = _without_bound_line(text, template.host, language)
    if problem is not None:
        yield problem
        return
    if has_broken_variable(text) or set(names_in(text)) - NAMES or len(re.findall(_CODE, body)) != 1:
        what = _("The text must have {{code}} once, and no variable but it and {{minutes}}.")
        yield _problem("code_not_once", language, what, _("Write it as {{code}}."))
        return
    if _LINK.search(body):
        yield _problem("link_in_text", language, _("A text with a code leads nowhere."), _("Take the link out."))
    if _SELLING.search(body):
        yield _problem("promotional", language, _("A text with a code sells nothing."), _("Take the offer out."))
    yield from _size(text, language)


def _without_bound_line(text: str, host: str, language: str) -> tuple[str, Reason | None]:
    """The text above its last line where that binds the code to a website."""
    if text != text.strip():
        return text, _problem("space_around", language, _("The text begins or ends with space."),
                              _("Nothing may come behind the last line."))  # fmt: skip
    above, _newline, last = text.replace("\r\n", "\n").rpartition("\n")
    bound = _BOUND.fullmatch(last)
    if bound is not None and bound.group(1) == host:
        return above, None
    if host or last.startswith("@"):
        return text, _problem("not_bound", language, _("The last line does not bind the code to the website."),
                              _("End with the line: @host #{{code}}, with the template's host."))  # fmt: skip
    return text, None


def _size(text: str, language: str) -> Iterator[Reason]:
    try:
        parts = measure(fill(text, SAMPLE)).parts
    except UnsendableText as unsendable:
        yield _problem("unsendable", language, str(unsendable), _("Take that character out."))
        return
    if parts > MOST_PARTS:
        yield _problem("too_long", language, _("The text takes %d parts.") % parts, _("Say less: two parts at most."))


def _problem(code: str, language: str, text: Any, fix: Any) -> Reason:
    return Reason(code, text, fix, f"texts.{language}")
