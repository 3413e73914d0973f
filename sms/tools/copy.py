"""sms_marketing.copy.fit_preview: whether a copy fits, before a campaign is made of it."""

from approvals.registry import Call, Kind, tool
from sms.copy import fitting
from sms.copy.fit_contract import FitAsk, FitContract


@tool(
    "sms_marketing.copy.fit_preview",
    kind=Kind.PREVIEW,
    scope="sms:preview",
    reads_first=("sms_marketing.templates.list", "sms_marketing.quotas.get"),
    safety="Shows the longest real values, parts and cost; nothing is cut or replaced, and nobody's value is shown.",
)
def preview_fit(call: Call, ask: FitAsk) -> FitContract:
    """Measure texts of SMS on the people of a segment: encoding, parts, what is left, cost by country, what is missing.

    Suggestions list every character they would replace. Writes nothing but the preview itself.
    """
    return fitting.preview_fit(call, ask)
