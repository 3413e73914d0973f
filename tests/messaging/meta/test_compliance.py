"""check_compliance and check_frequency_cap: what is said of one person, and under which code."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Organisation
from messaging.models import Contact, Sender
from tests.factories import (
    NOON,
    ConsentStateFactory,
    ContactFactory,
    MessagingRulesFactory,
    SenderFactory,
    SuppressionFactory,
    harbour_tea,
)
from tests.messaging.meta.flat import ANN, asked
from tests.messaging.test_gate import attempts_at
from tests.messaging.whatsapp.session.stage import ann_wrote

pytestmark = pytest.mark.django_db

AT_NIGHT = NOON.replace(hour=23)


@pytest.fixture
def ann() -> Contact:
    """She agreed to marketing and to nothing else; Harbour Tea has a number that works."""
    SenderFactory()
    return ContactFactory(phone=f"+{ANN}")


def checked(message_type: str = "marketing", **rest: Any) -> dict[str, Any]:
    return asked("check_compliance", customer_id=ANN, message_type=message_type, **rest)


def code(message_type: str = "marketing", **rest: Any) -> str | None:
    told = checked(message_type, **rest)
    assert told["allowed"] == (told["reason_code"] is None)
    found: str | None = told["reason_code"]
    return found


def test_what_nothing_stands_against_is_allowed(ann: Contact) -> None:
    assert checked() == {
        "allowed": True,
        "reason_code": None,
        "human_explanation": "Nothing stands against this message now.",
        "suggested_action": "Send it with send_template.",
    }


def test_free_form_text_needs_the_customers_word_within_a_day(ann: Contact) -> None:
    assert checked("service") == {
        "allowed": False,
        "reason_code": "TEMPLATE_REQUIRED",
        "human_explanation": "The customer has not written in the last 24 hours: nothing free-form may be sent.",
        "suggested_action": "Send an approved template with send_template, or wait until the customer writes.",
    }
    ann_wrote(sender=Sender.objects.get(), phone="+85261112222")
    assert code("service") == "TEMPLATE_REQUIRED"


def test_who_wrote_an_hour_ago_is_answered_freely_until_a_minute_before_the_day_is_over() -> None:
    ann_wrote(phone=f"+{ANN}")
    assert checked("service")["suggested_action"] == "Send it with send_message or reply_customer."
    assert code("service", now=NOON + timedelta(hours=22, minutes=58)) is None
    assert code("service", now=NOON + timedelta(hours=22, minutes=59)) == "TEMPLATE_REQUIRED"


def test_who_said_stop_has_opted_out_of_everything(ann: Contact) -> None:
    SuppressionFactory(contact=ann)
    assert {kind: code(kind) for kind in ("marketing", "utility", "template", "service")} == dict.fromkeys(
        ("marketing", "utility", "template", "service"), "USER_OPTED_OUT"
    )


def test_to_take_ones_consent_back_is_to_opt_out(ann: Contact) -> None:
    assert code("utility") == "POLICY_RESTRICTION"
    ConsentStateFactory(contact=ann, channel="whatsapp", category="utility", state="withdrawn")
    assert code("utility") == "USER_OPTED_OUT"
    assert code() is None


def test_the_cap_has_a_code_of_its_own(ann: Contact) -> None:
    attempts_at(ann, 1, 2)
    assert code() == "FREQUENCY_CAP_EXCEEDED"


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("blocked", "The customer is blocked."),
        ("invalid", "There is no valid address of this customer to send to."),
        ("stopped", "Sending is stopped for the whole organisation."),
        ("no number", "No number of yours can send now."),
        ("red", "No number of yours can send now."),
        ("night", "Marketing rests in quiet hours, which last until 2026-03-03T09:00:00+08:00."),
    ],
)
def test_what_house_rules_forbid_is_a_policy_restriction(ann: Contact, what: str, words: str) -> None:
    if what == "blocked":
        SuppressionFactory(contact=ann, reason="blocked")
    elif what == "invalid":
        Contact.objects.update(invalid_at=NOON)
    elif what == "stopped":
        Organisation.objects.update(sending_stopped_at=NOON)
    elif what == "no number":
        Sender.objects.update(paused_at=NOON)
    elif what == "red":
        Sender.objects.update(quality=Sender.Quality.RED)
    told = checked(now=AT_NIGHT if what == "night" else NOON)
    assert (told["allowed"], told["reason_code"]) == (False, "POLICY_RESTRICTION")
    assert told["human_explanation"] == words
    assert told["suggested_action"]


def test_what_is_not_marketing_does_not_rest_at_night(ann: Contact) -> None:
    ConsentStateFactory(contact=ann, category="utility")
    assert code("utility", now=AT_NIGHT) is None


def test_below_the_cap_there_is_no_reset_to_speak_of(ann: Contact) -> None:
    attempts_at(ann, 1)
    assert asked("check_frequency_cap", customer_id=f"+{ANN}") == {
        "customer_id": ANN,
        "channel": "whatsapp",
        "is_capped": False,
        "reason": "The cap on marketing (2 in 7 days) is not reached.",
        "suggested_action": "Marketing may go, where check_compliance has nothing against it.",
    }


def test_the_cap_is_over_when_the_message_that_filled_it_is_a_week_old(ann: Contact) -> None:
    attempts_at(ann, 1, 3, 5)
    told = asked("check_frequency_cap", customer_id=ANN)
    assert told == {
        "customer_id": ANN,
        "channel": "whatsapp",
        "is_capped": True,
        "reason": "The cap on marketing (2 in 7 days) is reached.",
        "suggested_action": "Send no marketing until then; what is not marketing is not capped.",
        "reset_hint": "2026-03-06T12:00:00+08:00",
    }
    assert asked("check_frequency_cap", customer_id=ANN, now=NOON + timedelta(days=4))["is_capped"] is False
    assert asked("check_frequency_cap", customer_id=ANN, now=NOON + timedelta(days=4, seconds=-1))["is_capped"] is True


def test_who_sends_no_marketing_at_all_never_has_room(ann: Contact) -> None:
    MessagingRulesFactory(organisation=harbour_tea(), marketing_cap=0)
    told = asked("check_frequency_cap", customer_id=ANN)
    assert (told["is_capped"], told["reset_hint"]) == (True, "Never: the organisation sends no marketing.")
