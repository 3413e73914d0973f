"""An error code in plain words: what kind of trouble it is, whether the same message may go again, what to do."""

from dataclasses import dataclass
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.carriers import Retry
from messaging.whatsapp.error_table import ROWS, Row
from messaging.whatsapp.errors import BY_STATUS, PERMISSION, UNLISTED
from messaging.whatsapp.management_errors import OURS, listed

Category = Literal[
    "user_related",
    "message_related",
    "template_related",
    "number_related",
    "account_related",
    "authorization",
    "payment",
    "media",
    "rate_limit",
    "service_related",
    "left_out",
    "unknown",
]

_RATE: Final = frozenset({4, 17, 613, 80007, 130429, 131056, 132069, 133008, 133009, 133016, 2494055})
_RIGHTS: Final = frozenset({0, 3, 10, 104, 190, 131005})
_MONEY: Final = frozenset({131042, 131044, 134011})
_MEDIA: Final = frozenset({131052, 131053})
_TEMPLATES: Final = range(132000, 133000)
_BY_SCOPE: Final[dict[str, Category]] = {
    "pair": "user_related",
    "message": "message_related",
    "template": "template_related",
    "sender": "number_related",
    "account": "account_related",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`can_retry`: it was certainly not taken, and the same again may succeed without anybody mending anything."""

    code: int | str
    category: Category
    can_retry: bool
    meaning: str | Promise
    do: str | Promise


def explained(code: str) -> Explanation:
    """What a code means: Meta's number, or a word of ours for what went wrong on the way. Never fails."""
    said = code.strip()
    number = int(said) if said.isascii() and said.isdecimal() and len(said) <= 18 else None
    row = _row_of_ours(said) if number is None else _row_of_meta(number)
    if row is None:
        return Explanation(said if number is None else number, "unknown", False, _UNKNOWN, _LOOK_IT_UP)
    can_retry = row.retry is Retry.NOT_ATTEMPTED
    return Explanation(said if number is None else number, _category(number, row), can_retry, row.meaning, row.do)


def _row_of_meta(number: int) -> Row | None:
    known = ROWS.get(number) or listed(number)
    return known or (PERMISSION if 200 <= number <= 299 else None)


def _row_of_ours(word: str) -> Row | None:
    status = word.removeprefix("http_")
    if status != word and status.isascii() and status.isdecimal():
        return BY_STATUS.get(int(status), UNLISTED)
    return OURS.get(word)


def _category(number: int | None, row: Row) -> Category:
    if number in _RATE or row is BY_STATUS[429]:
        return "rate_limit"
    if number in _RIGHTS or row in (PERMISSION, ROWS[190]):
        return "authorization"
    if number in _MONEY:
        return "payment"
    if number in _MEDIA:
        return "media"
    if number in _TEMPLATES:
        return "template_related"
    if row.retry in (Retry.UNSURE, Retry.NOT_ATTEMPTED):
        return "service_related"
    return _BY_SCOPE[row.scope]


_UNKNOWN = _("We do not know this code: it stands in none of the tables of Meta's that Countersign knows.")
_LOOK_IT_UP = _(
    "Look it up on Meta's page of error codes. Do not send again on your own: the message may have gone out; wait for"
    " the delivery report."
)
