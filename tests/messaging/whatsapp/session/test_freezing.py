"""What a reply is countersigned with, and when nobody may even ask."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Organisation
from approvals.execution import carry_out
from approvals.models import Preview
from messaging.models import Audience, AudienceMember, Conversation, Send
from messaging.whatsapp.conversations.windows import open_until
from tests.approvals.tea_room import approved, codes_of, refused
from tests.factories import NOON, ConsentStateFactory, SuppressionFactory
from tests.messaging.whatsapp.session.stage import HELLO, ann_wrote, asked, at_once, ken, previewed, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reply_tools")]


def test_a_reply_is_frozen_for_one_person_and_until_a_minute_before_the_window_closes() -> None:
    ann = ann_wrote()
    terms = previewed(ann).data
    assert terms is not None
    assert (terms["included"], terms["category"], Decimal(terms["cost_ceiling"])) == (1, "service", 0)
    assert (terms["due_at"], terms["not_after"]) == ("2026-03-02T12:00:00+08:00", "2026-03-03T02:59:00Z")
    assert Preview.objects.get().contract["body"] == HELLO
    assert "tea" not in str(terms["body"])  # wamids stand in bodies, and a wamid tells the number
    assert terms["contact_id"] == str(ann.contact.key)
    member = AudienceMember.objects.get(audience=terms["audience_id"])
    assert (member.contact, member.address, member.address_kind) == (ann.contact, ann.contact.phone, "phone")
    assert str(ann.contact.phone) not in str(terms)


def test_somebody_known_by_their_user_id_alone_is_answered_by_it() -> None:
    previewed(ann_wrote(phone=None, bsuid="HK.1234567890"))
    assert list(AudienceMember.objects.values_list("address", "address_kind")) == [("HK.1234567890", "bsuid")]


def test_a_free_entry_point_makes_messages_free_and_keeps_no_window_open() -> None:
    ann = ann_wrote()
    Conversation.objects.update(free_until=NOON + timedelta(hours=60))
    terms = previewed(ann).data
    assert terms is not None
    assert terms["not_after"] == "2026-03-03T02:59:00Z"


@pytest.mark.parametrize("hours", [24, 25])
def test_once_the_window_is_closed_a_template_is_named_instead(hours: int) -> None:
    no = refused(lambda: previewed(ann_wrote(NOON - timedelta(hours=hours))))
    assert no.codes == ["window_closed"]
    assert "approved template" in str(no)
    assert Audience.objects.count() == 0


def test_the_last_minute_of_the_window_is_too_late() -> None:
    until = NOON + timedelta(seconds=60)
    assert refused(lambda: previewed(ann_wrote(until - timedelta(hours=24)))).codes == ["window_closed"]


def test_every_reason_is_told_at_once() -> None:
    ann = ann_wrote(NOON - timedelta(days=3))
    Conversation.objects.update(state="closed")
    SuppressionFactory(contact=ann.contact)
    assert refused(lambda: previewed(ann)).codes == ["conversation_closed", "window_closed", "not_written_to"]


def test_who_said_stop_is_not_answered() -> None:
    ann = ann_wrote()
    SuppressionFactory(contact=ann.contact)
    no = refused(lambda: previewed(ann))
    assert no.codes == ["not_written_to"]
    assert "Opted out" in str(no)


def test_who_refused_marketing_alone_is_still_answered() -> None:
    ann = ann_wrote()
    ConsentStateFactory(contact=ann.contact, state="withdrawn")
    SuppressionFactory(contact=ann.contact, category="marketing")
    assert previewed(ann).preview_id


def test_what_has_moved_since_the_preview_refuses_the_request() -> None:
    ann = ann_wrote()
    preview = previewed(ann)
    Conversation.objects.update(state="closed")
    Organisation.objects.update(sending_stopped_at=NOON)
    ann.sender.status = "RESTRICTED"
    ann.sender.save()
    codes = refused(lambda: asked(preview)).codes
    assert codes == ["sending_stopped", "conversation_closed", "sender_not_ready"]


def test_a_window_that_closes_while_a_person_decides_lets_nothing_leave() -> None:
    ann = ann_wrote(NOON - timedelta(hours=23))
    request = asked(previewed(ann))
    assert request.state == "pending"
    late = open_until(ann)
    assert late is not None
    assert refused(lambda: approved(request, now=late)).codes == ["window_closed", "too_late"]
    assert Send.objects.count() == 0


def test_a_preview_is_sent_once() -> None:
    at_once()
    preview = previewed(ann_wrote())
    assert asked(preview).state == "succeeded"
    assert refused(lambda: asked(preview)).codes == ["already_sent"]


def test_of_two_requests_for_one_preview_the_second_sends_nothing() -> None:
    preview = previewed(ann_wrote())
    first, second = asked(preview), asked(preview)
    for request in (first, second):
        approved(request)
    done = [carry_out(request.pk, NOON) for request in (first, second)]
    assert [request.state for request in done] == ["succeeded", "voided"]
    assert codes_of(done[1]) == ["already_sent"]


def test_what_was_said_is_kept_with_who_said_it() -> None:
    at_once()
    send = sent(ann_wrote())
    assert (send.kind, send.state) == ("reply", "scheduled")
    assert (send.reply.body, send.reply.by, send.reply.origin) == (HELLO, str(ken().person), "team")
