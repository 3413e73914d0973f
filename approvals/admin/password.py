"""Asking for the password again. Wrong ones are recorded, and the record is what counts them: no way round it."""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from approvals.models import ActionRequest
from approvals.reasons import Reason, Refused
from audit.models import Entry
from audit.record import record

MOST_WRONG = 5
WITHIN = timedelta(minutes=15)


def confirm_password(request: ActionRequest, actor: Actor, password: str, now: datetime) -> bool:
    """Whether the password was given. Raises Refused for a wrong one, and for any after five wrong in 15 minutes."""
    person = actor.person
    assert person is not None
    if not request.asks_password or not password:
        return False
    wrong = Entry.objects.filter(
        organisation=actor.organisation,
        at__gt=now - WITHIN,
        action="request.password_wrong",
        actor_principal=actor.principal,
    )
    if wrong.count() >= MOST_WRONG:
        raise Refused(
            Reason(
                "too_many_passwords",
                _("Too many wrong passwords."),
                _("Wait a quarter of an hour; tell an administrator if it was not you."),
                "password",
            )
        )
    # Not `person.check_password`: it would save the hash anew when its strength has changed.
    if check_password(password, person.password):
        return True
    with transaction.atomic():
        record("request.password_wrong", request, actor, now=now, tool=request.tool)
    raise Refused(Reason("password_wrong", _("This is not your password."), _("Enter it again."), "password"))
