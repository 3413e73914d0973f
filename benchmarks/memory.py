"""`memory_flat`: what lane and web keep after many messages, against what they keep after 20,000."""

import hashlib
import hmac
import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.delivery import queued, stage
from benchmarks.measuring import Bar, Outcome
from benchmarks.processes import child, free_port, running, started
from messaging.models import Attempt, Send, Sender, Status

STEP = 20_000  # messages
STATUSES_A_POST = 10
PATIENCE = 300.0  # seconds a step


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    """Once, whatever the rounds: 100,000 messages and their reports, 200,000 from scale 2 on."""
    steps = 10 if scale > 1 else 5
    number, translation = stage("bench-memory", STEP)
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "benchmarks.web_process", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--threads", "16", "--worker-class", "gthread", "--log-level", "warning", "--keep-alive", "30",
    ]  # fmt: skip
    with running("benchmarks.sink") as sink:
        environment = {
            **os.environ, "GRAPH_BASE_URL": f"http://127.0.0.1:{sink}", "ENGINE_ORGANISATION_PER_SECOND": "100000",
        }  # fmt: skip
        with (
            started(command, port, environment) as web,
            child([sys.executable, "-m", "benchmarks.lane_process"], environment) as lane,
        ):
            kept: list[tuple[float, float]] = []
            for _step in range(steps):
                send = queued(number, translation, STEP)
                _wait_until_through(send)
                _report_all(number, send, port)
                kept.append((_megabytes(lane.pid), _megabytes(web.pid)))
    for name, figures in zip(("lane", "web"), zip(*kept, strict=True), strict=True):
        outcome = Outcome(f"memory_flat_{name}", "MB", f"MB after {STEP:,}", Bar(1.2, above=False))
        outcome.measured, outcome.reference = [figures[-1]], [figures[0]]
        outcome.notes.append(f"after {steps * STEP:,} messages and their reports")
        yield outcome


def _wait_until_through(send: Send) -> None:
    until = time.monotonic() + PATIENCE
    while send.messages.filter(status__in=(Status.QUEUED, Status.SENDING)).exists():
        assert time.monotonic() < until, "the lane is not through"
        time.sleep(0.2)


def _report_all(number: Sender, send: Send, port: int) -> None:
    """Post that every message of the send was delivered."""
    assert number.account is not None
    secret = number.account.app_secret.encode()
    attempts = list(Attempt.objects.filter(message__send=send).values_list("pk", "message__provider_id"))
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for first in range(0, len(attempts), STATUSES_A_POST):
        body = _body(number, [(str(key), known or "") for key, known in attempts[first : first + STATUSES_A_POST]])
        signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        line.request("POST", "/webhook", body, {"X-Hub-Signature-256": signature})
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200, f"a webhook was answered with {answer.status}"
    line.close()


def _body(number: Sender, delivered: list[tuple[str, str]]) -> bytes:
    assert number.account is not None
    statuses = [
        {
            "id": known, "status": "delivered", "timestamp": "1790000100", "recipient_id": "85261234567",
            "biz_opaque_callback_data": attempt,
        }
        for attempt, known in delivered
    ]  # fmt: skip
    metadata = {"display_phone_number": "85223456789", "phone_number_id": number.provider_ref}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": statuses}
    entry = {"id": number.account.waba_id, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def _megabytes(pid: int) -> float:
    """Resident memory of a process and all its children."""
    status = Path(f"/proc/{pid}/status").read_text()
    own = next(int(row.split()[1]) for row in status.splitlines() if row.startswith("VmRSS"))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own / 1024 + sum(_megabytes(int(one)) for one in children)
