"""`sms_count_parts`: how many parts a text takes, in Python and in the database, against only measuring its length."""

from collections.abc import Iterator, Sequence
from functools import partial

from django.db import connection

from benchmarks.measuring import Outcome, in_turns, seconds
from sms.text import measure

# What is counted -> a text of that kind.
KINDS = {
    "one part in GSM-7": "Harbour Tea: dear Mei, spring tea is in. Come and taste it. Stop: 21234567",
    "three in GSM-7": "Harbour Tea: spring tea is in, picked on the first days of March. " * 6,
    "three with two-septet characters": "Harbour Tea [spring]: tea is in, 20 € off ^_^ {all shops} " * 6,
    "one in UCS-2": "海港茶：春茶到了，歡迎到店品嘗。取消 21234567",
    "four in UCS-2": "海港茶：春茶到了，三月初採摘，歡迎到店品嘗，優惠至月底。" * 8,
    "four in UCS-2 with emoji": "海港茶 🍵：春茶到了，三月初採摘，歡迎到店品嘗 🌱 優惠至月底。" * 7,
}
_PARTS = "SELECT sum(sms_parts(body)) FROM generate_series(1, %s), unnest(%s::text[]) body"
_LENGTHS = "SELECT sum(length(body)) FROM generate_series(1, %s), unnest(%s::text[]) body"


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    times = 20_000 * scale
    kinds = list(KINDS.values())
    texts = kinds * times
    counting = Outcome("sms_count_parts", "messages/s", "messages/s by len()", None)
    counting.notes.append(f"{len(texts):,} texts of {len(KINDS)} kinds")
    in_turns(counting, rounds, partial(_measured, texts), partial(_lengths, texts))
    rates = (f"{kind}: {_measured([text] * times):,.0f}/s" for kind, text in KINDS.items())
    counting.notes.append(", ".join(rates))
    yield counting
    in_sql = Outcome("sms_count_parts_sql", "messages/s", "messages/s by length()", None)
    in_sql.notes.append("the same texts in PostgreSQL, as cost previews count them")
    assert _asked(_PARTS, kinds, 1)[1] == sum(measure(text).parts for text in kinds)
    yield in_turns(
        in_sql, rounds, lambda: _asked(_PARTS, kinds, times)[0], lambda: _asked(_LENGTHS, kinds, times)[0]
    )  # fmt: skip


def _measured(texts: Sequence[str]) -> float:
    def work() -> None:
        for text in texts:
            measure(text)

    return len(texts) / seconds(work)


def _lengths(texts: Sequence[str]) -> float:
    def work() -> None:
        for text in texts:
            len(text)

    return len(texts) / seconds(work)


def _asked(statement: str, kinds: list[str], times: int) -> tuple[float, int]:
    """Texts a second, and the sum over all of them."""
    found: list[int] = []

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, [times, kinds])
            found.extend(cursor.fetchone())

    took = seconds(work)
    return times * len(kinds) / took, found[0]
