"""The template object of a send, as far as it can be read without knowing the template."""

from typing import Any

from pydantic import TypeAdapter

from simulators.graph.wire_models import Line, Part

Parameters = list[dict[str, Any]]


class Language(Part):
    code: Line
    policy: str = "deterministic"


class Component(Part):
    type: Line
    sub_type: str | None = None
    index: str | int | None = None
    parameters: Parameters = []
    cards: list[dict[str, Any]] | None = None
    limited_time_offer: dict[str, Any] | None = None
    tap_target_configuration: list[dict[str, Any]] | None = None


class TemplateMessage(Part):
    name: Line
    language: Language
    namespace: str | None = None
    components: list[Component] = []


MESSAGE = TypeAdapter(TemplateMessage)
COMPONENTS = TypeAdapter(list[Component])
