"""Whether the button parameters of a template message fit the template's buttons."""

from typing import Annotated, Any

from pydantic import Field, ValidationError

from simulators.graph.errors import GraphError
from simulators.graph.interactive_sales import ProductSection, Thumbnail
from simulators.graph.template_message import Component
from simulators.graph.template_shelf import variables_in
from simulators.graph.wire_models import Line, Part

COUPON_LIMIT, URL_LIMIT = 20, 2000  # characters
# What a send calls the button, by the template's type.
SUB_TYPES = {
    "URL": "url",
    "QUICK_REPLY": "quick_reply",
    "COPY_CODE": "copy_code",
    "FLOW": "flow",
    "CATALOG": "catalog",
    "MPM": "mpm",
    "SPM": "spm",
    "PHONE_NUMBER": "phone_number",
}


class FlowOpening(Part):
    flow_token: str | None = None
    flow_action_data: Annotated[dict[str, Any], Field(min_length=1)] | None = None


class Products(Part):
    thumbnail_product_retailer_id: Line
    sections: Annotated[list[ProductSection], Field(min_length=1, max_length=10)]


ACTIONS: dict[str, type[Part]] = {"FLOW": FlowOpening, "CATALOG": Thumbnail, "MPM": Products}


def check_buttons(defined: list[dict[str, Any]], given: list[Component]) -> None:
    """Each given parameter belongs to a button of its type, and each button that needs one has one."""
    seen: set[int] = set()
    for component in given:
        at = _index(component.index)
        if at >= len(defined) or at in seen:
            raise GraphError(
                132018, f"buttons: index {at} is given twice or beyond the template's {len(defined)} buttons."
            )
        seen.add(at)
        _check_button(at, defined[at], component)
    for at, button in enumerate(defined):
        if at not in seen and _needs_parameter(button):
            raise GraphError(131008, f"buttons: Button at index {at} of type {_spoken(button)} requires a parameter")


def _index(index: str | int | None) -> int:
    """Zero-based, as a string or a number."""
    if index is None:
        raise GraphError(131008, "buttons: index is missing.")
    if not str(index).isdigit():
        raise GraphError(131009, f"buttons: index {index!r} is not a number.")
    return int(index)


def _needs_parameter(button: dict[str, Any]) -> bool:
    return button["type"] in ("COPY_CODE", "MPM") or (button["type"] == "URL" and bool(variables_in(button["url"])))


def _spoken(button: dict[str, Any]) -> str:
    return str(button["type"]).title().replace("_", "")


def _check_button(at: int, button: dict[str, Any], component: Component) -> None:
    expected = SUB_TYPES.get(button["type"], str(button["type"]).lower())
    if (component.sub_type or "").lower() != expected:
        raise GraphError(132012, f"buttons: Button at index {at} is {expected}, received {component.sub_type}")
    parameter = component.parameters[0] if len(component.parameters) == 1 else {}
    match button["type"]:
        case "URL":
            _check_url(at, button, component.parameters)
        case "COPY_CODE":
            _want_type(at, "coupon_code", parameter)
            code = str(parameter.get("coupon_code", ""))
            if not (code.isascii() and code.isalnum() and len(code) <= COUPON_LIMIT):
                raise GraphError(132018, f"buttons: coupon_code is 1 to {COUPON_LIMIT} letters and digits.")
        case "QUICK_REPLY" if component.parameters and not isinstance(parameter.get("payload"), str):
            raise GraphError(131008, f"buttons: Button at index {at} of type QuickReply requires a payload")
        case "QUICK_REPLY" if component.parameters:
            _want_type(at, "payload", parameter)
        case "FLOW" | "MPM" | "CATALOG" if component.parameters or button["type"] == "MPM":
            _want_type(at, "action", parameter)
            _check_action(at, button["type"], parameter.get("action"))
        case "PHONE_NUMBER":
            raise GraphError(132000, f"buttons: Button at index {at} of type PhoneNumber takes no parameter")


def _check_url(at: int, button: dict[str, Any], parameters: list[dict[str, Any]]) -> None:
    expected = len(variables_in(button["url"]))
    if len(parameters) != expected:
        raise GraphError(
            132000,
            f"buttons: Button at index {at}: number of params ({len(parameters)}) does not match the expected number "
            f"of params ({expected})",
        )
    if parameters:
        _want_type(at, "text", parameters[0])
    suffix = str(parameters[0].get("text", "")) if parameters else ""
    if expected and (not suffix or any(map(str.isspace, suffix)) or len(button["url"]) + len(suffix) > URL_LIMIT):
        raise GraphError(132018, f"buttons: Button at index {at}: the end of the URL is empty, too long or has spaces.")


def _want_type(at: int, kind: str, parameter: dict[str, Any]) -> None:
    if parameter.get("type") != kind:
        raise GraphError(
            132012, f"buttons: Button at index {at}: Format mismatch, expected {kind}, received {parameter.get('type')}"
        )


def _check_action(at: int, kind: str, action: object) -> None:
    """What opens: a flow with its token and data, a catalogue with its picture, a choice of products."""
    try:
        ACTIONS[kind].model_validate(action)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(map(str, problem["loc"]))
        raise GraphError(131009, f"buttons: Button at index {at}: action.{place}: {problem['msg']}.") from None
