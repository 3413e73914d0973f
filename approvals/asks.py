"""What a caller passes to a write: the handle of its preview, or the plan's own arguments, and a key and a reason."""

from typing import Annotated, Any, get_type_hints
from uuid import UUID

from pydantic import Field, create_model

from approvals.contracts import Ask
from approvals.registry import Kind, Tool

IdempotencyKey = Annotated[
    str,
    Field(
        min_length=8,
        max_length=200,
        description="Your own key for this one wish. Same key and same arguments: answered again, not done again.",
    ),
]
WhyText = Annotated[
    str, Field(min_length=3, max_length=2000, description="Why this should happen. The person who decides reads it.")
]
PreviewId = Annotated[UUID, Field(description="The preview to carry out, made by you, not expired and not altered.")]


class _Wish(Ask):
    idempotency_key: IdempotencyKey
    reason: WhyText


def ask_of(tool: Tool) -> type[Ask]:
    """The model of a tool's arguments: MCP's input schema and REST's body."""
    if tool.kind is not Kind.WRITE:
        return _as_ask(tool.takes, tool.name)
    if tool.plan is None:
        handle: dict[str, Any] = {tool.handle: (PreviewId, ...)}
        return create_model(_title(tool), __base__=_Wish, **handle)
    planned = _as_ask(_planned(tool.plan), tool.name)
    return create_model(_title(tool), __base__=(planned, _Wish))


def plan_arguments(tool: Tool, ask: Ask) -> Ask:
    """The part of a write's arguments that its plan takes."""
    assert tool.plan is not None
    planned: type[Ask] = _planned(tool.plan)
    return planned.model_validate(ask.model_dump(include=set(planned.model_fields), exclude_unset=True))


def _planned(plan: Any) -> Any:
    hints = get_type_hints(plan)
    hints.pop("return", None)
    return list(hints.values())[-1]


def _as_ask(model: type, name: str) -> type[Ask]:
    if not issubclass(model, Ask):
        raise TypeError(f"{name}: arguments are an Ask, which refuses unknown fields")
    return model


def _title(tool: Tool) -> str:
    return "".join(part.title() for part in tool.wire_name.split("_")) + "Ask"
