"""The whole way over SMPP: a lane's hand-over, the process that holds the bind, the message centre, and back."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests
import uvicorn

from messaging.carriers import Retry, SendFailed
from messaging.inbox.apply import apply_waiting
from messaging.models import Attempt, InboundMessage, Message, Outcome, Status, Suppression, WebhookEvent
from simulators.smsc.hosting import SmscSimulator
from simulators.smsc.wire import deliver_body
from sms.callbacks import COMMIT
from sms.gateways.gateway import Account, Submission
from sms.gateways.smpp.adapter import Smpp
from sms.gateways.smpp.binds import Binds
from sms.gateways.smpp.rows import Rows
from sms.gateways.smpp.serving import build_app
from sms.models import ReceivedPart, SenderId, SmsGateway, SubmittedPart
from sms.text import measure
from sms.ways import account_of
from tests.factories import NOON
from tests.sms.gateways.smpp.tea_binds import SECRET
from tests.sms.tea_texts import TeaTexts, drinker, text_of, verified

pytestmark = pytest.mark.django_db(transaction=True)
OURS = "+85268001234"


@contextmanager
def run_smpp(tea: TeaTexts, centre: SmscSimulator, **options: Any) -> Iterator[Account]:
    """The first gateway of Harbour Tea becomes an account at the message centre, and the process holds its bind."""
    listener = socket.create_server(("127.0.0.1", 0))
    configuration = {
        "host": "127.0.0.1", "port": centre.smpp_port, "system_id": "harbour",
        "process_url": f"http://127.0.0.1:{listener.getsockname()[1]}", **options,
    }  # fmt: skip
    tea.first.kind, tea.first.configuration = "smpp", configuration
    tea.first.secrets = f'{{"password": "pw-00001", "process_secret": "{SECRET}"}}'
    tea.first.save()
    rows = Rows(lambda: NOON)
    config = uvicorn.Config(build_app(Binds(rows, first_rest=0.05)), log_config=None, access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        until(lambda: server.started)
        until(lambda: '"bound":true' in requests.get(f"{configuration['process_url']}/health", timeout=5).text)
        yield account_of(SmsGateway.objects.get(pk=tea.first.pk))
    finally:
        server.should_exit = True
        thread.join()
        rows.close()
        COMMIT.stop()


def until(condition: Callable[[], bool], seconds: float = 8.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def attempt_of(message: Message) -> Attempt:
    return Attempt.objects.create(
        message=message, contact=message.contact, sender=message.sender, category="marketing", started_at=NOON,
        lease_until=NOON, outcome=Outcome.ACCEPTED,
    )  # fmt: skip


def handed(attempt: Attempt, text: str) -> Submission:
    size = measure(text)
    return Submission(attempt.pk, "#HARBOUR", attempt.message.address, text, size.encoding, size.parts)


def applied(events: int) -> None:
    """Wait for so many deliveries and read them."""
    until(lambda: WebhookEvent.objects.count() == events)
    apply_waiting(NOON)


def test_a_text_is_handed_over_and_its_receipt_finds_it_by_the_id_in_another_base(centre: SmscSimulator) -> None:
    centre.misbehave(response_ids="hexadecimal", receipt_ids="decimal", early_share=1, latency_seconds=0.05)
    tea = TeaTexts()
    message = text_of(tea, drinker("Ann"))
    attempt = attempt_of(message)
    with run_smpp(tea, centre, response_ids="hexadecimal", receipt_ids="decimal") as where:
        taken = Smpp().send(where, handed(attempt, "Tea is in."))
        assert SubmittedPart.objects.values_list("reference", "key", "parts").get() == (
            attempt.pk, taken.provider_ids[0], 1,
        )  # fmt: skip
        applied(1)
    message.refresh_from_db()
    assert message.status == Status.DELIVERED


def test_a_text_has_arrived_when_all_of_its_parts_have_and_a_repeated_receipt_changes_nothing(
    centre: SmscSimulator,
) -> None:
    centre.misbehave(receipt_seconds=60)
    tea = TeaTexts()
    message = text_of(tea, drinker("Ann"))
    attempt = attempt_of(message)
    with run_smpp(tea, centre) as where:
        ids = Smpp().send(where, handed(attempt, "a" * 307)).provider_ids
        assert len(ids) == 3
        for count, key in enumerate((ids[2], ids[0], ids[0], ids[1]), 1):
            assert Message.objects.get(pk=message.pk).status == Status.ACCEPTED
            centre.deliver(deliver_body("85261234567", "#HARBOUR", 4, 0, f"id:{key} stat:DELIVRD".encode()))
            applied(count)
    assert Message.objects.get(pk=message.pk).status == Status.DELIVERED


def test_one_part_that_failed_fails_the_text_until_proof_comes(centre: SmscSimulator) -> None:
    centre.misbehave(receipt_seconds=60)
    tea = TeaTexts()
    message = text_of(tea, drinker("Ann"))
    attempt = attempt_of(message)
    with run_smpp(tea, centre) as where:
        first, second = Smpp().send(where, handed(attempt, "a" * 161)).provider_ids
        for count, (key, state) in enumerate(((first, "DELIVRD"), (second, "UNDELIV err:027")), 1):
            centre.deliver(deliver_body("85261234567", "#HARBOUR", 4, 0, f"id:{key} stat:{state}".encode()))
            applied(count)
        message.refresh_from_db()
        assert (message.status, message.error_code) == (Status.FAILED, "027")
        centre.deliver(deliver_body("85261234567", "#HARBOUR", 4, 0, f"id:{second} stat:DELIVRD".encode()))
        applied(3)
    message.refresh_from_db()
    assert message.status == Status.DELIVERED


def test_a_stop_is_heard_and_a_long_reply_in_shuffled_parts_is_read_as_one(centre: SmscSimulator) -> None:
    tea = TeaTexts()
    verified(tea.organisation, OURS, kind=SenderId.Kind.LONG_NUMBER)
    ann = drinker("Ann", phone="+85261234567")
    long = "港" * 66 + "😀多謝，" + "茶" * 10
    with run_smpp(tea, centre):
        centre.inbound("85261234567", OURS.removeprefix("+"), long, coding="ucs2", order=[2, 1])
        applied(1)
        centre.inbound("85261234567", OURS.removeprefix("+"), "STOP", numbering="payload")
        applied(2)
    assert list(InboundMessage.objects.order_by("pk").values_list("text", flat=True)) == [long, "STOP"]
    assert not ReceivedPart.objects.exists()
    assert Suppression.objects.filter(contact=ann).exists()


def test_a_part_whose_sibling_never_comes_is_read_alone_and_old_ids_are_forgotten(centre: SmscSimulator) -> None:
    tea = TeaTexts()
    verified(tea.organisation, OURS, kind=SenderId.Kind.LONG_NUMBER)
    old = {"reference": uuid4(), "part": 1, "parts": 1, "submitted_at": NOON - timedelta(days=31)}
    SubmittedPart.objects.create(gateway=tea.first, **old)
    with run_smpp(tea, centre):
        centre.inbound("85261234567", OURS.removeprefix("+"), "a" * 160, order=[1])
        until(ReceivedPart.objects.exists)
        sweep()
        assert ReceivedPart.objects.exists()
        ReceivedPart.objects.update(came_at=NOON - timedelta(minutes=6))
        sweep()
        applied(1)
    assert InboundMessage.objects.get().text == "a" * 153
    assert not SubmittedPart.objects.exists()


def sweep() -> None:
    rows = Rows(lambda: NOON)
    asyncio.run(rows.sweep())
    rows.close()


def test_what_cannot_be_read_is_stored_and_answered_all_the_same(centre: SmscSimulator, begin: int) -> None:
    with run_smpp(TeaTexts(), centre):
        centre.deliver(b"\xff\xff")
        applied(1)
        until(lambda: [line["status"] for line in centre.journal("deliver", begin)] == [0])
    assert WebhookEvent.objects.get().state == WebhookEvent.State.UNREADABLE


def test_a_wrong_secret_and_a_process_that_is_not_there(centre: SmscSimulator, begin: int) -> None:
    tea = TeaTexts()
    attempt = attempt_of(text_of(tea, drinker("Ann")))
    with run_smpp(tea, centre) as where:
        stranger = where.secrets.model_copy(update={"process_secret": type(where.secrets.password)("another-secret-1")})
        with pytest.raises(SendFailed) as raised:
            Smpp().send(replace(where, secrets=stranger), handed(attempt, "Tea is in."))
        assert (raised.value.code, raised.value.retry) == ("process_secret", Retry.HOLD)
        assert SECRET not in str(raised.value)
    with pytest.raises(SendFailed) as raised:
        Smpp().send(where, handed(attempt, "Tea is in."))
    assert (raised.value.code, raised.value.retry) == ("not_reached", Retry.NOT_ATTEMPTED)
    assert centre.submits(begin) == []
