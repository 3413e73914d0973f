"""`materialise`: a released send becoming messages and outbox rows, against COPY of the same rows."""

import time
from collections.abc import Iterator

from django.db import connection
from django.utils import timezone

from accounts.tenancy import as_login_role
from benchmarks.delivery import freeze, queued, send_under_way, stage
from benchmarks.measuring import Bar, Outcome, in_turns
from messaging.engine import release
from messaging.models import Send, Sender, SendState, TemplateTranslation

_MESSAGES = """organisation_id, send_id, contact_id, sender_id, translation_id, address, address_kind, "values",
       category, market, price, status, verdict, error_code, error_text, queued_at"""
_AS_THEY_ARE = f"SELECT {_MESSAGES} FROM messaging_message WHERE send_id = %s"  # noqa: S608 - our own constant
_OUTBOX = "message_id, send_id, sender_id, priority, due_at, tries"


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    people = 50_000 * scale
    number, translation = stage("bench-materialise", people)

    def ours() -> float:
        send = send_under_way(number, translation)
        freeze(send, translation, people)
        Send.objects.filter(pk=send.pk).update(state=SendState.RELEASING)
        began = time.perf_counter()
        while release._release_chunk(send.pk, timezone.now()) is False:
            pass
        took = time.perf_counter() - began
        assert send.messages.count() == people, "not everybody has a message"
        return people / took

    outcome = Outcome("materialise", "rows/s", "rows/s by COPY", Bar(0.3))
    outcome.notes.append(f"{people:,} people in chunks of {release.CHUNK:,}; COPY into the same two tables")
    # COPY knows no policies. Nobody else is on these servers, and the owner of the tables may do without.
    _policies("NO FORCE")
    try:
        yield in_turns(outcome, rounds, ours, lambda: _copied(number, translation, people))
    finally:
        _policies("FORCE")


def _policies(word: str) -> None:
    with as_login_role(), connection.cursor() as cursor:
        for table in ("messaging_message", "messaging_outbox"):
            cursor.execute(f"ALTER TABLE {table} {word} ROW LEVEL SECURITY")


def _copied(number: Sender, translation: TemplateTranslation, people: int) -> float:
    """The rows of a queued send out, and in again under a send of their own: same tables, checks and indexes."""
    other = queued(number, translation, people)
    send = send_under_way(number, translation)
    messages = _out(_AS_THEY_ARE, other).replace(str(other.pk).encode(), str(send.pk).encode())
    began = time.perf_counter()
    _in(f"COPY messaging_message ({_MESSAGES}) FROM STDIN", messages)
    took = time.perf_counter() - began
    waiting = _out("SELECT id, send_id, sender_id, 10, queued_at, 0 FROM messaging_message WHERE send_id = %s", send)
    began = time.perf_counter()
    _in(f"COPY messaging_outbox ({_OUTBOX}) FROM STDIN", waiting)
    return people / (took + time.perf_counter() - began)


def _out(question: str, send: Send) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({question}) TO STDOUT", [send.pk]) as rows:
        return b"".join(bytes(part) for part in rows)


def _in(statement: str, rows: bytes) -> None:
    with as_login_role(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(rows)
