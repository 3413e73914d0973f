"""Variables in a text: `{{name}}`, each replaced by one person's value, and nothing else changed."""

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")
# Braces that were meant to be a variable and are none: they would reach people as they stand.
_BROKEN = re.compile(r"\{\{|\}\}")


class MissingValue(LookupError):
    """A text that wants a value which is not there or empty; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The variable {name} has no value.")
        self.name = name


def names_in(text: str) -> tuple[str, ...]:
    """The variables of a text, each once, in the order in which they are read."""
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def has_broken_variable(text: str) -> bool:
    """Whether braces are left that look like a variable but are none: `{{first name}}`, `{{ }}`, `{{1}`."""
    return bool(_BROKEN.search(_VARIABLE.sub("", text)))


def fill_shared(text: str, shared: Mapping[str, str]) -> str:
    """The text with the variables replaced that are alike for everybody; others stay, in their shortest spelling."""
    return _VARIABLE.sub(lambda found: shared.get(found.group(1), "{{" + found.group(1) + "}}"), text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each variable replaced. A value is never read for variables itself. Raises `MissingValue`."""

    def value_of(found: re.Match[str]) -> str:
        value = values.get(found.group(1), "")
        if not value:
            raise MissingValue(found.group(1))
        return value

    return _VARIABLE.sub(value_of, text)


def put_in(text: str, values: Mapping[str, str]) -> str:
    """The text with each variable replaced, by nothing where the value is empty: for measuring, never for sending."""
    return _VARIABLE.sub(lambda found: values[found.group(1)], text)
