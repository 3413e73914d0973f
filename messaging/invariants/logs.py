"""What the processes wrote down: no secret, no person's number, and no traceback but of what was meant to break."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from messaging.invariants.rules import Broken, broken

_BEGIN = "Traceback (most recent call last):\n"
_GOES_ON = ("During handling of the above exception", "The above exception was the direct cause")


@dataclass(frozen=True, slots=True)
class Logs:
    """`texts` are what each process wrote, by its name.

    `secrets` are expressions for what must not stand there, by what it is. `arranged` names the exceptions (classes,
    without their modules) of what was broken on purpose.
    """

    texts: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    arranged: Collection[str] = ()


def against(logs: Logs) -> list[Broken | None]:
    """The rules that these logs break; a secret is named and never repeated."""
    return [
        broken("logs_tell_no_secret", "No log holds a secret or a person's number.", list(_told(logs))),
        broken("logs_have_no_trouble", "No process met an error that nobody arranged.", list(_troubles(logs))),
    ]


def _told(logs: Logs) -> Iterator[str]:
    for name, text in logs.texts.items():
        for what, expression in logs.secrets.items():
            if found := re.search(expression, text):
                yield f"{what} in line {text.count(chr(10), 0, found.start()) + 1} of {name}"


def _troubles(logs: Logs) -> Iterator[str]:
    for name, text in logs.texts.items():
        for chain in _chains(text):
            if not {_class_of(last) for last in chain} & set(logs.arranged):
                yield f"{name}: {chain[-1][:200]}"


def _chains(text: str) -> Iterator[list[str]]:
    """The last lines of each traceback, those of one chain of exceptions together."""
    chain: list[str] = []
    for block in text.split(_BEGIN)[1:]:
        chain.append(next((line for line in block.splitlines() if line[:1].strip()), "a traceback without an end"))
        if not any(words in block for words in _GOES_ON):
            yield chain
            chain = []
    if chain:
        yield chain


def _class_of(line: str) -> str:
    """`psycopg.errors.AdminShutdown: terminating ...` is an AdminShutdown."""
    return line.partition(":")[0].rpartition(".")[2].strip()
