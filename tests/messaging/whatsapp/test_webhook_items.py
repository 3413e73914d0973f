"""What webhooks say of messages, item by item, as Meta's shapes have it in 2026; and fields nobody knows."""

from dataclasses import replace

import pytest

from messaging.inbox.items import StatusItem
from messaging.whatsapp.webhooks import AccountItem, UnknownItem, parse
from tests.messaging.whatsapp.bodies import NOON, body, change, messages, said, status
from tests.messaging.whatsapp.webhook_shapes import AT_NOON, TEMPLATE, only

DELIVERED = StatusItem(
    dedupe_key="status:wamid.OUT1:delivered:+85251234567",
    sender_ref="555001",
    provider_id="wamid.OUT1",
    status="delivered",
    at=AT_NOON,
    echo="0190b5a1-7c3e-7d21-9a61-1f2e3d4c5b6a",
    phone="+85251234567",
    user_id="HK.1234567890",
    error_code="",
    error_title="",
    opts_out=False,
    pricing_category="marketing",
    pricing_type="regular",
    billable=True,
)


def test_a_delivery_report_comes_with_our_attempt_and_its_price() -> None:
    assert only(body(messages(statuses=[status()]))) == DELIVERED


def test_a_failed_message_says_why() -> None:
    errors = [
        {
            "code": 131049,
            "title": "Not delivered",
            "message": "Not delivered",
            "error_data": {"details": "This message was not delivered to maintain healthy ecosystem engagement."},
            "href": "https://developers.facebook.com",
        }
    ]
    raw = status("failed", errors=errors)
    del raw["pricing"], raw["recipient_user_id"]
    found = only(body(messages(statuses=[raw])))
    assert (found.status, found.error_code) == ("failed", "131049")
    assert found.error_title == (
        "Not delivered: This message was not delivered to maintain healthy ecosystem engagement."
    )
    assert (found.pricing_category, found.billable, found.user_id) == ("", None, "")


def test_a_report_for_a_message_to_a_business_scoped_id_has_no_phone() -> None:
    raw = status()
    del raw["recipient_id"]
    found = only(body(messages(statuses=[raw])))
    assert (found.phone, found.user_id) == ("", "HK.1234567890")
    assert found.dedupe_key == "status:wamid.OUT1:delivered:HK.1234567890"


def test_both_spellings_of_the_international_category_are_one() -> None:
    pricing = {"category": "authentication-international", "type": "regular"}
    assert only(body(messages(statuses=[status(pricing=pricing)]))).pricing_category == "authentication_international"


def test_a_group_report_is_about_the_participant() -> None:
    raw = status(recipient_type="group", recipient_id="Y2FwaV9ncm91cA", recipient_participant_id="85261112222")
    assert only(body(messages(statuses=[raw]))).phone == "+85261112222"


def test_the_older_report_with_a_conversation_is_read_as_well() -> None:
    conversation = {"id": "c1", "expiration_timestamp": str(NOON), "origin": {"type": "marketing"}}
    assert only(body(messages(statuses=[status(conversation=conversation)]))) == DELIVERED


@pytest.mark.parametrize("field", ["history", "calls", "field_of_2027", ""])
def test_a_field_nobody_handles_is_kept_as_unknown(field: str) -> None:
    found = only(body(change(field, {"a": 1})))
    assert isinstance(found, UnknownItem)
    assert (found.field, found.reason) == (field, "no one handles this field")


def test_a_field_beside_the_changes_is_found() -> None:
    raw = (
        b'{"object":"whatsapp_business_account","entry":[{"id":"1","field":"account_review_update",'
        b'"changes":[{"value":{"decision":"APPROVED"}}]}]}'
    )
    assert isinstance(only(raw), AccountItem)


def test_the_same_thing_said_again_has_the_same_key_and_another_thing_has_not() -> None:
    value = {**TEMPLATE, "event": "PAUSED"}
    shuffled = dict(reversed(list(value.items())))
    first = only(body(change("message_template_status_update", value), time=NOON))
    again = only(body(change("message_template_status_update", shuffled), time=NOON))
    later = only(body(change("message_template_status_update", value), time=NOON + 60))
    assert first.dedupe_key == again.dedupe_key
    assert first.dedupe_key != later.dedupe_key
    assert replace(first, dedupe_key="", at=None) == replace(later, dedupe_key="", at=None)


def test_delivered_and_read_of_one_message_are_two_things() -> None:
    items = parse(body(messages(statuses=[status("delivered"), status("read"), status("delivered")])))
    assert len({item.dedupe_key for item in items}) == 2


def test_the_order_of_the_body_is_kept() -> None:
    raw = body(messages(statuses=[status("sent")]), messages(messages=[said()]), messages(statuses=[status("read")]))
    assert [item.dedupe_key for item in parse(raw)] == [
        "status:wamid.OUT1:sent:+85251234567",
        "inbound:555001:wamid.IN1",
        "status:wamid.OUT1:read:+85251234567",
    ]
