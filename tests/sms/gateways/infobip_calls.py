"""An account at Infobip, and what Infobip answers and reports."""

import json
from typing import Any

from sms.gateways.gateway import Account, Callback
from sms.gateways.infobip.adapter import InfobipConfiguration, InfobipSecrets
from tests.sms.gateways.accounts import account

NAMES = {1: "PENDING", 2: "UNDELIVERABLE", 3: "DELIVERED", 4: "EXPIRED", 5: "REJECTED"}


def at_infobip(url: str = "https://xyz.api.infobip.com", secrets: dict[str, str] | None = None, **more: Any) -> Account:
    configuration = InfobipConfiguration(base_url=url, **more)
    return account(configuration, InfobipSecrets.model_validate({"api_key": "an-api-key-0001", **(secrets or {})}))


def told(*results: Any, kind: str = "receipt", **headers: str) -> Callback:
    body = json.dumps({"results": list(results)}).encode()
    url = f"https://sms.example.test/sms/k3y/{kind}"
    given = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Callback(kind, "POST", url, "", given, body)  # type: ignore[arg-type]
