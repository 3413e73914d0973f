"""What answers where no rule does: by the queue, its hours and its days."""

from datetime import timedelta

import pytest

from messaging.models import (
    AutoReply,
    Conversation,
    Flow,
    Queue,
)
from tests.factories import NOON
from tests.messaging.whatsapp.automation.tea_bar import MENU, TeaBar, enabled, outcomes, reply_ask

pytestmark = pytest.mark.django_db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_an_auto_reply_answers_what_no_rule_meets_and_not_again_within_its_hours(bar: TeaBar, menu: Flow) -> None:
    enabled(reply_ask({"hours_between": 6}, reply_text="We answer soon."))
    assert bar.answers("Are you there?") == ["We answer soon."]
    assert bar.answers("Hello?", NOON + HOUR) == []
    assert bar.answers("menu", NOON + 2 * HOUR) == [MENU]
    assert bar.answers("kettles", NOON + 7 * HOUR) == []
    assert outcomes()[1] == ("silent", "nothing_meets")


@pytest.mark.parametrize(("when", "hour", "expected"), [("shut", 20, True), ("shut", 12, False), ("open", 12, True)])
def test_an_auto_reply_goes_by_the_business_hours_of_the_queue(
    bar: TeaBar, when: str, hour: int, *, expected: bool
) -> None:
    bar.queue("Other")
    Queue.objects.filter(is_default=True).update(business_hours={"0": [["09:00", "18:00"]]})
    enabled(reply_ask({"when": when}, reply_text="Away."))
    assert bar.answers("Hi there", NOON.replace(hour=hour)) == ["Away."] * expected


def test_an_auto_reply_counts_for_its_queue_and_its_days(bar: TeaBar) -> None:
    other = bar.queue("Other")
    enabled(reply_ask({"until_day": "2026-03-02"}, queue_id=str(other.pk), reply_text="Other."))
    assert bar.answers("one") == []
    Conversation.objects.update(queue=other)
    assert bar.answers("two", NOON + MINUTE) == ["Other."]
    assert bar.answers("three", NOON + 24 * HOUR) == []


def test_a_disabled_auto_reply_is_silent(bar: TeaBar) -> None:
    enabled(reply_ask(reply_text="Away."))
    AutoReply.objects.update(enabled=False)
    assert bar.answers("Hi") == []
