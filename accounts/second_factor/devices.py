"""What a second factor is kept as. django-otp's own tables would hold its secrets in the clear; these do not."""

import base64
import hashlib
import re
import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from accounts.secrets import SecretField

_BACKUP_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike on paper


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them (RFC 4226 asks for that many)."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


class Authenticator(ThrottlingMixin, Device):  # type: ignore[misc]
    """An app that shows six digits every half minute (RFC 6238). Each code is good once; wrong ones cost time."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    secret = SecretField(_("secret"), default=new_secret, editable=False)
    last_step = models.BigIntegerField(_("last half minute used"), default=-1, editable=False)

    class Meta:
        verbose_name = _("authenticator")
        verbose_name_plural = _("authenticators")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=("user", "confirmed"), name="authenticator_one_in_use_one_being_set_up")
        ]

    def get_throttle_factor(self) -> int:
        """Seconds to wait after the first wrong code; twice as many after each further one."""
        return 1

    def verify_token(self, token: str) -> bool:
        """django-otp asks without a time, so this reads the clock. Call it with the row locked."""
        if not self.verify_is_allowed()[0]:
            return False
        clock = TOTP(base64.b32decode(self.secret))
        clock.time = timezone.now().timestamp()
        # One half minute to either side for a clock that is off; never one that was used, nor one before it.
        if token.isdecimal() and clock.verify(int(token), tolerance=1, min_t=self.last_step + 1):
            self.last_step = clock.t()
            self.throttle_reset(commit=False)
            self.save()
            return True
        self.throttle_increment()
        return False


class BackupCodes(ThrottlingMixin, Device):  # type: ignore[misc]
    """Codes on paper, each good once, kept as hashes: with 79 random bits a plain SHA-256 cannot be searched."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    hashes = ArrayField(models.CharField(max_length=64), verbose_name=_("hashes"), default=list, editable=False)

    class Meta:
        verbose_name = _("backup codes")
        verbose_name_plural = _("backup codes")
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=("user",), name="backup_codes_once")]

    def get_throttle_factor(self) -> int:
        return 1

    def verify_token(self, token: str) -> bool:
        """Call it with the row locked: of two who type the same code at once, one gets in."""
        if not self.verify_is_allowed()[0]:
            return False
        if (digest := _digest(token)) not in self.hashes:
            self.throttle_increment()
            return False
        self.hashes.remove(digest)
        self.throttle_reset(commit=False)
        self.save()
        return True

    def renew(self) -> list[str]:
        """New codes in place of all old ones. They can be read only here."""
        codes = ["-".join(_four_letters() for _group in range(4)) for _code in range(_BACKUP_CODES)]
        self.hashes = [_digest(code) for code in codes]
        self.throttle_reset(commit=False)
        self.save()
        return codes


def _four_letters() -> str:
    return "".join(secrets.choice(_LETTERS) for _letter in range(4))


def _digest(code: str) -> str:
    return hashlib.sha256(re.sub(r"[\s-]", "", code).lower().encode()).hexdigest()
