"""`webhook_intake`: signed posts made durable by the real web server, against the same server refusing them unread."""

import hashlib
import hmac
import http.client
import json
import os
import sys
import threading
import time
from collections.abc import Iterator

from django.utils import timezone

from benchmarks import world
from benchmarks.measuring import Bar, Outcome, in_turns
from benchmarks.processes import free_port, started
from messaging.models import WebhookEvent

CONNECTIONS = 16


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    number, _translation = world.sender(world.organisation("bench-webhooks"), timezone.now())
    assert number.account is not None
    body = _body(number.account.waba_id, number.provider_ref)
    signature = "sha256=" + hmac.new(number.account.app_secret.encode(), body, hashlib.sha256).hexdigest()
    port, posts = free_port(), 4_000 * scale
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--threads", "16", "--worker-class", "gthread", "--log-level", "warning", "--keep-alive", "30",
    ]  # fmt: skip
    with started(command, port, {**os.environ}):

        def ours() -> float:
            before = WebhookEvent.objects.count()
            rate = _post(port, body, signature, posts, 200)
            assert WebhookEvent.objects.count() == before + posts, "an answered webhook is missing"
            return rate

        outcome = Outcome("webhook_intake", "posts/s", "posts/s refused", Bar(0.15))
        outcome.notes.append(
            f"{posts:,} posts of {len(body)} bytes on {CONNECTIONS} connections, client on the same cores"
        )
        yield in_turns(outcome, rounds, ours, lambda: _post(port, body, "sha256=" + "0" * 64, posts, 401))


def _post(port: int, body: bytes, signature: str, posts: int, expected: int) -> float:
    """Post on several kept connections at once, each as fast as it is answered. Posts a second."""
    wrong: list[int] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(posts // CONNECTIONS):
            connection.request("POST", "/webhook", body, {"X-Hub-Signature-256": signature})
            answer = connection.getresponse()
            answer.read()
            if answer.status != expected:
                wrong.append(answer.status)
        connection.close()

    clients = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert not wrong, f"{len(wrong)} answers were not {expected}: {wrong[:3]}"
    return posts / (time.perf_counter() - began)


def _body(waba_id: str, phone_number_id: str) -> bytes:
    status = {
        "id": "wamid." + "x" * 50, "status": "delivered", "timestamp": "1790000100", "recipient_id": "85261234567",
        "recipient_user_id": "HK.1234567890", "biz_opaque_callback_data": "0190f3a2-0000-7000-8000-000000000000",
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"},
    }  # fmt: skip
    metadata = {"display_phone_number": "85223456789", "phone_number_id": phone_number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": [status]}
    entry = {"id": waba_id, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
