"""Variables in a template's text: {{1}} or {{first_name}}."""

import re
from collections.abc import Mapping
from functools import lru_cache

PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


@lru_cache(maxsize=1024)
def names_in(text: str) -> tuple[str, ...]:
    """The variables of a text in their order, repeated ones too."""
    return tuple(name.strip() for name in PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every variable replaced, in one pass: what a value brings along is not filled in again."""
    return PLACEHOLDER.sub(lambda found: values[found[1].strip()], text)


def length(text: str) -> int:
    """Characters as a phone counts them: UTF-16 units, so that an emoji counts two. Never less than Meta's count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
