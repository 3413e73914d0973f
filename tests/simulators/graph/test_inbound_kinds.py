"""Every kind of message that a person can write, as the webhook shows it."""

import base64
import hashlib
from typing import Any

import pytest

from simulators.process import GraphSimulator
from tests.simulators.graph.business import IDA, MING, Business, code_of
from tests.simulators.graph.listener import Listener

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
DAY = 86400


@pytest.mark.parametrize(
    ("kind", "fields", "shown"),
    [
        ("text", {"body": "你好"}, {"type": "text", "text": {"body": "你好"}}),
        (
            "location",
            {"latitude": 22.28, "longitude": 114.16, "name": "Tea house"},
            {"type": "location", "location": {"latitude": 22.28, "longitude": 114.16, "name": "Tea house"}},
        ),
        (
            "contacts",
            {"people": {"Ming Chan": "+85298765432"}},
            {
                "type": "contacts",
                "contacts": [
                    {
                        "name": {"formatted_name": "Ming Chan", "first_name": "Ming"},
                        "phones": [{"phone": "+85298765432", "wa_id": "85298765432", "type": "CELL"}],
                        "origin": "other",
                    }
                ],
            },
        ),
        (
            "button",
            {"payload": "SEAT", "text": "Save me a seat"},
            {"type": "button", "button": {"payload": "SEAT", "text": "Save me a seat"}},
        ),
        (
            "button_reply",
            {"id": "yes", "title": "Yes"},
            {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}},
            },
        ),
        (
            "list_reply",
            {"id": "oolong", "title": "Oolong", "description": "100 g"},
            {
                "type": "interactive",
                "interactive": {
                    "type": "list_reply",
                    "list_reply": {"id": "oolong", "title": "Oolong", "description": "100 g"},
                },
            },
        ),
        (
            "nfm_reply",
            {"response": {"day": "Saturday"}},
            {
                "type": "interactive",
                "interactive": {
                    "type": "nfm_reply",
                    "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"day":"Saturday"}'},
                },
            },
        ),
        (
            "reaction",
            {"message_id": "wamid.X", "emoji": "👍"},
            {"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "👍"}},
        ),
        ("reaction", {"message_id": "wamid.X"}, {"type": "reaction", "reaction": {"message_id": "wamid.X"}}),
        (
            "order",
            {"catalog_id": "C1", "items": [{"product_retailer_id": "OOLONG", "quantity": 2, "item_price": 88.0}]},
            {
                "type": "order",
                "order": {
                    "catalog_id": "C1",
                    "text": "",
                    "product_items": [
                        {"product_retailer_id": "OOLONG", "quantity": 2, "item_price": 88.0, "currency": "HKD"}
                    ],
                },
            },
        ),
        (
            "edit",
            {"original_message_id": "wamid.X", "body": "Two"},
            {
                "type": "edit",
                "edit": {"original_message_id": "wamid.X", "message": {"type": "text", "text": {"body": "Two"}}},
            },
        ),
        (
            "revoke",
            {"original_message_id": "wamid.X"},
            {"type": "revoke", "revoke": {"original_message_id": "wamid.X"}},
        ),
    ],
)
def test_each_kind_is_shown_as_meta_shows_it(
    simulator: GraphSimulator, listener: Listener, kind: str, fields: dict[str, Any], shown: dict[str, Any]
) -> None:
    wamid = simulator.write(IDA, kind, fields)["id"]
    simulator.wait_until_quiet()

    (message,) = listener.items("messages")
    common = {name: message.pop(name) for name in ("from", "from_user_id", "id", "timestamp")}
    assert message == shown
    assert (common["from"], common["id"]) == ("85291234567", wamid)


def test_what_the_api_cannot_show_comes_with_its_error(simulator: GraphSimulator, listener: Listener) -> None:
    simulator.write(IDA, "unsupported", {"what": "poll"})
    simulator.wait_until_quiet()

    (message,) = listener.items("messages")
    assert (message["type"], message["unsupported"]) == ("unsupported", {"type": "poll"})
    assert message["errors"][0]["code"] == 131051


@pytest.mark.parametrize(
    ("kind", "mime_type", "fields", "told"),
    [
        ("image", "image/png", {"caption": "Broken lid"}, {"caption": "Broken lid"}),
        ("video", "video/mp4", {}, {}),
        ("document", "application/pdf", {"filename": "order.pdf"}, {"filename": "order.pdf"}),
        ("audio", "audio/ogg", {"voice": True}, {"voice": True}),
        ("sticker", "image/webp", {}, {"animated": False}),
    ],
)
def test_a_file_is_told_with_its_hash_and_fetched_with_the_token(
    business: Business,
    simulator: GraphSimulator,
    listener: Listener,
    kind: str,
    mime_type: str,
    fields: dict[str, Any],
    told: dict[str, Any],
) -> None:
    simulator.send_file(IDA, kind, PNG, mime_type, **fields)
    simulator.wait_until_quiet()

    (message,) = listener.items("messages")
    file = message[kind]
    node = business.get(file.pop("id"))
    digest = hashlib.sha256(PNG).digest()
    assert file == {"mime_type": mime_type, "sha256": base64.b64encode(digest).decode(), **told}
    assert (node["mime_type"], node["sha256"]) == (mime_type, digest.hex())
    assert business.session.get(node["url"]).content == PNG


def test_a_file_of_a_customer_can_be_fetched_for_seven_days(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.send_file(IDA, "image", PNG, "image/png")
    simulator.wait_until_quiet()
    media_id = listener.items("messages")[0]["image"]["id"]

    simulator.move_clock(7 * DAY - 60)
    url = business.get(media_id)["url"]
    assert business.session.get(url).status_code == 200

    simulator.move_clock(7 * DAY - 60 + 301)
    assert business.session.get(url).status_code == 404
    assert business.get(media_id)["error"]["error_subcode"] == 33


def test_an_answer_quotes_and_a_click_on_an_ad_says_which(simulator: GraphSimulator, listener: Listener) -> None:
    simulator.inbound(IDA, "This one", quotes="wamid.X", clicked_ad="Autumn oolong")
    simulator.wait_until_quiet()

    (message,) = listener.items("messages")
    assert message["context"] == {"from": "85258010001", "id": "wamid.X"}
    assert (message["referral"]["source_type"], message["referral"]["headline"]) == ("ad", "Autumn oolong")


def test_somebody_known_by_user_id_alone_can_be_answered_by_it(business: Business, simulator: GraphSimulator) -> None:
    simulator.write("HK.4711", "list_reply", {"id": "oolong", "title": "Oolong"})

    assert code_of(business.text("HK.4711")) == 0
    assert code_of(business.text("HK.4712")) == 131047


def test_the_window_is_each_number_and_persons_own_and_goes_by_the_providers_clock(
    business: Business, simulator: GraphSimulator
) -> None:
    simulator.write(IDA, "text", {"body": "Hello"}, phone_number_id="555001")

    simulator.move_clock(DAY - 60)
    assert code_of(business.text(IDA)) == 0
    assert code_of(business.text(IDA, sender="555002")) == 131047
    assert code_of(business.text(MING)) == 131047

    simulator.move_clock(DAY + 1)
    assert code_of(business.text(IDA)) == 131047


def test_a_mark_as_read_with_typing_stands_in_the_journal(business: Business, simulator: GraphSimulator) -> None:
    begin = simulator.journal_end()
    wamid = simulator.inbound(IDA)["id"]
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}

    assert business.post("555001/messages", **mark, typing_indicator={"type": "text"}) == {"success": True}
    assert code_of(business.post("555001/messages", **mark, typing_indicator={"type": "voice"})) == 131009
    assert code_of(business.post("555001/messages", **mark, typing="text")) == 100

    marked = [line for line in simulator.journal("request", begin) if line["decision"] == "marked"]
    assert [(line["wamid"], line["typing"]) for line in marked] == [(wamid, True)]


def test_a_click_on_an_ad_makes_messages_free_and_keeps_no_window_open(
    business: Business, simulator: GraphSimulator
) -> None:
    simulator.inbound(IDA, "Hello", clicked_ad="Autumn oolong")
    assert code_of(business.text(IDA)) == 0

    simulator.move_clock(DAY + 1)
    assert code_of(business.text(IDA)) == 131047
