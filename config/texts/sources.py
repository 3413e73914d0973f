"""Where texts stand: in our modules and templates, in the registry, and in packages that ship none in Chinese."""

import ast
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

from approvals.registry import Tool, registry
from config.texts.declared import texts_of
from messaging.pricing.markets import market_names

# Packages whose texts are ours to write.
OURS = ("accounts", "audit", "approvals", "messaging", "sms", "mcp_server", "config")
# What the desk and REST are made with; only what these leave untranslated becomes ours.
FOREIGN = (
    "unfold",
    "simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.core",
    "django.forms",
    "rest_framework.exceptions",
)
_SKIPPED = {"migrations", "locale", "static", "__pycache__"}
# Parts of Unfold for packages that we do not have.
_SKIPPED |= {"constance", "guardian", "import_export", "location_field", "unfold_crispy"}


class Text(NamedTuple):
    """One source text. `many` is there when it counts something, `context` when one word has two meanings."""

    one: str
    many: str = ""
    context: str = ""

    def __str__(self) -> str:
        return f"{self.context}: {self.one}" if self.context else self.one


# A text and the places where it stands, relative to the root they were found under.
Found = dict[Text, set[str]]

# Functions that mark a text, and which of its parts each argument is.
_PLAIN, _COUNTED = ("one",), ("one", "many")
MARKS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), _PLAIN),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), _COUNTED),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ("context", *_PLAIN)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ("context", *_COUNTED)),
}
# The same as Babel spells it: positions from 1, the context's with a "c".
_KEYWORDS = {
    name: tuple((place, "c") if part == "context" else place for place, part in enumerate(parts, 1))
    for name, parts in MARKS.items()
}


def our_texts(root: Path = settings.BASE_DIR, tools: Iterable[Tool] = registry.tools.values()) -> Found:
    """Every text of ours: marked in modules and templates, or declared with a tool."""
    found: Found = {}
    for folder in (*OURS, "templates"):
        _gather(found, _files(root / folder), root)
    for market in market_names().values():
        found.setdefault(Text(market), set()).add("messaging/pricing/markets.csv")
    for tool in tools:
        if tool.run.__module__.partition(".")[0] in OURS:
            for words in texts_of(tool):
                found.setdefault(Text(words), set()).add(f"{tool.name}()")
    return found


def foreign_texts() -> Found:
    """Every text of the packages the desk is made with, whether they translate it or not."""
    found: Found = {}
    for name in FOREIGN:
        spec = find_spec(name)
        file = Path((spec and spec.origin) or "")
        root = file.parents[name.count(".") + (file.name == "__init__.py")]
        _gather(found, _files(file.parent) if file.name == "__init__.py" else [file], root)
    return found


def _files(folder: Path) -> list[Path]:
    return sorted([*folder.rglob("*.py"), *folder.rglob("*.html")])


def _gather(found: Found, files: Iterable[Path], root: Path) -> None:
    for path in files:
        inside = path.relative_to(root)
        if _SKIPPED.isdisjoint(inside.parts):
            read = in_template if path.suffix == ".html" else in_module
            for text in read(path.read_text("utf-8")):
                found.setdefault(text, set()).add(inside.as_posix())


def in_module(source: str) -> Iterator[Text]:
    """The texts marked in a module: calls of a marking function with whole texts."""
    if not any(mark in source for mark in ("_(", "gettext")):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            parts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            names = MARKS.get(name, ())
            if names and len(parts) >= len(names):
                yield Text(**dict(zip(names, parts, strict=False)))


def in_template(source: str) -> Iterator[Text]:
    """The texts marked in a template. Django turns it into something close to Python, which Babel can read."""
    nearly_python = f"({templatize(source)}\n)"  # in brackets its indentation does not matter
    for _line, ids, _comments, context in extract("python", BytesIO(nearly_python.encode()), _KEYWORDS):
        one, many = (ids, "") if isinstance(ids, str) else (ids[0], ids[1])
        if one:
            yield Text(one, many, context or "")
