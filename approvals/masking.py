"""Personal data leaves through marked fields only: the door masks them for actors without the scope, and says so.

class ContactRow(Answer):
    phone: Annotated[str, Personal("phone")]
    waba_id: Annotated[str, Personal("identifier", unless=CONFIGURATION)]
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from pydantic import BaseModel, GetJsonSchemaHandler, RootModel
from pydantic_core import CoreSchema

from accounts.actor import Actor
from accounts.roles import PERSONAL_DATA

_BROKEN_BY_MASKS = frozenset(
    {"pattern", "format", "enum", "const", "minLength", "maxLength", "minimum", "maximum"}
    | {"exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
)


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a field whose value only actors with the scope `unless` see in full."""

    kind: Literal["phone", "name", "text", "identifier"]
    unless: str = PERSONAL_DATA

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """An output schema that the masked value meets as well: clients check answers against it."""
        schema = handler(core)
        return _as_masked(schema) if handler.mode == "serialization" else schema


def mask(value: str, kind: str) -> str:
    """A value that can be recognised but not used: the last digits of a phone, the first letter of a name, nothing of
    text.
    """
    if not value:
        return value
    if kind == "phone":
        country = value[:4] if value.startswith("+") and len(value) > 10 else ""
        return f"{country}••••{value[-3:]}" if len(value) > 7 else "••••"
    if kind == "name":
        return f"{value[0]}•••"
    return f"••••{value[-3:]}" if kind == "identifier" and len(value) > 8 else "••••"


def masked_for(answer: BaseModel, actor: Actor) -> tuple[dict[str, Any], list[str]]:
    """The answer as JSON-ready data with what this actor may not see masked, and the names of the masked fields."""
    hidden: dict[str, None] = {}
    plain = answer.model_dump(mode="json")
    for holder, model in _models(answer, plain):
        for name, mark in _personal_fields(type(model)):
            if holder.get(name) and not actor.can(mark.unless):
                holder[name] = _mask_value(holder[name], mark.kind)
                hidden[name] = None
    return plain, list(hidden)


@cache
def _personal_fields(model: type[BaseModel]) -> tuple[tuple[str, Personal], ...]:
    """The marked fields of a model, also those marked inside: `list[Annotated[str, Personal(...)]]`."""
    return tuple(
        (name, mark)
        for name, info in model.model_fields.items()
        for mark in (*info.metadata, *_parts_of(info.annotation))
        if isinstance(mark, Personal)
    )


def _parts_of(annotation: Any) -> Iterator[Any]:
    for part in get_args(annotation):
        yield part
        yield from _parts_of(part)


def _mask_value(value: Any, kind: str) -> Any:
    if isinstance(value, list):
        return [_mask_value(item, kind) for item in value]
    if isinstance(value, dict):
        return {key: _mask_value(item, kind) for key, item in value.items()}
    return mask(str(value), kind)


def _as_masked(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without what a mask breaks: patterns, formats, lengths, enums, and numbers that become text."""
    loose = {key: value for key, value in schema.items() if key not in _BROKEN_BY_MASKS}
    for key in ("anyOf", "oneOf", "prefixItems"):
        if key in loose:
            loose[key] = [_as_masked(option) for option in loose[key]]
    for key in ("items", "additionalProperties"):
        if isinstance(loose.get(key), dict):
            loose[key] = _as_masked(loose[key])
    if loose.get("type") in ("integer", "number", "boolean"):
        loose["type"] = [loose["type"], "string"]
    return loose


def _models(value: Any, plain: Any) -> Iterator[tuple[dict[str, Any], BaseModel]]:
    """Every model inside an answer beside its dumped form."""
    if isinstance(value, RootModel):  # an answer that is a list
        yield from _models(value.root, plain)
    elif isinstance(value, BaseModel):
        yield plain, value
        for name in type(value).model_fields:
            if name in plain:  # a field that has nothing to say may be left out
                yield from _models(getattr(value, name), plain[name])
    elif isinstance(value, list | tuple):
        for item, dumped in zip(value, plain, strict=True):
            yield from _models(item, dumped)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _models(item, plain[key if isinstance(key, str) else str(key)])
