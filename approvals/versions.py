"""Optimistic locking for edits: who edits says which version they read, and a stale one is refused."""

import hashlib
from typing import Any

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
