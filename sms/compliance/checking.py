"""Whether texts hold what the countries they go to ask for. What is confirmed refuses, everything else warns."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from approvals.contracts import Contract
from approvals.reasons import Reason
from sms.compliance.country_rules import CountryRule, rules_of
from sms.compliance.wording import WaysOut, hosts_in, is_number_of, ways_out
from sms.links.hosts import is_shortener
from sms.models import SenderId


class CopyFinding(Contract):
    """What the check of a text found."""

    code: Annotated[str, Field(description="What was found.")]
    severity: Annotated[
        Literal["error", "risk"], Field(description="error: it may not be sent so. risk: somebody should look twice.")
    ]
    language: Annotated[str, Field(description="In which language's text.")]
    countries: Annotated[list[str], Field(description="Whose rule it is: ISO 3166 codes.")]
    text: Annotated[str, Field(description="What is wrong.")]
    fix: Annotated[str, Field(description="What to do about it.")]
    source: Annotated[str, Field(description="Where the rule comes from.")]
    confirmed: Annotated[bool, Field(description="Whether the rule was checked at its source; others only warn.")]


_SIGNATURE = re.compile("【[^【】]+】")


@dataclass(frozen=True, slots=True)
class _Copy:
    """A text on its way to a country."""

    text: str
    ways: WaysOut
    sender: SenderId

    @property
    def brand(self) -> str:
        return self.sender.brand.casefold()


def _has_way_out(copy: _Copy, rule: CountryRule) -> bool:
    return bool(copy.ways.means & set(rule.values))


def _number_is_local(copy: _Copy, rule: CountryRule) -> bool:
    """Where a number is the only way out, one of those named has to be the country's."""
    usable = copy.ways.means - ({"reply"} if not copy.sender.takes_replies else set())
    return usable != {"phone"} or any(is_number_of(number, rule.values[0]) for number in copy.ways.numbers)


def _speaks_them_all(copy: _Copy, rule: CountryRule) -> bool:
    return not copy.ways.means or set(rule.values) <= copy.ways.languages


def _holds_one(copy: _Copy, rule: CountryRule) -> bool:
    return any(word in copy.text for word in rule.values)


def _begins_with_label(copy: _Copy, rule: CountryRule) -> bool:
    return copy.text.lstrip().startswith(rule.values)


def _is_signed(copy: _Copy, rule: CountryRule) -> bool:
    opening, closing = rule.values[0][0], rule.values[0][-1]
    text = copy.text.strip()
    return (text.startswith(opening) and closing in text) or (text.endswith(closing) and opening in text)


def _names_sender(copy: _Copy, rule: CountryRule) -> bool:
    """A signature in brackets names the sender too: the brand may be spelled in other scripts there."""
    return not copy.brand or copy.brand in copy.text.casefold() or _SIGNATURE.search(copy.text) is not None


def _has_no_shared_link(copy: _Copy, rule: CountryRule) -> bool:
    return not any(is_shortener(host) for host in hosts_in(copy.text))


def _has_no_link(copy: _Copy, rule: CountryRule) -> bool:
    return not hosts_in(copy.text)


def _never(copy: _Copy, rule: CountryRule) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class _Check:
    holds: Callable[[_Copy, CountryRule], bool]
    code: str
    text: str | Promise
    fix: str | Promise


# `window` is no matter of the text: quiet hours ask it of each person.
_CHECKS = {
    "opt_out": _Check(_has_way_out, "opt_out_missing", _("The text does not say how to opt out of it."),
                      _("Add a way out that this sender can offer: nobody can answer a name.")),
    "opt_out_number": _Check(_number_is_local, "opt_out_number_not_local",
                             _("The number to opt out by is not one of the country."),
                             _("Give a number that is free of charge there, or a link.")),
    "opt_out_languages": _Check(_speaks_them_all, "opt_out_in_one_language",
                                _("The way out is not told in every language that is asked for."),
                                _("Tell it in Chinese and English, unless all its readers have chosen a language.")),
    "opt_out_words": _Check(_holds_one, "opt_out_wording", _("The way out is told in other words than are asked for."),
                            _("Use the country's own words.")),
    "label": _Check(_begins_with_label, "label_missing", _("The text does not begin with the label of advertising."),
                    _("Begin it with the label, unless people have asked for it.")),
    "signature": _Check(_is_signed, "signature_missing", _("The text has no signature in brackets."),
                        _("Begin it with the registered signature: 【…】.")),
    "names": _Check(_never, "names_not_delivered", _("Texts from a name are not delivered in this country."),
                    _("Use a number, or leave the country out.")),
    "sender_in_text": _Check(_names_sender, "sender_not_named", _("The text does not say who it is from."),
                             _("Put the brand into the text.")),
    "shorteners": _Check(_has_no_shared_link, "shared_short_link", _("The text holds a short link of somebody else."),
                         _("Use a short link of your own.")),
    "links": _Check(_has_no_link, "link_to_register", _("Links in texts to this country are registered before."),
                    _("Make sure that the gateway has registered it, or leave it out.")),
}  # fmt: skip
_BY_CODE = {check.code: check for check in _CHECKS.values()}


def check_copy(
    texts: Mapping[str, str], sender: SenderId, countries: Iterable[str], category: str
) -> list[CopyFinding]:
    """What countries have against these texts (by language) from this sender; errors first, one finding a language."""
    found: dict[tuple[str, str, bool], CopyFinding] = {}
    kind = "number" if sender.takes_replies else "name"
    for language, text in texts.items():
        copy = _Copy(text, ways_out(text), sender)
        for country in sorted(set(countries)):
            for rule in rules_of(country, kind, category):
                check = _CHECKS.get(rule.rule)
                if check is None or check.holds(copy, rule):
                    continue
                key = (language, check.code, rule.refuses)
                found[key] = _finding(check, rule, language, country, found.get(key))
    return sorted(found.values(), key=lambda one: (one.severity, one.language, one.code))


def reasons_against_copy(
    texts: Mapping[str, str], sender: SenderId, countries: Iterable[str], category: str, field: str = ""
) -> Iterator[Reason]:
    """Why these texts may not go to one of these countries as they are: what a confirmed rule forbids."""
    for found in check_copy(texts, sender, countries, category):
        if found.severity == "error":
            where = f"{found.language} ({', '.join(found.countries)}): "
            yield Reason(found.code, f"{where}{found.text}", found.fix, field)


def in_words(finding: CopyFinding) -> tuple[str | Promise, str | Promise]:
    """What was found and what to do about it, in the language of whoever reads it now."""
    check = _BY_CODE.get(finding.code)
    return (check.text, check.fix) if check is not None else (finding.text, finding.fix)


def _finding(check: _Check, rule: CountryRule, language: str, country: str, earlier: CopyFinding | None) -> CopyFinding:
    if earlier is not None:
        return earlier.model_copy(update={"countries": [*earlier.countries, country]})
    return CopyFinding(
        code=check.code,
        severity="error" if rule.refuses else "risk",
        language=language,
        countries=[country],
        text=str(check.text),
        fix=str(check.fix),
        source=rule.source,
        confirmed=rule.confirmed,
    )
