"""A flow is refused for what would leave customers stranded, and each finding names the path to the place."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from messaging.whatsapp.automation.amounts import has_amount
from messaging.whatsapp.automation.definition import FlowDefinition
from messaging.whatsapp.automation.graph import check, loops_without_turn, paths_from_start, reaches_person
from tests.messaging.whatsapp.automation.tea_flows import PERSON, buttons, flow, menu_of_harbour_tea, message
from tests.thoroughness import tries

TODAY = date(2026, 3, 2)


def found(definition: FlowDefinition, price_days: int = 90) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in check(definition, TODAY, price_days)]


def test_the_menu_of_harbour_tea_has_nothing_wrong() -> None:
    assert found(FlowDefinition.model_validate(menu_of_harbour_tea())) == []


def test_a_loop_without_a_turn_of_the_customer_is_refused_and_walked_through() -> None:
    tag = {"kind": "tag", "labels": ["tea"], "next": "hello"}
    test = {"kind": "condition", "test": "label", "value": "vip", "then": "person", "otherwise": "tag"}
    looped = flow(hello=message(next="ask"), ask=test, tag=tag, person=PERSON)
    assert found(looped) == [("loop_without_turn", "hello → ask → tag → hello")]


def test_a_loop_in_which_the_customer_is_asked_is_fine() -> None:
    assert found(flow(menu=buttons(Hours="hours"), hours=message(next="menu"), person=PERSON)) == []


def test_a_node_without_a_way_on_is_a_dead_end() -> None:
    assert found(flow(menu=buttons(Hours="hours"), hours=message(), person=PERSON)) == [
        ("dead_end", "menu → hours → next")
    ]
    assert found(flow(menu=buttons(Hours=""), person=PERSON)) == [("dead_end", "menu → Hours")]


def test_a_last_word_that_is_meant_as_one_is_no_dead_end() -> None:
    assert found(flow(menu=buttons(No_thanks="bye"), bye=message("Bye!", ends=True), person=PERSON)) == []


def test_a_question_without_a_fallback_is_refused() -> None:
    assert found(flow(menu=buttons("", Person="person"), person=PERSON)) == [("missing_fallback", "menu → fallback")]
    question = {"kind": "question", "text": "Your order number?", "expects": "number", "next": "person"}
    assert found(flow(ask=question, person=PERSON)) == [("missing_fallback", "ask → fallback")]
    test = {"kind": "condition", "test": "open", "then": "person"}
    assert found(flow(ask=test, person=PERSON)) == [("missing_fallback", "ask → otherwise")]


def test_a_node_that_nothing_leads_to_is_named() -> None:
    assert found(flow(menu=buttons(Person="person"), person=PERSON, lost=message(next="person"))) == [
        ("unreachable", "lost")
    ]


def test_a_name_that_no_node_has_is_named_with_its_way() -> None:
    assert found(flow(menu=buttons(Person="persona"), person=PERSON))[0] == ("unknown_node", "menu → Person")
    nowhere = FlowDefinition.model_validate({"start": "hello", "nodes": {"person": PERSON}})
    assert found(nowhere) == [("unknown_node", "hello")]


def test_a_question_from_which_nobody_gets_to_a_person_is_refused() -> None:
    trap = buttons("trap", Again="trap")
    assert found(flow(menu=buttons(Offers="trap"), trap=trap, person=PERSON)) == [("no_way_to_a_person", "menu → trap")]


def test_a_flow_that_only_says_something_has_no_way_to_a_person() -> None:
    assert found(flow(hello=message("Hello.", ends=True))) == [("no_way_to_a_person", "hello")]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (None, [("price_undated", "menu → price")]),
        ("2025-12-01", [("price_old", "menu → price")]),
        ("2025-12-02", []),
    ],
)
def test_amounts_that_nobody_has_checked_lately_are_a_risk(as_of: str | None, expected: list[Any]) -> None:
    price = message("Oolong is HK$88 a tin.", next="menu", prices_as_of=as_of)
    assert found(flow(menu=buttons(Price="price"), price=price, person=PERSON)) == expected


def test_old_prices_are_a_risk_and_no_error() -> None:
    (finding,) = check(flow(price=message("Only $5.", next="person"), person=PERSON), TODAY, 90)
    assert finding.severity == "risk"


@pytest.mark.parametrize("text", ["HK$88", "88元", "USD 5", "5 dollars", "€3", "１００円", "50蚊"])
def test_amounts_are_seen_however_they_are_written(text: str) -> None:
    assert has_amount(f"It costs {text}.")


@pytest.mark.parametrize("text", ["Open from 9 to 6", "Order 1001", "AUDIO 3", "Flat 5, 3/F", "元氣"])
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert not has_amount(text)


def test_two_choices_with_one_title_cannot_be_told_apart() -> None:
    with pytest.raises(ValidationError, match="same title"):
        flow(menu=buttons(Tea="person", tea="person"), person=PERSON)


NAMES = ("a", "b", "c", "d", "e")
WAYS = st.sampled_from(NAMES)


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, tuple[str, list[str]]]:
    """Name -> (kind, ways); all ways lead somewhere."""
    kinds = st.sampled_from(["message", "condition", "buttons", "handover", "last"])
    ways = {"message": 1, "condition": 2, "buttons": 2, "handover": 0, "last": 0}
    drawn = {name: draw(kinds) for name in NAMES}
    return {name: (kind, [draw(WAYS) for _ in range(ways[kind])]) for name, kind in drawn.items()}


def as_flow(graph: dict[str, tuple[str, list[str]]]) -> FlowDefinition:
    def node(kind: str, ways: list[str]) -> dict[str, Any]:
        if kind == "message":
            return message(next=ways[0])
        if kind == "condition":
            return {"kind": "condition", "test": "open", "then": ways[0], "otherwise": ways[1]}
        if kind == "buttons":
            return buttons(ways[1], Tea=ways[0])
        return PERSON if kind == "handover" else message(ends=True)

    return flow(**{name: node(*parts) for name, parts in graph.items()})


def walked(graph: dict[str, tuple[str, list[str]]], begin: str, *, by_itself: bool = False) -> set[str]:
    """Wherever a blind walker gets from here in up to six steps; `by_itself` stops where the customer has a turn."""
    standing, seen = {begin}, set[str]()
    for _ in range(len(NAMES) + 1):
        going = {name for name in standing if not (by_itself and graph[name][0] == "buttons")}
        standing = {way for name in going for way in graph[name][1]}
        seen |= standing
    return seen


@settings(max_examples=tries(60, 2_000))
@given(graphs())
def test_a_blind_walker_finds_the_same(graph: dict[str, tuple[str, list[str]]]) -> None:
    definition = as_flow(graph)
    last: dict[str, set[str]] = {}
    for code, where in found(definition):
        last.setdefault(code, set()).add(where.split(" → ")[-1])
    kinds = {name: kind for name, (kind, _ways) in graph.items()}
    reached = walked(graph, "a") | {"a"}
    safe = {name for name in NAMES if "handover" in {kinds[one] for one in walked(graph, name) | {name}}}
    turns = {name for name in NAMES if kinds[name] == "buttons"}
    looped = {name for name in set(NAMES) - turns if name in walked(graph, name, by_itself=True)}
    assert last.get("unreachable", set()) == set(NAMES) - reached
    assert reaches_person(definition) == safe
    assert last.get("no_way_to_a_person", set()) == ((turns | {"a"}) & reached) - safe
    loops = loops_without_turn(definition)
    assert {name for loop in loops for name in loop} <= looped
    assert bool(loops) == bool(looped)


@settings(max_examples=tries(40, 1_000))
@given(graphs())
def test_the_path_to_a_node_can_be_walked(graph: dict[str, tuple[str, list[str]]]) -> None:
    for name, path in paths_from_start(as_flow(graph)).items():
        assert (path[0], path[-1]) == ("a", name)
        assert all(after in graph[before][1] for before, after in pairwise(path))
