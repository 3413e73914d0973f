"""Breaking a sound body in each field: taken out, of another kind, with a stranger beside it."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from simulators.graph.errors import GraphError

JUNK = {"junk": "yes"}


def places(found: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything inside."""
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, value in inner:
        yield (*way, key)
        yield from places(value, (*way, key))


def spelled(way: tuple[Any, ...]) -> str:
    """`action.buttons.*.reply.title`."""
    return ".".join("*" if isinstance(key, int) else key for key in way)


def broken(body: Any, way: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    """A copy, changed at one place."""
    body = copy.deepcopy(body)
    inner = body
    for key in way[:-1]:
        inner = inner[key]
    change(inner, way[-1])
    return body


def without(inner: Any, key: Any) -> None:
    """Take it out."""
    del inner[key]


def of_another_kind(inner: Any, key: Any) -> None:
    """An object where there was none, words where there was one."""
    inner[key] = "junk" if isinstance(inner[key], dict | list) else JUNK


def with_a_stranger(inner: Any, key: Any) -> None:
    """A field nobody knows, in the object at this place."""
    inner[key]["junk"] = "yes"


def code_of(check: Callable[[Any], Any], body: Any) -> int:
    """The code by which a check refuses; 0 for none."""
    try:
        check(body)
    except GraphError as refusal:
        return refusal.code
    return 0


def left_out(body: Any, check: Callable[[Any], Any]) -> set[str]:
    """Which fields may be taken out one by one, items of lists left in peace."""
    ways = [way for way in places(body) if isinstance(way[-1], str)]
    return {spelled(way) for way in ways if code_of(check, broken(body, way, without)) == 0}


def swallowed(body: Any, check: Callable[[Any], Any], change: Callable[[Any, Any], None]) -> set[str]:
    """At which places a change goes through unnoticed."""
    return {spelled(way) for way in places(body) if code_of(check, broken(body, way, change)) == 0}
