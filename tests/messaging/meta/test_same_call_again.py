"""The tools that send take no key: the same call moments later is a lost answer, not a second wish."""

from datetime import timedelta

import pytest

from approvals.models import IdempotentCall
from messaging.models import Reply
from tests.factories import NOON
from tests.messaging.meta.flat import ANN, asked, ken, mei, refused
from tests.messaging.whatsapp.session.answering import house
from tests.messaging.whatsapp.session.stage import ann_wrote

pytestmark = pytest.mark.django_db

TEXT = "Your tea left this morning."
SOON, LATER = NOON + timedelta(minutes=4, seconds=59), NOON + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def conversation() -> None:
    """Ann wrote an hour ago, and Harbour Tea lets plain answers go at once."""
    house()
    ann_wrote(phone=f"+{ANN}")


def test_the_same_call_is_answered_again_and_done_once() -> None:
    first = asked("send_message", ken(), to=ANN, text=TEXT)
    assert asked("send_message", ken(), SOON, to=ANN, text=TEXT) == first
    assert Reply.objects.count() == 1


def test_after_five_minutes_it_is_a_new_wish() -> None:
    first = asked("send_message", ken(), to=ANN, text=TEXT)
    assert asked("send_message", ken(), LATER, to=ANN, text=TEXT)["message_id"] != first["message_id"]
    assert Reply.objects.count() == 2


def test_other_words_and_other_callers_are_other_wishes() -> None:
    asked("send_message", ken(), to=ANN, text=TEXT)
    asked("send_message", ken(), to=ANN, text="It arrives on Friday.")
    asked("send_message", mei(), to=ANN, text=TEXT)
    assert Reply.objects.count() == 3


def test_what_was_refused_may_be_asked_for_again_at_once() -> None:
    two_days_later = NOON + timedelta(days=2)
    assert [one.code for one in refused("send_message", ken(), two_days_later, to=ANN, text=TEXT)] == [
        "TEMPLATE_REQUIRED"
    ]
    assert asked("send_message", ken(), to=ANN, text=TEXT)["status"] == "queued"


def test_while_the_first_is_under_way_nobody_knows_and_nothing_is_done() -> None:
    asked("send_message", ken(), to=ANN, text=TEXT)
    IdempotentCall.objects.filter(tool="send_message").update(answer={})
    (why,) = refused("send_message", ken(), SOON, to=ANN, text=TEXT)
    assert (why.code, why.fix) == (
        "same_call_under_way",
        "Look whether it was done; the same call is taken for a new one in 5 minutes.",
    )
    assert Reply.objects.count() == 1
