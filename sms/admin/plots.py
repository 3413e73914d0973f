"""Plots drawn by the server as inline SVG: no script, no style of their own, colours from the desk's sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

# The space that a plot is drawn in; the page stretches it to its width.
WIDTH, HEIGHT = 600.0, 160.0
_GAP = 0.25  # of a step, between two bars
_WIDEST = 40.0


@dataclass(frozen=True, slots=True)
class Layer:
    """One colour of a stacked plot: `kind` names it in desk.css."""

    kind: str
    name: str | Promise
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the units of the plot. Texts, so that no locale writes a comma into them."""

    kind: str
    x: str
    y: str
    width: str
    height: str
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    """What `desk/plot.html` draws. `labels` stand below: the first, the middle and the last step."""

    boxes: list[Box]
    legend: Sequence[Layer]
    labels: list[str]
    top: int


def stacked(labels: Sequence[str], layers: Sequence[Layer]) -> Plot:
    """Bars over steps of time, the first layer at the bottom. `top` is the height of the plot in people."""
    top = max((sum(layer.values[step] for layer in layers) for step in range(len(labels))), default=0) or 1
    step_width = WIDTH / max(len(labels), 1)
    width = min(step_width * (1 - _GAP), _WIDEST)
    boxes = []
    for step, label in enumerate(labels):
        below = 0.0
        for layer in layers:
            height = HEIGHT * layer.values[step] / top
            if not height:
                continue
            left = step_width * step + (step_width - width) / 2
            title = f"{label} · {layer.name}: {layer.values[step]}"
            x, y, wide, high = _texts(left, HEIGHT - below - height, width, height)
            boxes.append(Box(layer.kind, x, y, wide, high, title))
            below += height
    return Plot(boxes, layers, _few(labels), top)


def _texts(left: float, top: float, width: float, height: float) -> tuple[str, str, str, str]:
    return f"{left:.1f}", f"{top:.1f}", f"{width:.1f}", f"{height:.1f}"


def _few(labels: Sequence[str]) -> list[str]:
    """As many labels as fit on a phone."""
    if len(labels) < 3:
        return list(labels)
    return [labels[0], labels[len(labels) // 2], labels[-1]]
