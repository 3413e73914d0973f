"""What keeps people out of a broadcast: a no, a yes of another kind."""

from typing import Any

from messaging.models import ConsentAct, Contact
from tests.factories import ConsentStateFactory, SuppressionFactory


def opted_out(contact: Contact, **fields: Any) -> Contact:
    SuppressionFactory(contact=contact, **fields)
    return contact


def consent(contact: Contact, category: str = "marketing", act: str = ConsentAct.GRANTED, **fields: Any) -> Contact:
    ConsentStateFactory(contact=contact, category=category, state=act, **fields)
    return contact
