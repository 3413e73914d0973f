"""Releasing: only what still is what was approved, once, and from where it broke off."""

from datetime import timedelta
from decimal import Decimal
from itertools import count
from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.tenancy import as_login_role
from approvals.models import ActionRequest, Preview
from approvals.reasons import Reason
from messaging.engine import release
from messaging.engine.release import release_due
from messaging.engine.sends import move_send, resume_send, system
from messaging.engine.tallies import tally
from messaging.models import AudienceMember, Message, Outbox, Send, SendState, Status, Verdict
from tests.factories import NOON
from tests.messaging.engine.conftest import Facts
from tests.messaging.engine.stage import countersigned, crowd, fresh, someone, witness_sender

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_release_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that begins anew where it broke off goes on for ever."""
    chunks = count(1)

    def committed(_point: str) -> None:
        assert next(chunks) <= 100, "a release does not come to its end"

    monkeypatch.setattr(release, "faultpoint", committed)


def test_a_due_send_becomes_messages_and_begins() -> None:
    ming, yan, out = crowd(3)
    send = countersigned([ming, yan], left_out=[(out, Verdict.NO_CONSENT)])
    assert release_due(NOON) == 1
    send = fresh(send)
    assert (send.state, send.started_at) == (SendState.SENDING, NOON)
    message = Message.objects.get(contact=ming)
    assert (message.status, message.address, message.values) == (Status.QUEUED, ming.phone, {"1": ming.name})
    assert (message.price, message.market, message.category) == (Decimal("0.0732"), "Hong Kong", "marketing")
    assert message.translation is not None
    assert not Message.objects.filter(contact=out).exists()
    assert set(Outbox.objects.values_list("message__contact", "due_at")) == {(ming.pk, NOON), (yan.pk, NOON)}


def test_a_send_that_is_not_due_stays() -> None:
    send = countersigned(crowd(1), due_at=NOON + timedelta(seconds=1))
    assert release_due(NOON) == 0
    assert fresh(send).state == SendState.SCHEDULED


def test_a_draft_is_never_released() -> None:
    countersigned(crowd(1), state=SendState.DRAFT)
    assert release_due(NOON) == 0
    assert not Message.objects.exists()


def _paused_with(send: Send, words: str) -> None:
    release_due(NOON)
    send = fresh(send)
    assert (send.state, words in send.pause_reason) == (SendState.PAUSED, True), send.pause_reason
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "altered",
    [
        {"cost_ceiling": Decimal(9999)},
        {"per_second": 1000},
        {"due_at": NOON - timedelta(hours=1)},
        {"not_after": NOON + timedelta(days=9)},
        {"category": "utility"},
    ],
    ids=lambda altered: next(iter(altered)),
)
def test_a_send_that_was_altered_after_the_approval_is_not_released(altered: dict[str, object]) -> None:
    send = countersigned(crowd(1))
    Send.objects.filter(pk=send.pk).update(**altered)
    _paused_with(send, f"altered after it was approved: {next(iter(altered))}")


def test_a_send_that_was_moved_to_another_sender_is_not_released() -> None:
    send = countersigned(crowd(1))
    Send.objects.filter(pk=send.pk).update(sender=witness_sender())
    _paused_with(send, "altered after it was approved: sender_id")


@pytest.mark.parametrize("altered", [{"people": 9}, {"reason": "none"}, {"money": 5}], ids=lambda one: next(iter(one)))
def test_a_request_that_was_altered_after_the_approval_releases_nothing(altered: dict[str, object]) -> None:
    send = countersigned(crowd(1))
    ActionRequest.objects.filter(pk=send.request_id).update(**altered)
    _paused_with(send, "not what was approved")


def test_a_contract_that_was_altered_after_the_approval_releases_nothing() -> None:
    send = countersigned(crowd(1))
    with as_login_role(), connection.cursor() as cursor:  # as the owner of the tables might
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE approvals_preview DISABLE TRIGGER USER")
    Preview.objects.update(contract=send.preview.contract | {"cost_ceiling": "9999"})
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE approvals_preview ENABLE TRIGGER USER")
    _paused_with(send, "not what was approved")


@pytest.mark.parametrize(
    "altered",
    [{"address": "+85269999999"}, {"verdict": 2}, {"values": {"1": "winner"}}, {"price": Decimal(0)}],
    ids=lambda one: next(iter(one)),
)
def test_an_audience_that_was_altered_is_not_released(altered: dict[str, object]) -> None:
    send = countersigned(crowd(2))
    AudienceMember.objects.filter(pk=AudienceMember.objects.latest("pk").pk).update(**altered)
    _paused_with(send, "frozen audience is not what was approved")


def test_nobody_can_be_slipped_into_an_audience() -> None:
    send = countersigned(crowd(2))
    AudienceMember.objects.create(audience=send.audience, contact=someone(), verdict=0, address="+85261234567")
    _paused_with(send, "frozen audience is not what was approved")


def test_a_send_without_a_countersigned_request_is_not_released() -> None:
    send = countersigned(crowd(1))
    Send.objects.filter(pk=send.pk).update(request=None)
    _paused_with(send, "Nobody has countersigned")


def test_a_send_does_not_go_out_on_the_approval_of_another() -> None:
    send, other = countersigned(crowd(1)), countersigned(crowd(1), state=SendState.DRAFT)
    Send.objects.filter(pk=other.pk).update(request=None)
    Send.objects.filter(pk=send.pk).update(request=other.request)
    _paused_with(send, "Nobody has countersigned")


def test_a_fact_that_has_moved_pauses_the_send_with_every_reason(facts: Facts) -> None:
    send = countersigned(crowd(1))
    facts.against = [
        Reason("template_not_approved", "The template is paused.", "Choose another."),
        Reason("prices_changed", "The prices have changed.", "Make a new preview."),
    ]
    _paused_with(send, "The template is paused. Choose another. The prices have changed. Make a new preview.")
    facts.against = []
    resume_send(fresh(send), system(send), NOON)
    release_due(NOON)
    assert fresh(send).state == SendState.SENDING


def test_a_release_goes_on_where_it_broke_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "CHUNK", 2)
    send = countersigned(crowd(5))
    broken = monkeypatch.context
    with broken() as patch:
        patch.setattr(release, "move_send", _break_at_begin)
        with pytest.raises(ConnectionError):
            release_due(NOON)
    assert (fresh(send).state, Message.objects.count()) == (SendState.RELEASING, 4)
    assert tally(fresh(send)).queued == 5
    release_due(NOON)
    assert (fresh(send).state, Message.objects.count(), Outbox.objects.count()) == (SendState.SENDING, 5, 5)


def _break_at_begin(send: Send, transition: str, *rest: object) -> Send:
    if transition == "begin":
        raise ConnectionError("the database went away")
    return move_send(send, transition, *rest)  # type: ignore[arg-type]


def test_a_pause_during_the_release_loses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "CHUNK", 2)
    send = countersigned(crowd(5))
    assert release._open_gate(send.pk, NOON)
    assert release._release_chunk(send.pk, NOON) is False
    move_send(send, "pause", system(send), NOON, "a person wants to look")
    assert release._release_chunk(send.pk, NOON) is None
    resume_send(fresh(send), system(send), NOON)
    release_due(NOON)
    assert (fresh(send).state, Message.objects.count()) == (SendState.SENDING, 5)


def test_a_send_of_exactly_one_chunk_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "CHUNK", 2)
    send = countersigned(crowd(2))
    release_due(NOON)
    assert (fresh(send).state, Message.objects.count()) == (SendState.SENDING, 2)


@pytest.mark.django_db(transaction=True)
def test_bells_that_ring_at_once_release_a_send_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "CHUNK", 3)
    send = countersigned(crowd(20))
    bells = Barrier(4)

    def ring() -> None:
        bells.wait()
        release_due(NOON)
        connection.close()

    threads = [Thread(target=ring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    release_due(NOON)
    assert (Message.objects.count(), Outbox.objects.count()) == (20, 20)
    assert fresh(send).state == SendState.SENDING
