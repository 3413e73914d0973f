"""What the buttons of a submitted template must look like."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from simulators.graph.errors import GraphError
from simulators.graph.template_shelf import variables_in

Refusal = Callable[[int | None, str, str], GraphError]
MOST = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "CATALOG": 1, "MPM": 1, "SPM": 1, "FLOW": 1}
_KINDS = """
QUICK_REPLY URL PHONE_NUMBER COPY_CODE FLOW CATALOG MPM SPM VOICE_CALL CALL_PERMISSION_REQUEST REQUEST_CONTACT_INFO
ORDER_DETAILS REMINDER APP
"""
KINDS = tuple(_KINDS.split())
LABEL_LIMIT, URL_LIMIT, COUPON_LIMIT = 25, 2000, 20  # characters
MOST_APPS, HASH_LENGTH = 5, 11
PHONE = re.compile(r"\+?\d{7,20}")


def check_button_rules(buttons: list[dict[str, Any]], refusal: Refusal, most: int = 10) -> None:
    """Number, kinds, order and content of the buttons. `refusal` builds the error."""
    if not 1 <= len(buttons) <= most:
        raise refusal(None, "Buttons", f"There may be 1 to {most} buttons.")
    kinds = [button["type"].upper() for button in buttons]
    for kind in kinds:
        if kind not in KINDS:
            raise refusal(None, "Buttons", f"Button type {kind!r} is not one of {', '.join(KINDS)}.")
        if kinds.count(kind) > MOST.get(kind, 10):
            raise refusal(None, "Buttons", f"There may be {MOST[kind]} of {kind}.")
    if _changes(kinds) > 1:
        raise refusal(None, "Buttons", "Quick replies must stand together, before or after the other buttons.")
    labels = [button.get("text") for button in buttons if button.get("text")]
    if len(set(labels)) < len(labels):
        raise refusal(None, "Buttons", "Each button needs its own text.")
    for kind, button in zip(kinds, buttons, strict=True):
        _check_one(kind, button, refusal)


def _changes(kinds: list[str]) -> int:
    """How often quick replies and others take turns."""
    quick = [kind == "QUICK_REPLY" for kind in kinds]
    return sum(one != other for one, other in pairwise(quick))


def _check_one(kind: str, button: dict[str, Any], refusal: Refusal) -> None:
    label = button.get("text", "")
    if kind != "COPY_CODE" and not 1 <= len(label) <= LABEL_LIMIT:
        raise refusal(2388040, "Buttons", f"The text of a button has 1 to {LABEL_LIMIT} characters.")
    match kind:
        case "URL":
            _check_url(button, refusal)
        case "PHONE_NUMBER" if not PHONE.fullmatch(button.get("phone_number", "")):
            raise refusal(None, "Buttons", "phone_number has a country code and at most 20 characters.")
        case "COPY_CODE":
            example = button.get("example", "")
            code = "".join(example[:1]) if isinstance(example, list) else example
            if not 1 <= len(code) <= COUPON_LIMIT:
                raise refusal(
                    2388040, "Buttons", f"A copy-code button needs an example of 1 to {COUPON_LIMIT} characters."
                )
        case "FLOW" if not any(button.get(name) for name in ("flow_id", "flow_name", "flow_json")):
            raise refusal(None, "Buttons", "A flow button needs flow_id, flow_name or flow_json.")


def _check_url(button: dict[str, Any], refusal: Refusal) -> None:
    url = button.get("url", "")
    if not url.startswith(("http://", "https://")) or len(url) > URL_LIMIT:
        raise refusal(None, "Buttons", f"url starts with https:// and has at most {URL_LIMIT} characters.")
    names = variables_in(url)
    if not names:
        return
    if len(names) > 1 or not url.endswith("}}"):
        raise refusal(None, "Buttons", "url may have one variable, at its end.")
    if not button.get("example"):
        raise refusal(None, "Buttons", "url with a variable needs an example.")


def check_code_button(button: dict[str, Any], refusal: Refusal) -> None:
    """The button of a one-time password: which apps it may be filled into, and the terms for filling by itself."""
    if button["otp_type"] == "COPY_CODE":
        return
    apps = button.get("supported_apps")
    if not isinstance(apps, list) or not 1 <= len(apps) <= MOST_APPS or not all(map(_is_app, apps)):
        raise refusal(
            None, "Authentication", f"supported_apps names 1 to {MOST_APPS} apps: package_name, signature_hash (11)."
        )
    if button["otp_type"] == "ZERO_TAP" and button.get("zero_tap_terms_accepted") is not True:
        raise refusal(None, "Authentication", "zero_tap_terms_accepted must be true.")


def _is_app(app: object) -> bool:
    given = app if isinstance(app, dict) else {}
    package, signature = given.get("package_name"), given.get("signature_hash")
    return isinstance(package, str) and "." in package and isinstance(signature, str) and len(signature) == HASH_LENGTH
