"""Language codes in the one spelling we keep."""

import re


def language_code(text: str) -> str | None:
    """A language the way we keep it ("zh_Hant", "en", "pt_BR"), or None when the text is no language code."""
    parts = re.fullmatch(r"([A-Za-z]{2,3})(?:[_-]([A-Za-z]{4}))?(?:[_-]([A-Za-z]{2}))?", text)
    if parts is None:
        return None
    language, script, region = parts.groups(default="")
    return "_".join(filter(None, (language.lower(), script.title(), region.upper())))
