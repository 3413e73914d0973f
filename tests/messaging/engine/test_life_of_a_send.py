"""What ends a send, what pauses it by itself, and that everybody is counted once, always."""

from datetime import timedelta
from decimal import Decimal

import pytest

from approvals.reasons import Reason, Refused
from audit.models import Entry
from messaging.engine import breakers
from messaging.engine.finish import finish
from messaging.engine.reap import reap
from messaging.engine.release import release_due
from messaging.engine.senders import pause_sender, resume_sender
from messaging.engine.sends import move_send, resume_send, system
from messaging.engine.take import take
from messaging.engine.taken import Ending, Result
from messaging.engine.tallies import failures_of, tallies, tally
from messaging.models import Attempt, Message, Outbox, Outcome, Send, Sender, SendState, Status, Verdict
from tests.factories import NOON, SuppressionFactory
from tests.messaging.engine.conftest import Facts
from tests.messaging.engine.stage import countersigned, crowd, fresh, message_to, released, someone

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=1)


def test_a_crash_between_marking_and_finishing_leaves_unsure_and_is_never_resent() -> None:
    people = crowd(3)
    send = released(people)
    take(send.sender, 2, NOON)
    assert reap(NOON + timedelta(seconds=44)) == 0
    assert reap(NOON + timedelta(seconds=45)) == 2
    assert Attempt.objects.filter(outcome=Outcome.UNSURE, code="broken_off").count() == 2
    assert len(take(send.sender, 10, NOON + timedelta(hours=1))) == 1
    assert Message.objects.filter(status=Status.UNSURE).count() == 2
    entry = Entry.objects.get(action="message.unsure")
    assert entry.facts["messages"] == 2


def test_a_webhook_before_the_reaper_stands() -> None:
    ming = someone()
    send = released([ming])
    take(send.sender, 1, NOON)
    Message.objects.update(status=Status.SENT)
    reap(LATER)
    assert message_to(ming, send).status == Status.SENT


def test_a_send_is_complete_when_nobody_waits_and_nothing_is_under_way() -> None:
    send = released(crowd(1))
    reap(NOON)
    assert fresh(send).state == SendState.SENDING
    (one,) = take(send.sender, 1, NOON)
    reap(NOON)
    assert fresh(send).state == SendState.SENDING
    finish([Result(one, Ending.ACCEPTED, provider_id="wamid.1")], send.sender, NOON)
    reap(LATER)
    send = fresh(send)
    assert (send.state, send.ended_at) == (SendState.COMPLETED, LATER)


def test_what_has_not_gone_out_in_time_stays_in_the_house() -> None:
    send = released(crowd(3))
    (one,) = take(send.sender, 1, NOON)
    finish([Result(one, Ending.ACCEPTED, provider_id="wamid.1")], send.sender, NOON)
    reap(send.not_after)
    send = fresh(send)
    assert send.state == SendState.EXPIRED
    assert not Outbox.objects.exists()
    assert tally(send).excluded_at_sending == {"too_late": 2}
    assert tally(send).closes


def test_a_send_that_was_never_released_in_time_expires() -> None:
    send = countersigned(crowd(2))
    reap(send.not_after)
    send = fresh(send)
    assert (send.state, tally(send).excluded) == (SendState.EXPIRED, {"too_late": 2})
    assert release_due(send.not_after) == 0


def test_stopping_leaves_everybody_out_who_still_waits() -> None:
    ming, yan = crowd(2)
    send = released([ming, yan])
    take(send.sender, 1, NOON)
    stopped = move_send(send, "stop", system(send), LATER)
    assert (stopped.state, stopped.ended_at) == (SendState.STOPPED, LATER)
    assert not Outbox.objects.exists()
    assert tally(stopped).as_dict() == _stages(sending=1) | {"excluded_stopped": 1}
    entry = Entry.objects.get(action="send.stop")
    assert entry.facts["left_out"] == 1


def test_an_ended_send_does_not_begin_again() -> None:
    send = released(crowd(1))
    move_send(send, "stop", system(send), NOON)
    with pytest.raises(Refused) as no:
        resume_send(fresh(send), system(send), NOON)
    assert no.value.codes == ["wrong_state"]
    assert fresh(send).state == SendState.STOPPED


def test_every_move_is_in_the_record_with_its_reason() -> None:
    send = released(crowd(1))
    move_send(send, "pause", system(send), NOON, "a person wants to look")
    assert list(Entry.objects.filter(subject_id=str(send.pk)).order_by("pk").values_list("action", flat=True)) == [
        "send.release", "send.begin", "send.pause",
    ]  # fmt: skip
    entry = Entry.objects.get(action="send.pause")
    assert (entry.facts["reason"], entry.request_id) == ("a person wants to look", send.request_id)


def test_a_sender_rests_until_a_person_lets_it() -> None:
    send = released(crowd(1))
    pause_sender(send.sender, "Token expired (190)", system(send), NOON)
    pause_sender(send.sender, "something else", system(send), LATER)
    assert Sender.objects.get().pause_reason == "Token expired (190)"
    assert take(send.sender, 1, NOON) == []
    resume_sender(send.sender, system(send), LATER)
    assert len(take(send.sender, 1, NOON)) == 1
    with pytest.raises(Refused):
        resume_sender(send.sender, system(send), LATER)


def test_a_red_rating_pauses_marketing() -> None:
    send = released(crowd(1))
    Sender.objects.update(quality="RED")
    breakers.watch(NOON)
    assert (fresh(send).state, fresh(send).pause_reason) == (
        SendState.PAUSED, "The provider rates the sender's quality red.",
    )  # fmt: skip


def test_who_pauses_a_second_later_finds_it_paused_and_the_first_reason_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    send = released(crowd(1))
    lock = breakers.lock_send

    def after_somebody_else(one: Send) -> Send:
        move_send(one, "pause", system(one), NOON, "a person wants to look")
        return lock(one)

    monkeypatch.setattr(breakers, "lock_send", after_somebody_else)
    breakers.pause(send, "The provider rates the sender's quality red.", LATER)
    assert (fresh(send).state, fresh(send).pause_reason) == (SendState.PAUSED, "a person wants to look")


def test_people_opting_out_in_numbers_pause_the_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakers, "OPT_OUTS_COUNT_FROM", 20)
    people = crowd(20)
    send = released(people)
    batch = take(send.sender, 20, NOON)
    finish([Result(one, Ending.ACCEPTED, provider_id=f"wamid.{one.message_id}") for one in batch], send.sender, NOON)
    SuppressionFactory(contact=people[1], at=NOON - timedelta(days=1))
    breakers.watch(LATER)
    assert fresh(send).state == SendState.SENDING
    SuppressionFactory(contact=people[0], at=LATER)
    breakers.watch(LATER)
    assert (fresh(send).state, fresh(send).pause_reason) == (
        SendState.PAUSED, "1 of 20 people opted out after this message.",
    )  # fmt: skip


def test_a_fact_that_moves_while_it_goes_out_pauses_the_send(facts: Facts) -> None:
    send = released(crowd(1))
    breakers.watch(NOON)
    assert fresh(send).state == SendState.SENDING
    facts.against = [Reason("template_changed", "The template was edited.", "Make a new preview.")]
    breakers.watch(NOON)
    assert fresh(send).pause_reason == "The template was edited. Make a new preview."


@pytest.mark.parametrize("code", ["sending_stopped", "sender_not_ready", "account_restricted"])
def test_what_ends_by_itself_pauses_no_send_even_when_it_begins_while_the_watch_looks(facts: Facts, code: str) -> None:
    send = released(crowd(1))
    facts.against = [Reason(code, "Nothing leaves just now.", "Wait.")]
    breakers.watch(NOON)
    assert fresh(send).state == SendState.SENDING


def test_the_numbers_close_at_every_step() -> None:
    people, out = crowd(6), someone()
    send = countersigned(people, left_out=[(out, Verdict.NO_CONSENT)], price=Decimal("0.05"))
    assert tally(send).as_dict() == _stages(queued=6) | {"excluded_no_consent": 1}
    release_due(NOON)
    SuppressionFactory(contact=people[5])
    first, second, third, fourth, _ = take(send.sender, 10, NOON)
    finish(
        [
            Result(first, Ending.ACCEPTED, provider_id="wamid.1"),
            Result(second, Ending.HELD, provider_id="wamid.2"),
            Result(third, Ending.FAILED, code="131026", text="Not on WhatsApp"),
            Result(fourth, Ending.UNSURE, code="answer_lost"),
        ],
        send.sender,
        NOON,
    )
    Message.objects.filter(provider_id="wamid.1").update(status=Status.READ)
    found = tally(fresh(send))
    assert found.as_dict() == _stages(read=1, held=1, failed=1, unsure=1, sending=1) | {
        "excluded_no_consent": 1, "excluded_suppressed": 1,
    }  # fmt: skip
    assert (found.targeted, found.total, found.closes, found.taken) == (7, 7, True, 2)
    assert found.cost == Decimal("0.20")
    assert failures_of(send) == [("131026", "Not on WhatsApp", 1)]


def test_a_missing_person_shows() -> None:
    send = released(crowd(2))
    Outbox.objects.all().delete()
    send.audience.targeted = 3
    assert not tally(send).closes


def test_a_message_too_many_shows() -> None:
    send = released(crowd(2))
    send.audience.included = send.audience.targeted = 1
    assert not tally(send).closes


def test_several_sends_are_counted_apart() -> None:
    one, two = released(crowd(1)), released(crowd(2))
    found = tallies([one, two])
    assert (found[one.pk].queued, found[two.pk].queued) == (1, 2)


def _stages(**people: int) -> dict[str, int]:
    names = ("queued", "sending", "unsure", "accepted", "held", "sent", "failed", "delivered", "read")
    return dict.fromkeys(names, 0) | people
