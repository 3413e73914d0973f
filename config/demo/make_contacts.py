"""Makes `contacts.csv`, the 5,000 lines the demo imports: `python -m config.demo.make_contacts`.

The same seed makes the same file. Names and numbers are drawn by lot and mean nobody; the demo sends to the simulator
alone. What is wrong in the file is what is wrong in real ones: spellings, duplicates, typing errors, consent nobody can
trace, people who have said no before.
"""

import csv
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import phonenumbers

CONTACTS = Path(__file__).with_name("contacts.csv")
HEADINGS = (
    "Customer ID", "Name", "Mobile", "Country", "Language", "Tags", "Consent source", "Consent date",
    "Consent category", "Opt out", "attribute.tier", "attribute.favourite",
)  # fmt: skip
ROWS = 5_000
SEED = 20_261_001

# Country, share of a thousand people, calling code, digits after it, national prefix, and what to draw the start from.
COUNTRIES = (
    ("HK", 700, "852", 8, "", ("5", "6", "9")),
    ("MO", 60, "853", 8, "", ("66", "62")),
    ("TW", 55, "886", 9, "0", ("912", "933", "978")),
    ("SG", 50, "65", 8, "", ("81", "91", "96")),
    ("CN", 35, "86", 11, "", ("138", "159", "186")),
    ("GB", 35, "44", 10, "0", ("7400", "7911")),
    ("US", 25, "1", 10, "", ("202555", "415555")),
    ("JP", 15, "81", 10, "0", ("90", "80")),
    ("AU", 15, "61", 9, "0", ("491", "412")),
    ("MY", 10, "60", 9, "0", ("12", "16")),
)
LANGUAGES = {"HK": ("zh_HK",) * 7 + ("en",) * 3, "MO": ("zh_HK", "zh_HK", "en"), "TW": ("zh_TW",), "CN": ("zh_CN",)}
SURNAMES = (
    ("陳", "Chan"), ("李", "Lee"), ("黃", "Wong"), ("張", "Cheung"), ("林", "Lam"), ("吳", "Ng"), ("劉", "Lau"),
    ("何", "Ho"), ("鄭", "Cheng"), ("梁", "Leung"), ("謝", "Tse"), ("郭", "Kwok"),
)  # fmt: skip
GIVEN = (
    ("家欣", "Ka Yan"), ("志明", "Chi Ming"), ("詠詩", "Wing Sze"), ("俊傑", "Chun Kit"), ("嘉敏", "Ka Man"),
    ("浩然", "Ho Yin"), ("美玲", "Mei Ling"), ("子軒", "Tsz Hin"), ("曉彤", "Hiu Tung"), ("偉強", "Wai Keung"),
)  # fmt: skip
WESTERN = ("Olivia Hart", "James O'Neill", "Zoë Martin", "Aiko Tanaka", "Priya Nair", "Noah Smith", "Grace Tan")
FAVOURITES = ("Jasmine", "Oolong", "Pu-erh", "Iron Buddha", "White Peony", "Earl Grey")
SOURCES = ("Web form /tea-club", "Shop Sheung Wan, paper form", "Checkout box", "Tea fair 2026", "網上會員登記")
UNTRACEABLE = ("", "n/a", "yes", "?", "unknown")
WRONG_NUMBERS = (
    "",
    "12345",
    "+852 1234 567",
    "9123 456",
    "call me",
    "9.12E+07",
    "+999 5123 4567",
    "91234567 / 61234567",
)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

Cells = dict[str, str]


def make(seed: int = SEED) -> list[Cells]:
    """The rows of the file, in its order."""
    lot = random.Random(seed)
    numbers: set[str] = set()
    rows = [_person(lot, number, numbers) for number in range(1, ROWS - 119)]
    rows += [_again(lot, lot.choice(rows[:4_000]), number) for number in range(ROWS - 119, ROWS + 1)]
    for spoil, share in _SPOILED:
        for row in lot.sample(rows, share):
            spoil(lot, row)
    lot.shuffle(rows)
    return rows


def _person(lot: random.Random, number: int, taken: set[str]) -> Cells:
    country, _, code, length, prefix, starts = lot.choices(COUNTRIES, [row[1] for row in COUNTRIES])[0]
    national = _new_number(lot, code, length, starts, taken)
    language = lot.choice(LANGUAGES.get(country, ("en",)))
    tags = ["newsletter"] if lot.random() < 0.86 else []
    tags += [tag for tag, share in (("vip", 0.08), ("staff", 0.012), ("tea club", 0.3)) if lot.random() < share]
    return {
        "Customer ID": f"HT-{number:05d}",
        "Name": _name(lot, country, language),
        "Mobile": _spelled(lot, country, code, national, prefix),
        "Country": country,
        "Language": language,
        "Tags": lot.choice((";", ", ", "、")).join(tags),
        "Consent source": lot.choice(SOURCES),
        "Consent date": f"20{lot.randint(24, 25)}-{lot.randint(1, 12):02d}-{lot.randint(1, 28):02d}",
        "Consent category": "marketing" if lot.random() < 0.95 else "utility",
        "Opt out": lot.choice(("no", "", "否")),
        "attribute.tier": lot.choices(("leaf", "silver", "gold"), (70, 22, 8))[0],
        "attribute.favourite": lot.choice(FAVOURITES) if lot.random() < 0.97 else "",
    }


def _new_number(lot: random.Random, code: str, length: int, starts: tuple[str, ...], taken: set[str]) -> str:
    """A national number that the numbering plan knows and nobody here has yet."""
    while True:
        start = lot.choice(starts)
        national = start + "".join(lot.choice("0123456789") for _ in range(length - len(start)))
        if code == "1":
            national = f"{national[:6]}01{national[8:]}"  # 555-01xx is kept free for stories
        number = phonenumbers.PhoneNumber(country_code=int(code), national_number=int(national))
        if f"{code}{national}" not in taken and phonenumbers.is_valid_number(number):
            taken.add(f"{code}{national}")
            return national


def _name(lot: random.Random, country: str, language: str) -> str:
    if country in ("HK", "MO", "TW", "CN", "SG", "MY"):
        surname, given = lot.choice(SURNAMES), lot.choice(GIVEN)
        return f"{given[1]} {surname[1]}" if language == "en" else surname[0] + given[0]
    return lot.choice(WESTERN)


def _spelled(lot: random.Random, country: str, code: str, national: str, prefix: str) -> str:
    """One of the ways in which people write this number."""
    half = len(national) // 2
    spaced = f"{national[:half]} {national[half:]}"
    dashed = f"+{code}-{national[:half]}-{national[half:]}"
    ways = [f"+{code}{national}", f"+{code} {spaced}", f"00{code}{national}", dashed, f"(+{code}) {spaced}"]
    if country != "US":
        ways += [prefix + national, prefix + spaced]
    if country == "HK":
        ways += [
            national,
            spaced,
            f"{national[:half]}-{national[half:]}",
            national.translate(FULL_WIDTH),
            code + national,
        ]
    return lot.choice(ways)


def _again(lot: random.Random, first: Cells, number: int) -> Cells:
    """Somebody who is in the file already, typed in a second time."""
    row = dict(first)
    row["Customer ID"] = f"HT-{number:05d}" if lot.random() < 0.5 else first["Customer ID"]
    row["Mobile"] = first["Mobile"].replace(" ", "").replace("-", "")
    return row


def _wrong_number(lot: random.Random, row: Cells) -> None:
    row["Mobile"] = lot.choice(WRONG_NUMBERS)


def _no_source(lot: random.Random, row: Cells) -> None:
    row["Consent source"] = lot.choice(UNTRACEABLE)


def _no_date(lot: random.Random, row: Cells) -> None:
    row["Consent date"] = lot.choice(("", "soon", "2031-01-01", "3/4/2025"))


def _said_no(lot: random.Random, row: Cells) -> None:
    row["Opt out"] = lot.choice(("yes", "YES", "1", "已退訂"))


_SPOILED: tuple[tuple[Callable[[random.Random, Cells], None], int], ...] = (
    (_wrong_number, 70),
    (_no_source, 110),
    (_no_date, 30),
    (_said_no, 90),
)


def lines(rows: list[Cells]) -> Iterator[str]:
    """The CSV text, line by line."""

    class Echo:
        def write(self, text: str) -> str:
            return text

    writer = csv.DictWriter(Echo(), HEADINGS, lineterminator="\n")
    yield writer.writeheader()
    yield from (writer.writerow(row) for row in rows)


if __name__ == "__main__":
    CONTACTS.write_text("".join(lines(make())), encoding="utf-8")
