"""`manage.py whatsapp_connect`: which account, and what it ends with."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from messaging.management.commands import whatsapp_connect
from messaging.models import WhatsAppAccount
from messaging.whatsapp.connecting.finding import Finding, look, mend, ok
from tests.factories import WhatsAppAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbour_tea() -> WhatsAppAccount:
    return WhatsAppAccountFactory(waba_id="1020")


def finds(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []

    def check(account: WhatsAppAccount, _api: Any, address: str, *_: Any) -> Iterator[Finding]:
        asked.append((account.waba_id, address))
        yield from findings

    monkeypatch.setattr(whatsapp_connect, "check", check)
    return asked


def test_an_account_in_order_is_ready(
    harbour_tea: WhatsAppAccount, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = finds(monkeypatch, ok("token", "Meta takes it."), look("payment", "No trouble.", "Look once."))
    call_command("whatsapp_connect")
    assert capsys.readouterr().out == (
        "Harbour Tea (1020) of Harbour Tea\n"
        "ok    token: Meta takes it.\n"
        "look  payment: No trouble. -> Look once.\n"
        "Ready.\n"
    )
    assert asked == [("1020", "https://desk.example.test/webhook")]


def test_what_is_to_be_mended_ends_with_an_error(
    harbour_tea: WhatsAppAccount, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finds(monkeypatch, mend("token", "It is gone.", "Make one."), mend("secrets", "None.", "Enter one."))
    with pytest.raises(CommandError, match="2 to mend"):
        call_command("whatsapp_connect", "1020")
    assert "mend  token: It is gone. -> Make one.\n" in capsys.readouterr().out


def test_of_several_accounts_one_has_to_be_named(harbour_tea: WhatsAppAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    WhatsAppAccountFactory(waba_id="1021")
    asked = finds(monkeypatch)
    with pytest.raises(CommandError, match=r"waba_id: say which one\. There are 1020, 1021\."):
        call_command("whatsapp_connect")
    with pytest.raises(CommandError, match=r"waba_id: there is no '1022'\. There are 1020, 1021\."):
        call_command("whatsapp_connect", "1022")
    call_command("whatsapp_connect", "1021", address="https://other.example.test/webhook")
    assert asked == [("1021", "https://other.example.test/webhook")]


def test_without_an_account_it_says_where_to_add_one() -> None:
    with pytest.raises(CommandError, match="There is no WhatsApp account yet"):
        call_command("whatsapp_connect")


def test_no_secret_is_written(
    harbour_tea: WhatsAppAccount, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("messaging.whatsapp.connecting.webhooks._get", lambda _url: (200, b""))
    with pytest.raises(CommandError):  # nobody listens where the Graph API should be
        call_command("whatsapp_connect")
    out = capsys.readouterr().out
    assert "mend  token: Meta could not be reached. -> Try again; Meta's status page tells of outages." in out
    assert not any(secret in out for secret in ("token-of", "secret-of", "verify-harbour"))
