"""What a composed tool goes through while it is at work."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from approvals.registry import Tool

_on_the_way: ContextVar[tuple[str, ...]] = ContextVar("on_the_way", default=())


@contextmanager
def going_through(tool: Tool) -> Iterator[None]:
    """A toolset that shows this tool need not show those that it is made of. Scopes are asked of each all the same."""
    before = _on_the_way.set(tool.through)
    try:
        yield
    finally:
        _on_the_way.reset(before)


def is_on_the_way(tool: Tool) -> bool:
    """Whether a composed tool that is at work goes through this one."""
    return tool.name in _on_the_way.get()
