"""What one cell says: dates, yes and no, languages, tags. Each answers with a value and a problem code ("" for none).

Answers are remembered, because a column says the same few things over and over; callers cut cells to `LONGEST_KEY` and
`LONGEST_TAGS` first, so that a hostile file cannot fill the memory with them.
"""

import re
import unicodedata
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Final

from messaging.language_codes import language_code

MOST_TAGS: Final = 50
LONGEST_TAG: Final = 60
LONGEST_TAGS: Final = 3_200
LONGEST_KEY: Final = 500
"""Characters of a cell that are looked at."""

_YES: Final = frozenset(
    (
        "yes",
        "y",
        "true",
        "t",
        "1",
        "x",
        "optout",
        "optedout",
        "unsubscribed",
        "stop",
        "是",
        "有",
        "退訂",
        "退订",
        "已退訂",
        "已退订",
    )
) | {"✓", "✔", "☑"}
_NO: Final = frozenset(
    ("", "no", "n", "false", "f", "0", "-", "na", "n/a", "none", "subscribed", "否", "無", "无", "沒有", "没有")
)
_UNTRACEABLE: Final = frozenset(
    (
        "-",
        "--",
        "?",
        "n/a",
        "na",
        "nil",
        "none",
        "null",
        "unknown",
        "yes",
        "y",
        "true",
        "1",
        "x",
        "ok",
        "tbc",
        "tbd",
        "test",
    )
) | {"無", "无", "不明", "未知", "是", "有", "沒有", "没有"}
_CATEGORIES: Final = {
    "marketing": "marketing",
    "promotion": "marketing",
    "promotions": "marketing",
    "promotional": "marketing",
    "推廣": "marketing",
    "推广": "marketing",
    "營銷": "marketing",
    "营销": "marketing",
    "行銷": "marketing",
    "utility": "utility",
    "transactional": "utility",
    "通知": "utility",
    "authentication": "authentication",
    "otp": "authentication",
    "驗證": "authentication",
    "验证": "authentication",
    "service": "service",
    "服務": "service",
    "服务": "service",
}
_LANGUAGES: Final = {
    "english": "en",
    "eng": "en",
    "英文": "en",
    "英語": "en",
    "英语": "en",
    "chinese": "zh_Hant",
    "中文": "zh_Hant",
    "traditional chinese": "zh_Hant",
    "繁體中文": "zh_Hant",
    "繁体中文": "zh_Hant",
    "繁中": "zh_Hant",
    "繁體": "zh_Hant",
    "cantonese": "zh_Hant",
    "廣東話": "zh_Hant",
    "zh_hk": "zh_Hant",
    "zh_tw": "zh_Hant",
    "zh_mo": "zh_Hant",
    "tc": "zh_Hant",
    "simplified chinese": "zh_Hans",
    "简体中文": "zh_Hans",
    "簡體中文": "zh_Hans",
    "简体": "zh_Hans",
    "mandarin": "zh_Hans",
    "zh_cn": "zh_Hans",
    "zh_sg": "zh_Hans",
    "sc": "zh_Hans",
}
"""What people write for a language -> how we keep it. Bare "Chinese" is read as the first market reads it."""

_MOMENT: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
)
_PROTECTED: Final = re.compile(r"^'(?=[=+\-@\t])")
_TURNING: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Marks that turn the direction of whatever follows, also of what is ours."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UNSEEN: Final = frozenset(("Cc", "Cf", "Mn", "Zs", "Zl", "Zp"))
_TAG_SEPARATORS: Final = re.compile(r"[;,|、，；\n]")


def plain_text(cell: str) -> str:
    """A cell's text without the spaces around it and the apostrophe that keeps spreadsheets from computing."""
    text = cell.strip()
    if not text.isprintable():
        text = _visible(text)
    return _PROTECTED.sub("", text) if text[:1] == "'" else text


def _visible(text: str) -> str:
    """Without turning marks and control characters save line ends; "" when nothing that can be seen is left."""
    kept = _CONTROL.sub(" ", text.translate(_TURNING)).strip()
    return kept if any(unicodedata.category(letter) not in _UNSEEN for letter in kept) else ""


@lru_cache(maxsize=2_048)
def moment_of(cell: str, zone: tzinfo) -> tuple[datetime | None, str]:
    """When consent was given; a day or a time without zone is the organisation's. 3/4/2026 may be two days: neither."""
    text = unicodedata.normalize("NFKC", cell).strip().lstrip("'")
    if not text:
        return None, "consent_at_missing"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        parts = _MOMENT.fullmatch(text)
        if parts is None:
            return None, "consent_at_unclear"
        try:
            moment = datetime(*(int(part or 0) for part in parts.groups()), tzinfo=zone)  # type: ignore[misc, arg-type]
        except ValueError:
            return None, "consent_at_unclear"
    if not 1990 <= moment.year <= 2200:
        return None, "consent_at_unclear"
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)), ""


@lru_cache(maxsize=1_024)
def opt_out_of(cell: str) -> tuple[bool, str]:
    """Whether the person opted out. What is not clearly a no counts as a yes."""
    said = re.sub(r"[\s_-]+(?=.)", "", unicodedata.normalize("NFKC", cell).strip().casefold())
    if said in _NO:
        return False, ""
    return True, "" if said in _YES else "opt_out_unclear"


@lru_cache(maxsize=2_048)
def source_of(cell: str) -> tuple[str, str]:
    """Where the person agreed, when that can be traced."""
    text = plain_text(cell)
    if not text:
        return "", "consent_source_missing"
    if text.casefold() in _UNTRACEABLE or not any(character.isalnum() for character in text):
        return "", "consent_source_untraceable"
    return text[:120], "source_too_long" if len(text) > 120 else ""


@lru_cache(maxsize=1_024)
def category_of(cell: str, default: str) -> tuple[str, str]:
    """What the person agreed to; ``default`` where the file does not say."""
    said = unicodedata.normalize("NFKC", cell).strip().casefold()
    if not said:
        return default, ""
    category = _CATEGORIES.get(said, "")
    return category, "" if category else "consent_category_unknown"


@lru_cache(maxsize=1_024)
def language_of(cell: str) -> tuple[str, str]:
    """The person's language as we keep it ("zh_Hant"), "" when not known."""
    said = unicodedata.normalize("NFKC", cell).strip().casefold()
    if not said:
        return "", ""
    code = _LANGUAGES.get(said) or _LANGUAGES.get(said.replace("-", "_")) or language_code(said)
    return (code, "") if code else ("", "language_unknown")


@lru_cache(maxsize=1_024)
def tags_of(cell: str) -> tuple[tuple[str, ...], str]:
    """Tags of a cell, each once, in order."""
    said = [plain_text(tag) for tag in _TAG_SEPARATORS.split(unicodedata.normalize("NFKC", cell))]
    tags = tuple(dict.fromkeys(tag for tag in said if tag))
    short = tuple(tag for tag in tags if len(tag) <= LONGEST_TAG)
    problem = "tag_too_long" if len(short) < len(tags) else "tags_too_many" if len(short) > MOST_TAGS else ""
    return short[:MOST_TAGS], problem
