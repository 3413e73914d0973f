"""Carrying out what was approved, a minute later."""

from datetime import timedelta
from typing import Any

from approvals.execution import carry_out
from approvals.models import ActionRequest
from tests.approvals.tea_room import codes_of, fresh, poured
from tests.factories import NOON

A_MINUTE_LATER = NOON + timedelta(minutes=1)


def ended(request: ActionRequest, now: Any = A_MINUTE_LATER) -> tuple[str, list[str], int]:
    """How it ended when it was carried out, why, and how many cups were poured."""
    after = carry_out(request.pk, now)
    assert fresh(request).state == after.state
    return after.state, codes_of(after), poured()
