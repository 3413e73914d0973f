"""Inputs that parse and then explode: each costs itself and nothing else, and everything left can be stored."""

import dataclasses
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.inbox.items import InboundItem, StatusItem
from messaging.whatsapp.webhooks import Item, Malformed, UnknownItem, parse
from tests.messaging.whatsapp.bodies import body, change, messages, said, status

DEEP = "[" * 5000 + "]" * 5000


def poisoned(raw_status: str) -> bytes:
    """A body of three reports with the poison, as raw JSON, in the middle."""
    good = json.dumps(status("sent"))
    better = json.dumps(status("read"))
    whole = json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [messages(statuses=["@"])]}]}
    )
    return whole.replace('"@"', f"{good}, {raw_status}, {better}").encode()


def replaced(key: str, raw_value: str) -> str:
    return json.dumps(status() | {key: "@"}).replace('"@"', raw_value)


@pytest.mark.parametrize(
    "raw_status",
    [
        "null",
        "5",
        '"text"',
        "[]",
        "{}",
        DEEP,
        '{"id": ' + DEEP + "}",
        replaced("id", '""'),
        replaced("id", "null"),
        replaced("id", '{"$ne": 1}'),
        replaced("id", '"' + "x" * 256 + '"'),
        replaced("status", '"deleted"'),
        replaced("status", "true"),
        replaced("timestamp", '"253402300800"'),
        replaced("timestamp", "99999999999999"),
        replaced("timestamp", "9223372036854775808"),
        replaced("timestamp", "1" * 4301),
        replaced("timestamp", "1e400"),
        replaced("timestamp", "NaN"),
        replaced("timestamp", "-1"),
        replaced("timestamp", "0"),
        replaced("timestamp", "1772424000.5"),
        replaced("timestamp", '"１７７２４２４０００"'),
        replaced("timestamp", '" 1772424000"'),
        replaced("timestamp", '"1772424000\\n"'),
        replaced("timestamp", "true"),
        replaced("recipient_user_id", '"' + "x" * 161 + '"'),
    ],
)
def test_a_poisoned_report_costs_itself_alone(raw_status: str) -> None:
    items = parse(poisoned(raw_status))
    assert [type(item) for item in items] == [StatusItem, UnknownItem, StatusItem]
    assert [item.status for item in items if isinstance(item, StatusItem)] == ["sent", "read"]
    storable(items)


@pytest.mark.parametrize(
    ("key", "raw_value"),
    [
        ("biz_opaque_callback_data", '"a\\u0000b"'),
        ("biz_opaque_callback_data", '"\\ud800"'),
        ("recipient_id", DEEP),
        ("recipient_id", "NaN"),
        ("recipient_id", '"not a phone"'),
        ("pricing", '"free"'),
        ("pricing", '{"billable": "yes", "category": 5, "type": null}'),
        ("errors", '"131049"'),
        ("errors", "[null]"),
        ("errors", '[{"code": "131049x", "title": {"a": 1}}]'),
        ("errors", '[{"code": ' + "9" * 5000 + "}]"),
        ("errors", '[{"code": true}]'),
    ],
)
def test_a_poisoned_detail_does_not_cost_the_report(key: str, raw_value: str) -> None:
    items = parse(poisoned(replaced(key, raw_value)))
    assert [type(item) for item in items] == [StatusItem, StatusItem, StatusItem]
    storable(items)


def test_what_postgresql_cannot_hold_is_replaced() -> None:
    raw = body(messages(messages=[said("ST\x00OP \ud83d ok \ud83d\ude00")]))
    (found,) = parse(raw)
    assert isinstance(found, InboundItem)
    assert found.text == "ST\ufffdOP \ufffd ok 😀"


def test_an_emoji_as_a_surrogate_pair_is_the_emoji() -> None:
    (found,) = parse(body(messages(messages=[said("👍🏽")])))
    assert isinstance(found, InboundItem)
    assert found.text == "👍🏽"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"nope",
        b"null",
        b"5",
        b'"text"',
        b"[]",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'{"a": "\xff"}',
        b"[" * 1_000_000,
        b'{"a":' * 100_000,
        b'{"entry": [}',
        b"\x00",
    ],
    ids=range(15),
)
def test_what_is_no_json_object_is_malformed_and_nothing_worse(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"object":"page","entry":[]}',
        b'{"entry":{}}',
        b'{"entry":[5,{"changes":"x"},{"changes":[null,{"value":[]},{"field":5,"value":{"a":NaN}}]}]}',
        body(change("messages", {})),
        body(change("messages", {"metadata": {"phone_number_id": "555001"}, "statuses": "x", "messages": {"a": 1}})),
        body(change("messages", {"statuses": [status()]})),
        body(change("user_preferences", {"user_preferences": [{"value": "maybe"}, 5]})),
        body(change("user_preferences", {})),
        body(change("message_template_status_update", {"event": "APPROVED"})),
        body(change("template_category_update", {"message_template_id": 1})),
        body(messages(messages=[said(**{"from": None, "from_user_id": None})])),
    ],
    ids=range(11),
)
def test_what_makes_no_sense_is_kept_as_unknown(raw: bytes) -> None:
    items = parse(raw)
    assert items
    assert all(isinstance(item, UnknownItem) and item.reason for item in items)
    storable(items)


def test_an_empty_notification_has_no_items() -> None:
    assert parse(b'{"object":"whatsapp_business_account","entry":[]}') == []


def test_the_last_of_two_equal_keys_counts() -> None:
    twice = json.dumps(status("sent"))[:-1] + ', "status": "read"}'
    assert [item.status for item in parse(poisoned(twice)) if isinstance(item, StatusItem)] == ["sent", "read", "read"]


def test_a_thousand_reports_with_one_poison_lose_one() -> None:
    reports: list[Any] = [status(id=f"wamid.{number}") for number in range(1000)]
    reports[500] = {"id": "x", "status": "delivered", "timestamp": "soon"}
    items = parse(body(messages(statuses=reports)))
    assert len(items) == 1000
    assert [index for index, item in enumerate(items) if isinstance(item, UnknownItem)] == [500]


def storable(items: list[Item]) -> None:
    """Every text can go into PostgreSQL, and every key into an index."""
    for item in items:
        assert 0 < len(item.dedupe_key) <= 600
        told = item._asdict() if isinstance(item, StatusItem) else dataclasses.asdict(item)
        for value in told.values():
            if isinstance(value, str):
                assert "\x00" not in value
                value.encode("utf-8")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
KEYS = sorted(
    {*status(), *said(), "errors", "system", "interactive", "context", "contacts", "metadata", "user_preferences"}
)
FIELDS = [
    "messages",
    "message_template_status_update",
    "template_category_update",
    "account_update",
    "user_preferences",
]
BROKEN = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(BROKEN, BROKEN, st.sampled_from([*FIELDS, "user_id_update", "phone_number_quality_update"]), BROKEN)
def test_no_shape_of_json_raises_or_costs_the_good_report(
    bad_status: dict[str, Any], bad_message: dict[str, Any], field: str, value: dict[str, Any]
) -> None:
    raw = body(
        messages(
            statuses=[status() | bad_status, status("sent")], messages=[said() | bad_message], contacts=[bad_message]
        ),
        change(field, value),
        change(
            field, {**value, "user_preferences": [value], "user_id_update": [bad_status], "restriction_info": [value]}
        ),
    )
    items = parse(raw)
    assert any(isinstance(item, StatusItem) and item.status == "sent" for item in items)
    storable(items)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=64) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_raise_anything_but_malformed(raw: bytes) -> None:
    with suppress(Malformed):
        storable(parse(raw))
