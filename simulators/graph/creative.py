"""The marketing endpoint, and what Meta would change about its messages unless it is told not to."""

from typing import Any

from simulators.graph.calls import Call
from simulators.graph.errors import GraphError
from simulators.graph.messages import send_message
from simulators.graph.world import World

_FEATURES = """
image_brightness_and_contrast image_touchups add_text_overlay image_animation image_background_gen
text_extraction_for_headline text_extraction_for_tap_target product_extensions text_formatting_optimization
"""
FEATURES = frozenset(_FEATURES.split())
POLICIES = ("CLOUD_API_FALLBACK", "STRICT")


async def send_marketing(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/marketing_messages`: marketing templates only. The verdict tells what may still be changed."""
    message = dict(call.body)
    if message.pop("product_policy", POLICIES[0]) not in POLICIES:
        raise GraphError(131009, f"Param product_policy must be one of {', '.join(POLICIES)}.")
    if not isinstance(message.pop("message_activity_sharing", False), bool):
        raise GraphError(131009, "Param message_activity_sharing must be true or false.")
    if message.get("type") != "template":
        raise GraphError(131055, "Only template messages are supported here.")
    content = message.get("template")
    language = content.get("language") if isinstance(content, dict) else None
    code = language.get("code") if isinstance(language, dict) else None
    template = world.templates.named(str(content.get("name")), str(code)) if isinstance(content, dict) else None
    if template is not None and template.category != "MARKETING":
        raise GraphError(134100)
    call.body = message
    answer = await send_message(world, call)
    refused = world.creative_opt_outs | set(template.creative_opt_outs if template else ())
    call.verdict["creative"] = sorted(FEATURES - refused)
    return answer


def opted_out(spec: object) -> list[str]:
    """The features that a `degrees_of_freedom_spec` refuses. Raises GraphError for what is none."""
    given = spec if isinstance(spec, dict) else {}
    features = given.get("creative_features_spec")
    if not isinstance(features, dict) or len(given) != 1:
        raise GraphError(100, "degrees_of_freedom_spec holds creative_features_spec.")
    for name, choice in features.items():
        if name not in FEATURES:
            raise GraphError(100, f"creative_features_spec has no {name!r}.")
        if not isinstance(choice, dict) or choice.get("enroll_status") not in ("OPT_IN", "OPT_OUT"):
            raise GraphError(100, f"enroll_status of {name} is OPT_IN or OPT_OUT.")
    return sorted(name for name, choice in features.items() if choice["enroll_status"] == "OPT_OUT")
