"""Meta's automatic changes to marketing messages, all of them refused: people approve what customers see.

Where they are enabled Meta crops, animates or overlays pictures, takes headlines out of texts and adds products. They
can be refused for a template or for the whole account (Meta's page on sending marketing messages, December 2025).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from messaging.whatsapp.cloud.caller import Caller
from messaging.whatsapp.graph import node

FEATURES = (
    "image_brightness_and_contrast",
    "image_touchups",
    "add_text_overlay",
    "image_animation",
    "image_background_gen",
    "text_extraction_for_headline",
    "text_extraction_for_tap_target",
    "product_extensions",
    "text_formatting_optimization",
)
OPTED_OUT: dict[str, Any] = {
    "degrees_of_freedom_spec": {
        "creative_features_spec": {feature: {"enroll_status": "OPT_OUT"} for feature in FEATURES}
    }
}


@dataclass(frozen=True, slots=True)
class CreativeOptOut:
    """The account has confirmed that it changes nothing. Only `opt_out_of_creative_changes` makes one."""

    waba_id: str


def without_creative_changes(template: Mapping[str, Any]) -> dict[str, Any]:
    """The template's submission; one for marketing refuses every change, whatever it said itself."""
    marketing = str(template.get("category", "")).upper() == "MARKETING"
    return {**template, **OPTED_OUT} if marketing else dict(template)


class Creative(Caller):
    """The account's own switch."""

    def opt_out_of_creative_changes(self, waba_id: str) -> CreativeOptOut:
        """Refuse them all for the account. Raises `GraphError` when Meta does not confirm."""
        self._confirm("POST", node(waba_id), body=OPTED_OUT)
        return CreativeOptOut(waba_id)
