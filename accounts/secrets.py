"""Secrets at rest: encrypted with Fernet before they reach the database; the first key writes, every key reads."""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


def cipher() -> MultiFernet:
    """The keys of `SECRETS_KEYS`, newest first. `manage.py rotate_secrets` writes all with the first."""
    return MultiFernet([Fernet(key) for key in settings.SECRETS_KEYS])


class SecretText(str):
    """A secret in memory: usable as text, but never printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'••••'"


class SecretField(models.TextField):  # type: ignore[type-arg]
    """A text column that holds only ciphertext."""

    def get_prep_value(self, value: Any) -> Any:
        return cipher().encrypt(str(value).encode()).decode() if value else value

    def from_db_value(self, value: str | None, *_args: object) -> str | None:
        if not value:
            return value
        try:
            return SecretText(cipher().decrypt(value.encode()).decode())
        except InvalidToken:
            raise ValueError("a secret cannot be read with the keys in SECRETS_KEYS: put the old key back") from None
