"""The fields a rule may ask about: how each is compared, and how its values are read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from lark import Token

from messaging.language_codes import language_code
from messaging.models.consent import Category
from messaging.segments.rule import Operator, RuleError, Value

CHOICE: Final = frozenset((Operator.IS, Operator.IS_NOT, Operator.IN, Operator.NOT_IN))
ORDER: Final = frozenset((Operator.BELOW, Operator.ABOVE, Operator.AT_MOST, Operator.AT_LEAST))


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``narrows``: having any value sets a contact apart, so that ``exists`` alone is a real condition."""

    operators: frozenset[Operator]
    read: Callable[[Token], Value]
    narrows: bool = False


def text_of(token: Token) -> str:
    """A value as plain text: quotes of a string taken off."""
    if token.type != "STRING":
        return str(token)
    return str(token[1:-1]).replace('\\"', '"').replace("\\\\", "\\")


def place_of(token: Token) -> str:
    """Where a token stands, for people."""
    return _("line %(line)d, position %(column)d") % {"line": token.line or 1, "column": token.column or 1}


def _refused(token: Token, code: str, text: str, fix: str) -> RuleError:
    return RuleError(code, f"{text} ({place_of(token)})", fix)


def _country(token: Token) -> str:
    code = text_of(token).upper()
    if not re.fullmatch("[A-Z]{2}", code):
        text = _("“%(value)s” is no country code.") % {"value": text_of(token)}
        raise _refused(token, "rule_country", text, _("Use two letters: country = HK."))
    return code


def _language(token: Token) -> str:
    code = language_code(text_of(token))
    if code is None:
        text = _("“%(value)s” is no language code.") % {"value": text_of(token)}
        raise _refused(token, "rule_language", text, _("Write it as in language = zh_Hant or language = en."))
    return code


def _moment(token: Token) -> date:
    day = day_of(text_of(token))
    if day is None:
        text = _("“%(value)s” is neither a day nor a span of time.") % {"value": text_of(token)}
        fix = _("Write a day as 2026-01-31 or a span as 90 days.")
        raise _refused(token, "rule_date", text, fix)
    return day


def day_of(text: str) -> date | None:
    """A calendar day written as 2026-01-31 within two centuries of ours, else None."""
    if not re.fullmatch(r"(?:19|20|21)\d{2}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _category(token: Token) -> str:
    category = text_of(token).lower()
    known = [choice.value for choice in Category if choice is not Category.ANY]
    if category not in known:
        text = _("There is no consent for “%(value)s”.") % {"value": text_of(token)}
        raise _refused(token, "rule_consent", text, _("Use one of: %(known)s.") % {"known": ", ".join(known)})
    return category


def _attribute(token: Token) -> Value:
    """A number or a day where the value is written as one without quotes, else text."""
    text = text_of(token)
    if token.type == "STRING":
        return text
    if re.fullmatch(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,6})?", text, re.ASCII):
        return Decimal(text)
    return day_of(text) or text


FIELDS: Final[dict[str, Field]] = {
    "tag": Field(CHOICE | {Operator.HAS, Operator.EXISTS}, text_of),
    "country": Field(CHOICE | {Operator.EXISTS}, _country),
    "language": Field(CHOICE | {Operator.EXISTS}, _language),
    "crm_id": Field(CHOICE | {Operator.EXISTS}, text_of, narrows=True),
    "attribute": Field(CHOICE | ORDER | {Operator.HAS, Operator.EXISTS}, _attribute, narrows=True),
    "created": Field(ORDER | {Operator.IS, Operator.IS_NOT}, _moment),
    "last_inbound": Field(ORDER | {Operator.IS, Operator.IS_NOT, Operator.EXISTS}, _moment, narrows=True),
    "last_outbound": Field(ORDER | {Operator.IS, Operator.IS_NOT, Operator.EXISTS}, _moment, narrows=True),
    "imported_from": Field(CHOICE | {Operator.EXISTS}, text_of),
    "consent": Field(frozenset({Operator.HAS}), _category),
}

MOMENTS: Final = frozenset(("created", "last_inbound", "last_outbound"))
