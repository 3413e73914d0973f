"""Those who may decide, beside Mei."""

from typing import Any

from accounts.models import Person
from tests.factories import PersonFactory


def lin_yip(**fields: Any) -> Person:
    """A second compliance officer."""
    return PersonFactory(
        **{"username": "lin.yip", "first_name": "Lin", "last_name": "Yip", "role": "compliance", **fields}
    )
