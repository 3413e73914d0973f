"""Which of Vonage's callbacks are believed: tokens of the Messages API, `sig` of the SMS API, and no forgery."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jwt
import pytest

from sms.gateways.gateway import Callback
from sms.gateways.vonage.adapter import Vonage
from sms.gateways.vonage.signature import Method, signature_of
from tests.sms.gateways.vonage_calls import CLAIMS, NOON_SECONDS, SECRET, at_vonage, told, told_of_old, unsigned, vonage

VECTORS = json.loads((Path(__file__).parent / "signature_vectors.json").read_text())
AT_THE_VECTORS = Vonage(clock=lambda: datetime(2026, 11, 21, 6, 5, tzinfo=UTC))
METHODS: dict[str, Method] = {
    "HMAC-md5": "md5",
    "HMAC-sha1": "sha1",
    "HMAC-sha256": "sha256",
    "HMAC-sha512": "sha512",
    "legacy md5(string+secret), own computation, unverified by SDK": "md5hash",
}
STATUS = {"message_uuid": "1111aaaa-bbbb-4ccc-8ddd-0123456789ab", "status": "delivered", "channel": "sms"}
RECEIPT = {"messageId": "0A0000001234567B", "status": "delivered", "err-code": "0", "client-ref": "a=b&c"}


@pytest.mark.parametrize("way", ["get", "form", "json"])
@pytest.mark.parametrize("vector", VECTORS["vonage_sms"], ids=lambda vector: vector["alg"])
def test_the_vectors_of_the_sms_api_hold_and_one_changed_byte_fails(vector: dict[str, Any], way: str) -> None:
    given = {**vector["params"], "sig": vector["signature"]}
    ours = at_vonage({"signature_secret": vector["secret"]}, sms_signature=METHODS[vector["alg"]])
    assert AT_THE_VECTORS.verify(ours, unsigned(given, way)) is vector["valid"]
    assert AT_THE_VECTORS.verify(ours, unsigned({**given, "sig": vector["signature"].upper()}, way))
    assert not AT_THE_VECTORS.verify(ours, unsigned({**given, "status": "deliverec"}, way))
    assert not AT_THE_VECTORS.verify(at_vonage(sms_signature=METHODS[vector["alg"]]), unsigned(given, way))


@pytest.mark.parametrize("vector", VECTORS["vonage_messages"], ids=lambda vector: vector["alg"])
def test_the_vector_of_the_messages_api_holds_and_one_changed_byte_fails(vector: dict[str, Any]) -> None:
    headers = {"content-type": "application/json", "authorization": f"Bearer {vector['token']}"}
    url = "https://sms.example.test/sms/k3y/receipt"
    given = Callback("receipt", "POST", url, "", headers, vector["body"].encode())
    ours = at_vonage({"signature_secret": vector["secret"]})
    assert AT_THE_VECTORS.verify(ours, given) is vector["valid"]
    assert not AT_THE_VECTORS.verify(ours, replace(given, body=given.body.replace(b"0.0550", b"0.0551")))
    assert not vonage.verify(ours, given)  # nine months early


def test_while_the_secret_is_being_replaced_both_count() -> None:
    secrets = {"signature_secret": "the-new-one-of-more-than-32-characters", "previous_signature_secret": SECRET}
    assert vonage.verify(at_vonage(secrets), told(STATUS))
    assert vonage.verify(at_vonage(secrets), told_of_old(RECEIPT))


def test_a_token_that_names_no_body_counts_only_where_the_account_says_so() -> None:
    given = told(STATUS, payload_hash=None)
    assert not vonage.verify(at_vonage(), given)
    assert vonage.verify(at_vonage(needs_payload_hash=False), given)
    assert not vonage.verify(at_vonage(needs_payload_hash=False), told(STATUS, payload_hash="0" * 64))


def test_a_token_of_the_account_counts_without_an_application() -> None:
    assert vonage.verify(at_vonage(), told(STATUS, application_id=""))
    assert vonage.verify(at_vonage(application_id=""), told(STATUS))


@pytest.mark.parametrize("late", [-300, 300])
def test_a_call_of_five_minutes_is_still_believed(late: int) -> None:
    assert vonage.verify(at_vonage(), told(STATUS, iat=NOON_SECONDS + late))
    assert vonage.verify(at_vonage(), told_of_old({**RECEIPT, "timestamp": str(NOON_SECONDS + late)}))


def test_an_account_may_take_calls_that_are_repeated_for_a_day() -> None:
    yesterday = told_of_old({**RECEIPT, "timestamp": str(NOON_SECONDS - 86_400)})
    assert not vonage.verify(at_vonage(), yesterday)
    assert vonage.verify(at_vonage(stale_after=90_000), yesterday)


def _token(**claims: Any) -> Callback:
    return told(STATUS, **claims)


def _signed_by(key: str, algorithm: str) -> Callback:
    call = told(STATUS)
    honest = jwt.decode(call.headers["authorization"][7:], options={"verify_signature": False})
    return _with(call, f"Bearer {jwt.encode(honest, key or None, algorithm)}")


def _with(call: Callback, authorization: str) -> Callback:
    return replace(call, headers=call.headers | {"authorization": authorization})


def _claims_changed() -> Callback:
    call = told(STATUS)
    head, _, proof = call.headers["authorization"].split(".")
    claims = base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).decode().rstrip("=")
    return _with(call, f"{head}.{claims}.{proof}")


def _header(call: Callback, change: Callable[[str], str]) -> Callback:
    return _with(call, change(call.headers["authorization"]))


def _other_proof(authorization: str) -> str:
    return authorization[:-2] + ("A" if authorization[-2] != "A" else "B") + authorization[-1]


def _without(call: Callback, name: str) -> Callback:
    return replace(call, headers={key: value for key, value in call.headers.items() if key != name})


def _deep() -> str:
    return base64.urlsafe_b64encode(b"[" * 20_000).decode().rstrip("=")


def _old(**fields: str) -> Callback:
    return told_of_old({**RECEIPT, **fields})


def _body(call: Callback, old: bytes, new: bytes) -> Callback:
    assert old in call.body
    return replace(call, body=call.body.replace(old, new))


def _hidden_in_a_name() -> Callback:
    """What is signed reads the same, and the client-ref is gone."""
    fields = dict(parse_qsl(_old().body.decode()))
    fields["client-ref=a_b_c&err-code"] = fields.pop("err-code")
    del fields["client-ref"]
    assert signature_of("sha256", SECRET, fields) == fields["sig"]
    return unsigned(fields, "form")


def _resigned(change: dict[str, str], method: Method = "sha256", secret: str = SECRET) -> Callback:
    fields = {"timestamp": str(NOON_SECONDS), "api-key": "abcd1234", **RECEIPT, **change}
    return unsigned({**fields, "sig": signature_of(method, secret, fields)}, "form")


FORGERIES: dict[str, Callable[[], Callback]] = {
    # Messages API
    "a changed byte in the body": lambda: _body(told(STATUS), b"delivered", b"deliverec"),
    "a space more in the body": lambda: replace(told(STATUS), body=told(STATUS).body + b" "),
    "no body": lambda: replace(told(STATUS), body=b""),
    "a changed byte in the proof": lambda: _header(told(STATUS), _other_proof),
    "changed claims": _claims_changed,
    "another secret": lambda: told(STATUS, secret="another-secret-0123456789-0123456789-0123"),
    "another algorithm of the same secret": lambda: _signed_by(SECRET + "0" * 32, "HS512"),
    "no algorithm": lambda: _signed_by("", "none"),
    "no header": lambda: _without(told(STATUS), "authorization"),
    "an empty header": lambda: _with(told(STATUS), ""),
    "a bare token": lambda: _header(told(STATUS), lambda one: one[7:]),
    "another scheme": lambda: _header(told(STATUS), lambda one: one.replace("Bearer", "Basic")),
    "no token": lambda: _with(told(STATUS), "Bearer "),
    "half a token": lambda: _header(told(STATUS), lambda one: one.rpartition(".")[0]),
    "no letters of ASCII": lambda: _with(told(STATUS), "Bearer é.é.é"),
    "a head too deep to read": lambda: _with(told(STATUS), f"Bearer {_deep()}.e30.AA"),
    "two tokens": lambda: _header(told(STATUS), lambda one: f"{one}, {one}"),
    "too old": lambda: _token(iat=NOON_SECONDS - 301),
    "too new": lambda: _token(iat=NOON_SECONDS + 301),
    "no time": lambda: _token(iat=None),
    "a time that is true": lambda: _token(iat=True),
    "a time in words": lambda: _token(iat="noon"),
    "no hash": lambda: _token(payload_hash=None),
    "an empty hash": lambda: _token(payload_hash=""),
    "a hash that is a number": lambda: _token(payload_hash=0),
    "another account": lambda: _token(api_key="abcd1235"),
    "no account": lambda: _token(api_key=None),
    "another application": lambda: _token(application_id="bbbbbbbb-bbbb-4ccc-8ddd-0123456789ab"),
    "a token for a query": lambda: replace(told(STATUS), method="GET", query="messageId=0A&status=delivered"),
    # SMS API
    "a changed value": lambda: _body(_old(), b"delivered", b"deliverec"),
    "a field more": lambda: replace(_old(), body=_old().body + b"&price=0"),
    "a field less": lambda: _body(_old(), b"&err-code=0", b""),
    "a field twice": lambda: replace(_old(), body=_old().body + b"&status=delivered"),
    "two fields as one": lambda: _body(_old(), b"&err-code=0", b"%26err-code%3D0"),
    "a name that hides a field": _hidden_in_a_name,
    "a changed proof": lambda: _body(_old(), b"&sig=", b"&sig=0"),
    "an empty proof": lambda: unsigned({**RECEIPT, "timestamp": str(NOON_SECONDS), "sig": ""}, "form"),
    "no proof": lambda: unsigned({**RECEIPT, "timestamp": str(NOON_SECONDS)}, "form"),
    "the secret of nobody": lambda: _resigned({}, secret=""),
    "a weaker method": lambda: _resigned({}, "md5hash"),
    "a receipt too old": lambda: _old(timestamp=str(NOON_SECONDS - 301)),
    "a receipt too new": lambda: _old(timestamp=str(NOON_SECONDS + 301)),
    "a receipt without its time": lambda: _old(timestamp=""),
    "a time with a sign": lambda: _old(timestamp=f"+{NOON_SECONDS}"),
    "a receipt of another account": lambda: _resigned({"api-key": "abcd1235"}),
    "a form that cannot be read": lambda: replace(_old(), body=b"\xff=1"),
    "a form as JSON": lambda: replace(_old(), headers={"content-type": "application/json"}),
    "JSON that is nested": lambda: unsigned({**RECEIPT, "status": {"is": "delivered"}}, "json"),  # type: ignore[dict-item]
    "a proof in the query of a form": lambda: replace(_old(), body=b"", query=_old().body.decode()),
    "a form in the body of a GET": lambda: replace(_old(), method="GET"),
}  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_forgery_is_not_believed(forge: Callable[[], Callback]) -> None:
    assert not vonage.verify(at_vonage(), forge())


@pytest.mark.parametrize("way", ["get", "form", "json"])
def test_the_honest_ones_are(way: str) -> None:
    assert vonage.verify(at_vonage(), told(STATUS))
    assert vonage.verify(at_vonage(), told_of_old(RECEIPT, way))
