"""What the words of a template may bring about: another category, a refusal, or trouble with the law."""

import unicodedata
from collections.abc import Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from messaging.whatsapp.templates.definition import Category, Definition, TextHeader
from messaging.whatsapp.templates.findings import Finding, risk
from messaging.whatsapp.templates.wording import OPT_OUT, PROHIBITED, PROMOTION, Wording


def check_wording(definition: Definition) -> Iterator[Finding]:
    """Risky words, each sort once per place. Never an error: words alone do not tell what is meant."""
    texts = _texts(definition)
    for where, text in texts.items():
        sorts = (*PROHIBITED, PROMOTION) if definition.category is Category.UTILITY else PROHIBITED
        yield from (finding for wording in sorts if (finding := _found(wording, where, text)))
    if definition.category is Category.MARKETING and not any(_mentions_opt_out(text) for text in texts.values()):
        said = _("The message does not say how to stop the next one.")
        yield risk("no_opt_out", "footer", said, _("Add a line or a quick reply, such as: Reply STOP to unsubscribe."))


def _texts(definition: Definition) -> dict[str, str]:
    header = definition.header
    found = {"header": header.text} if isinstance(header, TextHeader) else {}
    found |= {"body": definition.body.text, "footer": definition.footer}
    labels = {index: button.label for index, button in enumerate(definition.buttons) if button.kind != "copy_code"}
    return found | {f"buttons.{index}": label for index, label in labels.items()}


def _found(wording: Wording, where: str, text: str) -> Finding | None:
    words = list(dict.fromkeys(wording.pattern.findall(_folded(text))))
    if not words:
        return None
    said = format_lazy("{text} {words}", text=wording.text, words=", ".join(words))
    return risk(wording.code, where, said, wording.fix)


def _mentions_opt_out(text: str) -> bool:
    return bool(OPT_OUT.search(_folded(text)))


def _folded(text: str) -> str:
    """Full-width letters and typographic apostrophes must not hide a word."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
