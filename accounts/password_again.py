"""The password once more, for what a stolen session should not be able to do: one's second factor, somebody else's.

Decisions have their own (approvals/admin/password.py): there, wrong ones are counted by the record of the request.
"""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor, Face
from accounts.bounds import Bound
from accounts.changes import tell
from accounts.models import Person

AGAIN = Bound("password-again", 5, timedelta(minutes=15))


def password_error(person: Person, password: str, now: datetime) -> str | None:
    """Why this does not do, or None. After five wrong ones, none for a quarter of an hour. Wrong ones are recorded."""
    if AGAIN.count(now, str(person.pk)) > AGAIN.most:
        return _("Too many wrong passwords. Wait a quarter of an hour.")
    # Not `person.check_password`: it would save the hash anew when its strength has changed.
    if check_password(password, person.password):
        AGAIN.forget(now, str(person.pk))
        return None
    if person.organisation is not None:
        with transaction.atomic():
            tell("person.password_wrong", person, Actor.of_person(person, Face.DESK), now)
    return _("This is not your password.")
