"""check_conversation, get_customer_context, list_conversations and archive_chat."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from audit.models import Entry
from messaging.models import Conversation, Message, Queue, Sender, Team
from tests.factories import (
    NOON,
    ConsentStateFactory,
    ContactFactory,
    ConversationFactory,
    SenderFactory,
    SendFactory,
    SuppressionFactory,
    harbour_tea,
    ken_ho,
)
from tests.messaging.meta.flat import ANN, asked, ken, mei, refused
from tests.messaging.whatsapp.session.answering import house
from tests.messaging.whatsapp.session.stage import ann_wrote

pytestmark = pytest.mark.django_db

AN_HOUR_AGO, A_DAY_LATER = "2026-03-02T03:00:00Z", "2026-03-03T03:00:00Z"
LATER = NOON + timedelta(days=2)


def written_by(name: str, hours_ago: float, **fields: Any) -> Conversation:
    """Somebody who wrote so many hours ago, and was answered."""
    sender = Sender.objects.first() or SenderFactory()
    at = NOON - timedelta(hours=hours_ago)
    facts: dict[str, Any] = {"sender": sender, "contact__name": name, "opened_at": at, "waiting_since": None, **fields}
    made: Conversation = ConversationFactory(**facts)
    return made


def test_a_conversation_is_told_with_its_window_and_what_may_be_sent() -> None:
    ann = ann_wrote(phone=f"+{ANN}")
    ConsentStateFactory(contact=ann.contact, category="utility")
    assert asked("check_conversation", customer_id=f"+{ANN}") == {
        "customer_id": ANN,
        "channel": "whatsapp",
        "window_open": True,
        "time_remaining_secs": 82800,
        "conversation_type": "service",
        "last_inbound_at": AN_HOUR_AGO,
        "last_outbound_at": None,
        "window_expires_at": A_DAY_LATER,
        "marketing_eligibility": "ineligible",
        "utility_eligibility": "eligible",
    }


def test_a_window_that_is_over_has_no_seconds_left() -> None:
    ann_wrote(phone=f"+{ANN}")
    told = asked("check_conversation", customer_id=ANN, now=LATER)
    assert (told["window_open"], told["time_remaining_secs"], told["window_expires_at"]) == (False, 0, A_DAY_LATER)


def test_who_never_wrote_has_no_conversation_and_that_is_no_error() -> None:
    SenderFactory()
    ContactFactory(phone=f"+{ANN}")
    assert asked("check_conversation", customer_id=ANN) == {
        "customer_id": ANN,
        "channel": "whatsapp",
        "window_open": False,
        "time_remaining_secs": 0,
        "conversation_type": "none",
        "last_inbound_at": None,
        "last_outbound_at": None,
        "window_expires_at": None,
        "marketing_eligibility": "eligible",
        "utility_eligibility": "ineligible",
    }


def test_a_conversation_that_we_began_is_of_our_last_messages_category() -> None:
    one = written_by("Bo", 1, last_inbound_at=None, window_until=None, contact__phone=f"+{ANN}")
    Message.objects.create(
        organisation=harbour_tea(), send=SendFactory(sender=one.sender), contact=one.contact, sender=one.sender,
        address=f"+{ANN}", address_kind="phone", category="marketing", queued_at=NOON,
    )  # fmt: skip
    assert asked("check_conversation", customer_id=ANN)["conversation_type"] == "marketing"


def test_whoever_may_not_see_numbers_gets_them_masked() -> None:
    ann_wrote(phone=f"+{ANN}")
    assert asked("check_conversation", ken(), customer_id=ANN)["customer_id"] == "••••567"
    assert asked("list_conversations", ken())["conversations"][0]["customer_id"] == "••••567"
    assert asked("check_frequency_cap", ken(), customer_id=ANN)["customer_id"] == "••••567"
    assert asked("get_customer_context", ken(), customer_id=ANN)["customer_id"] == "••••567"


def test_a_conversation_of_a_queue_that_is_closed_to_the_caller_is_none() -> None:
    team = Team.objects.create(organisation=harbour_tea(), name="Complaints")
    one = ann_wrote(phone=f"+{ANN}")
    Queue.objects.filter(pk=one.queue_id).update(team=team, is_restricted=True)
    assert asked("check_conversation", ken(), customer_id=ANN)["conversation_type"] == "none"
    assert asked("check_conversation", mei(), customer_id=ANN)["conversation_type"] == "service"
    assert asked("list_conversations", ken())["total"] == 0
    assert [no.code for no in refused("archive_chat", ken(), now=LATER, conversation_id=str(one.pk))] == [
        "conversation_not_found"
    ]
    team.members.add(ken_ho())
    assert asked("list_conversations", ken())["total"] == 1


def test_the_context_of_a_customer_tells_consent_tags_conversation_and_what_may_be_sent() -> None:
    one = ann_wrote(phone=f"+{ANN}", tags=["vip"])
    ConsentStateFactory(contact=one.contact, category="utility")
    assert asked("get_customer_context", customer_id=ANN) == {
        "customer_id": ANN,
        "channel": "whatsapp",
        "opt_in": {"marketing": False, "utility": True},
        "tags": ["vip"],
        "engagement_score": 1.0,
        "last_interaction": AN_HOUR_AGO,
        "conversation": {
            "window_open": True,
            "conversation_type": "service",
            "last_inbound": AN_HOUR_AGO,
            "last_outbound": None,
            "window_expires": A_DAY_LATER,
        },
        "eligibility": {
            "marketing": {"eligible": False, "reason_code": "POLICY_RESTRICTION"},
            "utility": {"eligible": True},
            "service": {"eligible": True},
        },
    }


def test_an_opt_out_takes_every_opt_in_with_it() -> None:
    SenderFactory()
    SuppressionFactory(contact=ContactFactory(phone=f"+{ANN}"))
    told = asked("get_customer_context", customer_id=ANN)
    assert told["opt_in"] == {"marketing": False, "utility": False}
    assert {kind: one["reason_code"] for kind, one in told["eligibility"].items()} == {
        "marketing": "USER_OPTED_OUT",
        "utility": "USER_OPTED_OUT",
        "service": "USER_OPTED_OUT",
    }


def test_engagement_is_the_share_of_what_was_read_or_answered_in_ninety_days() -> None:
    ann = ContactFactory(phone=f"+{ANN}")
    assert asked("get_customer_context", customer_id=ANN)["engagement_score"] == 0.0
    for status, replied_at, days_ago in ((50, None, 1), (40, NOON, 2), (40, None, 3), (35, None, 4), (40, None, 91)):
        send = SendFactory()
        Message.objects.create(
            organisation=harbour_tea(), send=send, contact=ann, sender=send.sender, address=f"+{ANN}",
            address_kind="phone", category="marketing", status=status, replied_at=replied_at,
            queued_at=NOON - timedelta(days=days_ago),
        )  # fmt: skip
    assert asked("get_customer_context", customer_id=ANN)["engagement_score"] == 0.67


def test_conversations_are_listed_the_latest_word_first_page_by_page() -> None:
    written_by("Bo", 30)
    ann = written_by("Ann", 1, contact__phone=f"+{ANN}")
    told = asked("list_conversations", limit=1)
    assert told == {
        "conversations": [
            {
                "id": str(ann.pk),
                "customer_id": ANN,
                "channel": "whatsapp",
                "window_open": True,
                "time_remaining_secs": 82800,
                "conversation_type": "service",
                "last_inbound_at": AN_HOUR_AGO,
                "last_outbound_at": None,
                "window_expires_at": A_DAY_LATER,
            }
        ],
        "total": 2,
        "limit": 1,
        "offset": 0,
    }
    second = asked("list_conversations", limit=1, offset=1)
    assert [one["window_open"] for one in second["conversations"]] == [False]
    assert asked("list_conversations") | {"conversations": []} == {
        "conversations": [], "total": 2, "limit": 50, "offset": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("", ["Ann", "Bo", "Cat", "Dan", "Eve"]),
        ("open", ["Ann", "Bo"]),
        ("expiring_soon", ["Bo"]),
        ("closed", ["Cat", "Dan", "Eve"]),
    ],
)
def test_conversations_are_filtered_by_their_window_as_it_is_now(wanted: str, expected: list[str]) -> None:
    made = [written_by("Ann", 21.9), written_by("Bo", 22), written_by("Cat", 23.99), written_by("Dan", 24)]
    made.append(written_by("Eve", 1, last_inbound_at=None, window_until=None))
    written_by("Fay", 1, archived_at=NOON, state="closed", closed_at=NOON)
    names = {str(one.pk): one.contact.name for one in made}
    told = asked("list_conversations", status_filter=wanted)
    assert [names[one["id"]] for one in told["conversations"]] == expected
    assert told["total"] == len(expected)


@pytest.mark.parametrize("wrong", [{"status_filter": "soon"}, {"limit": 0}, {"limit": 101}, {"offset": -1}])
def test_a_wrong_filter_is_told_by_its_name(wrong: dict[str, Any]) -> None:
    assert [(no.code, no.field) for no in refused("list_conversations", **wrong)] == [
        ("invalid_argument", next(iter(wrong)))
    ]


def test_a_conversation_is_archived_once_its_window_is_over_and_leaves_the_list() -> None:
    house()
    one = written_by("Ann", 25)
    assert asked("archive_chat", ken(), conversation_id=str(one.pk)) == {
        "conversation_id": str(one.pk),
        "status": "archived",
        "from_type": "service",
    }
    one.refresh_from_db()
    assert (one.state, one.closed_at, one.archived_at) == ("closed", NOON, NOON)
    assert asked("list_conversations")["total"] == 0
    actions = Entry.objects.filter(action__startswith="conversation.").values_list("action", flat=True)
    assert sorted(actions) == ["conversation.archived", "conversation.closed"]


def test_one_that_is_closed_already_is_put_away_and_that_only_once() -> None:
    house()
    one = written_by("Ann", 25, state="closed", closed_at=NOON - timedelta(hours=1), outcome="She has her tea")
    assert asked("archive_chat", ken(), conversation_id=str(one.pk))["status"] == "archived"
    one.refresh_from_db()
    assert (one.closed_at, one.outcome, one.archived_at) == (NOON - timedelta(hours=1), "She has her tea", NOON)
    assert [no.code for no in refused("archive_chat", ken(), conversation_id=str(one.pk))] == ["already_closed"]


def test_an_active_conversation_is_not_archived() -> None:
    house()
    one = written_by("Ann", 23.75)
    (no,) = refused("archive_chat", ken(), conversation_id=str(one.pk))
    assert (no.code, no.field) == ("CONVERSATION_ACTIVE", "conversation_id")
    assert str(no.text) == "The window of this conversation is open for another 15 minutes."
    one.refresh_from_db()
    assert (one.state, one.archived_at) == ("open", None)


def test_one_whose_customer_waits_is_archived_by_a_person_alone() -> None:
    house()
    one = written_by("Ann", 25, waiting_since=NOON - timedelta(hours=25))
    told = asked("archive_chat", ken(), conversation_id=str(one.pk))
    assert told["status"] == "pending_approval"
    assert set(told) == {"conversation_id", "status", "from_type", "action_request_id"}
    one.refresh_from_db()
    assert one.archived_at is None


def test_a_conversation_that_nobody_has_is_not_archived() -> None:
    assert [no.code for no in refused("archive_chat", conversation_id=str(uuid4()))] == ["conversation_not_found"]
