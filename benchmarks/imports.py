"""`csv_import`: reading, judging and merging a contact file, against COPY of the same rows without a thought."""

import io
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from accounts.actor import Actor
from benchmarks import world
from benchmarks.measuring import Bar, Outcome, in_turns, seconds
from messaging.imports.merge import merge
from messaging.imports.reading import open_file
from messaging.imports.rows import Customs
from messaging.imports.staging import stage
from messaging.imports.surveying import Limits

_HEAD = "phone,name,language,tags,consent_source,consent_at,tier\n"


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    rows = 50_000 * scale
    where = world.organisation("bench-import")
    world.contacts(where, rows // 2)
    customs = Customs("HK", ZoneInfo("Asia/Hong_Kong"), timezone.now())
    turn = iter(range(1000))

    def ours() -> float:
        content = _file(rows, next(turn)).encode()
        now = timezone.now()

        def work() -> None:
            file = open_file(io.BytesIO(content), customs, limits=Limits(bytes=1 << 30, rows=rows + 10))
            batch = stage(where, file, name="bench", channel="whatsapp", made_by="bench", now=now)
            merge(batch, Actor.system(where, "bench"), now)

        return rows / seconds(work)

    def bare() -> float:
        content = _file(rows, 0)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE bare (a text, b text, c text, d text, e text, f text, g text)")
            took = seconds(lambda: _copy(content))
            cursor.execute("DROP TABLE bare")
        return rows / took

    outcome = Outcome("csv_import", "rows/s", "rows/s COPY without parsing", Bar(0.025))
    outcome.notes.append(f"{rows:,} rows, 10 % dirty, half known")
    yield in_turns(outcome, rounds, ours, bare)


def _file(rows: int, turn: int) -> str:
    """Half of the people are known; one line in ten is spelt oddly, broken or without consent."""
    lines = [_HEAD]
    for n in range(rows):
        number = f"6{1_000_001 + n // 2 if n % 2 else 4_000_000 + turn * rows + n}"
        phone = {0: f"00852 {number[:4]} {number[4:]}", 10: "12", 20: f"+852-{number}"}.get(n % 30, f"+852{number}")
        source = "" if n % 37 == 0 else "web form"
        lines.append(f"{phone},Customer {n},{'zh_HK' if n % 3 else 'en'},tea|vip,{source},2025-05-05,gold\n")
    return "".join(lines)


def _copy(content: str) -> None:
    with connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN WITH (FORMAT csv, HEADER)") as copy:
        copy.write(content)
