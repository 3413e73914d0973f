"""The catalogues in `locale/`: a file to write in (.po) and what Django reads (.mo). Both are kept in the project."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

import django.conf
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings

from config.texts.sources import Found, Text, foreign_texts, our_texts

# Folder of a catalogue -> the language as people call it.
LANGUAGES = {"zh_Hant": "Traditional Chinese as written in Hong Kong", "zh_Hans": "Simplified Chinese"}
_HEADER = """\
# {language}. `manage.py texts --extract` keeps the list of texts, people write what stands after msgstr,
# `manage.py texts --compile` makes the file that Django reads. The words to use are in docs/words.md.
"""


class Plain(Catalog):
    """A catalogue whose header holds nothing that changes by itself: no dates, no versions of tools."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale_identifier)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
        ]


Translations = dict[Text, str]


def po_file(language: str, root: Path = settings.BASE_DIR) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def mo_file(language: str, root: Path = settings.BASE_DIR) -> Path:
    return po_file(language, root).with_suffix(".mo")


def wanted_texts(language: str) -> Found:
    """What a language's catalogue has to hold: our texts, and others' that nobody translates."""
    ours, foreign = _standing()
    settled = _translated_elsewhere(language)
    others = {text: places for text, places in foreign.items() if text not in ours | settled}
    return ours | others


@cache
def _standing() -> tuple[Found, Found]:
    """Our texts and the packages': the sources of a running process do not change, and reading them takes seconds."""
    return our_texts(), foreign_texts()


def _translated_elsewhere(language: str) -> Translations:
    """What Django and the installed packages translate themselves."""
    folders = [Path(app.path) / "locale" for app in apps.get_app_configs()]
    folders.append(Path(django.conf.__file__).parent / "locale")
    found: Translations = {}
    for folder in folders:
        file = folder / language / "LC_MESSAGES" / "django.po"
        if file.exists():
            found |= read(file)
    return {text: words for text, words in found.items() if words}


def read(file: Path) -> Translations:
    """The translations in a .po file; a doubtful ("fuzzy") one counts as none."""
    with file.open("rb") as lines:
        return {_text_of(message): _words_of(message) for message in read_po(lines) if message.id}


def updated(language: str, wanted: Found, kept: Mapping[Text, str]) -> Plain:
    """The catalogue of these texts with the translations that are there."""
    catalogue = Plain(language, header_comment=_HEADER.format(language=LANGUAGES[language]), fuzzy=False)
    for text, places in sorted(wanted.items(), key=lambda item: (sorted(item[1]), item[0])):
        words = kept.get(text, "")
        catalogue.add(
            (text.one, text.many) if text.many else text.one,
            (words,) if text.many else words,
            locations=[(place, None) for place in sorted(places)],  # type: ignore[misc] # without lines: they move
            context=text.context or None,
        )
    return catalogue


def as_po(catalogue: Plain) -> bytes:
    written = BytesIO()
    write_po(written, catalogue, width=116, include_lineno=False)
    return written.getvalue()


def as_mo(language: str, file: Path) -> bytes:
    """What Django reads, made from a .po file."""
    compiled, written = Plain(language, fuzzy=False), BytesIO()
    for text, words in read(file).items():
        if words:
            ids = (text.one, text.many) if text.many else text.one
            compiled.add(ids, (words,) if text.many else words, context=text.context or None)
    write_mo(written, compiled)
    return written.getvalue()


def _text_of(message: Message) -> Text:
    one, many = (message.id, "") if isinstance(message.id, str) else (message.id[0], message.id[1])
    return Text(one, many, message.context or "")


def _words_of(message: Message) -> str:
    if message.fuzzy or not message.string:
        return ""
    return message.string if isinstance(message.string, str) else message.string[0]
