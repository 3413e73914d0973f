"""What is wrong with a catalogue: each problem is one line that names the language, the text and the fault."""

import re
from collections.abc import Iterator, Mapping

from config.texts.sources import Found, Text

# What must stand in a translation exactly as often as in its source.
_KEPT = {
    "placeholders": re.compile(r"%(?:\(\w+\))?[-+#0]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa%]"),
    "names in braces": re.compile(r"\{+\w*\}+"),
    "tags": re.compile(r"</?[a-z][^<>]*>"),
    "code": re.compile(r"`[^`]+`"),
}


def problems(language: str, wanted: Found, written: Mapping[Text, str]) -> Iterator[str]:
    """Texts without a translation, translations without a text, and what got lost between the two."""
    for text in sorted(wanted):
        words = written.get(text, "")
        if not words:
            place = min(wanted[text])
            yield f"{language}: not translated ({place}): {text}"
        else:
            yield from (f"{language}: {fault}: {text}" for fault in _faults(text, words))
    for text in sorted(written.keys() - wanted.keys()):
        yield f"{language}: no longer in the sources: {text}"


def _faults(text: Text, words: str) -> Iterator[str]:
    """The plural form is the one to follow: Chinese has one form, and it says the number."""
    source = text.many or text.one
    for name, pattern in _KEPT.items():
        meant, found = sorted(pattern.findall(source)), sorted(pattern.findall(words))
        if meant != found:
            yield f"{name} differ, {meant} became {found}"
    meant, found = _unnamed(source), _unnamed(words)
    if meant != found and sorted(meant) == sorted(found):
        yield "placeholders without names stand in another order"


def _unnamed(words: str) -> list[str]:
    return [mark for mark in _KEPT["placeholders"].findall(words) if mark[1] not in "(%"]
