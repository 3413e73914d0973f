"""The texts of a tool's declaration: nobody marks a docstring, so they are read from the registry."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from approvals.admin.contract_fields import name_in_words
from approvals.describing import declared_text
from approvals.registry import Tool


def texts_of(tool: Tool) -> Iterator[str]:
    """What it does, what it guards against, and the fields of its contract as the decision page names them."""
    yield declared_text(tool)
    if tool.safety:
        yield tool.safety
    if tool.contract is not None:
        yield from _fields(tool.contract, set())


def _fields(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    seen.add(model)
    for name, info in model.model_fields.items():
        yield name_in_words(name)
        if info.description:
            yield info.description
        for part in _models_in(info.annotation):
            if part not in seen:
                yield from _fields(part, seen)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models inside a type, through lists, unions and annotations."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
