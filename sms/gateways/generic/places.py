"""Templates with named places: `{to}`, `{text}`, `{secret.password}`. Braces of their own are doubled.

What is filled in is never looked at again, so a text that says `{secret.password}` sends exactly that.
"""

from collections.abc import Callable, Iterator, Mapping
from string import Formatter
from typing import Any

SECRET = "secret."
PLACES = frozenset(("to", "to_digits", "text", "sender", "reference", "callback", "encoding", "parts"))
DEEPEST = 8  # levels of a JSON template

_parse = Formatter().parse


def places_of(template: str) -> set[str]:
    """The names of a template's places. Raises ValueError for one that is not a template."""
    names = set()
    for _, name, form, conversion in _parse(template):
        if name is None:
            continue
        if form or conversion or not _is_known(name):
            known = ", ".join(sorted(PLACES))
            raise ValueError(f"{{{name}}} is no place; there are {known} and secret.NAME. Double a brace to write one.")
        names.add(name)
    return names


def _is_known(name: str) -> bool:
    if name.startswith(SECRET):
        return name.removeprefix(SECRET).isidentifier()
    return name in PLACES


def fill(template: str, values: Mapping[str, str], encode: Callable[[str], str] = str) -> str:
    """The template with its places filled. Raises KeyError for a secret that was not given."""
    return "".join(text + (encode(values[name]) if name is not None else "") for text, name, _, _ in _parse(template))


def fill_all(template: Any, values: Mapping[str, str]) -> Any:
    """A JSON template with the places of all its strings filled; keys stay as they are."""
    if isinstance(template, str):
        return fill(template, values)
    if isinstance(template, dict):
        return {key: fill_all(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [fill_all(value, values) for value in template]
    return template


def strings_of(template: Any, depth: int = 0) -> Iterator[str]:
    """All strings of a JSON template that may have places. Raises ValueError when it is nested too deeply."""
    if depth > DEEPEST:
        raise ValueError(f"It is nested more than {DEEPEST} levels deep; make it flatter.")
    if isinstance(template, str):
        yield template
    elif isinstance(template, dict):
        for value in template.values():
            yield from strings_of(value, depth + 1)
    elif isinstance(template, list):
        for value in template:
            yield from strings_of(value, depth + 1)
