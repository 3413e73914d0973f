"""Walking a flow: where a customer's answer leads, and what lies on the way to their next turn. Reads no row."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from messaging.whatsapp.automation.definition import (
    TURNS,
    Assign,
    Buttons,
    Choice,
    Condition,
    FlowDefinition,
    Handover,
    Menu,
    Node,
    Question,
    Row,
    Tag,
    ways_of,
)
from messaging.whatsapp.automation.matching import primary

_NUMBER = re.compile(r"[0-9][0-9 .,/-]{0,40}")
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@]{2,24}")
LONGEST_ANSWER = 1_000


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer wrote or tapped. `payload` is the tapped button's own id."""

    text: str
    payload: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions ask. `is_open` says of a queue by name whether somebody is there; empty is the conversation's."""

    labels: frozenset[str]
    language: str
    is_open: Callable[[str], bool]
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """Where an answer leads, and whether it was one that was asked for."""

    target: str
    fits: bool
    answer: str = ""


def choice_id(name: str, index: int) -> str:
    """What a tapped choice comes back as. The node is part of it: a button of another question is no answer here."""
    return f"{name}.{index}"


def hear_answer(name: str, node: Node, said: Said) -> Heard:
    """Where the customer's answer leads from a node at which they have a turn."""
    if isinstance(node, Buttons | Menu):
        choices: tuple[Choice | Row, ...] = node.choices
        for index, choice in enumerate(choices):
            if said.payload == choice_id(name, index) or (not said.payload and _same(said.text, choice.title)):
                return Heard(choice.next, fits=True, answer=choice.title)
        return Heard(node.fallback, fits=False)
    assert isinstance(node, Question)
    answer = said.text.strip()[:LONGEST_ANSWER]
    if said.kind == "text" and _fits(answer, node.expects):
        return Heard(node.next, fits=True, answer=answer)
    return Heard(node.fallback, fits=False)


def walk(definition: FlowDefinition, begin: str, facts: Facts) -> list[tuple[str, Node]]:
    """The nodes from `begin` to the customer's next turn, a handover or the flow's last word; that one is the last."""
    steps: list[tuple[str, Node]] = []
    name, labels, queue = begin, set(facts.labels), ""
    for _step in definition.nodes:
        node = definition.nodes[name]
        steps.append((name, node))
        if isinstance(node, Tag):
            labels |= set(node.labels)
        elif isinstance(node, Assign):
            queue = node.queue
        if isinstance(node, (*TURNS, Handover)):
            return steps
        ways = dict(ways_of(node))
        if not ways:
            return steps
        name = ways[_way(node, facts, labels, queue)]
    raise ValueError(f"the flow goes round at {name} without a turn of the customer")


def _way(node: Node, facts: Facts, labels: set[str], queue: str) -> str:
    if not isinstance(node, Condition):
        return "next"
    return "then" if _holds(node, facts, labels, queue) else "otherwise"


def _holds(node: Condition, facts: Facts, labels: set[str], queue: str) -> bool:
    if node.test == "label":
        return node.value in labels
    if node.test == "open":
        return facts.is_open(queue)
    if node.test == "language":
        return bool(facts.language) and primary(facts.language) == primary(node.value)
    return _same(facts.answers.get(node.question, ""), node.value)


def _fits(answer: str, expects: str) -> bool:
    patterns = {"number": _NUMBER, "email": _EMAIL}
    return bool(answer) and (expects == "text" or patterns[expects].fullmatch(_plain(answer)) is not None)


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
