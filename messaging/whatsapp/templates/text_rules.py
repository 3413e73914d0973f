"""Rules for header, body and footer: lengths, and how variables may be written."""

import re
from collections.abc import Iterator, Mapping

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from messaging.whatsapp.templates.definition import Definition, MediaHeader, Style, TextHeader
from messaging.whatsapp.templates.filling import wrong_text
from messaging.whatsapp.templates.findings import Finding, risk
from messaging.whatsapp.templates.limits import BODY, FOOTER, HEADER
from messaging.whatsapp.templates.variables import PLACEHOLDER, length, names_in

_NUMBER = re.compile(r"[1-9][0-9]?")
_NAMED = re.compile(r"[a-z_]+")
_FORMATTING = re.compile(r"[*~`]|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)")
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
_EDGE = re.compile(r"^\s*\{\{[^{}]*\}\}|\{\{[^{}]*\}\}\s*$")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def check_header(definition: Definition) -> Iterator[Finding]:
    """A header is optional; a text one is short and plain, a file needs a sample."""
    header = definition.header
    if isinstance(header, MediaHeader) and not header.example.strip():
        text = _("The header's file has no sample for Meta's review.")
        yield Finding("header_sample_missing", "header", text, _("Upload a sample file."))
    if not isinstance(header, TextHeader):
        return
    yield from _check_length(header.text, HEADER, "header")
    names = names_in(header.text)
    if len(names) > 1:
        text = _("The header has more than one variable.")
        yield Finding("header_variables", "header", text, _("Keep one, or move the others into the body."))
    yield from _check_plain(header.text)
    yield from _check_variables(header.text, definition.style, "header")
    yield from _check_examples(names, dict.fromkeys(names, header.example), "header")
    if header.example and not names:
        yield _needless("header")
    if _EDGE.search(header.text):
        text = _("The header starts or ends with a variable.")
        yield risk("variable_at_edge", "header", text, _("Put a word or a mark around it."))


def _check_plain(text: str) -> Iterator[Finding]:
    plain = PLACEHOLDER.sub("", text)
    if "\n" in plain or "\r" in plain:
        yield Finding("header_line_break", "header", _("The header has a line break."), _("Keep it on one line."))
    if _FORMATTING.search(plain):
        said = _("The header has formatting marks; they are shown as they are.")
        yield Finding("header_formatting", "header", said, _("Leave out *, _, ~ and `."))
    if _EMOJI.search(plain):
        yield risk("header_emoji", "header", _("Meta may refuse an emoji in a header."), _("Move it into the body."))


def check_body(definition: Definition) -> Iterator[Finding]:
    """A body is required; most rules about variables are about it."""
    text = definition.body.text
    yield from _check_length(text, BODY, "body")
    yield from _check_variables(text, definition.style, "body")
    yield from _check_examples(names_in(text), definition.body.examples, "body")
    if _EDGE.search(text):
        said = _("The body starts or ends with a variable.")
        yield Finding("variable_at_edge", "body", said, _("Put a word before or after it."))
    if "\n\n\n" in text:
        yield risk("blank_lines", "body", _("Meta may refuse two blank lines in a row."), _("Leave one."))
    yield from _check_density(text)


def check_footer(footer: str) -> Iterator[Finding]:
    """A footer is one short line without variables: at sending there is no place to fill them."""
    if length(footer) > FOOTER:
        yield _too_long(footer, FOOTER, "footer")
    if "{{" in footer or "}}" in footer:
        text = _("A footer cannot have variables.")
        yield Finding("footer_variable", "footer", text, _("Move the variable into the body."))
    if "\n" in footer or "\r" in footer:
        yield Finding("footer_line_break", "footer", _("The footer has a line break."), _("Keep it on one line."))


def _check_length(text: str, limit: int, where: str) -> Iterator[Finding]:
    if not text.strip():
        yield Finding("text_missing", where, _("There is no text."), _("Write one."))
    if length(text) > limit:
        yield _too_long(text, limit, where)


def _too_long(text: str, limit: int, where: str) -> Finding:
    said = format_lazy(_("The text has {length} characters; Meta takes {limit}."), length=length(text), limit=limit)
    return Finding("text_too_long", where, said, _("Shorten it."))


def _check_variables(text: str, style: Style, where: str) -> Iterator[Finding]:
    yield from _check_braces(text, where)
    names = names_in(text)
    if style is Style.POSITIONAL:
        yield from _check_numbers(names, where)
    else:
        yield from _check_named(names, where)
    if len(set(names)) < len(names):
        said = _("A variable is used twice.")
        yield Finding("variable_repeated", where, said, _("Give each place a variable of its own."))
    if "}}{{" in text:
        said = _("Two variables touch each other.")
        yield Finding("variables_touch", where, said, _("Put words between them."))
    elif re.search(r"\}\}\s+\{\{", text):
        said = _("Only a space stands between two variables.")
        yield risk("variables_close", where, said, _("Put words between them."))


def _check_braces(text: str, where: str) -> Iterator[Finding]:
    rest = PLACEHOLDER.sub("", text)
    if "{{" in rest or "}}" in rest or rest.count("{") != rest.count("}"):
        said = _("The braces of a variable do not match.")
        yield Finding("variable_braces", where, said, _("Write {{1}} or {{first_name}}, with two braces on each side."))
    elif "{" in rest:
        said = _("There are single braces; customers will see them.")
        yield risk("single_braces", where, said, _("If a variable is meant, write two braces on each side."))


def _check_numbers(names: tuple[str, ...], where: str) -> Iterator[Finding]:
    if any(not _NUMBER.fullmatch(name) for name in names):
        said = _("A variable is not a number, but this template counts its variables.")
        yield Finding("variable_format", where, said, _("Write {{1}}, {{2}} ..., or choose named variables."))
        return
    unique = list(dict.fromkeys(names))
    if unique != [str(number) for number in range(1, len(unique) + 1)]:
        said = _("The variables do not run 1, 2, 3 in their order.")
        yield Finding("variable_sequence", where, said, _("Number them from 1 without gaps, as they appear."))


def _check_named(names: tuple[str, ...], where: str) -> Iterator[Finding]:
    if any(not _NAMED.fullmatch(name) for name in names):
        said = _("A variable's name has other characters than lower-case letters and _.")
        yield Finding("variable_format", where, said, _("Write it like {{first_name}}, or choose numbered variables."))


def _check_examples(names: tuple[str, ...], examples: Mapping[str, str], where: str) -> Iterator[Finding]:
    for name in dict.fromkeys(names):
        if not examples.get(name, "").strip():
            said = format_lazy(_("The variable {name} has no sample for Meta's review."), name=name)
            yield Finding("example_missing", where, said, _("Give one that is not a real person's."))
        elif wrong := next(wrong_text(examples[name], where), None):
            yield Finding("example_format", where, wrong.text, wrong.fix)
    if any(name not in names for name in examples):
        yield _needless(where)


def _needless(where: str) -> Finding:
    said = _("There is a sample for a variable that does not exist.")
    return risk("example_unused", where, said, _("Remove it, or correct the variable's name."))


def _check_density(text: str) -> Iterator[Finding]:
    """Meta refuses too many variables for the words and does not say how many; field lore asks for 2n + 1 words."""
    variables = len(names_in(text))
    if not variables:
        return
    found = _WORD.findall(PLACEHOLDER.sub(" ", text))
    ideographs = sum(1 for word in found if _IDEOGRAPH.match(word))
    words = len(found) - ideographs + ideographs // 2  # two Chinese characters make about one word
    if words < 2 * variables + 1:
        said = format_lazy(
            _("{variables} variables in {words} words may be too many."), variables=variables, words=words
        )
        yield risk("too_many_variables", "body", said, _("Write more words around them, or use fewer."))
