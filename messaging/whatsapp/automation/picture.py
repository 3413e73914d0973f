"""A flow drawn: boxes from the start downwards, arrows named by what leads along them. SVG in the page's colours.

Whatever an author wrote is escaped. Who cannot see the picture reads `outline_of`, which says the same.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.whatsapp.automation.definition import (
    Assign,
    Condition,
    FlowDefinition,
    Handover,
    Node,
    Tag,
    TemplateNode,
    text_of,
    ways_of,
)
from messaging.whatsapp.automation.graph import paths_from_start

KINDS: dict[str, str | Promise] = {
    "message": gettext_lazy("Message"),
    "buttons": gettext_lazy("Buttons"),
    "list": gettext_lazy("List"),
    "question": gettext_lazy("Question"),
    "condition": gettext_lazy("Condition"),
    "tag": gettext_lazy("Label"),
    "assign": gettext_lazy("To a queue"),
    "handover": gettext_lazy("To a person"),
    "template": gettext_lazy("Template"),
}
WAYS: dict[str, str | Promise] = {
    "fallback": gettext_lazy("anything else"),
    "next": "",
    "then": gettext_lazy("yes"),
    "otherwise": gettext_lazy("no"),
}
# All in pixels.
_WIDE, _HIGH, _ACROSS, _DOWN, _MARGIN = 190, 66, 230, 130, 24
_LINE: Final = 26
"""Narrow characters that fit into a line of a box; a Chinese one takes two."""


@dataclass(frozen=True, slots=True)
class Step:
    """One node in words. `ways` are (what leads there, where)."""

    name: str
    kind: str
    says: str
    ways: tuple[tuple[str, str], ...]
    is_reached: bool


def outline_of(definition: Mapping[str, Any]) -> list[Step]:
    """The flow as text, in the order in which customers meet it; what nothing leads to comes last."""
    flow = FlowDefinition.model_validate(definition)
    reached = paths_from_start(flow) if flow.start in flow.nodes else {}
    order = [*reached, *(name for name in flow.nodes if name not in reached)]
    return [_step(flow.nodes[name], name, is_reached=name in reached) for name in order]


def picture_of(definition: Mapping[str, Any]) -> SafeString:
    """The flow as an SVG element."""
    flow = FlowDefinition.model_validate(definition)
    places = _places(flow)
    right = max(x for x, _y in places.values()) + _WIDE
    bottom = max(y for _x, y in places.values()) + _HIGH
    steps = {step.name: step for step in outline_of(definition)}
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {} {}" width="{}" font-size="12"'
        ' font-family="sans-serif"><title>{}</title><defs><marker id="cs-arrow" viewBox="0 0 8 8" refX="8" refY="4"'
        ' markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>'
        "{}{}</svg>",
        right + 70, bottom + _MARGIN, right + 70, _("The flow as a picture"),
        format_html_join("", "{}", ((_arrows(step, places),) for step in steps.values())),
        format_html_join("", "{}", ((_box(step, places[name]),) for name, step in steps.items())),
    )  # fmt: skip


def _step(node: Node, name: str, *, is_reached: bool) -> Step:
    ways = tuple((str(WAYS.get(way, way)), target) for way, target in ways_of(node))
    return Step(name, str(KINDS[node.kind]), _says(node), ways, is_reached)


def _says(node: Node) -> str:
    if isinstance(node, Condition):
        asked = {
            "label": _("has the label “%(value)s”?"),
            "open": _("is somebody there?"),
            "language": _("is the language “%(value)s”?"),
            "answer": _("was %(question)s answered “%(value)s”?"),
        }
        return asked[node.test] % {"value": node.value, "question": node.question}
    if isinstance(node, Tag):
        return ", ".join(node.labels)
    if isinstance(node, Assign | Handover):
        return node.queue or (node.note if isinstance(node, Handover) else "")
    return f"{node.template} ({node.language})" if isinstance(node, TemplateNode) else text_of(node)


def _places(flow: FlowDefinition) -> dict[str, tuple[int, int]]:
    """Node -> left and top. A row is how many steps lead there; what nothing leads to stands in a row below all."""
    paths = paths_from_start(flow) if flow.start in flow.nodes else {}
    last = max((len(path) for path in paths.values()), default=0)
    rows: dict[int, list[str]] = {}
    for name in [*paths, *(name for name in flow.nodes if name not in paths)]:
        rows.setdefault(len(paths[name]) - 1 if name in paths else last, []).append(name)
    widest = max(len(row) for row in rows.values())
    return {
        name: (_MARGIN + int((widest - len(row)) * _ACROSS / 2) + at * _ACROSS, _MARGIN + depth * _DOWN)
        for depth, row in rows.items()
        for at, name in enumerate(row)
    }


def _box(step: Step, place: tuple[int, int]) -> SafeString:
    x, y = place
    lines = _lines(step.says)
    texts = format_html_join(
        "", '<text x="{}" y="{}" fill="currentColor">{}</text>',
        ((x + 10, y + 36 + 16 * at, line) for at, line in enumerate(lines)),
    )  # fmt: skip
    return format_html(
        '<g><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="8" fill="var(--cs-card, #fff)"'
        ' stroke="currentColor" stroke-width="{}"{}/><text x="{}" y="{}" fill="currentColor" font-weight="600">{}'
        "</text>{}</g>",
        f"{step.name}: {step.says}", x, y, _WIDE, _HIGH, "1", SafeString("" if step.is_reached
        else ' stroke-dasharray="5 4"'), x + 10, y + 18, f"{step.kind} · {step.name}"[:28], texts,
    )  # fmt: skip


def _arrows(step: Step, places: Mapping[str, tuple[int, int]]) -> SafeString:
    """One arrow to each node that follows, with all that leads along it."""
    labels: dict[str, list[str]] = {}
    for way, target in step.ways:
        if target in places:
            labels.setdefault(target, []).append(way)
    return format_html_join(
        "", "{}",
        ((_arrow(places[step.name], places[target], " / ".join(filter(None, ways)), at),)
         for at, (target, ways) in enumerate(labels.items())),
    )  # fmt: skip


def _arrow(source: tuple[int, int], target: tuple[int, int], label: str, at: int) -> SafeString:
    """Downwards from edge to edge; back up in a bow on the right."""
    if target[1] > source[1]:
        x1, y1, x2, y2 = source[0] + _WIDE // 2, source[1] + _HIGH, target[0] + _WIDE // 2, target[1]
        path = f"M{x1} {y1}C{x1} {y1 + 34} {x2} {y2 - 34} {x2} {y2}"
        middle = (x1 + x2) // 2 + 4, (y1 + y2) // 2 + 4 + 13 * (at % 3) - 13
    else:
        x1, y1, x2, y2 = source[0] + _WIDE, source[1] + 24, target[0] + _WIDE, target[1] + 42
        out = max(x1, x2) + 46
        path = f"M{x1} {y1}C{out} {y1} {out} {y2} {x2} {y2}"
        middle = out - 34, (y1 + y2) // 2 + 13 * (at % 3)
    return format_html(
        '<path d="{}" fill="none" stroke="currentColor" stroke-opacity="0.55" marker-end="url(#cs-arrow)"/>'
        '<text x="{}" y="{}" fill="currentColor" font-size="11" opacity="0.8">{}</text>',
        path, middle[0], middle[1], _shortened(label, 24),
    )  # fmt: skip


def _lines(text: str) -> list[str]:
    """The text in two lines at the most."""
    plain = " ".join(text.split())
    first = _fitting(plain, _LINE)
    rest = plain[len(first) :].strip()
    return [first, _shortened(rest, _LINE)] if rest else [first]


def _shortened(text: str, room: int) -> str:
    cut = _fitting(text, room)
    return text if cut == text else f"{_fitting(text, room - 1)}…"


def _fitting(text: str, room: int) -> str:
    used = 0
    for at, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > room:
            return text[:at]
    return text
