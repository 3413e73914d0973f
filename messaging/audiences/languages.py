"""Which translation a person reads. Contacts say `zh-Hant`, `zh_HK` or `yue`; templates say `zh_HK`."""

from collections.abc import Iterable

# Codes, folded to lower case with underscores, that read the same script.
_TRADITIONAL = frozenset({"zh_hk", "zh_tw", "zh_mo", "zh_hant", "zh_hant_hk", "zh_hant_tw", "zh_hant_mo", "yue"})
_SIMPLIFIED = frozenset({"zh_cn", "zh_sg", "zh_my", "zh_hans", "zh_hans_cn", "zh_hans_sg", "zh"})


def fold(language: str) -> str:
    return language.replace("-", "_").lower()


def readers(translations: Iterable[str]) -> dict[str, str]:
    """Folded contact language -> the translation those people read. Exact codes win, then the script, then the
    language.

    Who is in none of these reads the template's default language.
    """
    found: dict[str, str] = {}
    for language in translations:
        code = fold(language)
        script = next((group for group in (_TRADITIONAL, _SIMPLIFIED) if code in group), frozenset())
        for alias in sorted(script) or [code.split("_")[0]]:
            found.setdefault(alias, language)
    for language in translations:
        found[fold(language)] = language
    return found
