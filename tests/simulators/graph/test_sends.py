"""Sending: the envelope, who is meant, and what an accepted message looks like."""

import pytest

from simulators.process import GraphSimulator
from tests.simulators.graph.business import IDA, Business, code_of, details_of


@pytest.fixture(autouse=True)
def order_left(business: Business) -> str:
    return business.approved()


def test_an_accepted_template_answers_with_contact_and_message_id(business: Business) -> None:
    answer = business.template(IDA)

    assert answer["messaging_product"] == "whatsapp"
    assert answer["contacts"] == [{"input": "+85291234567", "wa_id": "85291234567"}]
    assert answer["messages"][0]["id"].startswith("wamid.")
    assert answer["messages"][0]["message_status"] == "accepted"


def test_the_journal_has_the_request_the_decision_and_the_words_without_the_token(
    business: Business, simulator: GraphSimulator
) -> None:
    answer = business.template(IDA, "Ida", "1001", biz_opaque_callback_data="attempt-7")

    line = [entry for entry in simulator.journal("request") if entry["path"] == "/555001/messages"][-1]
    assert line["decision"] == "accepted"
    assert line["wamid"] == answer["messages"][0]["id"]
    assert line["reference"] == "attempt-7"
    assert line["person"] == "85291234567"
    assert line["reads"] == "Hello Ida, your order 1001 has left our house today."
    assert line["authorisation"] == "Bearer ***"
    assert line["body"]["to"] == "+85291234567"
    assert "simulated-access-token" not in simulator.journal_path.read_text()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"messaging_product": "sms"}, 100),
        ({"recipient_type": "group"}, 131009),
        ({"type": "poem"}, 131051),
        ({"to": "+852 nobody"}, 131009),
        ({"to": "+123"}, 131009),
        ({"to": 85291234567}, 131009),
        ({"to": "85291234567"}, 131009),
        ({"to": ""}, 100),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
        ({"category": "utility"}, 100),
        ({"temlate": {}}, 100),
        ({"context": {"id": "wamid.X"}}, 131008),
        ({"to": "+85258010001"}, 131021),
    ],
)
def test_a_broken_envelope_is_refused(business: Business, fields: dict[str, object], code: int) -> None:
    content = {"name": "order_left", "language": {"code": "en"}}
    sound = {"messaging_product": "whatsapp", "to": IDA, "type": "template", "template": content}

    answer = business.post("555001/messages", **{**sound, **fields})

    assert code_of(answer) == code


def test_a_refusal_has_metas_envelope(business: Business) -> None:
    answer = business.call("POST", "555001/messages", json={"messaging_product": "whatsapp", "to": IDA, "type": "x"})

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["message"] == "(#131051) Unsupported message type"
    assert error["type"] == "OAuthException"
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["fbtrace_id"].startswith("A")


def test_a_number_without_plus_gets_the_senders_country_code_when_told_to_do_as_meta_does(
    business: Business, simulator: GraphSimulator
) -> None:
    simulator.misbehave(missing_plus="prepended")

    assert business.template("91234567")["contacts"] == [{"input": "91234567", "wa_id": "85291234567"}]
    assert simulator.health()["counts"]["strangers"] == 1


@pytest.mark.parametrize(
    ("to", "wa_id"),
    [
        ("+55 11 98765-4321", "5511987654321"),
        ("+55 31 98765-4321", "553187654321"),
        ("+52 55 1234 5678", "5215512345678"),
        ("+852 (9123) 4567", "85291234567"),
    ],
)
def test_whatsapp_writes_some_numbers_in_its_own_way(business: Business, to: str, wa_id: str) -> None:
    assert business.template(to)["contacts"] == [{"input": to, "wa_id": wa_id}]


def test_a_send_by_user_id_answers_with_the_user_id_alone(business: Business, simulator: GraphSimulator) -> None:
    user_id = simulator.inbound(IDA)["user_id"]

    answer = business.template(user_id)

    assert answer["contacts"] == [{"input": user_id, "user_id": user_id}]


def test_to_wins_over_recipient(business: Business) -> None:
    answer = business.template(IDA, recipient="HK.123")

    assert answer["contacts"] == [{"input": "+85291234567", "wa_id": "85291234567"}]


@pytest.mark.parametrize("user_id", ["hk.123", "HK.", "HK.12 3", "HK." + "1" * 129])
def test_what_is_no_user_id_is_refused(business: Business, user_id: str) -> None:
    assert code_of(business.template(user_id)) == 131009


def test_an_unknown_number_of_ours_is_refused_as_an_unknown_object(business: Business) -> None:
    answer = business.call("POST", "999999/messages", json={})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 100
    assert answer.json()["error"]["error_subcode"] == 33


def test_a_deleted_number_of_ours_is_refused(business: Business, simulator: GraphSimulator) -> None:
    simulator.change_number("555002", status="DELETED")

    assert code_of(business.template(IDA, sender="555002")) == 33
    assert code_of(business.template(IDA, sender="555001")) == 0


def test_any_version_of_the_api_is_taken_and_an_unknown_edge_is_not(business: Business) -> None:
    base = business.simulator.base_url
    assert business.session.get(f"{base}/v30.1/555001").json()["id"] == "555001"
    assert business.session.get(f"{base}/555001").json()["id"] == "555001"
    assert code_of(business.post("555001/massages")) == 2500


@pytest.mark.parametrize(
    ("header", "code", "status"),
    [("", 104, 401), ("Bearer wrong", 190, 401), ("Basic abc", 104, 401)],
)
def test_a_call_without_the_right_token_is_refused(business: Business, header: str, code: int, status: int) -> None:
    business.session.headers["Authorization"] = header

    answer = business.call("POST", "555001/messages", json={})

    assert answer.status_code == status
    assert code_of(answer.json()) == code


def test_an_expired_token_and_a_blocked_account_refuse_everything(
    business: Business, simulator: GraphSimulator
) -> None:
    simulator.misbehave(every_send_refused_with=131042)
    assert code_of(business.template(IDA)) == 131042

    simulator.misbehave(token_expired=True)
    answer = business.template(IDA)
    assert (answer["error"]["code"], answer["error"]["error_subcode"]) == (190, 463)


def test_a_wrong_app_secret_proof_is_refused(business: Business) -> None:
    right = "5574ac2215babd0ab25a4f7ebea9b4d5f5b73fa4792b713874834ec2e3d2d76c"

    assert business.get("555001", appsecret_proof=right)["id"] == "555001"
    assert code_of(business.get("555001", appsecret_proof="0" * 64)) == 100


def test_a_read_mark_needs_a_message_this_number_received(business: Business, simulator: GraphSimulator) -> None:
    wamid = simulator.inbound(IDA)["id"]
    mark = {"messaging_product": "whatsapp", "status": "read", "typing_indicator": {"type": "text"}}

    assert business.post("555001/messages", **mark, message_id=wamid) == {"success": True}
    assert code_of(business.post("555002/messages", **mark, message_id=wamid)) == 131009
    assert code_of(business.post("555001/messages", **mark)) == 100


def test_media_that_was_never_uploaded_is_refused(business: Business, simulator: GraphSimulator) -> None:
    simulator.inbound(IDA)

    answer = business.send(IDA, type="image", image={"id": "12345"})

    assert code_of(answer) == 131009
    assert "12345" in details_of(answer)
