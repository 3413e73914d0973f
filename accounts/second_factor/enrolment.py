"""Having a second factor: setting it up, showing it, losing it."""

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django_otp import verify_token
from django_otp.models import Device

from accounts.second_factor.devices import Authenticator, BackupCodes

if TYPE_CHECKING:
    from accounts.models import Person

ISSUER = "Countersign"


def authenticator_of(person: "Person") -> Authenticator | None:
    """The app in use, or None."""
    app: Authenticator | None = Authenticator.objects.filter(user=person, confirmed=True).first()
    return app


def is_asked_of(person: "Person") -> bool:
    """Whether a password alone opens nothing for this person: by the installation's rule, or by their own choice."""
    return settings.SECOND_FACTOR == "required" or authenticator_of(person) is not None


def begin(person: "Person") -> Authenticator:
    """The app that is being set up; the same one until it is confirmed, so that reloading the page breaks nothing."""
    app: Authenticator
    app, _made = Authenticator.objects.get_or_create(user=person, confirmed=False, defaults={"name": "app"})
    return app


def address_for_app(app: Authenticator, person: "Person") -> str:
    """What the QR code holds (Google's key URI format)."""
    label = quote(f"{ISSUER}:{person.get_username()}", safe="")
    return f"otpauth://totp/{label}?secret={app.secret}&issuer={ISSUER}"


def readable_key(app: Authenticator) -> str:
    """The secret in groups of four, for typing."""
    assert len(base64.b32decode(app.secret)) == 20
    return " ".join(app.secret[i : i + 4] for i in range(0, len(app.secret), 4))


@transaction.atomic
def confirm(person: "Person", code: str) -> tuple[Authenticator, list[str]] | None:
    """Take the app that is being set up into use, in place of any before it; returns it with new backup codes.

    None when the code is not the app's. Sessions that an older app verified are asked again.
    """
    app = Authenticator.objects.select_for_update().filter(user=person, confirmed=False).first()
    if app is None or not app.verify_token(code):
        return None
    Authenticator.objects.filter(user=person, confirmed=True).delete()
    app.confirmed = True
    app.save(update_fields=("confirmed",))
    return app, new_backup_codes(person)


@transaction.atomic
def new_backup_codes(person: "Person") -> list[str]:
    """Ten new codes; the old ones are void."""
    kept: BackupCodes
    kept, _made = BackupCodes.objects.select_for_update().get_or_create(user=person, defaults={"name": "paper"})
    return kept.renew()


def backup_codes_left(person: "Person") -> int:
    kept = BackupCodes.objects.filter(user=person).first()
    return len(kept.hashes) if kept else 0


def device_for_code(person: "Person", code: str) -> Device | None:
    """What this code proves: six digits the app, anything else a backup code. None for a wrong, used or early one."""
    typed = "".join(code.split())
    kind = Authenticator if len(typed) == 6 and typed.isdecimal() else BackupCodes
    device = kind.objects.filter(user=person, confirmed=True).first()
    return verify_token(person, device.persistent_id, typed) if device else None


@transaction.atomic
def remove(person: "Person") -> None:
    """Take app, half-made app and backup codes away: whoever signs in next sets up a new one where one is required."""
    Authenticator.objects.filter(user=person).delete()
    BackupCodes.objects.filter(user=person).delete()
