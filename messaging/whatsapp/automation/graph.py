"""What is wrong with a flow as a graph. Each finding names the path on which it is met: start → menu → hours.

Refused: a name that no node has, a node without a way on, a missing fallback, nodes that nothing leads to, a loop in
which the customer never has a turn, and a place from which no way leads to a person. The last word of a flow needs no
way to a person: whoever writes after it is heard anew, and the start and every question before it had one.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from messaging.whatsapp.automation.amounts import has_amount
from messaging.whatsapp.automation.definition import TURNS, FlowDefinition, Handover, Node, Priced, text_of, ways_of
from messaging.whatsapp.templates.findings import Finding, risk

ARROW = " → "
# Ways out that have to be there and are easily forgotten.
_FALLBACKS = ("fallback", "otherwise")


def check(definition: FlowDefinition, today: date, price_days: int) -> list[Finding]:
    """Everything that is wrong, errors first. Amounts in texts count as old after `price_days` days."""
    if definition.start not in definition.nodes:
        text = format_lazy(_("The flow begins at {name}, which is no node of it."), name=definition.start)
        return [Finding("unknown_node", definition.start, text, _("Begin at one of its nodes."))]
    paths = paths_from_start(definition)
    return [
        *_missing_ways(definition, paths),
        *_unreachable(definition, paths),
        *_loops(definition, paths),
        *_without_a_person(definition, paths),
        *_old_prices(definition, paths, today, price_days),
    ]


def paths_from_start(definition: FlowDefinition) -> dict[str, tuple[str, ...]]:
    """Node -> the shortest path to it from the start, both included; nodes that nothing leads to are left out."""
    paths: dict[str, tuple[str, ...]] = {definition.start: (definition.start,)}
    waiting = [definition.start]
    for name in waiting:
        for target in targets(definition, name):
            if target not in paths:
                paths[target] = (*paths[name], target)
                waiting.append(target)
    return paths


def targets(definition: FlowDefinition, name: str) -> list[str]:
    """The nodes that this one leads to, each once."""
    ways = (way for _name, way in ways_of(definition.nodes[name]))
    return list(dict.fromkeys(way for way in ways if way in definition.nodes))


def reaches_person(definition: FlowDefinition) -> set[str]:
    """The nodes from which some way leads to a person."""
    found = {name for name, node in definition.nodes.items() if isinstance(node, Handover)}
    grown = True
    while grown:
        more = {name for name in definition.nodes if found.intersection(targets(definition, name))} - found
        found |= more
        grown = bool(more)
    return found


def loops_without_turn(definition: FlowDefinition) -> list[tuple[str, ...]]:
    """Each loop in which nobody waits for the customer, as it is walked; the first node is named again at the end."""
    found: dict[frozenset[str], tuple[str, ...]] = {}
    done: set[str] = set()
    for name in definition.nodes:
        _walk_loops(definition, name, [], done, found)
    return list(found.values())


def _walk_loops(
    definition: FlowDefinition,
    name: str,
    trail: list[str],
    done: set[str],
    found: dict[frozenset[str], tuple[str, ...]],
) -> None:
    if name in trail:
        loop = tuple(trail[trail.index(name) :])
        found.setdefault(frozenset(loop), (*loop, name))
        return
    if name in done or _has_turn(definition.nodes[name]):
        return
    for target in targets(definition, name):
        _walk_loops(definition, target, [*trail, name], done, found)
    done.add(name)


def _missing_ways(definition: FlowDefinition, paths: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    for name, node in definition.nodes.items():
        for way, target in ways_of(node):
            where = ARROW.join((*paths.get(name, (name,)), way))
            if target and target not in definition.nodes:
                text = format_lazy(_("It leads to {name}, which is no node of this flow."), name=target)
                yield Finding("unknown_node", where, text, _("Name a node that there is."))
            elif not target and way in _FALLBACKS:
                yield Finding("missing_fallback", where, _("Nothing is said about any other answer."),
                              _("Say where it leads, best to a person."))  # fmt: skip
            elif not target:
                yield Finding("dead_end", where, _("The flow stops here, with the customer waiting."),
                              _("Say where it goes on, hand over to a person, or end the flow with it."))  # fmt: skip


def _unreachable(definition: FlowDefinition, paths: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    for name in definition.nodes:
        if name not in paths:
            yield Finding("unreachable", name, _("No way leads here."), _("Lead to it, or take it out."))


def _loops(definition: FlowDefinition, paths: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    for loop in loops_without_turn(definition):
        where = ARROW.join((*paths.get(loop[0], loop[:1])[:-1], *loop))
        yield Finding("loop_without_turn", where, _("It goes round without ever waiting for the customer."),
                      _("Ask something within the loop, or break it."))  # fmt: skip


def _without_a_person(definition: FlowDefinition, paths: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    safe = reaches_person(definition)
    for name, path in paths.items():
        if name not in safe and (name == definition.start or _has_turn(definition.nodes[name])):
            yield Finding("no_way_to_a_person", ARROW.join(path), _("From here no way leads to a person."),
                          _("Lead to a handover, at least as the fallback."))  # fmt: skip


def _old_prices(
    definition: FlowDefinition, paths: Mapping[str, tuple[str, ...]], today: date, price_days: int
) -> Iterator[Finding]:
    for name, node in definition.nodes.items():
        if not isinstance(node, Priced) or not has_amount(text_of(node)):
            continue
        where = ARROW.join(paths.get(name, (name,)))
        if node.prices_as_of is None:
            yield risk("price_undated", where, _("It names amounts, and not as of when."),
                       _("Check them, and write the day into prices_as_of."))  # fmt: skip
        elif node.prices_as_of < today - timedelta(days=price_days):
            text = format_lazy(_("Its amounts are of {day}."), day=node.prices_as_of.isoformat())
            yield risk("price_old", where, text, _("Check them, and write the day into prices_as_of."))


def _has_turn(node: Node) -> bool:
    return isinstance(node, TURNS)
