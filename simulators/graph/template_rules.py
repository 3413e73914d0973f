"""What a submitted template must look like: Meta's limits, each refused with the code and sub-code Meta uses."""

import re
from typing import Any

from simulators.graph.errors import GraphError
from simulators.graph.template_button_rules import check_button_rules, check_code_button
from simulators.graph.template_shelf import VARIABLE, variables_in

NAME = re.compile(r"[a-z0-9_]{1,512}")
VARIABLE_NAME = re.compile(r"[a-z_][a-z0-9_]*")
# A character of a script without spaces counts as a word.
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
FORMATS = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION", "GIF", "PRODUCT")
COMPONENTS = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER")
TITLES = {"HEADER": 2388047, "BODY": 2388072, "FOOTER": 2388073}
TEXT_LIMITS = {"HEADER": 60, "BODY": 1024, "FOOTER": 60}
OFFER_BODY_LIMIT = 600
TTL = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43200), "MARKETING": (43200, 2592000)}
_LANGUAGES = """
af sq ar ar_EG ar_AE ar_LB ar_MA ar_QA az be_BY bn bn_IN bg ca zh_CN zh_HK zh_TW hr cs da prs_AF nl nl_BE en en_GB en_US
en_AE en_AU en_CA en_GH en_IE en_IN en_JM en_MY en_NZ en_QA en_SG en_UG en_ZA et fil fi fr fr_BE fr_CA fr_CH fr_CI fr_MA
ka de de_AT de_CH el gu ha he hi hu id ga it ja kn kk rw_RW ko ky_KG lo lv lt mk ms ml mr nb ps_AF fa pl pt_BR pt_PT pa
ro ru sr si_LK sk sl es es_AR es_CL es_CO es_CR es_DO es_EC es_HN es_MX es_PA es_PE es_ES es_UY sw sv ta te th tr uk ur
uz vi zu
"""
LANGUAGES = frozenset(_LANGUAGES.split())


def refusal(subcode: int | None, title: str, details: str) -> GraphError:
    """The way template management says no."""
    return GraphError(100, details, subcode=subcode, user_title=title, text="Invalid parameter")


def check_head(name: str, language: str, category: str, parameter_format: str) -> None:
    """Name, language, category and style of variables."""
    if not NAME.fullmatch(name):
        raise refusal(None, "Invalid template name", "name has 1 to 512 lower-case letters, digits and underscores.")
    if language not in LANGUAGES:
        raise refusal(None, "Unsupported language", f"language {language!r} is not one of the supported codes.")
    if category not in CATEGORIES:
        raise refusal(None, "Invalid category", f"category must be one of {', '.join(CATEGORIES)}.")
    if parameter_format not in ("POSITIONAL", "NAMED"):
        raise refusal(None, "Invalid parameter format", "parameter_format must be POSITIONAL or NAMED.")


def check_ttl(category: str, seconds: int | None) -> None:
    """How long a message may wait for its phone; `-1` is 30 days, not for marketing."""
    least, most = TTL[category]
    if seconds is None or (seconds == -1 and category != "MARKETING"):
        return
    if not least <= seconds <= most:
        raise refusal(None, "Invalid TTL", f"message_send_ttl_seconds of {category} is {least} to {most}.")


def check_components(components: list[dict[str, Any]], category: str, parameter_format: str, handles: set[str]) -> None:
    """All components of a template that is not of the preset authentication kind, and those of carousel cards."""
    kinds = [part["type"].upper() for part in components]
    if wrong := [kind for kind in kinds if kind not in COMPONENTS]:
        raise refusal(None, "Invalid components", f"Component type {wrong[0]!r} is not one of {', '.join(COMPONENTS)}.")
    if twice := [kind for kind in kinds if kinds.count(kind) > 1]:
        raise refusal(None, "Invalid components", f"There may be one {twice[0]}.")
    if "BODY" not in kinds:
        raise refusal(2388072, "Body is missing", "A template needs a BODY.")
    by_kind = dict(zip(kinds, components, strict=True))
    if category == "AUTHENTICATION":
        _check_authentication(by_kind)
        return
    _check_parts(by_kind, category, parameter_format, handles)


def _check_parts(parts: dict[str, Any], category: str, parameter_format: str, handles: set[str]) -> None:
    offer, carousel = parts.get("LIMITED_TIME_OFFER"), parts.get("CAROUSEL")
    if (offer or carousel) and category != "MARKETING":
        raise refusal(None, "Wrong category", "Carousels and limited-time offers are for MARKETING.")
    if offer and parts.get("HEADER", {}).get("format", "IMAGE").upper() not in ("IMAGE", "VIDEO"):
        raise refusal(2388047, "Header format", "The header of a limited-time offer is IMAGE or VIDEO.")
    if header := parts.get("HEADER"):
        _check_header(header, category, parameter_format, handles)
    _check_text("BODY", parts["BODY"], parameter_format, OFFER_BODY_LIMIT if offer else TEXT_LIMITS["BODY"])
    if footer := parts.get("FOOTER"):
        _check_footer(footer, with_offer=bool(offer))
    if offer and not 1 <= len(offer.get("limited_time_offer", {}).get("text", "")) <= 16:
        raise refusal(2388040, "Offer text", "limited_time_offer text has 1 to 16 characters.")
    if buttons := parts.get("BUTTONS"):
        check_button_rules(buttons.get("buttons", []), refusal)
    if carousel:
        _check_carousel(carousel, category, parameter_format, handles)


def _check_footer(footer: dict[str, Any], *, with_offer: bool) -> None:
    text = _text_of("FOOTER", footer, TEXT_LIMITS["FOOTER"])
    if with_offer or "{{" in text:
        raise refusal(2388073, "Footer format", "A footer is plain, without variables, and not with an offer.")


def _text_of(kind: str, part: dict[str, Any], limit: int) -> str:
    text = str(part.get("text", ""))
    if not text.strip():
        raise refusal(TITLES[kind], f"{kind.title()} is empty", f"{kind} needs text.")
    if len(text) > limit:
        raise refusal(2388040, "Character limit exceeded", f"{kind} has {len(text)} characters, {limit} are allowed.")
    return text


def _check_text(kind: str, part: dict[str, Any], parameter_format: str, limit: int) -> None:
    """A text with variables: their spelling, their place, their examples."""
    text = _text_of(kind, part, limit)
    names = variables_in(text)
    _check_spelling(kind, text, names, parameter_format)
    if not names:
        return
    bare = text.strip()
    if kind == "BODY" and (bare.startswith("{{") or bare.endswith("}}")):
        raise refusal(2388299, "Variables at start or end", "Variables can't be at the start or end of the template.")
    if kind == "BODY" and len(WORD.findall(VARIABLE.sub(" ", text))) < 2 * len(set(names)) + 1:
        raise refusal(2388293, "Too many variables", "The template has too many variables for its length.")
    _check_examples(kind, part, list(dict.fromkeys(names)), parameter_format)


def _check_spelling(kind: str, text: str, names: list[str], parameter_format: str) -> None:
    rest = VARIABLE.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise refusal(TITLES[kind], "Unbalanced braces", f"{kind} has braces that do not belong to a variable.")
    if parameter_format == "NAMED":
        wrong = [name for name in names if not VARIABLE_NAME.fullmatch(name)]
        if wrong or len(set(names)) < len(names):
            raise refusal(
                TITLES[kind], "Variable format", f"{kind}: names are lower case with underscores, and unique."
            )
    elif sorted(set(names), key=lambda name: (len(name), name)) != [str(at) for at in range(1, len(set(names)) + 1)]:
        raise refusal(TITLES[kind], "Variable format", f"{kind}: variables are numbered from {{{{1}}}} without gaps.")


def _check_examples(kind: str, part: dict[str, Any], names: list[str], parameter_format: str) -> None:
    """Every variable needs one."""
    example = part.get("example", {})
    field = f"{kind.lower()}_text"
    if parameter_format == "NAMED":
        rows = example.get(f"{field}_named_params", [])
        complete = {row["param_name"] for row in rows if row["example"]} == set(names)
    else:
        values = example.get(field, [])
        if kind == "BODY":
            values = values[0] if values else []
        complete = len(values) == len(names) and all(values)
    if not complete:
        raise refusal(
            TITLES[kind], "Missing examples", f"{kind}: every variable needs an example ({', '.join(names)})."
        )


def _check_header(header: dict[str, Any], category: str, parameter_format: str, handles: set[str]) -> None:
    kind = header.get("format", "").upper()
    if kind not in FORMATS:
        raise refusal(2388047, "Header format", f"format must be one of {', '.join(FORMATS)}.")
    if kind == "TEXT":
        _check_text("HEADER", header, parameter_format, TEXT_LIMITS["HEADER"])
        if len(variables_in(header["text"])) > 1:
            raise refusal(2388047, "Header format", "A header may have one variable.")
    elif kind in ("IMAGE", "VIDEO", "DOCUMENT", "GIF"):
        given = header.get("example", {}).get("header_handle", [])
        if not given or given[0] not in handles:
            raise refusal(2388047, "Header format", "example.header_handle must come from a resumable upload.")
    elif kind == "LOCATION" and category == "AUTHENTICATION":
        raise refusal(2388047, "Header format", "A location header is for UTILITY and MARKETING.")


def _check_carousel(carousel: dict[str, Any], category: str, parameter_format: str, handles: set[str]) -> None:
    cards = carousel.get("cards", [])
    if not 2 <= len(cards) <= 10:
        raise refusal(None, "Carousel", "A carousel has 2 to 10 cards.")
    shapes = set()
    for card in cards:
        parts = {part["type"].upper(): part for part in card["components"]}
        header = parts.get("HEADER", {}).get("format", "").upper()
        if header not in ("IMAGE", "VIDEO"):
            raise refusal(2388047, "Carousel", "Each card needs an IMAGE or VIDEO header.")
        _check_header(parts["HEADER"], category, parameter_format, handles)
        if "BODY" in parts:
            _check_text("BODY", parts["BODY"], parameter_format, 160)
        buttons = parts.get("BUTTONS", {}).get("buttons", [])
        check_button_rules(buttons, refusal, most=2)
        shapes.add((header, "BODY" in parts, tuple(button["type"] for button in buttons)))
    if len(shapes) > 1:
        raise refusal(None, "Carousel", "All cards need the same components.")


def _check_authentication(parts: dict[str, Any]) -> None:
    """The body is Meta's own text; there is one button, for the code."""
    if parts.keys() - {"BODY", "FOOTER", "BUTTONS"} or "text" in parts["BODY"]:
        raise refusal(2388072, "Authentication", "An authentication template has Meta's own body and no header.")
    minutes = parts.get("FOOTER", {}).get("code_expiration_minutes", 1)
    if not 1 <= minutes <= 90:
        raise refusal(2388073, "Authentication", "code_expiration_minutes is 1 to 90.")
    buttons = parts.get("BUTTONS", {}).get("buttons", [])
    kinds = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")
    if len(buttons) != 1 or buttons[0]["type"] != "OTP" or buttons[0].get("otp_type") not in kinds:
        raise refusal(None, "Authentication", f"There is one OTP button, otp_type one of {', '.join(kinds)}.")
    check_code_button(buttons[0], refusal)
