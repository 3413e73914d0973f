"""The webhooks: what they say, how they are signed, and in how bad an order they may come."""

import hashlib
import hmac
import json
import socket
from collections import Counter
from pathlib import Path

import pytest

from simulators.process import GraphSimulator
from tests.simulators.graph.business import IDA, Business, code_of
from tests.simulators.graph.conftest import QUICK
from tests.simulators.graph.listener import Listener

TWENTY = [f"+852900000{at:02d}" for at in range(20)]


@pytest.fixture(autouse=True)
def order_left(business: Business, listener: Listener) -> None:
    business.approved()
    listener.forget()


def test_statuses_climb_and_carry_everything_the_reference_lists(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.misbehave(read_share=1)
    wamid = business.template(IDA, biz_opaque_callback_data="attempt-7")["messages"][0]["id"]
    simulator.wait_until_quiet()

    sent, delivered, read = listener.items("statuses")
    assert {key: value for key, value in sent.items() if key != "timestamp"} == {
        "id": wamid,
        "status": "sent",
        "recipient_id": "85291234567",
        "recipient_user_id": sent["recipient_user_id"],
        "biz_opaque_callback_data": "attempt-7",
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"},
    }
    assert sent["timestamp"].isdigit()
    assert sent["recipient_user_id"].startswith("HK.")
    assert delivered["pricing"] == sent["pricing"]
    assert read["status"] == "read"
    assert "pricing" not in read
    value = listener.changes()[0]
    assert value["metadata"] == {"display_phone_number": "85258010001", "phone_number_id": "555001"}
    assert value["contacts"][0]["wa_id"] == "85291234567"
    assert value["contacts"][0]["user_id"] == sent["recipient_user_id"]
    assert "conversation" not in sent
    assert "time" not in listener.posts[0].body["entry"][0]


def test_a_failure_has_errors_and_neither_contact_nor_user_id(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.misbehave(fails_later={131026: 1})
    business.template(IDA)
    simulator.wait_until_quiet()

    value = listener.changes()[0]
    failed = value["statuses"][0]
    assert "contacts" not in value
    assert "recipient_user_id" not in failed
    assert failed["recipient_id"] == "85291234567"
    assert failed["errors"] == [
        {
            "code": 131026,
            "title": "Message undeliverable",
            "message": "Message undeliverable",
            "error_data": {"details": "Unable to deliver message."},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }
    ]


def test_a_status_of_a_send_by_user_id_names_the_user_id(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    business.template("HK.99887766")
    simulator.wait_until_quiet()

    sent = listener.items("statuses")[0]
    assert sent["recipient_user_id"] == "HK.99887766"
    assert "recipient_id" not in sent
    assert "wa_id" not in listener.changes()[0]["contacts"][0]


def test_free_form_is_priced_as_service(business: Business, simulator: GraphSimulator, listener: Listener) -> None:
    simulator.inbound(IDA)
    business.text(IDA)
    simulator.wait_until_quiet()

    assert listener.items("statuses")[0]["pricing"]["category"] == "service"


def test_the_signature_is_over_the_exact_bytes_which_are_escaped_as_meta_does(
    simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.inbound(IDA, "退訂 é https://example.test/a")
    simulator.wait_until_quiet()

    post = listener.posts[0]
    expected = hmac.new(b"simulated-app-secret", post.raw, hashlib.sha256).hexdigest()
    assert post.signature == f"sha256={expected}"
    assert rb"\u9000\u8a02 \u00e9 https:\/\/example.test\/a" in post.raw
    again = json.dumps(post.body, separators=(",", ":")).encode()
    assert hmac.new(b"simulated-app-secret", again, hashlib.sha256).hexdigest() != expected


def test_several_updates_come_in_one_post(business: Business, simulator: GraphSimulator, listener: Listener) -> None:
    simulator.misbehave(batch_wait_seconds=0.5, batch_size=1000, read_share=0)
    for to in TWENTY:
        business.template(to)
    simulator.wait_until_quiet()

    assert Counter(listener.statuses()) == {"sent": 20, "delivered": 20}
    assert len(listener.posts) <= 5


def test_a_batch_has_no_more_updates_than_allowed(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.misbehave(batch_wait_seconds=0.5, batch_size=7, read_share=0)
    for to in TWENTY:
        business.template(to)
    simulator.wait_until_quiet()

    assert (
        max(len(change["value"]["statuses"]) for post in listener.posts for change in post.body["entry"][0]["changes"])
        <= 7
    )
    assert len(listener.statuses()) == 40


def test_duplicates_are_the_same_update_again(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.misbehave(duplicate_share=1, read_share=0)
    business.template(IDA)
    simulator.wait_until_quiet()

    items = listener.items("statuses")
    assert Counter(listener.statuses()) == {"sent": 2, "delivered": 2}
    assert items.count(items[0]) == 2


def test_shuffled_updates_overtake_each_other(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.misbehave(shuffle_share=0.5, shuffle_seconds=0.3, read_share=0)
    for to in TWENTY:
        business.template(to)
    simulator.wait_until_quiet()

    order = [(item["id"], item["status"]) for item in listener.items("statuses")]
    overtaken = [
        wamid
        for wamid, status in order
        if status == "sent" and (wamid, "delivered") in order[: order.index((wamid, status))]
    ]
    assert 0 < len(overtaken) < 20
    assert Counter(listener.statuses()) == {"sent": 20, "delivered": 20}


def test_an_early_status_arrives_before_the_answer(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.misbehave(early_share=1, sent_seconds=5, delivered_seconds=0.2, read_share=0)

    wamid = business.template(IDA)["messages"][0]["id"]

    assert [(item["id"], item["status"]) for item in listener.items("statuses")] == [(wamid, "sent")]
    simulator.wait_until_quiet()
    assert listener.statuses() == ["sent", "delivered"]


def test_what_is_not_answered_with_200_is_posted_again_byte_for_byte(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.misbehave(undelivered_share=1)
    listener.refusals = 2
    business.template(IDA)
    simulator.wait_until_quiet()

    assert [post.status for post in listener.posts] == [503, 503, 200]
    assert len({post.raw for post in listener.posts}) == 1
    lines = [line for line in simulator.journal("webhook") if line["updates"][0][0] == "status"][-3:]
    assert [(line["status"], line["nth"], line.get("again")) for line in lines] == [
        (503, 1, True),
        (503, 2, True),
        (200, 3, None),
    ]


def test_after_the_last_try_a_webhook_is_given_up(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.misbehave(undelivered_share=1, webhook_tries=2)
    listener.refusals = 2
    business.template(IDA)
    simulator.wait_until_quiet()

    assert [post.status for post in listener.posts] == [503, 503]
    assert simulator.health()["counts"]["webhooks_given_up"] == 1


def test_a_webhook_that_is_not_there_is_journaled_with_the_reason(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/webhook"
    with GraphSimulator(tmp_path, nobody, misbehaviour={**QUICK, "webhook_tries": 2}) as alone:
        alone.inbound(IDA)
        alone.wait_until_quiet()
        lines = list(alone.journal("webhook"))

    assert [(line["status"], line["nth"], line["again"]) for line in lines] == [(0, 1, True), (0, 2, False)]
    assert lines[0]["problem"].startswith("ConnectionRefusedError")


def test_the_handshake_asks_for_the_verify_token(simulator: GraphSimulator) -> None:
    assert simulator.handshake() == "ok"
    assert "403" in simulator.handshake(verify_token="wrong")


def test_an_account_can_have_its_own_address_when_it_passes_the_handshake(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    path = f"{simulator.waba_id}/subscribed_apps"
    own = f"{listener.url}?of=account"

    refused = business.post(path, override_callback_uri=own, verify_token="wrong")
    assert code_of(refused) == 100
    taken = business.post(path, override_callback_uri=own, verify_token="simulated-verify-token")
    assert taken == {"success": True}
    assert business.get(path)["data"][0]["override_callback_uri"] == own
    assert business.post(path) == {"success": True}
    assert "override_callback_uri" not in business.get(path)["data"][0]


def test_anything_can_be_posted_by_hand_signed(simulator: GraphSimulator, listener: Listener) -> None:
    assert simulator.webhook({"object": "whatsapp_business_account", "entry": []}) == 200
    assert simulator.webhook(raw=b"not json at all") == 200

    assert listener.posts[0].body == {"object": "whatsapp_business_account", "entry": []}
    assert listener.posts[1].raw == b"not json at all"
    assert (
        listener.posts[1].signature
        == "sha256=" + hmac.new(b"simulated-app-secret", b"not json at all", hashlib.sha256).hexdigest()
    )
