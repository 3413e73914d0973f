"""What customers do, as webhooks tell it: they write, tap, send files, change their number, switch marketing off."""

from typing import Any

import pytest

from messaging.inbox.items import InboundItem, Media
from messaging.whatsapp.webhooks import AccountItem, UserIdUpdateItem, UserPreferenceItem, parse
from tests.messaging.whatsapp.bodies import IDA, NOON, body, change, messages, said
from tests.messaging.whatsapp.webhook_shapes import AT_NOON, only

HELLO = InboundItem(
    dedupe_key="inbound:555001:wamid.IN1",
    sender_ref="555001",
    provider_id="wamid.IN1",
    at=AT_NOON,
    from_phone="+85251234567",
    user_id="HK.1234567890",
    kind="text",
    text="Hello",
    payload="",
    title="",
    profile_name="Ida",
    username="ida.b",
    reply_to="",
    target_id="",
    media=None,
)


def inbound(kind: str, content: Any, **more: Any) -> Any:
    message = said(type=kind, **{kind: content}, **more)
    return only(body(messages(contacts=[IDA], messages=[message])))


def test_a_customers_text_comes_with_all_identities() -> None:
    assert only(body(messages(contacts=[IDA], messages=[said()]))) == HELLO


def test_a_customer_without_a_phone_number_is_known_by_id() -> None:
    message = said("STOP")
    del message["from"]
    contact = {"profile": {"name": "Ida"}, "user_id": "HK.1234567890"}
    found = only(body(messages(contacts=[contact], messages=[message])))
    assert (found.from_phone, found.user_id, found.text) == ("", "HK.1234567890", "STOP")
    assert found.profile_name == "Ida"


def test_an_id_in_the_place_of_the_phone_is_an_id() -> None:
    message = said()
    message["from"] = message.pop("from_user_id")
    contact = {"profile": {"name": "Ida"}, "wa_id": "HK.1234567890"}
    found = only(body(messages(contacts=[contact], messages=[message])))
    assert (found.from_phone, found.user_id) == ("", "HK.1234567890")


def test_a_sender_named_only_in_the_contacts_is_found_there() -> None:
    message = said()
    del message["from"], message["from_user_id"]
    found = only(body(messages(contacts=[IDA], messages=[message])))
    assert (found.from_phone, found.user_id) == ("+85251234567", "HK.1234567890")


def test_another_persons_contact_is_not_taken_for_the_senders() -> None:
    ming = {"profile": {"name": "Ming"}, "wa_id": "85261112222", "user_id": "HK.999"}
    found = only(body(messages(contacts=[ming], messages=[said()])))
    assert (found.profile_name, found.user_id) == ("", "HK.1234567890")


def test_a_tapped_stop_button_of_a_template_says_stop() -> None:
    found = inbound("button", {"payload": "STOP_REM", "text": "Stop"}, context={"from": "85250001111", "id": "wamid.T"})
    assert (found.text, found.payload, found.title, found.reply_to) == ("Stop", "STOP_REM", "Stop", "wamid.T")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"type": "button_reply", "button_reply": {"id": "ok", "title": "OK"}}, ("OK", "ok", "OK")),
        (
            {"type": "list_reply", "list_reply": {"id": "r1", "title": "Oolong", "description": "50 g"}},
            ("Oolong", "r1", "Oolong"),
        ),
        (
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"a": 1}'}},
            ("Sent", '{"a": 1}', "flow"),
        ),
        ({}, ("", "", "")),
    ],
)
def test_interactive_answers_keep_what_was_tapped(content: Any, expected: tuple[str, str, str]) -> None:
    found = inbound("interactive", content)
    assert (found.text, found.payload, found.title) == expected


def test_an_interactive_message_without_its_object_is_kept_beside_the_error() -> None:
    raw = said(type="interactive")
    items = parse(body(messages(messages=[raw], errors=[{"code": 131000, "title": "Something went wrong"}])))
    assert [type(item) for item in items] == [InboundItem, AccountItem]
    assert isinstance(items[1], AccountItem)
    assert (items[1].event, items[1].error_code, items[1].phone_number_id) == ("ERROR", 131000, "555001")


def test_media_come_with_what_is_needed_to_fetch_them() -> None:
    found = inbound(
        "document",
        {"id": "1003", "mime_type": "application/pdf", "sha256": "aGFzaA==", "filename": "a.pdf", "caption": "See"},
    )
    assert found.media == Media("1003", "application/pdf", "aGFzaA==", "a.pdf")
    assert found.text == "See"


@pytest.mark.parametrize(
    ("kind", "content", "text", "target"),
    [
        ("reaction", {"message_id": "wamid.OUT1", "emoji": "👍"}, "👍", "wamid.OUT1"),
        ("reaction", {"message_id": "wamid.OUT1"}, "", "wamid.OUT1"),
        ("location", {"latitude": 22.3, "longitude": 114.1, "name": "Central"}, "Central", ""),
        ("order", {"catalog_id": "c", "text": "Two please", "product_items": []}, "Two please", ""),
        ("contacts", [{"name": {"formatted_name": "Ming"}}], "", ""),
        ("request_welcome", None, "", ""),
        (
            "edit",
            {"original_message_id": "wamid.IN0", "message": {"type": "text", "text": {"body": "STOP"}}},
            "STOP",
            "wamid.IN0",
        ),
        ("revoke", {"original_message_id": "wamid.IN0"}, "", "wamid.IN0"),
        ("hologram_of_2027", {"x": [1, {"y": 2}]}, "", ""),
    ],
)
def test_every_kind_arrives_even_one_nobody_knows_yet(kind: str, content: Any, text: str, target: str) -> None:
    found = inbound(kind, content)
    assert isinstance(found, InboundItem)
    assert (found.kind, found.text, found.target_id) == (kind, text, target)


def test_an_unsupported_message_says_what_it_was() -> None:
    found = inbound("unsupported", {"type": "poll"}, errors=[{"code": 131051, "title": "Unsupported"}])
    assert (found.kind, found.payload) == ("unsupported", "poll")


def test_a_changed_number_links_the_old_one_with_the_new() -> None:
    raw = said(type="system", system={"body": "Ida changed", "type": "user_changed_number", "wa_id": "85291112222"})
    found = only(body(messages(messages=[raw])))
    assert found == UserIdUpdateItem(
        dedupe_key="inbound:555001:wamid.IN1",
        phone_number_id="555001",
        previous_user_id="HK.1234567890",
        user_id="",
        previous_phone="+85251234567",
        phone="+85291112222",
        at=AT_NOON,
    )


def test_a_system_message_that_changes_nothing_stays_a_message() -> None:
    raw = said(type="system", system={"body": "Ida's security code changed", "type": "customer_identity_changed"})
    found = only(body(messages(messages=[raw])))
    assert (found.kind, found.text) == ("system", "Ida's security code changed")


def test_a_rotated_id_moves_the_person_along() -> None:
    element = {"user_id": {"previous": "HK.1", "current": "HK.2"}, "wa_id": "85251234567", "timestamp": NOON}
    found = only(body(change("user_id_update", {"user_id_update": [element]})))
    assert (found.previous_user_id, found.user_id, found.phone) == ("HK.1", "HK.2", "+85251234567")


def test_the_persons_own_marketing_switch_by_id_alone() -> None:
    value = {
        "metadata": {"display_phone_number": "85250001111", "phone_number_id": "555001"},
        "contacts": [IDA],
        "user_preferences": [
            {
                "user_id": "HK.1234567890",
                "category": "marketing_messages",
                "value": "stop",
                "detail": "x",
                "timestamp": NOON,
            },
            {"wa_id": "85261112222", "category": "marketing_messages", "value": "resume", "timestamp": NOON},
        ],
    }
    assert parse(body(change("user_preferences", value))) == [
        UserPreferenceItem(
            dedupe_key="preference:104990:555001:HK.1234567890:stop:1772424000",
            phone_number_id="555001",
            phone="",
            user_id="HK.1234567890",
            value="stop",
            detail="x",
            at=AT_NOON,
            waba_id="104990",
        ),
        UserPreferenceItem(
            dedupe_key="preference:104990:555001:+85261112222:resume:1772424000",
            phone_number_id="555001",
            phone="+85261112222",
            user_id="",
            value="resume",
            detail="",
            at=AT_NOON,
            waba_id="104990",
        ),
    ]
