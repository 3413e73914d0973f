"""Rotating the keys of secrets at rest: found by their kind of column, so a new one is not forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Cast

from accounts.secrets import SecretField, cipher


@dataclass
class Count:
    """What became of the values. `unreadable` names them: model, column, row."""

    rewritten: int = 0
    current: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate_secrets() -> Count:
    """Write each value that the first key cannot read anew with it; a row a transaction, locked while it is done."""
    count = Count()
    for model, name in secret_columns():
        for key in model._base_manager.exclude(**{name: ""}).exclude(**{name: None}).values_list("pk", flat=True):
            _rotate(model, name, key, count)
    return count


def secret_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every column of ciphertext, those of histories among them."""
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.concrete_fields:
            if isinstance(column, SecretField):
                yield model, column.name


@transaction.atomic
def _rotate(model: type[models.Model], name: str, key: Any, count: Count) -> None:
    rows = model._base_manager.select_for_update().filter(pk=key)
    ciphertext = rows.annotate(ciphertext=Cast(name, models.TextField())).values_list("ciphertext", flat=True).first()
    if not ciphertext:
        return  # emptied or deleted meanwhile
    if _is_under_first_key(ciphertext):
        count.current += 1
        return
    try:
        plain = cipher().decrypt(ciphertext.encode()).decode()
    except InvalidToken:
        count.unreadable.append(f"{model._meta.label}.{name} of {key}")
        return
    model._base_manager.filter(pk=key).update(**{name: plain})
    count.rewritten += 1


def _is_under_first_key(ciphertext: str) -> bool:
    try:
        Fernet(settings.SECRETS_KEYS[0]).decrypt(ciphertext.encode())
    except InvalidToken:
        return False
    return True
