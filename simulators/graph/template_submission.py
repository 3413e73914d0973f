"""The shape of a submitted template: what kind of thing each field holds. What it may say is for the rules."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from simulators.graph.errors import GraphError
from simulators.graph.template_rules import refusal


class Shape(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class NamedExample(Shape):
    param_name: str
    example: str


class Example(Shape):
    header_text: list[str] | None = None
    header_handle: list[str] | None = None
    body_text: list[list[str]] | None = None
    header_text_named_params: list[NamedExample] | None = None
    body_text_named_params: list[NamedExample] | None = None


class Button(Shape):
    type: str
    text: str | None = None
    url: str | None = None
    phone_number: str | None = None
    otp_type: str | None = None
    example: list[str] | str | None = None


class Offer(Shape):
    text: str
    has_expiration: bool = False


class Component(Shape):
    type: str
    format: str | None = None
    text: str | None = None
    example: Example | None = None
    buttons: list[Button] | None = None
    limited_time_offer: Offer | None = None
    code_expiration_minutes: int | None = None
    cards: list["Card"] | None = None


class Card(Shape):
    components: list[Component]


class Submission(Shape):
    name: str
    language: str
    category: str
    components: list[Component]
    parameter_format: str = "POSITIONAL"
    message_send_ttl_seconds: int | None = None


class Edit(Shape):
    category: str | None = None
    components: list[Component] | None = None
    message_send_ttl_seconds: int | None = None


def shaped(model: type[Submission] | type[Edit], given: dict[str, Any]) -> dict[str, Any]:
    """The same fields, none of them null, each of its kind. Raises GraphError naming the first that is not."""
    try:
        return model.model_validate(given).model_dump(exclude_none=True, exclude_unset=True)
    except ValidationError as error:
        raise _refused(error) from None


def _refused(error: ValidationError) -> GraphError:
    problem = error.errors(include_url=False)[0]
    return refusal(None, "Invalid parameter", f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}.")
