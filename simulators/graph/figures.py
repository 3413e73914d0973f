"""The account's figures: dotted fields of its node, and how two templates compare."""

import json
import re
from typing import Any

from simulators.graph.calls import Call
from simulators.graph.errors import GraphError, unknown_object
from simulators.graph.world import World

DAY = 86400
DOTTED = re.compile(r"(\w+)((?:\.\w+\([^()]*\))+)")
PART = re.compile(r"\.(\w+)\(([^()]*)\)")
GRANULARITIES = {
    "analytics": ("HALF_HOUR", "DAY", "MONTH"),
    "conversation_analytics": ("HALF_HOUR", "DAILY", "MONTHLY"),
    "pricing_analytics": ("HALF_HOUR", "DAILY", "MONTHLY"),
    "template_analytics": ("DAILY",),
}
LISTS: dict[str, dict[str, tuple[str, ...]]] = {
    "analytics": {"phone_numbers": (), "country_codes": (), "product_types": ()},
    "conversation_analytics": {"phone_numbers": (), "dimensions": ()},
    "pricing_analytics": {
        "dimensions": ("COUNTRY", "PHONE", "PRICING_CATEGORY", "PRICING_TYPE", "TIER"),
        "metric_types": ("COST", "VOLUME"),
        "phone_numbers": (),
        "country_codes": (),
    },
    "template_analytics": {"template_ids": (), "metric_types": ("SENT", "DELIVERED", "READ", "CLICKED", "COST")},
}
SPLIT = {"COUNTRY": "HK", "PRICING_CATEGORY": "MARKETING", "PRICING_TYPE": "REGULAR", "TIER": "0:50000"}
TEMPLATES, LOOKBACK = 10, 90  # template ids at once, days


def is_dotted(fields: str) -> bool:
    """Whether the asked fields are figures."""
    return ".start(" in fields


def figures(world: World, call: Call) -> dict[str, Any]:
    """`GET /{waba}?fields=analytics.start(..).end(..).granularity(..)`: one point for the whole time."""
    found = DOTTED.fullmatch(call.query["fields"])
    if found is None or found[1] not in GRANULARITIES:
        raise GraphError(100, f"fields cannot be read; figures are {', '.join(GRANULARITIES)}.")
    field, given = found[1], dict(PART.findall(found[2]))
    start, end = (_seconds(given, name) for name in ("start", "end"))
    if start >= end:
        raise GraphError(100, "start must be before end.")
    if given.get("granularity") not in GRANULARITIES[field]:
        raise GraphError(100, f"granularity of {field} is one of {', '.join(GRANULARITIES[field])}.")
    lists = {
        name: _list(field, name, text) for name, text in given.items() if name not in ("start", "end", "granularity")
    }
    if field == "template_analytics":
        return {field: _of_templates(world, call, start, end, lists), "id": call.node}
    taken = world.counts["accepted"]
    if field == "analytics":
        points = [{"start": start, "end": end, "sent": taken, "delivered": taken}]
        return {field: {"granularity": given["granularity"], "data_points": points}, "id": call.node}
    point: dict[str, Any] = {"start": start, "end": end, "volume": taken, "cost": 0.0732 * taken}
    point |= {name.lower(): SPLIT[name] for name in lists.get("dimensions", ()) if name in SPLIT}
    return {field: {"data": [{"data_points": [point]}]}, "id": call.node}


def _seconds(given: dict[str, str], name: str) -> int:
    if not given.get(name, "").isdigit():
        raise GraphError(100, f"{name} is needed, in unix seconds.", text=f"(#100) The parameter {name} is required.")
    return int(given[name])


def _list(field: str, name: str, text: str) -> list[str]:
    if name not in LISTS[field]:
        raise GraphError(100, f"{field} has no {name}.")
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    allowed = LISTS[field][name]
    if not isinstance(values, list) or (allowed and not set(map(str, values)) <= set(allowed)):
        raise GraphError(100, f"{name} of {field} is a JSON list{' of ' + ', '.join(allowed) if allowed else ''}.")
    return [str(value) for value in values]


def _of_templates(world: World, call: Call, start: int, end: int, lists: dict[str, list[str]]) -> dict[str, Any]:
    if not world.insights:
        raise GraphError(200007)
    ids = lists.get("template_ids", [])
    if not 1 <= len(ids) <= TEMPLATES or any(world.templates.get(key) is None for key in ids):
        raise GraphError(100, f"template_ids names 1 to {TEMPLATES} templates of the account.")
    if start < call.now - LOOKBACK * DAY:
        raise GraphError(100, f"start is at most {LOOKBACK} days back.")
    points = [{"template_id": key, "start": start, "end": end, "sent": 0, "delivered": 0, "read": 0} for key in ids]
    return {"data": [{"granularity": "DAILY", "data_points": points}]}


async def compare(world: World, call: Call) -> dict[str, Any]:
    """`GET /{template}/compare`: two templates over 7, 30, 60 or 90 days."""
    try:
        others = json.loads(call.query.get("template_ids", ""))
    except ValueError:
        others = None
    if not isinstance(others, list) or len(others) != 1:
        raise GraphError(100, "template_ids is a JSON list with the other template.")
    if world.templates.get(str(others[0])) is None:
        raise unknown_object(call.method, str(others[0]))
    start, end = (_seconds(dict(call.query), name) for name in ("start", "end"))
    if end - start not in {days * DAY for days in (7, 30, 60, 90)}:
        raise GraphError(100, "end is 7, 30, 60 or 90 days after start.")
    pair = [call.node, str(others[0])]
    sends = [{"key": key, "value": 0} for key in pair]
    return {
        "data": [
            {"metric": "BLOCK_RATE", "type": "RELATIVE", "order_by_relative_metric": pair},
            {"metric": "MESSAGE_SENDS", "type": "NUMBER_VALUES", "number_values": sends},
            {"metric": "TOP_BLOCK_REASON", "type": "STRING_VALUES", "string_values": []},
        ]
    }
