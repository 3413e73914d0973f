"""The bell of the inbox rings beside whoever stores webhooks, and not more often than it can."""

import threading
import time

import pytest

from messaging.inbox import bell
from messaging.inbox.tasks import apply_webhooks


def test_a_broker_that_does_not_answer_holds_up_nobody_and_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answers = [], threading.Event()

    def hanging(**_options: object) -> None:
        asked.append(1)
        answers.wait(10)

    monkeypatch.setattr(apply_webhooks, "apply_async", hanging)
    monkeypatch.setattr(bell, "_EVERY_SECONDS", 0.0)
    began = time.monotonic()
    bell.ring()
    bell.ring()
    assert time.monotonic() - began < 5
    answers.set()
    for thread in threading.enumerate():
        if thread.name == "webhook-bell":
            thread.join()
    assert asked == [1]
