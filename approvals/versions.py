"""Optimistic locking for edits: who edits says which version they read, and a stale one is refused."""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, Refused


def token_of(row: Any) -> str:
    """The version token of a row that counts its versions in `version`."""
    return f"v{row.version}-{hashlib.sha256(f'{row.pk}:{row.version}'.encode()).hexdigest()[:12]}"


def check_token(row: Any, token: str | None) -> None:
    """Raises Refused when `token` is not the row's current one."""
    if token != token_of(row):
        raise Refused(
            Reason(
                "stale_version",
                _("This has changed since you read it, or no base_version_token was passed."),
                _("Read it again and pass the version_token you find there."),
                "base_version_token",
            )
        )


def edited_since(row: Any | None, base_version: int, told: str | Promise) -> Iterator[Reason]:
    """The reason against a plan that was made on another version of the row; one that is still to be made has 0."""
    if (row.version if row is not None else 0) != base_version:
        yield Reason("stale_version", told, _("Read it again and edit what you find."), "base_version_token")


def name_taken(namesakes: QuerySet[Any], by: UUID | None, told: str | Promise) -> Iterator[Reason]:
    """The reason against a name that another row than the one with the key `by` has."""
    if namesakes.exclude(pk=by).exists():
        yield Reason("name_taken", told, _("Choose another name."), "name")
