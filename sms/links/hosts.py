"""Which hosts can stand in an address at all: a name in one script, no number, no other shortener."""

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path

import idna

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# Scripts that are written together in one word: Japanese, Chinese with Bopomofo, Korean, each with Latin.
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
_NO_SCRIPT = frozenset("0123456789-")


class OddHost(ValueError):
    """A host that no link may name; `code` says why: not_a_name, mixed_scripts, shortener."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def judged_host(host: str) -> str:
    """The host in lower case and ASCII. Raises OddHost for anything but an ordinary name in one script."""
    try:
        ascii_host = idna.encode(host, uts46=True).decode().lower()
        labels = [idna.decode(label) for label in ascii_host.split(".")]
    except (idna.IDNAError, UnicodeError):
        raise OddHost("not_a_name") from None
    if not is_name(ascii_host):
        raise OddHost("not_a_name")
    if not all(_in_one_script(label) for label in labels):
        raise OddHost("mixed_scripts")
    if is_shortener(ascii_host):
        raise OddHost("shortener")
    return ascii_host


def is_name(host: str) -> bool:
    """Whether this is a name with at least two labels. Numbers in all their spellings (127.1, 0x7f.1) are none."""
    labels = host.split(".")
    odd = any(not _LABEL.fullmatch(label) for label in labels)
    return len(host) <= 253 and len(labels) > 1 and not odd and not labels[-1][0].isdigit()


def is_shortener(host: str) -> bool:
    """Whether somebody else's short links stand here, or on a name above."""
    return any(above in _shorteners() for above in names_above(host))


def names_above(host: str) -> list[str]:
    """The host itself and every name that it is a subdomain of: a.b.hk, b.hk, hk."""
    labels = host.split(".")
    return [".".join(labels[number:]) for number in range(len(labels))]


def _in_one_script(label: str) -> bool:
    scripts = {unicodedata.name(one, "UNKNOWN").split()[0] for one in label if one not in _NO_SCRIPT}
    return len(scripts) <= 1 or any(scripts <= together for together in _TOGETHER)


@cache
def _shorteners() -> frozenset[str]:
    with (Path(__file__).parent / "shorteners.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["host"] for row in csv.DictReader(file))
