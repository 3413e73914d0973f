"""Charts as Unfold's component takes them: data and options as JSON in attributes, drawn by its own script."""

import json
from collections.abc import Sequence
from typing import Any

# Colours are Unfold's variables, so that they follow the theme.
COLOURS = {
    "read": "var(--color-green-800)",
    "delivered": "var(--color-green-600)",
    "sent": "var(--color-primary-500)",
    "failed": "var(--color-red-500)",
    "unsure": "var(--color-orange-500)",
    "plain": "var(--color-primary-600)",
}
_GREY = "#9ca3af"


def series(name: Any, kind: str, values: Sequence[int | float], **more: Any) -> dict[str, Any]:
    return {
        "label": str(name),
        "data": list(values),
        "backgroundColor": COLOURS[kind],
        "borderColor": COLOURS[kind],
        **more,
    }


def chart(
    labels: Sequence[str], datasets: Sequence[dict[str, Any]], *, stacked: bool = False, sideways: bool = False
) -> Any:
    """`data` and `options` for the component. Sideways bars carry long names."""
    return {
        "data": json.dumps({"labels": list(labels), "datasets": list(datasets)}),
        "options": json.dumps(_options(stacked=stacked, sideways=sideways, legend=len(datasets) > 1)),
    }


def _options(*, stacked: bool, sideways: bool, legend: bool) -> dict[str, Any]:
    values = {
        "stacked": stacked,
        "beginAtZero": True,
        "border": {"display": False},
        "ticks": {"color": _GREY, "precision": 0, "maxTicksLimit": 5},
        "grid": {"color": "rgba(148, 163, 184, 0.15)"},
    }
    names = {"stacked": stacked, "border": {"display": False}, "ticks": {"color": _GREY}, "grid": {"display": False}}
    return {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "indexAxis": "y" if sideways else "x",
        "datasets": {
            "bar": {"maxBarThickness": 26, "borderRadius": 3},
            "line": {"borderWidth": 2, "pointRadius": 0, "tension": 0.25},
        },
        "plugins": {
            "legend": {
                "display": legend,
                "align": "end",
                "labels": {"boxHeight": 6, "boxWidth": 6, "usePointStyle": True, "color": _GREY},
            }
        },
        "interaction": {"mode": "index", "intersect": False},
        "scales": {"x": values, "y": names} if sideways else {"x": names, "y": values},
    }
