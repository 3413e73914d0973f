"""Signing in at the desk: a name and a password, slowly for whoever guesses, and the same no for every reason."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm

from accounts.actor import Actor, Face
from accounts.bounds import Bound, address_of
from accounts.changes import tell
from accounts.models import Person

log = structlog.get_logger(__name__)

QUARTER = timedelta(minutes=15)
# A name is held only for the address that guessed: nobody can lock somebody else out from afar.
BY_NAME = Bound("sign-in", 5, QUARTER)
# Everybody behind one address together; an office has one.
BY_ADDRESS = Bound("sign-in-address", 50, QUARTER)


class SignInForm(AuthenticationForm):  # type: ignore[misc]
    """Unfold's form with a bound. It says no alike to a wrong password, an unknown name and somebody inactive."""

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password:
            return dict(super().clean())
        now, address, key = timezone.now(), address_of(self.request), str(name).casefold()
        tries = BY_NAME.count(now, address, key)
        if tries > BY_NAME.most or BY_ADDRESS.is_reached(now, address):
            if tries == BY_NAME.most + 1:
                _told_of(str(name), "person.sign_in_held", now)
            raise ValidationError(
                _("Too many tries. Wait a quarter of an hour, or ask an administrator for a new password."), code="held"
            )
        try:
            cleaned = dict(super().clean())
        except ValidationError:
            BY_ADDRESS.count(now, address)
            _told_of(str(name), "person.sign_in_failed", now)
            raise
        BY_NAME.forget(now, address, key)
        _told_of(str(name), "person.password_right", now)
        return cleaned


def _told_of(name: str, action: str, now: datetime) -> None:
    """Into the record of whose name it is. A name nobody has is not written down: it may be a password."""
    person = Person.objects.select_related("organisation").filter(username=name).first()
    if person is None or person.organisation is None:
        log.warning("sign_in", what=action, person=str(person.pk) if person else "")
        return
    is_them = action == "person.password_right"
    actor = Actor.of_person(person, Face.DESK) if is_them else Actor.system(person.organisation, "login page")
    with transaction.atomic():
        tell(action, person, actor, now)
