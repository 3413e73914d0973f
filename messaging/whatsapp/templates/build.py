"""The template part of a message to Meta: components only where the template leaves something open."""

from typing import Any

from messaging.whatsapp.templates.definition import CopyCodeButton, Definition, QuickReplyButton, Style, UrlButton
from messaging.whatsapp.templates.filling import filled
from messaging.whatsapp.templates.values import Values
from messaging.whatsapp.templates.variables import names_in

Component = dict[str, Any]


def build_components(definition: Definition, values: Values) -> list[Component]:
    """The `components` of one message; empty when the template leaves nothing open. Raises `Refused`."""
    filled(definition, values)
    header = _header(definition, values)
    body = _body(definition, values)
    return [component for component in (header, body, *_buttons(definition, values)) if component]


def message_body(definition: Definition, values: Values) -> dict[str, Any]:
    """The whole fragment a carrier takes: type and template. Raises `Refused`."""
    template: dict[str, Any] = {
        "name": definition.name,
        "language": {"code": definition.language, "policy": "deterministic"},
    }
    if components := build_components(definition, values):
        template["components"] = components
    return {"type": "template", "template": template}


def _text(definition: Definition, name: str, value: str) -> Component:
    named = {"parameter_name": name} if definition.style is Style.NAMED else {}
    return {"type": "text", **named, "text": value}


def _header(definition: Definition, values: Values) -> Component | None:
    header = definition.header
    if header is None or (header.kind == "text" and not names_in(header.text)):
        return None
    if header.kind == "text":
        return {"type": "header", "parameters": [_text(definition, names_in(header.text)[0], values.header_text)]}
    value = values.header_location if header.kind == "location" else values.header_media
    said = value.model_dump(exclude_defaults=True) if value else {}
    if header.kind in ("image", "video"):
        said.pop("filename", None)  # only documents show one
    return {"type": "header", "parameters": [{"type": header.kind, header.kind: said}]}


def _body(definition: Definition, values: Values) -> Component | None:
    names = dict.fromkeys(names_in(definition.body.text))
    if not names:
        return None
    return {"type": "body", "parameters": [_text(definition, name, values.body[name]) for name in _in_order(names)]}


def _in_order(names: dict[str, None]) -> list[str]:
    """Positional variables by their number (Meta counts the parameters), named ones as they stand."""
    return sorted(names, key=int) if all(name.isdecimal() for name in names) else list(names)


def _buttons(definition: Definition, values: Values) -> list[Component]:
    found: list[Component] = []
    for index, button in enumerate(definition.buttons):
        value = values.buttons.get(index)
        if value is None:
            continue
        if isinstance(button, UrlButton):
            found.append(_button("url", index, {"type": "text", "text": value}))
        elif isinstance(button, CopyCodeButton):
            found.append(_button("copy_code", index, {"type": "coupon_code", "coupon_code": value}))
        elif isinstance(button, QuickReplyButton):
            found.append(_button("quick_reply", index, {"type": "payload", "payload": value}))
    return found


def _button(sub_type: str, index: int, parameter: Component) -> Component:
    return {"type": "button", "sub_type": sub_type, "index": str(index), "parameters": [parameter]}
