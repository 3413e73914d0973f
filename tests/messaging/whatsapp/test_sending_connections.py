"""Connections to Meta: which failures were no attempt, what is used again, and what is never followed."""

import socket
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest

from messaging.carriers import Retry, SendFailed
from messaging.whatsapp.client import Address, CloudApi, Credentials
from messaging.wire import lines, new_session
from tests.messaging.whatsapp.handing_over import TO_IDA, TOKEN, carrier_at, failure, sender_of
from tests.messaging.whatsapp.pretend_graph import ACCEPTED, HANG, answer, pretend_graph


def test_a_refused_connection_was_no_attempt() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(SendFailed) as caught:
        carrier_at(f"http://127.0.0.1:{port}").send(sender_of(), TO_IDA)
    assert (caught.value.code, caught.value.retry) == ("not_reached", Retry.NOT_ATTEMPTED)
    assert caught.value.retry_after == 5.0
    assert caught.value.scope == "sender"


def test_an_unknown_host_was_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_host(*_args: object, **_options: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_host)
    with pytest.raises(SendFailed) as caught:
        carrier_at("http://graph.example.test").send(sender_of(), TO_IDA)
    assert caught.value.retry is Retry.NOT_ATTEMPTED


def test_a_connection_that_takes_too_long_was_no_attempt() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for line in waiting:  # fill the queue of a server that accepts nobody
            line.setblocking(False)
            line.connect_ex(full.getsockname())
        with pytest.raises(SendFailed) as caught:
            carrier_at(f"http://127.0.0.1:{full.getsockname()[1]}").send(sender_of(), TO_IDA)
        for line in waiting:
            line.close()
    assert (caught.value.code, caught.value.retry) == ("not_reached", Retry.NOT_ATTEMPTED)


@pytest.mark.parametrize("turn", [b"this is not TLS\r\n", HANG], ids=["no TLS", "silence"])
def test_a_handshake_that_fails_was_no_attempt(turn: bytes | str) -> None:
    """`requests` reports a handshake that times out as a read time-out, but no byte of the message has left."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def pretend_tls() -> None:
            line, _address = listener.accept()
            with line:
                line.recv(4096)
                if isinstance(turn, bytes):
                    line.sendall(turn)
                with suppress(ConnectionResetError):
                    line.recv(4096)

        thread = threading.Thread(target=pretend_tls, daemon=True)
        thread.start()
        with pytest.raises(SendFailed) as caught:
            carrier_at(f"https://127.0.0.1:{listener.getsockname()[1]}").send(sender_of(), TO_IDA)
        thread.join(2)
    assert (caught.value.code, caught.value.retry) == ("not_reached", Retry.NOT_ATTEMPTED)


def test_connections_are_used_again_while_fresh_and_dropped_when_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(lines, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    with pretend_graph(answer(200, ACCEPTED)) as graph:
        whatsapp = carrier_at(graph.url)
        whatsapp.send(sender_of(), TO_IDA)
        clock[0] += 4.9
        whatsapp.send(sender_of(), TO_IDA)
        assert graph.connections == 1
        clock[0] += 5.1
        whatsapp.send(sender_of(), TO_IDA)
        assert graph.connections == 2


def test_a_large_body_arrives_whole_behind_its_head() -> None:
    content = b"tea" * 20_000
    with pretend_graph(answer(200, {"id": "media-1"})) as graph:
        api = CloudApi(Credentials(TOKEN), Address(graph.url, "v25.0"), new_session())
        assert api.upload_media("555001", content, "image/png", "tea.png") == "media-1"
    assert content in graph.requests[0][1]


def test_a_redirect_is_not_followed_with_the_token() -> None:
    with pretend_graph(answer(200, ACCEPTED)) as stranger:
        moved = (
            f"HTTP/1.1 307 X\r\nLocation: {stranger.url}/v25.0/555001/messages\r\nContent-Length: 0\r\n\r\n".encode()
        )
        assert failure(moved).retry is Retry.UNSURE
    assert stranger.requests == []


def test_proxies_and_credentials_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pretend_graph(answer(200, ACCEPTED)) as graph:
        assert carrier_at(graph.url).send(sender_of(), TO_IDA).provider_id == "wamid.HBgLODUy"


def test_threads_share_one_session_without_mixing_answers() -> None:
    with pretend_graph(answer(200, ACCEPTED)) as graph:
        whatsapp = carrier_at(graph.url)
        found: list[str] = []
        threads = [
            threading.Thread(target=lambda: found.append(whatsapp.send(sender_of(), TO_IDA).provider_id))
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
    assert found == ["wamid.HBgLODUy"] * 20
    assert len(graph.requests) == 20
