"""A broadcast on the desk: its numbers, and the buttons that stop, pause and resume it."""

import re

import pytest
from django.urls import reverse

from accounts.models import Person
from audit.models import Entry
from messaging.models import Message, Outbox, Send, SendState, Status
from tests.desk.harbour import page, signed_in, status, the_send
from tests.factories import NOON, ada_wong, ken_ho, mei_chan, sam_lee, vera_ng

pytestmark = pytest.mark.django_db


def press_button(who: Person, send: Send, button: str) -> int:
    return status(who, f"messaging_send_{button}", send.pk, method="post", _form_submitted="on")


def state(send: Send) -> str:
    return str(Send.objects.values_list("state", flat=True).get(pk=send.pk))


def message_of(send: Send, place: int, message_status: int) -> Message:
    member = send.audience.members.order_by("pk")[place]
    return Message.objects.create(
        organisation=send.organisation, send=send, contact=member.contact, sender=send.sender, address=member.address,
        address_kind="phone", category="marketing", status=message_status, queued_at=NOON, handed_at=NOON,
        error_code="131049" if message_status == Status.FAILED else "",
    )  # fmt: skip


@pytest.mark.parametrize("button", ["stop", "pause", "resume"])
def test_a_link_moves_nothing(button: str) -> None:
    send = the_send(SendState.PAUSED if button == "resume" else SendState.SENDING)
    before = state(send)
    assert status(mei_chan(), f"messaging_send_{button}", send.pk) == 200  # the dialog
    assert state(send) == before


def test_the_stop_button_stops_for_good_and_empties_the_outbox() -> None:
    send = the_send()
    waiting = message_of(send, 0, Status.QUEUED)
    Outbox.objects.create(message=waiting, send=send, sender=send.sender, due_at=NOON)
    assert press_button(sam_lee(), send, "stop") == 204
    assert state(send) == "stopped"
    assert not Outbox.objects.exists()
    assert Entry.objects.get(action="send.stop").facts["left_out"] == 1
    assert press_button(mei_chan(), send, "resume") == 403


@pytest.mark.parametrize("who", [ken_ho, vera_ng])
def test_a_role_that_does_not_send_stops_nothing(who) -> None:  # type: ignore[no-untyped-def]
    send = the_send()
    assert press_button(who(), send, "stop") == 403
    assert state(send) == "sending"


def test_a_marketer_pauses_and_somebody_who_decides_lets_it_go_on() -> None:
    send = the_send()
    assert press_button(sam_lee(), send, "pause") == 204
    assert Send.objects.get().pause_reason == "by hand, by Sam Lee"
    assert press_button(sam_lee(), send, "resume") == 403
    assert press_button(mei_chan(), send, "resume") == 204
    assert state(send) == "releasing"  # through the gate of the release again


def test_the_live_part_counts_everybody_and_adds_up() -> None:
    send = the_send()
    message_of(send, 0, Status.DELIVERED)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(vera_ng(), "messaging_send_progress", send.pk)))
    assert "Delivered 1" in text
    assert "Waiting 1" in text
    assert "2 of 2 people accounted for. adds up" in text


def test_the_live_part_asks_again_while_under_way_and_reloads_the_page_when_the_state_changes() -> None:
    send = the_send()
    assert 'hx-trigger="every 3s"' in page(mei_chan(), "messaging_send_progress", send.pk)
    Send.objects.update(state=SendState.COMPLETED)
    answer = signed_in(mei_chan()).get(reverse("admin:messaging_send_progress", args=(send.pk,)), {"state": "sending"})
    assert answer["HX-Refresh"] == "true"
    assert "hx-get" not in answer.content.decode()


def test_the_report_tells_failures_by_code_with_the_messages_behind_them() -> None:
    send = the_send(SendState.COMPLETED)
    failed = message_of(send, 0, Status.FAILED)
    text = page(mei_chan(), "messaging_send_change", send.pk)
    assert "<code>131049</code>" in text
    listed = signed_in(mei_chan()).get(
        reverse("admin:messaging_message_changelist"), {"send": send.pk, "status__exact": 35, "error": "131049"}
    )
    assert [one.pk for one in listed.context["cl"].result_list] == [failed.pk]


def test_a_report_takes_no_form() -> None:
    send = the_send()
    assert status(ada_wong(), "messaging_send_change", send.pk, method="post", state="completed") == 405
    assert state(send) == "sending"


def test_the_start_page_shows_what_is_under_way() -> None:
    the_send()
    text = page(mei_chan(), "index")
    assert "Spring tea" in text
    assert "Delivery in the last 14 days" in text
