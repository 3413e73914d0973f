"""What people write: by hand, or as answers drawn from the seed."""

from typing import Any

import pytest

from simulators.process import GraphSimulator
from tests.simulators.graph.business import IDA, Business, code_of
from tests.simulators.graph.listener import Listener


def test_a_message_comes_with_sender_contact_and_number(simulator: GraphSimulator, listener: Listener) -> None:
    told = simulator.inbound(IDA, "Hallo", phone_number_id="555002")
    simulator.wait_until_quiet()

    value = listener.changes()[0]
    message = value["messages"][0]
    assert value["metadata"]["phone_number_id"] == "555002"
    assert message["from"] == "85291234567"
    assert message["from_user_id"] == told["user_id"]
    assert message["id"] == told["id"]
    assert (message["type"], message["text"]) == ("text", {"body": "Hallo"})
    assert value["contacts"][0]["wa_id"] == "85291234567"


def test_somebody_with_a_username_writes_without_a_phone_number(simulator: GraphSimulator, listener: Listener) -> None:
    user_id = simulator.inbound(IDA, hide_phone=True)["user_id"]
    simulator.wait_until_quiet()

    value = listener.changes()[0]
    assert "from" not in value["messages"][0]
    assert value["messages"][0]["from_user_id"] == user_id
    assert "wa_id" not in value["contacts"][0]
    assert value["contacts"][0]["profile"]["username"].startswith("user.")
    assert simulator.inbound(IDA)["user_id"] == user_id


def test_any_kind_of_message_can_be_made_to_arrive(simulator: GraphSimulator, listener: Listener) -> None:
    simulator.write(IDA, "button", {"payload": "STOP_NEWS", "text": "Stop"})
    simulator.inbound(IDA, message={"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "👍"}})
    simulator.inbound("HK.4711", "Hi")
    simulator.wait_until_quiet()

    first, second, third = listener.items("messages")
    assert first["button"] == {"payload": "STOP_NEWS", "text": "Stop"}
    assert second["reaction"]["emoji"] == "👍"
    assert third["from_user_id"] == "HK.4711"
    assert "from" not in third


@pytest.mark.parametrize(
    "wish",
    [
        {"from": "91234567"},
        {"from": ""},
        {"from": IDA, "phone_number_id": "1"},
        {"from": IDA, "message": {}},
        {"from": IDA, "wish": {"kind": "telepathy"}},
        {"from": IDA, "wish": {"kind": "list_reply", "titel": "Oolong", "id": "1"}},
        {"from": IDA, "wish": {"kind": "image", "data": "x", "mime_type": "image/png"}},
    ],
)
def test_an_impossible_wish_is_refused_with_a_reason(simulator: GraphSimulator, wish: dict[str, Any]) -> None:
    sender = wish.pop("from")

    with pytest.raises(RuntimeError, match="inbound: "):
        simulator.inbound(sender, **wish)


@pytest.fixture
def with_button(business: Business, simulator: GraphSimulator, listener: Listener) -> dict[str, Any]:
    buttons = [{"type": "QUICK_REPLY", "text": "No more of this"}]
    parts = [{"type": "BODY", "text": "We have a new shop."}, {"type": "BUTTONS", "buttons": buttons}]
    business.approved("new_shop", components=parts)
    listener.forget()
    return {"name": "new_shop", "language": {"code": "en"}}


def test_people_answer_stop_in_many_spellings_after_delivery(
    business: Business, simulator: GraphSimulator, listener: Listener, with_button: dict[str, Any]
) -> None:
    simulator.misbehave(stop_share=1, read_share=0, stop_words=["STOP", "停止", "退訂"])
    for at in range(30):
        business.send(f"+852900000{at:02d}", type="template", template=with_button)
    simulator.wait_until_quiet()

    words = [message["text"]["body"] for message in listener.items("messages")]
    assert len(words) == 30
    assert set(words) == {"STOP", "停止", "退訂"}
    order = [("status", item["status"]) for item in listener.items("statuses")]
    assert order.count(("status", "delivered")) == 30


def test_people_press_the_quick_reply_and_its_payload_comes_back(
    business: Business, simulator: GraphSimulator, listener: Listener, with_button: dict[str, Any]
) -> None:
    simulator.misbehave(button_share=1)
    wamid = business.send(IDA, type="template", template=with_button)["messages"][0]["id"]
    payload = {
        "type": "button",
        "sub_type": "quick_reply",
        "index": "0",
        "parameters": [{"type": "payload", "payload": "STOP_NEWS"}],
    }
    business.send(IDA, type="template", template={**with_button, "components": [payload]})
    simulator.wait_until_quiet()

    pressed = sorted(listener.items("messages"), key=lambda message: message["button"]["payload"])
    assert [message["button"]["payload"] for message in pressed] == ["No more of this", "STOP_NEWS"]
    assert pressed[0]["context"] == {"from": "85258010001", "id": wamid}


def test_an_answer_opens_the_window(business: Business, simulator: GraphSimulator, with_button: dict[str, Any]) -> None:
    simulator.misbehave(reply_share=1)
    business.send(IDA, type="template", template=with_button)
    simulator.wait_until_quiet()

    assert code_of(business.text(IDA)) == 0


def test_some_people_answer_by_user_id_alone(
    business: Business, simulator: GraphSimulator, listener: Listener, with_button: dict[str, Any]
) -> None:
    simulator.misbehave(stop_share=1, only_user_id_share=0.5, read_share=0)
    for at in range(30):
        business.send(f"+852900000{at:02d}", type="template", template=with_button)
    simulator.wait_until_quiet()

    messages = listener.items("messages")
    hidden = [message for message in messages if "from" not in message]
    assert 0 < len(hidden) < 30
    known = {item["recipient_user_id"]: item["recipient_id"] for item in listener.items("statuses")}
    assert all(message["from_user_id"] in known for message in hidden)


def test_marketing_switched_off_in_whatsapp_is_told_and_later_sends_fail(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    business.approved("news", category="MARKETING", components=[{"type": "BODY", "text": "We have a new shop."}])
    content = {"name": "news", "language": {"code": "en"}}
    simulator.preference(IDA, "stop")
    business.send(IDA, type="template", template=content)
    simulator.wait_until_quiet()

    told = listener.changes("user_preferences")[0]["user_preferences"][0]
    assert (told["wa_id"], told["category"], told["value"]) == ("85291234567", "marketing_messages", "stop")
    assert [item["errors"][0]["code"] for item in listener.items("statuses")] == [131050]

    listener.forget()
    simulator.preference(IDA, "resume")
    business.send(IDA, type="template", template=content)
    simulator.wait_until_quiet()
    assert "sent" in listener.statuses()


def test_a_blocked_person_gets_nothing(business: Business, simulator: GraphSimulator) -> None:
    business.approved()
    ask = {"messaging_product": "whatsapp", "block_users": [{"user": IDA}]}
    refused = business.post("555001/block_users", **ask)
    assert code_of(refused) == 139100
    assert refused["block_users"]["failed_users"][0]["errors"][0]["code"] == 131047

    simulator.inbound(IDA)
    assert business.post("555001/block_users", **ask)["block_users"]["added_users"][0]["wa_id"] == "85291234567"
    assert business.get("555001/block_users")["data"][0]["block_users"][0]["wa_id"] == "85291234567"
    assert code_of(business.template(IDA)) == 130403

    business.call("DELETE", "555001/block_users", json=ask)
    assert code_of(business.template(IDA)) == 0
