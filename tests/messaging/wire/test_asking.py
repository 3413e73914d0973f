"""One request over a kept line: what is written, what is read, and when the line may be used again."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from urllib3.exceptions import HTTPError

from messaging.wire import LARGEST_ANSWER, AnswerBroken, NotSent, Reply, ask, new_session
from tests.messaging.whatsapp.pretend_graph import ENDS, HALF, PretendGraph, answer, pretend_graph

YES = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
TOO_MUCH = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (LARGEST_ANSWER + 1) + b" " * (LARGEST_ANSWER + 1)


def post(session: Any, url: str, body: bytes | None, headers: dict[str, str], method: str = "POST") -> Reply:
    return ask(session, method, url, body, headers, connect=0.3, read=0.5)


def post_to(graph: PretendGraph, times: int = 1, session: Any = None, **headers: str) -> Reply:
    """The last of so many posts over one session."""
    session = session or new_session()
    for _turn in range(times):
        reply = post(session, f"{graph.url}/v25.0/555001/messages", b'{"to":1}', headers)
    return reply


def test_head_and_body_leave_in_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    write: Callable[..., None] = socket.socket.sendall

    def noted(line: socket.socket, data: bytes) -> None:
        written.append(data)
        write(line, data)

    with pretend_graph(YES) as graph:
        monkeypatch.setattr(socket.socket, "sendall", noted)
        post_to(graph, **{"Content-Type": "application/json"})
        monkeypatch.undo()
    host = f"127.0.0.1:{graph.port}".encode()
    assert written[0] == (
        b"POST /v25.0/555001/messages HTTP/1.1\r\nHost: " + host + b"\r\nAccept-Encoding: identity\r\n"
        b'Content-Type: application/json\r\nContent-Length: 8\r\n\r\n{"to":1}'
    )
    assert written[1:] in ([], [YES]), "only the other side writes anything else"


@pytest.mark.parametrize(
    ("turn", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"{}"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + YES, b"{}"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + YES, b"{}"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nRetry-After: 7\r\nretry-after: 8\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
    ],
    ids=["in chunks", "after a 100", "after a 103", "empty", "with headers twice"],
)
def test_a_whole_answer_is_read_and_the_line_is_used_again(turn: bytes, body: bytes) -> None:
    with pretend_graph(turn) as graph:
        reply = post_to(graph, times=3)
    assert (reply.status, reply.body, graph.connections) == (200, body, 1)


def test_headers_are_known_by_their_names_in_lower_case() -> None:
    with pretend_graph(b"HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n") as graph:
        assert post_to(graph) == Reply(429, {"retry-after": "7", "content-length": "0"}, b"")


@pytest.mark.parametrize(
    "turn",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        YES + b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsomething",
        YES + b"not asked for",
    ],
    ids=["told to close", "of HTTP/1.0", "with another answer behind", "with words behind"],
)
def test_a_line_that_cannot_be_trusted_any_more_is_not_used_again(turn: bytes) -> None:
    with pretend_graph(turn) as graph:
        reply = post_to(graph, times=2)
    assert (reply.status, reply.body, graph.connections) == (200, b"{}", 2)


def test_an_answer_of_no_told_length_ends_with_its_line() -> None:
    with pretend_graph(ENDS) as graph:
        graph.ends = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nqueued"
        assert post_to(graph).body == b"queued"


@pytest.mark.parametrize(
    ("turn", "why"),
    [
        (HALF, "cut off"),
        (TOO_MUCH, "too large"),
        (b"220 mail.example ESMTP\r\n", "HttpParser"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "HttpParser"),
        (b"HTTP/1.1 101 X\r\nUpgrade: tea\r\nConnection: upgrade\r\n\r\n", "HttpParser"),
    ],
    ids=["half", "too large", "another protocol", "two lengths", "another protocol from here on"],
)
def test_what_is_no_whole_answer_is_said_to_be_none(turn: bytes | str, why: str) -> None:
    with pretend_graph(turn) as graph, pytest.raises(AnswerBroken, match=why):
        post_to(graph)
    assert len(graph.requests) == 1, "what may have been taken is not asked again"


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\nb", "a\0b"])
def test_a_header_cannot_bring_another_one_along(value: str) -> None:
    with pretend_graph(answer(200, {})) as graph, pytest.raises(NotSent, match="characters"):
        post_to(graph, Authorization=value)
    assert graph.requests == []


def test_a_path_is_written_as_a_path_and_cannot_bring_a_head_along() -> None:
    with pretend_graph(YES) as graph:
        post(new_session(), f"{graph.url}/send?to=1%2B&text=茶 a\r\nX: b", None, {}, method="GET")
    head, body = graph.requests[0]
    assert head.splitlines() == [
        "GET /send?to=1%2B&text=%E8%8C%B6%20a%0D%0AX:%20b HTTP/1.1",
        f"Host: 127.0.0.1:{graph.port}",
        "Accept-Encoding: identity",
    ]
    assert body == b""


def test_nobody_there_means_that_nothing_has_left() -> None:
    with pytest.raises(NotSent):
        post(new_session(), "http://127.0.0.1:9/v25.0/555001/messages", b"{}", {})


def test_all_that_can_be_lost_is_one_kind_of_error() -> None:
    assert issubclass(AnswerBroken, HTTPError)
    assert issubclass(NotSent, HTTPError)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key in one file, for 127.0.0.1 alone, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
    signed = made.serial_number(7).add_extension(address, critical=False).sign(key, hashes.SHA256())
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + signed.public_bytes(Encoding.PEM))
    return file


def test_over_tls_only_whom_the_session_trusts_is_told_anything(certificate: Path) -> None:
    with pretend_graph(YES, certificate=certificate) as graph:
        trusting, careful = new_session(), new_session()
        trusting.verify = str(certificate)
        assert post_to(graph, times=2, session=trusting).body == b"{}"
        assert (len(graph.requests), graph.connections) == (2, 1)
        with pytest.raises(NotSent, match="SSLCertVerificationError"):
            post_to(graph, session=careful)
        elsewhere = graph.url.replace("127.0.0.1", "localhost")
        with pytest.raises(NotSent, match="SSLCertVerificationError"):
            post(trusting, f"{elsewhere}/v25.0/555001/messages", b"", {})
    assert len(graph.requests) == 2
