"""An agent's call breaks off with the process that answers it, and is made again with the same key: one effect."""

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any
from uuid import uuid4

import requests
from django.utils import timezone

from messaging.models import Send
from tests.faults.case import Case
from tests.faults.cells.registry import add

Face = Callable[[Case, dict[str, str]], "str | None"]


def _over_rest(case: Case, arguments: dict[str, str]) -> str | None:
    """The id of the request that the call made; None when nobody answered."""
    told = _post(case, f"{case.stack.web_url}/api/tools/whatsapp.broadcast.create", arguments)
    return str(told["request"]["action_request_id"]) if told else None


def _over_mcp(case: Case, arguments: dict[str, str]) -> str | None:
    call = {"name": "whatsapp_broadcast_create", "arguments": arguments}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    told = _post(case, f"{case.stack.mcp_url}/mcp", body)
    return str(told["result"]["structuredContent"]["request"]["action_request_id"]) if told else None


def _post(case: Case, url: str, body: dict[str, Any]) -> dict[str, Any] | None:
    headers = {"Authorization": f"Bearer {case.business.key}", "Accept": "application/json, text/event-stream"}
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(url, json=body, headers=headers, timeout=30)
        except requests.RequestException:
            return None
    assert answer.status_code in (200, 202), f"{answer.status_code}: {answer.text[:500]}"
    told: dict[str, Any] = answer.json()
    return told


def _call_again(case: Case, *, face: Face, role: str, point: str, child: bool) -> None:
    """One draft and one request, however often the answer was lost."""
    segment, case.people = case.business.crowd(5)
    preview = case.business.previewed(segment, timezone.now())
    arguments = case.business.arguments(preview, f"key-{uuid4()}")
    case.faults.at(point, role=role)
    first = Thread(target=face, args=(case, arguments), daemon=True)
    first.start()
    case.kill_here(point, child=child)
    first.join(30)
    case.stack.mend()
    case.stack.wait_until_ready()
    made = {face(case, arguments) for _ in range(2)}
    assert len(made - {None}) == len(made) == 1, f"two calls with one key made the requests {made}"
    assert Send.objects.filter(preview_id=preview).count() == 1, "not one draft"


for _point in ("execution.before_commit", "execution.committed"):
    _rest = partial(_call_again, face=_over_rest, role="web", point=_point)
    _mcp = partial(_call_again, face=_over_mcp, role="mcp", point=_point)
    add(f"kill-web-in-a-call@{_point}", partial(_rest, child=False))
    add(f"kill-web-child-in-a-call@{_point}", partial(_rest, child=True), rare=True)
    add(f"kill-mcp-in-a-call@{_point}", partial(_mcp, child=False), "agents")
