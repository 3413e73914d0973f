"""Whether a template message fits its template: parameters by number, name and kind; and what it then says."""

import re
from typing import Any

from pydantic import TypeAdapter

from simulators.graph.errors import GraphError
from simulators.graph.freeform import Location
from simulators.graph.interactive_sales import ProductAction as ProductRef
from simulators.graph.template_buttons import check_buttons
from simulators.graph.template_message import COMPONENTS, MESSAGE, Component, Parameters, TemplateMessage
from simulators.graph.template_shelf import VARIABLE, Template, TemplateShelf, variables_in
from simulators.graph.wire_models import Document, MediaRef, checked

BODY_LIMIT, HEADER_LIMIT = 1024, 60  # characters after the variables are filled in
UNWANTED_SPACE = re.compile(r"[\n\r\t]| {5,}")
CODE_LIMIT = 15  # characters of a one-time password
TYPES = frozenset(["header", "body", "button", "carousel", "limited_time_offer", "tap_target_configuration"])
NOT_SENDABLE = {"PAUSED": 132015, "DISABLED": 132016}
NEEDED = {"LOCATION": [{"latitude", "longitude"}], "PRODUCT": [{"product_retailer_id", "catalog_id"}]}
MEDIA: TypeAdapter[Any] = TypeAdapter(MediaRef)
HEADERS: dict[str, TypeAdapter[Any]] = {
    "LOCATION": TypeAdapter(Location),
    "DOCUMENT": TypeAdapter(Document),
    "PRODUCT": TypeAdapter(ProductRef),
}
NOWHERE = Component(type="none")


def check_template(shelf: TemplateShelf, content: object, *, to_phone: bool) -> tuple[Template, str]:
    """The template a message uses and the body a person will read. Raises GraphError for what does not fit."""
    if content is None:
        raise GraphError(131008, "Parameter template is missing for a message of type template.")
    message = checked(MESSAGE, content, "template")
    template = _sendable(shelf, message)
    if template.category == "AUTHENTICATION":
        if not to_phone:
            raise GraphError(131062)
        return template, _code(template, message.components)
    return template, check_components(template, template.components, message.components)


def _sendable(shelf: TemplateShelf, message: TemplateMessage) -> Template:
    template = shelf.named(message.name, message.language.code)
    if template is not None and template.status in NOT_SENDABLE:
        raise GraphError(NOT_SENDABLE[template.status])
    if template is None or template.status not in ("APPROVED", "FLAGGED"):
        raise GraphError(132001, f"template name ({message.name}) does not exist in {message.language.code}")
    return template


def check_components(template: Template, definition: list[dict[str, Any]], given: list[Component]) -> str:
    """Hold the given components against the defined ones, also those of a carousel's card; the filled body."""
    by_type = _sorted_out(given)
    defined = {part["type"]: part for part in definition}
    if strange := by_type.keys() - TYPES:
        raise GraphError(100, f"Param template['components'] has an unknown type {sorted(strange)[0]!r}.")
    _check_header(template, defined.get("HEADER"), by_type.get("header", [NOWHERE])[0].parameters)
    parameters = by_type.get("body", [NOWHERE])[0].parameters
    text = defined.get("BODY", {}).get("text", "")
    filled = fill(template, "body", text, parameters, BODY_LIMIT)
    check_buttons(defined.get("BUTTONS", {}).get("buttons", []), by_type.get("button", []))
    _check_offer(defined.get("LIMITED_TIME_OFFER"), by_type.get("limited_time_offer", []))
    _check_cards(template, defined.get("CAROUSEL"), by_type.get("carousel", []))
    return filled


def _sorted_out(given: list[Component]) -> dict[str, list[Component]]:
    """Components by type; only buttons may come more than once."""
    by_type: dict[str, list[Component]] = {}
    for component in given:
        by_type.setdefault(component.type.lower(), []).append(component)
    for kind, several in by_type.items():
        if kind != "button" and len(several) > 1:
            raise GraphError(132018, f"components: {kind} is given {len(several)} times.")
    return by_type


def fill(template: Template, place: str, text: str, parameters: Parameters, limit: int) -> str:
    """The text with its variables filled in."""
    names = list(dict.fromkeys(variables_in(text)))
    if len(parameters) != len(names):
        raise GraphError(
            132000,
            f"{place}: number of localizable_params ({len(parameters)}) does not match the expected number of params "
            f"({len(names)})",
        )
    if template.parameter_format == "NAMED":
        values = _by_name(place, names, parameters)
    else:
        values = {str(at): _value(place, parameter) for at, parameter in enumerate(parameters, 1)}
    filled = VARIABLE.sub(lambda found: values[found[1]], text)
    if len(filled) > limit:
        raise GraphError(132005, f"{place}: {len(filled)} characters after substitution, {limit} are allowed.")
    return filled


def _by_name(place: str, names: list[str], parameters: Parameters) -> dict[str, str]:
    values = {str(parameter.get("parameter_name", "")): _value(place, parameter) for parameter in parameters}
    if "" in values:
        raise GraphError(100, "Parameter name is missing or empty")
    if unknown := values.keys() - set(names):
        raise GraphError(100, f"{place}: Invalid parameter name {sorted(unknown)[0]!r}, expected {', '.join(names)}.")
    return values


def _value(place: str, parameter: dict[str, Any]) -> str:
    """The words one parameter puts in."""
    kind = parameter.get("type")
    if kind in ("currency", "date_time"):
        fallback = _inner(parameter, kind).get("fallback_value")
        if not isinstance(fallback, str) or not fallback:
            raise GraphError(131008, f"{place}: {kind} needs fallback_value.")
        return fallback
    if kind != "text":
        raise GraphError(132012, f"{place}: Format mismatch, expected TEXT, received {str(kind).upper()}")
    text = parameter.get("text")
    if not isinstance(text, str) or not text:
        raise GraphError(100, "Parameter 'text' is mandatory for component parameter type 'text'")
    if UNWANTED_SPACE.search(text):
        raise GraphError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    return text


def _inner(parameter: dict[str, Any], name: str) -> dict[str, Any]:
    """The object a parameter holds under a name, empty when it holds none."""
    found = parameter.get(name)
    return found if isinstance(found, dict) else {}


def _check_header(template: Template, header: dict[str, Any] | None, parameters: Parameters) -> None:
    kind = (header or {}).get("format", "TEXT")
    if kind == "TEXT":
        fill(template, "header", (header or {}).get("text", ""), parameters, HEADER_LIMIT)
        return
    received = str(parameters[0].get("type", "")).upper() if len(parameters) == 1 else "UNKNOWN"
    if received != kind:
        raise GraphError(132012, f"header: Format mismatch, expected {kind}, received {received}")
    content = _inner(parameters[0], kind.lower())
    needed = NEEDED.get(kind, [{"id"}, {"link"}])
    if not any(keys <= content.keys() for keys in needed):
        raise GraphError(131008, f"header: {kind.lower()} needs {' or '.join(map(', '.join, map(sorted, needed)))}.")
    checked(HEADERS.get(kind, MEDIA), content, f"header['{kind.lower()}']")


def _check_offer(defined: dict[str, Any] | None, given: list[Component]) -> None:
    """A limited-time offer with an expiry needs the moment, in milliseconds."""
    if not defined or not (defined.get("limited_time_offer") or {}).get("has_expiration"):
        return
    parameters = given[0].parameters if given else []
    direct = given[0].limited_time_offer if given else None
    offer = direct or (_inner(parameters[0], "limited_time_offer") if parameters else {})
    if not isinstance(offer.get("expiration_time_ms"), int):
        raise GraphError(131008, "limited_time_offer: expiration_time_ms is missing.")


def _check_cards(template: Template, defined: dict[str, Any] | None, given: list[Component]) -> None:
    expected = defined["cards"] if defined else []
    cards = (given[0].cards or []) if given else []
    if len(cards) != len(expected):
        raise GraphError(
            132000, f"carousel: number of cards ({len(cards)}) does not match the template ({len(expected)})"
        )
    for at, (card, pattern) in enumerate(zip(cards, expected, strict=True)):
        if card.get("card_index") != at:
            raise GraphError(132018, f"carousel: card {at} must have card_index {at}.")
        components = checked(COMPONENTS, card.get("components", []), f"cards['{at}']")
        check_components(template, pattern["components"], components)


def _code(template: Template, given: list[Component]) -> str:
    """A one-time password: the same code in the body and in the button."""
    by_type = _sorted_out(given)
    body = by_type.get("body", [NOWHERE])[0].parameters
    buttons = by_type.get("button", [])
    if len(body) != 1:
        raise GraphError(
            132000, f"body: number of localizable_params ({len(body)}) does not match the expected number of params (1)"
        )
    code = _value("body", body[0])
    if len(code) > CODE_LIMIT:
        raise GraphError(132005, f"body: the code may have {CODE_LIMIT} characters.")
    if len(buttons) != 1 or not buttons[0].parameters:
        raise GraphError(131008, "buttons: Button at index 0 of type Url requires a parameter")
    if _value("buttons", buttons[0].parameters[0]) != code:
        raise GraphError(132018, "buttons: the code must be the same in body and button.")
    return f"{code} is your verification code."
