"""Signatures forged in some fifty ways: nothing is kept, nothing changes, and every way is told the same."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from messaging.inbox import shim
from messaging.inbox.apply import apply_waiting
from messaging.inbox.shim import WebhookShim
from messaging.models import InboundMessage, ParkedStatus, Sender, Suppression, TemplateTranslation, WebhookEvent
from tests.factories import NOON, SenderFactory, TemplateFactory, TemplateTranslationFactory, other_tenant
from tests.hostile.poison import SHAPES
from tests.webhooks import SECRET, arrived, ask, signature

pytestmark = pytest.mark.django_db

RIGHT = signature
BODY = json.dumps({"object": "whatsapp_business_account", "entry": [], "note": "é"}).encode()
DIGEST = RIGHT(BODY)[7:]


def keyed(secret: str | bytes, body: bytes = BODY, algorithm: str = "sha256") -> str:
    key = secret if isinstance(secret, bytes) else secret.encode()
    return hmac.new(key, body, algorithm).hexdigest()


FORGERIES: dict[str, str] = {
    "empty": "",
    "no digest": "sha256=",
    "digest alone": DIGEST,
    "zeros": "sha256=" + "0" * 64,
    "effs": "sha256=" + "f" * 64,
    "one digit off": "sha256=" + DIGEST[:-1] + ("0" if DIGEST[-1] != "0" else "1"),
    "one digit short": "sha256=" + DIGEST[:-1],
    "one digit more": "sha256=" + DIGEST + "0",
    "twice": "sha256=" + DIGEST * 2,
    "half": "sha256=" + DIGEST[:32],
    "backwards": "sha256=" + DIGEST[::-1],
    "base64": "sha256=" + base64.b64encode(bytes.fromhex(DIGEST)).decode(),
    "not hex": "sha256=" + "g" * 64,
    "full width": "sha256=" + DIGEST.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "capital name": "SHA256=" + DIGEST,
    "capital first": "Sha256=" + DIGEST,
    "space before": " sha256=" + DIGEST,
    "space after": "sha256=" + DIGEST + " ",
    "space inside": "sha256= " + DIGEST,
    "line end": "sha256=" + DIGEST + "\n",
    "nul": "sha256=" + DIGEST + "\x00",
    "quoted": f'"sha256={DIGEST}"',
    "wrong, right": f"sha256={'0' * 64}, sha256={DIGEST}",
    "right, wrong": f"sha256={DIGEST}, sha256={'0' * 64}",
    "sha1 of Meta's old header": "sha1=" + keyed(SECRET, algorithm="sha1"),
    "sha1 under the new name": "sha256=" + keyed(SECRET, algorithm="sha1"),
    "md5": "sha256=" + keyed(SECRET, algorithm="md5"),
    "sha512": "sha256=" + keyed(SECRET, algorithm="sha512"),
    "sha512 cut": "sha256=" + keyed(SECRET, algorithm="sha512")[:64],
    "sha3": "sha256=" + keyed(SECRET, algorithm="sha3_256"),
    "no key at all": "sha256=" + hashlib.sha256(BODY).hexdigest(),
    "secret before the body": "sha256=" + hashlib.sha256(SECRET.encode() + BODY).hexdigest(),
    "secret behind the body": "sha256=" + hashlib.sha256(BODY + SECRET.encode()).hexdigest(),
    "key and body swapped": "sha256=" + keyed(BODY, SECRET.encode()),
    "empty secret": "sha256=" + keyed(""),
    "another secret": "sha256=" + keyed("secret-of-peak-coffee"),
    "capital secret": "sha256=" + keyed(SECRET.upper()),
    "secret with a line end": "sha256=" + keyed(SECRET + "\n"),
    "hash of the secret": "sha256=" + keyed(hashlib.sha256(SECRET.encode()).hexdigest()),
    "access token": "sha256=" + keyed("token-of-harbour-tea"),
    "verify token": "sha256=" + keyed("verify-harbour-tea"),
    "app id": "sha256=" + keyed("555000111"),
    "another body": RIGHT(b"{}"),
    "no body": RIGHT(b""),
    "body and a space": RIGHT(BODY + b" "),
    "body written again": RIGHT(json.dumps(json.loads(BODY), ensure_ascii=False).encode()),
    "body without spaces": RIGHT(json.dumps(json.loads(BODY), separators=(",", ":")).encode()),
    "body in capitals": RIGHT(BODY.upper()),
    "address and body": RIGHT(b"https://desk.example.test/webhook" + BODY),
    "a megabyte": "sha256=" + DIGEST * 16_000,
}


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shim begins with a fresh connection; the test's own is in the middle of a transaction."""
    monkeypatch.setattr(shim, "close_old_connections", lambda: None)


@pytest.fixture
def sender() -> Sender:
    sender: Sender = SenderFactory()
    return sender


def asked(sent: bytes = BODY, **environ: Any) -> tuple[str, bytes]:
    return ask(
        WebhookShim(lambda _environ, _start: [b"django"]),
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/webhook",
            "CONTENT_LENGTH": str(len(sent)),
            "wsgi.input": BytesIO(sent),
            **environ,
        },
    )


def test_there_are_forty_forgeries_and_the_real_one_is_none_of_them() -> None:
    assert len(FORGERIES) >= 40
    assert RIGHT(BODY) not in FORGERIES.values()


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_signature_is_refused_like_any_other(forged: str, sender: Sender) -> None:
    assert asked(HTTP_X_HUB_SIGNATURE_256=forged) == ("401 Unauthorized", b"BAD_SIGNATURE")
    assert not WebhookEvent.objects.exists()


ELSEWHERE: dict[str, dict[str, Any]] = {
    "no header": {},
    "the old header": {"HTTP_X_HUB_SIGNATURE": RIGHT(BODY)},
    "a header like it": {"HTTP_X_HUB_SIGNATURE256": RIGHT(BODY)},
    "in the query": {"QUERY_STRING": f"x-hub-signature-256={RIGHT(BODY)}"},
    "in a cookie": {"HTTP_COOKIE": f"X-Hub-Signature-256={RIGHT(BODY)}"},
    "as a bearer": {"HTTP_AUTHORIZATION": f"Bearer {SECRET}"},
    "body cut by its length": {"HTTP_X_HUB_SIGNATURE_256": RIGHT(BODY), "CONTENT_LENGTH": str(len(BODY) - 1)},
}


@pytest.mark.parametrize("environ", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_right_signature_in_a_wrong_place_is_none(environ: dict[str, Any], sender: Sender) -> None:
    assert asked(**environ) == ("401 Unauthorized", b"BAD_SIGNATURE")


def test_an_account_without_a_secret_is_spoken_for_by_nobody(sender: Sender) -> None:
    sender.account.app_secret = ""
    sender.account.save()
    assert asked(HTTP_X_HUB_SIGNATURE_256="sha256=" + keyed("")) == ("401 Unauthorized", b"BAD_SIGNATURE")


def nothing_said(sender: Sender) -> bool:
    tables: tuple[Any, ...] = (ParkedStatus, InboundMessage, Suppression)
    return not any(table.objects.exists() for table in tables)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_another_tenants_own_signature_says_nothing_about_ours(
    shape: Callable[[Sender, str], dict[str, Any]], sender: Sender
) -> None:
    """Peak Coffee has an app and a secret of its own, and signs a body about Harbour Tea's number."""
    template = TemplateFactory(account=sender.account, name="spring_tea")
    translation: TemplateTranslation = TemplateTranslationFactory(template=template, meta_id="594425479261596")
    rival = SenderFactory(account__organisation=other_tenant(), account__app_secret="secret-of-peak-coffee")
    event = arrived(rival, json.dumps(shape(sender, "forged")).encode())
    apply_waiting(NOON)
    event.refresh_from_db()
    assert event.state == WebhookEvent.State.APPLIED
    assert nothing_said(sender)
    translation.refresh_from_db()
    sender.refresh_from_db()
    assert (translation.status, sender.tier, sender.account.restriction) == ("APPROVED", "TIER_10K", "")


def test_a_replayed_body_can_say_nothing_twice(sender: Sender) -> None:
    """Meta signs no time, so an old body stays valid for ever."""
    body = json.dumps(SHAPES["tapped"](sender, "once")).encode()
    for _again in range(3):
        arrived(sender, body)
        apply_waiting(NOON)
    assert InboundMessage.objects.count() == 1
    assert Suppression.objects.count() == 1
