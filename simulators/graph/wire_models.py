"""Checking a message's object against a model, and telling what is wrong in Meta's words."""

from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from simulators.graph.errors import GraphError

Model = TypeVar("Model")


class Part(BaseModel):
    """A piece of a body. A field that is not in the model is refused, as a misspelt one is."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Line = Annotated[str, Field(min_length=1)]
Body = Annotated[str, Field(min_length=1, max_length=1024)]
Short = Annotated[str, Field(min_length=1, max_length=60)]
Link = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000)]


class MediaRef(Part):
    """Media by the id of an upload or by an address: one of the two."""

    id: Line | None = None
    link: Link | None = None

    @model_validator(mode="after")
    def one_of_two(self) -> Self:
        if (self.id is None) == (self.link is None):
            raise ValueError("exactly one of id and link is needed")
        return self


class Captioned(MediaRef):
    caption: Annotated[str, Field(max_length=1024)] | None = None


class Document(Captioned):
    filename: Annotated[str, Field(max_length=240)] | None = None


def checked(adapter: TypeAdapter[Model], given: object, param: str) -> Model:
    """Parse, or raise the GraphError that says what is wrong with the first wrong field."""
    try:
        return adapter.validate_python(given)
    except ValidationError as error:
        raise _as_meta_says(error.errors(include_url=False, include_context=True)[0], param) from None


def _as_meta_says(problem: Any, param: str) -> GraphError:
    place = param + "".join(f"['{step}']" for step in problem["loc"])
    context = problem.get("ctx", {})
    match problem["type"]:
        case "missing":
            return GraphError(131008, f"Required parameter {place} is missing.")
        case "extra_forbidden":
            parent = param + "".join(f"['{step}']" for step in problem["loc"][:-1])
            return GraphError(100, f'Unexpected key "{problem["loc"][-1]}" on param "{parent}".')
        case "string_too_long":
            return GraphError(100, f"Param {place} must be at most {context['max_length']} characters long.")
        case "string_too_short":
            return GraphError(100, f"Param {place} must be at least {context['min_length']} characters long.")
        case "union_tag_invalid" | "union_tag_not_found":
            return GraphError(131009, f"Param {place} has no valid type; expected {context.get('expected_tags', '')}.")
        case _:
            return GraphError(131009, f"Param {place}: {problem['msg']}.")
