"""Only Meta may speak to the webhook, and only for the accounts whose secret it signs with."""

import hashlib
import hmac

import pytest

from accounts.models import Organisation
from messaging.carriers import carrier
from messaging.inbox.items import StatusItem
from messaging.models import WhatsAppAccount
from messaging.whatsapp.carrier import WhatsAppCarrier
from messaging.whatsapp.client import Address
from messaging.whatsapp.webhooks import answer_handshake, signers, verify_signature
from tests.messaging.whatsapp.bodies import body, messages, status

RAW = b'{"object":"whatsapp_business_account","entry":[],"note":"\\u00e9"}'
# printf '%s' "$RAW" | openssl dgst -sha256 -hmac "harbour-secret"
SIGNED = "sha256=72cef5db6e329916e659c9d8db58fb9a4cc873888da263bd1adf478ecf3beaf3"


def test_the_raw_bytes_are_what_is_signed() -> None:
    assert verify_signature(RAW, SIGNED, ["harbour-secret"])
    assert not verify_signature(RAW.replace(b"\\u00e9", "é".encode()), SIGNED, ["harbour-secret"])
    assert not verify_signature(RAW + b" ", SIGNED, ["harbour-secret"])


def test_the_previous_secret_counts_while_it_is_being_replaced() -> None:
    assert verify_signature(RAW, SIGNED, ["new-secret", "harbour-secret"])
    assert not verify_signature(RAW, SIGNED, ["new-secret"])


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        SIGNED[7:],
        "sha1=" + SIGNED[7:47],
        SIGNED + "00",
        SIGNED[:-1],
        "sha256=" + "0" * 64,
        SIGNED + "\n",
        " " + SIGNED,
        SIGNED.replace("sha256", "SHA256"),
        "sha256=" + "g" * 64,
        "sha256=" + "０" * 64,
    ],
)
def test_a_signature_that_is_not_one_is_refused(header: str) -> None:
    assert not verify_signature(RAW, header, ["harbour-secret"])


def test_capital_hex_digits_are_the_same_signature() -> None:
    assert verify_signature(RAW, "sha256=" + SIGNED[7:].upper(), ["harbour-secret"])


def test_an_empty_secret_signs_nothing() -> None:
    forged = "sha256=" + hmac.new(b"", RAW, hashlib.sha256).hexdigest()
    assert not verify_signature(RAW, forged, [""])
    assert not verify_signature(RAW, forged, [])


def test_a_signature_speaks_for_its_own_accounts_only() -> None:
    secrets = {"harbour": ["harbour-secret"], "peak": ["peak-secret"], "same app": ["x", "harbour-secret"]}
    assert signers(RAW, SIGNED, secrets) == {"harbour", "same app"}
    assert signers(RAW, "sha256=" + "0" * 64, secrets) == frozenset()


def test_the_carrier_finds_the_header_in_any_case() -> None:
    whatsapp = WhatsAppCarrier(Address, lambda: ["harbour-secret"])
    assert whatsapp.verify({"X-Hub-Signature-256": SIGNED}, RAW)
    assert whatsapp.verify({"x-hub-signature-256": SIGNED, "Host": "x"}, RAW)
    assert not whatsapp.verify({"X-Hub-Signature": SIGNED}, RAW)
    assert not whatsapp.verify({"x-hub-signature-256": SIGNED, "X-Hub-Signature-256": SIGNED}, RAW)


def test_the_carrier_reads_its_events() -> None:
    (found,) = WhatsAppCarrier(Address, list).events(body(messages(statuses=[status()])))
    assert isinstance(found, StatusItem)


def handshake(**changes: str) -> str | None:
    params = {"hub.mode": "subscribe", "hub.verify_token": "let-me-in", "hub.challenge": "1158201444"}
    return answer_handshake(params | {f"hub.{key}": value for key, value in changes.items()}, "let-me-in")


def test_the_handshake_gives_the_challenge_back() -> None:
    assert handshake() == "1158201444"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("verify_token", "let-me-i"),
        ("verify_token", ""),
        ("verify_token", "\udcff"),
        ("mode", "unsubscribe"),
        ("challenge", ""),
        ("challenge", "<script>"),
        ("challenge", "x" * 65),
        ("challenge", "12\n"),
    ],
)
def test_a_wrong_handshake_gets_nothing(key: str, value: str) -> None:
    assert handshake(**{key: value}) is None


def test_without_a_token_of_ours_nobody_shakes_hands() -> None:
    assert answer_handshake({"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}, "") is None


@pytest.mark.django_db
def test_the_registered_carrier_knows_the_secrets_of_every_account() -> None:
    organisation = Organisation.objects.create(name="Harbour Tea", slug="harbour-tea")
    WhatsAppAccount.objects.create(organisation=organisation, name="None yet", waba_id="104991")
    assert not carrier("whatsapp").verify({"X-Hub-Signature-256": SIGNED}, RAW)
    WhatsAppAccount.objects.create(
        organisation=organisation, name="Tea", waba_id="104990", app_secret="new", previous_app_secret="harbour-secret"
    )
    assert carrier("whatsapp").verify({"X-Hub-Signature-256": SIGNED}, RAW)
