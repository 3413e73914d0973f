"""The contact file of the demo: the same file from the same seed, and as broken as real ones are."""

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from config.demo.make_contacts import CONTACTS, lines, make
from messaging.imports.reading import open_file
from messaging.imports.rows import Customs, ParsedRow


def read() -> list[ParsedRow]:
    customs = Customs("HK", ZoneInfo("Asia/Hong_Kong"), datetime(2026, 11, 21, tzinfo=UTC))
    with CONTACTS.open("rb") as file:
        return list(open_file(file, customs))


def test_the_shipped_file_is_what_its_maker_makes() -> None:
    assert CONTACTS.read_text(encoding="utf-8") == "".join(lines(make()))


def test_it_has_five_thousand_people_of_many_countries_who_were_not_all_typed_in_well() -> None:
    rows = read()
    assert len(rows) == 5000
    countries = Counter(row.country for row in rows)
    assert set(countries) >= {"HK", "MO", "TW", "SG", "CN", "GB", "US", "JP", "AU", "MY"}
    assert countries["HK"] > 3000
    problems = Counter(problem.code for row in rows for problem in row.problems)
    assert set(problems) >= {
        "phone_missing",
        "phone_not_valid",
        "phone_several",
        "phone_letters",
        "consent_source_missing",
        "consent_source_untraceable",
        "consent_at_future",
    }
    assert Counter(row.opt_out for row in rows)[True] == 90
    numbers = Counter(row.phone for row in rows if row.phone)
    assert sum(count - 1 for count in numbers.values()) > 100


def test_the_same_number_is_read_from_every_spelling_in_it() -> None:
    spellings = {"+": 0, "00": 0, "(": 0, "full-width": 0}
    with CONTACTS.open(encoding="utf-8") as file:
        for line in file:
            mobile = line.split(",")[2]
            spellings["+"] += mobile.startswith("+")
            spellings["00"] += mobile.startswith("00")
            spellings["("] += mobile.startswith("(")
            spellings["full-width"] += any("０" <= letter <= "９" for letter in mobile)
    assert all(count > 100 for count in spellings.values()), spellings
