"""Vonage's Messages API as it reports."""

from typing import Any

from tests.sms.gateways.accounts import ATTEMPT

TEXT_ID = "1111aaaa-bbbb-4ccc-8ddd-0123456789ab"
ERRORS = "https://developer.vonage.com/api-errors"


def status(**fields: Any) -> dict[str, Any]:
    return {
        "message_uuid": TEXT_ID,
        "to": "85261234567",
        "from": "#HARBOUR",
        "timestamp": "2026-03-02T04:00:05.120Z",
        "channel": "sms",
        "client_ref": str(ATTEMPT),
        **fields,
    }
