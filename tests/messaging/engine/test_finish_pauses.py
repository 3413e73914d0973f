"""What a result may pause besides its message: the send, its sender, or every sender of the account."""

import pytest

from messaging.engine.take import take
from messaging.engine.taken import Ending, Result
from messaging.models import (
    Outbox,
    Sender,
)
from tests.factories import NOON, MessagingRulesFactory, WhatsAppAccountFactory
from tests.messaging.engine.stage import crowd, fresh, released, settle, witness_sender

pytestmark = pytest.mark.django_db


def test_a_run_of_failures_pauses_the_send_and_says_why() -> None:
    MessagingRulesFactory(failures_to_pause=3)
    send = released(crowd(5))
    batch = take(send.sender, 4, NOON)
    settle(send, *(Result(one, Ending.FAILED, code="131026", text="Not on WhatsApp") for one in batch[:2]))
    assert (fresh(send).state, fresh(send).failures_in_a_row) == ("sending", 2)
    settle(send, Result(batch[2], Ending.UNSURE, code="answer_lost", text="The answer was lost"))
    send = fresh(send)
    assert send.state == "paused"
    assert send.pause_reason == "3 messages failed in a row; the last: The answer was lost (answer_lost)"


def test_a_success_ends_a_run_of_failures() -> None:
    MessagingRulesFactory(failures_to_pause=3)
    send = released(crowd(4))
    first, second, third, fourth = take(send.sender, 4, NOON)
    settle(send, Result(first, Ending.FAILED), Result(second, Ending.FAILED), Result(third, Ending.ACCEPTED))
    settle(send, Result(fourth, Ending.FAILED))
    assert (fresh(send).state, fresh(send).failures_in_a_row) == ("sending", 1)


def test_throttling_is_not_a_failure() -> None:
    MessagingRulesFactory(failures_to_pause=1)
    send = released(crowd(1))
    (one,) = take(send.sender, 1, NOON)
    settle(send, Result(one, Ending.NOT_ATTEMPTED))
    assert fresh(send).state == "sending"


def test_a_hold_of_the_template_pauses_its_send() -> None:
    send = released(crowd(1))
    (taken,) = take(send.sender, 1, NOON)
    settle(send, Result(taken, Ending.HOLD, code="132015", text="Template is paused", scope="template"))
    assert (fresh(send).state, fresh(send).pause_reason) == ("paused", "Template is paused (132015)")
    assert Outbox.objects.get().tries == 0


def test_a_hold_of_the_sender_pauses_that_sender_alone() -> None:
    account = WhatsAppAccountFactory()
    sender, other = witness_sender(account=account), witness_sender(account=account)
    send = released(crowd(1), sender=sender)
    (one,) = take(sender, 1, NOON)
    settle(send, Result(one, Ending.HOLD, code="131048", text="Spam rate limit hit", scope="sender"))
    paused = Sender.objects.get(paused_at__isnull=False)
    assert (paused, paused.pause_reason) == (sender, "Spam rate limit hit (131048)")
    assert other.pk != sender.pk
    assert Outbox.objects.count() == 1


def test_a_revoked_token_pauses_every_sender_of_the_account() -> None:
    account = WhatsAppAccountFactory()
    sender, other = witness_sender(account=account), witness_sender(account=account)
    stranger = witness_sender()
    send = released(crowd(1), sender=sender)
    (one,) = take(sender, 1, NOON)
    settle(send, Result(one, Ending.HOLD, code="190", text="Token expired", scope="account"))
    assert set(Sender.objects.filter(paused_at__isnull=False)) == {sender, other}
    assert stranger.paused_at is None
