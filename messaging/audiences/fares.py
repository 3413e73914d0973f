"""What reaching each person of an audience costs, as fragments of the statement that freezes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fare:
    """How a channel prices a person. SQL of ours; whatever comes from outside is bound in `parameters`.

    `tables` are common table expressions. `joins` come behind `person p` (columns phone, bsuid, country, language,
    vals) and `text_of` (its `translation` is the text that the person reads). `market` and `amount` are expressions
    over them. An amount of NULL means that there is no way to the person, and so does `is_closed`.
    """

    tables: str
    joins: str
    market: str
    amount: str
    is_closed: str
    parameters: Mapping[str, Any]
