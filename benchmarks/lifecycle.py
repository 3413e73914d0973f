"""`lifecycle_cost`: WAL of a message from its release until it is read, against a design that writes step by step."""

from collections.abc import Callable, Iterator
from itertools import islice

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.tenancy import as_login_role
from benchmarks.delivery import enqueue, freeze, lane_rate, send_under_way, stage
from benchmarks.measuring import Bar, Outcome, in_turns
from benchmarks.processes import running
from messaging.inbox.items import StatusItem
from messaging.inbox.statuses import apply_statuses
from messaging.models import Attempt, Send, Sender
from messaging.models import Outcome as AttemptOutcome

BATCH = 500

# One table whose status is looked up, a row an attempt, and a commit for each step: queued, sending, accepted,
# delivered, read. It holds the same facts as ours.
_NAIVE_TABLES = """
DROP TABLE IF EXISTS naive_message, naive_attempt;
CREATE TABLE naive_message (LIKE messaging_message INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES);
CREATE INDEX ON naive_message (sender_id, status, id);
CREATE TABLE naive_attempt (LIKE messaging_attempt INCLUDING INDEXES);
"""
_NAIVE_LIFE = """
DO $$
DECLARE one record; new_id bigint; try uuid;
BEGIN
  FOR one IN SELECT organisation_id, send_id, contact_id, sender_id, translation_id, address, address_kind, "values",
                    category, market, price, id FROM messaging_message WHERE send_id = '%s'
  LOOP
    INSERT INTO naive_message (organisation_id, send_id, contact_id, sender_id, translation_id, address, address_kind,
           "values", category, market, price, status, verdict, error_code, error_text, queued_at)
    VALUES (one.organisation_id, one.send_id, one.contact_id, one.sender_id, one.translation_id, one.address,
            one.address_kind, one."values", one.category, one.market, one.price, 0, 0, '', '', clock_timestamp())
    RETURNING id INTO new_id;
    COMMIT;
    try := gen_random_uuid();
    UPDATE naive_message SET status = 10, handed_at = clock_timestamp() WHERE id = new_id;
    INSERT INTO naive_attempt (id, message_id, contact_id, sender_id, category, price, started_at, lease_until,
           outcome, code)
    VALUES (try, new_id, one.contact_id, one.sender_id, one.category, one.price, clock_timestamp(), clock_timestamp(),
            0, '');
    COMMIT;
    UPDATE naive_message SET status = 20, provider_id = 'wamid.' || lpad(one.id::text, 16, '0') WHERE id = new_id;
    UPDATE naive_attempt SET outcome = 1, ended_at = clock_timestamp() WHERE id = try;
    COMMIT;
    UPDATE naive_message SET status = 40, delivered_at = clock_timestamp() WHERE id = new_id;
    COMMIT;
    UPDATE naive_message SET status = 50, read_at = clock_timestamp() WHERE id = new_id;
    COMMIT;
  END LOOP;
END $$
"""


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    count = 2_000 * scale
    number, translation = stage("bench-lifecycle", count)
    with running("benchmarks.sink") as port:
        settings.GRAPH_BASE_URL = f"http://127.0.0.1:{port}"
        lived: list[Send] = []

        def ours() -> float:
            send = send_under_way(number, translation)
            freeze(send, translation, count)
            lived.append(send)

            def live() -> int:
                enqueue(send)
                lane_rate(send)
                return _hear_of_all(number, send)

            return _wal_of(live)

        outcome = Outcome("lifecycle_cost", "WAL bytes a message", "bytes of the naive design", Bar(0.75, above=False))
        outcome.notes.append(f"{count:,} messages: queued, handed over, accepted, delivered, read")
        ours()  # the naive side lives through the messages of a round of ours; tables and statements are warm then
        yield in_turns(outcome, rounds, ours, lambda: _naive(lived[-1]))


def _wal_of(life: Callable[[], int]) -> float:
    """Bytes of WAL for each of the messages that `life` says it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()")
        (before,) = cursor.fetchone()
        lives = life()
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", [before])
        return float(cursor.fetchone()[0]) / lives


def _hear_of_all(number: Sender, send: Send) -> int:
    """The provider reports every accepted message as delivered, later as read. How many those were."""
    accepted = list(
        Attempt.objects.filter(message__send=send, outcome=AttemptOutcome.ACCEPTED).select_related("message")
    )
    for status in ("delivered", "read"):
        waiting = iter(accepted)
        while batch := list(islice(waiting, BATCH)):
            apply_statuses([(number, _report(number, one, status)) for one in batch], timezone.now())
    return len(accepted)


def _report(number: Sender, attempt: Attempt, status: str) -> StatusItem:
    provider_id = attempt.message.provider_id or ""
    return StatusItem(
        dedupe_key=f"{provider_id}:{status}", sender_ref=number.provider_ref, provider_id=provider_id, status=status,
        at=timezone.now(), echo=str(attempt.pk), phone="", user_id="", error_code="", error_title="", opts_out=False,
        pricing_category="", pricing_type="", billable=None,
    )  # fmt: skip


def _naive(send: Send) -> float:
    def live() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_NAIVE_LIFE % send.pk)
        return send.messages.count()

    with as_login_role():
        with connection.cursor() as cursor:
            cursor.execute(_NAIVE_TABLES)
        return _wal_of(live)
