"""What becomes of a message when the network, or Meta, does what networks and Meta do."""

import json
import logging
import pickle
from contextlib import suppress
from typing import Any

import pytest

from messaging.carriers import Accepted, Outgoing, Retry, SendFailed, carrier
from messaging.whatsapp.carrier import payload_for
from messaging.whatsapp.client import Address, CloudApi, Credentials, GraphError
from messaging.wire import new_session
from tests.messaging.whatsapp.handing_over import ATTEMPT, TO_IDA, TOKEN, carrier_at, failure, sender_of
from tests.messaging.whatsapp.pretend_graph import ACCEPTED, HALF, HANG, RESET, answer, pretend_graph


def error(code: int, details: str = "because", **more: Any) -> dict[str, Any]:
    return {"error": {"message": f"(#{code}) words", "code": code, "error_data": {"details": details}, **more}}


def test_an_accepted_message_carries_the_recipient_with_plus_and_our_attempt() -> None:
    with pretend_graph(answer(200, ACCEPTED)) as graph:
        accepted = carrier_at(graph.url).send(sender_of(), TO_IDA)
    assert accepted == Accepted("wamid.HBgLODUy", held=False, wa_id="85251234567", user_id="")
    head, body = graph.requests[0]
    assert head.startswith("POST /v25.0/555001/messages HTTP/1.1")
    assert f"authorization: bearer {TOKEN.lower()}" in head.lower()
    assert json.loads(body) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+85251234567",
        "type": "text",
        "text": {"body": "Hello Ida"},
        "biz_opaque_callback_data": "0190b5a1-7c3e-7d21-9a61-1f2e3d4c5b6a",
    }


def test_a_business_scoped_id_travels_as_recipient() -> None:
    outgoing = Outgoing(ATTEMPT, "555001", "HK.1234567890", "bsuid", TO_IDA.body)
    reply = {"contacts": [{"input": "HK.1234567890", "user_id": "HK.1234567890"}], "messages": [{"id": "wamid.B"}]}
    with pretend_graph(answer(200, reply)) as graph:
        accepted = carrier_at(graph.url).send(sender_of(), outgoing)
    assert accepted == Accepted("wamid.B", held=False, wa_id="", user_id="HK.1234567890")
    sent = json.loads(graph.requests[0][1])
    assert sent["recipient"] == "HK.1234567890"
    assert "to" not in sent


def test_a_message_held_for_quality_is_not_called_sent() -> None:
    reply = {"messages": [{"id": "wamid.H", "message_status": "held_for_quality_assessment"}]}
    with pretend_graph(answer(200, reply)) as graph:
        assert carrier_at(graph.url).send(sender_of(), TO_IDA).held is True


def test_the_app_secret_is_proved_and_not_sent() -> None:
    with pretend_graph(answer(200, ACCEPTED)) as graph:
        carrier_at(graph.url).send(sender_of(token="EAAG1", app_secret="appsecret1"), TO_IDA)
    # HMAC-SHA256("appsecret1", "EAAG1"), worked out with openssl dgst
    proof = "da3f8ad8c54143632ac8197a7c66f7e8d401228795f2118015c479f184edd320"
    path = graph.requests[0][0].splitlines()[0]
    assert "appsecret1" not in graph.requests[0][0]
    assert path == f"POST /v25.0/555001/messages?appsecret_proof={proof} HTTP/1.1"


@pytest.mark.parametrize("turn", [RESET, HALF], ids=["cut after the request", "cut within the answer"])
def test_an_answer_that_is_cut_off_leaves_the_message_unsure(turn: str) -> None:
    lost = failure(turn)
    assert (lost.code, lost.retry, lost.retry_after) == ("answer_lost", Retry.UNSURE, None)


def test_an_answer_that_never_comes_leaves_the_message_unsure() -> None:
    lost = failure(HANG, read_seconds=0.2)
    assert (lost.code, lost.retry) == ("answer_lost", Retry.UNSURE)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"{}", b"[]", b'{"messages": []}', b'{"messages": [{"id": ""}]}', b"\xff\xfe", b"[" * 5000],
)
def test_a_success_without_a_message_id_is_unsure(body: bytes) -> None:
    lost = failure(answer(200, body))
    assert (lost.code, lost.retry) == ("unreadable_answer", Retry.UNSURE)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"oops"),
        (502, b"<html>Bad gateway</html>"),
        (503, error(2)),
        (500, error(131000)),
        (500, error(131016)),
        (400, error(1)),
        (400, error(987654)),
        (400, b"not json"),
        (302, b""),
    ],
)
def test_what_is_not_listed_as_refused_is_unsure(status: int, body: Any) -> None:
    assert failure(answer(status, body)).retry is Retry.UNSURE


def test_the_token_shows_up_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    secret = "harbourTeaAppSecret"
    sender, api_credentials = sender_of(app_secret=secret), Credentials(TOKEN, secret)
    echo = answer(401, error(190, f"Malformed access token {TOKEN}"))
    with caplog.at_level(logging.DEBUG), pretend_graph(echo) as graph, pytest.raises(SendFailed) as refused:
        carrier_at(graph.url).send(sender, TO_IDA)
    with caplog.at_level(logging.DEBUG), pretend_graph(RESET) as graph, pytest.raises(SendFailed) as lost:
        carrier_at(graph.url).send(sender, TO_IDA)
    with caplog.at_level(logging.DEBUG), pretend_graph(echo) as graph, suppress(GraphError):
        api = CloudApi(api_credentials, Address(graph.url), new_session())
        api.get_phone_number("555001")
    shown = " ".join(
        [caplog.text, *(repr(one) for one in (refused.value, lost.value, api_credentials, api, api._graph))]
    )
    assert "appsecret_proof=[hidden]" in caplog.text, "the filter has to meet what urllib3 logs"
    for hidden in (TOKEN, secret, api_credentials.proof):
        assert hidden not in shown
    assert "Malformed access token [hidden]" in refused.value.text
    assert lost.value.__cause__ is None
    assert lost.value.__suppress_context__ is True


@pytest.mark.parametrize(
    ("token", "number"),
    [
        ("", "555001"),
        ("with space", "555001"),
        ("zwei\nZeilen", "555001"),
        ("naïve", "555001"),
        ("t", ""),
        ("t", "5/1"),
    ],
)
def test_a_sender_that_cannot_send_holds_its_queue(token: str, number: str) -> None:
    sender = sender_of(token=token)
    sender.phone_number_id = number
    with pytest.raises(SendFailed) as caught:
        carrier_at("http://127.0.0.1:9").send(sender, Outgoing(ATTEMPT, number, "+85251234567", "phone", TO_IDA.body))
    assert (caught.value.code, caught.value.retry, caught.value.scope) == ("sender_unusable", Retry.HOLD, "sender")
    assert "Zeilen" not in caught.value.text


@pytest.mark.parametrize(
    ("to", "kind"),
    [
        ("85251234567", "phone"),  # Meta would put the sender's country code in front
        ("+852 5123 4567", "phone"),
        ("+0123456789", "phone"),
        ("", "phone"),
        ("HK.123", "phone"),
        ("+85251234567", "bsuid"),
        ("hk.123", "bsuid"),
        ("HK.12/../3", "bsuid"),
    ],
)
def test_a_recipient_that_could_be_somebody_else_is_refused_here(to: str, kind: Any) -> None:
    with pytest.raises(SendFailed) as caught:
        payload_for(Outgoing(ATTEMPT, "555001", to, kind, TO_IDA.body))
    assert (caught.value.code, caught.value.retry) == ("recipient_refused", Retry.PERMANENT)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "text", "text": {"body": "x"}, "to": "+4915550001111"},
        {"type": "text", "text": {"body": "x"}, "recipient": "DE.1"},
        {"type": "text", "text": {"body": "x"}, "biz_opaque_callback_data": "forged"},
        {"type": "text", "text": {"body": "x"}, "category": "utility"},  # would send unreviewed text outside the window
        {"type": "to", "to": "+4915550001111"},
        {"type": "biz_opaque_callback_data", "biz_opaque_callback_data": "forged"},
        {"text": {"body": "x"}},
        {"type": "text"},
        {},
    ],
)
def test_a_body_sets_neither_recipient_nor_reference_nor_category(body: dict[str, Any]) -> None:
    with pytest.raises(SendFailed) as caught:
        payload_for(Outgoing(ATTEMPT, "555001", "+85251234567", "phone", body))
    assert (caught.value.code, caught.value.retry) == ("payload_refused", Retry.PERMANENT)


def test_a_message_of_another_number_is_refused() -> None:
    with pytest.raises(SendFailed) as caught:
        carrier_at("http://127.0.0.1:9").send(
            sender_of(), Outgoing(ATTEMPT, "555002", "+85251234567", "phone", TO_IDA.body)
        )
    assert caught.value.code == "sender_mismatch"


def test_a_payload_that_is_no_json_is_permanent() -> None:
    half_an_emoji = Outgoing(ATTEMPT, "555001", "+85251234567", "phone", {"type": "text", "text": {"body": "\ud83d"}})
    with pytest.raises(SendFailed) as caught:
        carrier_at("http://127.0.0.1:9").send(sender_of(), half_an_emoji)
    assert (caught.value.code, caught.value.retry) == ("unreadable_payload", Retry.PERMANENT)


def test_an_address_that_is_none_was_no_attempt() -> None:
    with pytest.raises(SendFailed) as caught:
        carrier_at("graph.facebook.com").send(sender_of(), TO_IDA)
    assert caught.value.retry is Retry.NOT_ATTEMPTED


@pytest.mark.parametrize("number", ["", "../me", "555/001", "555001?x=1", "5 5"])
def test_an_id_cannot_lead_to_another_path(number: str) -> None:
    api = CloudApi(Credentials(TOKEN), Address("http://127.0.0.1:9"), new_session())
    with pytest.raises(ValueError, match="not an id of the Graph API"):
        api.send_message(number, {})


def test_a_failure_survives_pickling() -> None:
    failed = SendFailed("131050", "stopped", Retry.PERMANENT, 3.0, scope="pair", opts_out=True)
    again = pickle.loads(pickle.dumps(failed))
    assert (again.code, again.text, again.retry, again.retry_after, again.scope, again.opts_out) == (
        "131050",
        "stopped",
        Retry.PERMANENT,
        3.0,
        "pair",
        True,
    )


def test_the_carrier_is_known_by_name() -> None:
    assert carrier("whatsapp").name == "whatsapp"


def test_the_registered_carrier_goes_where_the_settings_say(settings: Any) -> None:
    with pretend_graph(answer(200, ACCEPTED)) as graph:
        settings.GRAPH_BASE_URL, settings.GRAPH_VERSION = graph.url + "/", "v26.0"
        carrier("whatsapp").send(sender_of(), TO_IDA)
    assert graph.requests[0][0].startswith("POST /v26.0/555001/messages HTTP/1.1")


def test_an_unknown_carrier_is_named_with_those_there_are() -> None:
    with pytest.raises(LookupError, match=r"no carrier named 'pigeon'; known carriers: .*whatsapp"):
        carrier("pigeon")
