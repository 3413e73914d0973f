"""A template in Meta's JSON: written for submission, read from what Meta keeps."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from messaging.whatsapp.templates.definition import (
    Button,
    CopyCodeButton,
    Definition,
    MediaHeader,
    PhoneButton,
    Style,
    TextHeader,
    UrlButton,
)
from messaging.whatsapp.templates.variables import names_in

Payload = dict[str, Any]


class NotOurs(ValueError):
    """A template of a kind Countersign cannot write itself: carousel, flow, catalogue, one-time password ..."""


def to_meta(definition: Definition, header_handle: str = "") -> Payload:
    """The body of the creation call. `header_handle` replaces the sample of a file header, when just uploaded."""
    return {
        "name": definition.name,
        "language": definition.language,
        "category": definition.category.value,
        "parameter_format": definition.style.value,
        **_content(definition, header_handle),
    }


def to_meta_edit(definition: Definition, header_handle: str = "", *, approved: bool) -> Payload:
    """The body of the editing call, which replaces everything. An approved template keeps its category."""
    category = {} if approved else {"category": definition.category.value}
    return category | _content(definition, header_handle)


def from_meta(node: Mapping[str, Any]) -> Definition:
    """A template as Meta gives it. Raises `NotOurs` when it holds something our definition has no place for."""
    parts = {str(part.get("type", "")).upper(): part for part in node.get("components") or []}
    if foreign := sorted(set(parts) - {"HEADER", "BODY", "FOOTER", "BUTTONS"}):
        raise NotOurs(f"{node.get('name')}: components {', '.join(foreign)}")
    body = parts.get("BODY", {})
    try:
        return Definition.model_validate(
            {
                "name": node.get("name"),
                "language": node.get("language"),
                "category": node.get("category"),
                "style": node.get("parameter_format") or Style.POSITIONAL,
                "header": _header_from(parts["HEADER"]) if "HEADER" in parts else None,
                "body": {"text": body.get("text", ""), "examples": _body_examples(body)},
                "footer": parts.get("FOOTER", {}).get("text", ""),
                "buttons": [_button_from(button) for button in parts.get("BUTTONS", {}).get("buttons", [])],
                "ttl_seconds": node.get("message_send_ttl_seconds"),
            }
        )
    except ValidationError as error:
        places = ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors())
        raise NotOurs(f"{node.get('name')}: {places}") from None


def _content(definition: Definition, header_handle: str) -> Payload:
    parts = [_header(definition, header_handle), _body(definition)]
    if definition.footer:
        parts.append({"type": "FOOTER", "text": definition.footer})
    if definition.buttons:
        parts.append({"type": "BUTTONS", "buttons": [_button(button) for button in definition.buttons]})
    lifetime = {} if definition.ttl_seconds is None else {"message_send_ttl_seconds": definition.ttl_seconds}
    return {"components": [part for part in parts if part], **lifetime}


def _header(definition: Definition, handle: str) -> Payload:
    header = definition.header
    if header is None:
        return {}
    part: Payload = {"type": "HEADER", "format": header.kind.upper()}
    if isinstance(header, MediaHeader):
        return part | {"example": {"header_handle": [handle or header.example]}}
    if isinstance(header, TextHeader):
        part |= {"text": header.text}
        for name in names_in(header.text)[:1]:
            named = {"header_text_named_params": [{"param_name": name, "example": header.example}]}
            part |= {"example": named if definition.style is Style.NAMED else {"header_text": [header.example]}}
    return part


def _body(definition: Definition) -> Payload:
    part: Payload = {"type": "BODY", "text": definition.body.text}
    samples = {name: definition.body.examples.get(name, "") for name in names_in(definition.body.text)}
    if samples and definition.style is Style.NAMED:
        named = [{"param_name": name, "example": sample} for name, sample in samples.items()]
        part["example"] = {"body_text_named_params": named}
    elif samples:
        part["example"] = {"body_text": [list(samples.values())]}  # a list in a list
    return part


def _button(button: Button) -> Payload:
    if isinstance(button, UrlButton):
        example = {"example": [button.example]} if names_in(button.url) else {}
        return {"type": "URL", "text": button.label, "url": button.url, **example}
    if isinstance(button, PhoneButton):
        return {"type": "PHONE_NUMBER", "text": button.label, "phone_number": button.phone_number}
    if isinstance(button, CopyCodeButton):
        return {"type": "COPY_CODE", "example": button.example}
    return {"type": "QUICK_REPLY", "text": button.label}


def _first(value: Any) -> str:
    """The first of a list, or the value itself: Meta writes some samples both ways."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def _header_from(part: Mapping[str, Any]) -> Payload:
    kind, example = str(part.get("format", "")).lower(), part.get("example") or {}
    if kind == "text":
        named = example.get("header_text_named_params") or [{}]
        sample = _first(example.get("header_text")) or str(named[0].get("example", ""))
        return {"kind": kind, "text": part.get("text", ""), "example": sample}
    return {"kind": kind} if kind == "location" else {"kind": kind, "example": _first(example.get("header_handle"))}


def _body_examples(part: Mapping[str, Any]) -> dict[str, str]:
    example = part.get("example") or {}
    if named := example.get("body_text_named_params"):
        return {str(sample.get("param_name")): str(sample.get("example", "")) for sample in named}
    rows = example.get("body_text") or [[]]
    samples = rows[0] if isinstance(rows[0], list) else rows  # one of Meta's pages leaves out the inner list
    return dict(zip(names_in(str(part.get("text", ""))), map(str, samples), strict=False))


def _button_from(button: Mapping[str, Any]) -> Payload:
    kind = str(button.get("type", "")).upper()
    if kind == "URL":
        return {
            "kind": "url",
            "label": button.get("text"),
            "url": button.get("url"),
            "example": _first(button.get("example")),
        }
    if kind == "PHONE_NUMBER":
        return {"kind": "phone", "label": button.get("text"), "phone_number": button.get("phone_number")}
    if kind == "COPY_CODE":
        return {"kind": "copy_code", "example": _first(button.get("example"))}
    if kind == "QUICK_REPLY":
        return {"kind": "quick_reply", "label": button.get("text")}
    raise NotOurs(f"a button of type {kind}")
