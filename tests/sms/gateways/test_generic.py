"""The generic gateway: a description instead of code. What it sends, recognises and refuses to guess."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from messaging.carriers import Retry, SendFailed
from sms.gateways.gateway import Taken, gateway
from sms.gateways.generic.adapter import Generic
from sms.gateways.generic.configuration import GenericConfiguration, GenericSecrets
from sms.gateways.generic.finding import Place, Said
from tests.sms.gateways.accounts import ATTEMPT, CALLBACKS, submission
from tests.sms.gateways.generic_calls import HARBOUR, PASSWORD, at_harbour
from tests.sms.gateways.listener import Listener, listening

OK = {"status": "OK", "message": {"id": 4711}}


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as told:
        told.body = json.dumps(OK).encode()
        yield told


def refusal_of(listener: Listener, **more: Any) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        Generic().send(at_harbour(listener.url, **more), submission())
    return raised.value


def test_a_form_goes_out_as_it_was_described(listener: Listener) -> None:
    text = "茶到了 {secret.password} {{to}} & 100%\n退訂"
    assert Generic().send(at_harbour(listener.url), submission(text)) == Taken(("4711",))
    (asked,) = listener.asked
    assert (asked.method, asked.path) == ("POST", "/send")
    assert parse_qs(asked.body.decode()) == {
        "user": ["harbour"], "pass": [PASSWORD], "to": ["85261234567"], "from": ["#HARBOUR"], "text": [text],
        "type": ["unicode"], "ref": [str(ATTEMPT)], "dlr": [f"{CALLBACKS}/receipt?ref={ATTEMPT}"],
    }  # fmt: skip


def test_json_with_places_deep_inside_headers_and_basic_credentials(listener: Listener) -> None:
    body = {"sms": [{"to": "{to}", "text": "{text}", "parts": "{parts}", "flash": False, "note": "{{to}}"}]}
    harbour = at_harbour(
        listener.url, form=None, json_body=body, basic_user="harbour", headers={"X-Key": "k {secret.password}"}
    )
    Generic().send(harbour, submission('"quoted" \\ text'))
    (asked,) = listener.asked
    assert json.loads(asked.body) == {
        "sms": [{"to": "+85261234567", "text": '"quoted" \\ text', "parts": "1", "flash": False, "note": "{to}"}]
    }
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["authorization"] == "Basic aGFyYm91cjpiYXNpYy1wYXNzd29yZA=="
    assert asked.headers["x-key"] == f"k {PASSWORD}"


def test_a_get_with_places_in_path_and_query_and_an_answer_of_one_line(listener: Listener) -> None:
    listener.body = b"ACK\nOK: 4711;queued\n"
    accepted = {"when": [{"says": "OK:"}], "id": {"after": "OK:", "until": ";"}}
    query = {"m": "{text}", "n": "{to_digits}", "k": "{secret.password}"}
    harbour = at_harbour(listener.url, method="GET", form=None, query=query, accepted=accepted, refused=())
    configuration = harbour.configuration.model_copy(update={"url": f"{listener.url}/send/{{to}}"})
    assert Generic().send(replace(harbour, configuration=configuration), submission("a&b=c ü")) == Taken(("4711",))
    assert listener.asked[0].path == "/send/%2B85261234567?m=a%26b%3Dc+%C3%BC&n=85261234567&k=harbour+%26+tea%2F1"


def test_a_gateway_without_ids_is_known_by_our_reference(listener: Listener) -> None:
    accepted = {"when": [{"says": "OK"}]}
    assert Generic().send(at_harbour(listener.url, accepted=accepted), submission()) == Taken((str(ATTEMPT),))


@pytest.mark.parametrize(
    ("status", "body", "code", "retry", "scope", "wait", "opts_out"),
    [
        (200, {"status": "ERROR", "error": {"code": "E03"}}, "E03", Retry.PERMANENT, "message", None, False),
        (400, {"status": "ERROR", "error": {"code": "e04"}}, "http_400", Retry.HOLD, "sender", None, False),
        (200, {"message": "he has Opted Out"}, "http_200", Retry.PERMANENT, "message", None, True),
        (401, "no", "http_401", Retry.HOLD, "account", None, False),
        (429, "", "http_429", Retry.NOT_ATTEMPTED, "sender", 7.0, False),
    ],
)
def test_a_recognised_refusal_means_what_the_description_says(
    listener: Listener, status: int, body: Any, code: str, retry: Retry, scope: str, wait: float | None, opts_out: bool
) -> None:
    listener.status, listener.body = status, json.dumps(body).encode()
    failed = refusal_of(listener)
    assert (failed.code, failed.retry, failed.scope, failed.retry_after, failed.opts_out) == (
        code, retry, scope, wait, opts_out,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"<html>"),
        (200, b'{"status": "QUEUED?"}'),
        (200, b'{"status": "OK"}'),  # a yes without the id that the description promises
        (200, b'{"status": "OK", "message": {"id": ["4711"]}}'),
        (200, b'{"status": "OK", "message": {"id": 4711}, "error": {"code": "E03"}}'),  # yes and no at once
        (204, b""),
        (302, b""),
        (400, b'{"status": "ERROR", "error": {"code": "E77"}}'),
        (500, b'{"status": "OK", "message": {"id": 4711}}'),
        (500, b'{"status": "ERROR", "error": {"code": "E03"}}'),
        (502, b"\xff\xfe"),
    ],
)
def test_whatever_is_not_recognised_is_unsure(listener: Listener, status: int, body: bytes) -> None:
    listener.status, listener.body = status, body
    assert refusal_of(listener).retry is Retry.UNSURE
    assert len(listener.asked) == 1


def test_a_lost_answer_is_unsure_and_a_connection_that_never_stood_was_no_attempt(listener: Listener) -> None:
    listener.hangs_up = True
    assert refusal_of(listener).retry is Retry.UNSURE
    with pytest.raises(SendFailed) as raised:
        Generic().send(at_harbour("http://127.0.0.1:9"), submission())
    assert raised.value.retry is Retry.NOT_ATTEMPTED


def test_the_gateways_own_wait_counts(listener: Listener) -> None:
    listener.status, listener.headers = 429, {"Retry-After": "3"}
    assert refusal_of(listener).retry_after == 3.0


@pytest.mark.parametrize("spelt", [PASSWORD, "harbour%20%26%20tea/1", "harbour+%26+tea%2F1"])
def test_a_secret_that_the_gateway_repeats_is_in_no_error(listener: Listener, spelt: str) -> None:
    listener.body = json.dumps({"error": {"code": "E03"}, "you said": spelt}).encode()
    place = {"json_pointer": "/you said"}
    refused = [{"statuses": [200], "failure": "recipient_bad", "code": place}]
    harbour = at_harbour(listener.url, refused=refused)
    with pytest.raises(SendFailed) as raised:
        Generic().send(harbour, submission())
    assert raised.value.code == "[hidden]"
    assert "tea/1" not in f"{harbour!r} {raised.value!s}"


def test_a_secret_that_is_not_there_stops_the_account_before_a_byte_has_left(listener: Listener) -> None:
    harbour = replace(at_harbour(listener.url), secrets=GenericSecrets())
    with pytest.raises(SendFailed, match=r"The account has no secret\.password") as raised:
        Generic().send(harbour, submission())
    assert (raised.value.retry, raised.value.scope, listener.asked) == (Retry.HOLD, "account", [])


def test_a_line_break_in_a_secret_makes_no_second_header(listener: Listener) -> None:
    values = {"password": "abcdef\r\nX-Evil: 1"}
    harbour = at_harbour(listener.url, headers={"X-Key": "{secret.password}"})
    with pytest.raises(SendFailed) as raised:
        Generic().send(replace(harbour, secrets=GenericSecrets.model_validate({"values": values})), submission())
    assert (raised.value.code, listener.asked) == ("unusable_header", [])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"form": {"t": "{text}", "n": "{number}"}}, "{number} is no place"),
        ({"form": {"t": "{text!r}", "n": "{to}"}}, "is no place"),
        ({"form": {"t": "{text.__class__}", "n": "{to}"}}, "is no place"),
        ({"form": {"t": "{text", "n": "{to}"}}, "expected '}'"),
        ({"form": {"t": "{text}"}}, r"\{to\} \(or \{to_digits\}\) have to stand"),
        ({"form": None, "json_body": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": "x"}}}}}}}}}}, "deep"),
        ({"json_body": {"t": "{text}{to}"}}, "not both"),
        ({"method": "GET"}, "A GET has no body"),
        ({"headers": {"X-Text": "{text}"}}, "a header holds ASCII"),
        ({"headers": {"X Evil": "1"}}, "is no name of a header"),
        ({"headers": {"Content-Length": "1"}}, "set by the connection"),
        ({"accepted": {"statuses": [200]}}, "accepted needs when or id"),
        ({"accepted": {"statuses": [500], "id": {"after": "id"}}}, "less than or equal to 299"),
        ({"accepted": {"id": {"json_pointer": "id"}}}, "match pattern"),
        ({"accepted": {"id": {"json_pointer": "/id", "after": "id"}}}, "either json_pointer or after"),
        ({"accepted": {"when": [{"is_one_of": ["OK"]}]}}, "Give at with is_one_of"),
        ({"refused": [{"failure": "account"}]}, "every answer would be this refusal"),
        ({"refused": [{"failure": "account", "statuses": [500]}]}, "less than or equal to 499"),
        ({"refused": [{"failure": "unclear", "statuses": [400]}]}, "unsure by themselves"),
        ({"receipts": {"status": "s", "statuses": {"D": "delivered"}}}, "Give id or reference"),
        ({"receipts": {"status": "s", "id": "i", "statuses": {"D": "read"}}}, "delivered"),
        ({"receipts": {"status": "s", "id": "/i", "statuses": {"D": "sent"}, "written_as": "json"}}, "no JSON pointer"),
        ({"replies": {"phone": "p", "text": "t", "items": "/all"}}, "for calls written as json"),
        ({"shell": "rm"}, "Extra inputs"),
    ],
)
def test_a_description_that_cannot_work_is_refused_with_what_is_wrong(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words.replace("{number}", r"\{number\}")):
        at_harbour(**wrong)


@pytest.mark.parametrize(
    "url", ["ftp://a/b", "https://{secret.password}/x", "https://u:p@a/b", "https://a/b?c=d", "/x"]
)
def test_an_address_is_one_and_its_host_is_fixed(url: str) -> None:
    with pytest.raises(ValidationError):
        GenericConfiguration.model_validate({**HARBOUR, "url": url})


def test_short_secrets_and_unnameable_ones_are_refused_without_being_said() -> None:
    for values in ({"password": "pw1"}, {"a.b": "long enough"}):
        with pytest.raises(ValidationError) as raised:
            GenericSecrets.model_validate({"values": values})
        assert "pw1" not in str(raised.value)
        assert "long enough" not in str(raised.value)


def test_a_hostile_answer_is_searched_in_no_time() -> None:
    began = time.process_time()
    said = Said(b"id=" * 300_000)
    assert said.find(Place(after="id=", until="never")) == ""
    assert said.find(Place(json_pointer="/a" * 8)) == ""
    assert time.process_time() - began < 1


def test_it_is_registered_under_its_name() -> None:
    assert gateway("generic").name == "generic"
