"""`manage.py play_webhook`: a captured webhook, signed as Meta would, told to this machine and nobody else."""

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from messaging.inbox.playing import account_in
from messaging.models import Sender
from messaging.whatsapp.webhooks import verify_signature
from tests.factories import SenderFactory, WhatsAppAccountFactory
from tests.messaging.whatsapp.pretend_graph import PretendGraph, answer, pretend_graph
from tests.webhooks import SECRET, messages_body

pytestmark = pytest.mark.django_db

TAKEN = answer(200, b"EVENT_RECEIVED")


@pytest.fixture
def sender() -> Sender:
    return SenderFactory()


@pytest.fixture
def captured(sender: Sender, tmp_path: Path) -> Path:
    file = tmp_path / "captured.json"
    file.write_bytes(messages_body(sender))
    return file


def signature_in(web: PretendGraph) -> str:
    head = web.requests[0][0].lower()
    return next(line for line in head.splitlines() if line.startswith("x-hub-signature-256")).partition(": ")[2]


def test_it_is_told_byte_for_byte_under_the_right_signature(captured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pretend_graph(TAKEN) as web:
        call_command("play_webhook", str(captured), url=f"{web.url}/webhook")
        head, body = web.requests[0]
    assert head.startswith("POST /webhook HTTP/1.1")
    assert body == captured.read_bytes()
    assert verify_signature(body, signature_in(web), [SECRET])
    assert capsys.readouterr().out == "200 EVENT_RECEIVED\n"


def test_it_is_told_as_often_as_wished(captured: Path) -> None:
    with pretend_graph(TAKEN) as web:
        call_command("play_webhook", str(captured), url=f"{web.url}/webhook", times=3)
        assert len(web.requests) == 3


def test_another_account_may_sign_it(captured: Path) -> None:
    WhatsAppAccountFactory(waba_id="1021", app_secret="secret-of-somebody-else")
    with pretend_graph(TAKEN) as web:
        call_command("play_webhook", str(captured), url=f"{web.url}/webhook", account="1021")
        assert verify_signature(web.requests[0][1], signature_in(web), ["secret-of-somebody-else"])


def test_it_is_read_from_standard_input(captured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=BytesIO(captured.read_bytes())))
    with pretend_graph(TAKEN) as web:
        call_command("play_webhook", "-", url=f"{web.url}/webhook")
        assert web.requests[0][1] == captured.read_bytes()


@pytest.mark.parametrize(
    ("status", "fix"),
    [
        (401, "another app secret"),
        (404, "the path is /webhook"),
        (413, "above 4 MB"),
        (503, "could not be stored"),
        (500, "Read the log of the web process"),
    ],
)
def test_what_is_not_taken_says_why(captured: Path, status: int, fix: str) -> None:
    with pretend_graph(answer(status, b"NO")) as web, pytest.raises(CommandError, match=fix):
        call_command("play_webhook", str(captured), url=f"{web.url}/webhook")


@pytest.mark.parametrize(
    "url",
    [
        "https://desk.example.test/webhook",
        "http://10.0.0.7/webhook",
        "http://127.0.0.1.example.test/",
        "ftp://localhost/",
    ],
)
def test_a_signed_payload_goes_to_no_other_machine(captured: Path, url: str) -> None:
    with pytest.raises(CommandError, match="is not this machine"):
        call_command("play_webhook", str(captured), url=url)


def test_nobody_there_is_said(captured: Path) -> None:
    with pytest.raises(CommandError, match=r"does not answer .*Start the web process"):
        call_command("play_webhook", str(captured), url="http://127.0.0.1:9/webhook")


def test_what_is_missing_is_named(captured: Path, sender: Sender, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nothing\.json cannot be read: No such file"):
        call_command("play_webhook", str(tmp_path / "nothing.json"))
    with pytest.raises(CommandError, match="--times"):
        call_command("play_webhook", str(captured), times=0)
    with pytest.raises(CommandError, match="there is no account '1099'"):
        call_command("play_webhook", str(captured), account="1099")
    sender.account.app_secret = ""
    sender.account.save()
    with pytest.raises(CommandError, match="has no app secret"):
        call_command("play_webhook", str(captured))
    captured.write_bytes(b"torn {")
    with pytest.raises(CommandError, match="names no account"):
        call_command("play_webhook", str(captured))


@pytest.mark.parametrize(
    ("raw", "waba"),
    [
        (b'{"entry": [{"id": "1020"}]}', "1020"),
        (b'{"entry": [{"id": 1020}, {"id": "7"}]}', "1020"),
        (b'{"entry": []}', ""),
        (b'{"entry": ["1020"]}', ""),
        (b'{"entry": {"id": "1020"}}', ""),
        (b'["entry"]', ""),
        (b"", ""),
    ],
)
def test_the_account_is_the_first_that_is_spoken_of(raw: bytes, waba: str) -> None:
    assert account_in(raw) == waba
