"""Meta's own figures. They are approximate, and no invoice."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from messaging.whatsapp import answers
from messaging.whatsapp.cloud.caller import Asked, Caller
from messaging.whatsapp.graph import node

TEMPLATES_AT_ONCE = 10


class Period(Asked):
    """From `start` to `end`, aware moments."""

    start: datetime
    end: datetime

    @model_validator(mode="after")
    def forward(self) -> Self:
        """Meta's clock is unix seconds: without an offset a moment would be another one there."""
        if self.start.tzinfo is None or self.end.tzinfo is None or self.start >= self.end:
            raise ValueError("start and end need an offset, and start comes first")
        return self


class MessageFigures(Period):
    """How many messages were sent and delivered."""

    granularity: Literal["HALF_HOUR", "DAY", "MONTH"] = "DAY"
    phone_numbers: list[str] = []
    country_codes: list[str] = []


class PriceFigures(Period):
    """What was charged, split by the dimensions."""

    granularity: Literal["HALF_HOUR", "DAILY", "MONTHLY"] = "DAILY"
    dimensions: list[Literal["COUNTRY", "PHONE", "PRICING_CATEGORY", "PRICING_TYPE", "TIER"]] = []
    metric_types: list[Literal["COST", "VOLUME"]] = []


class TemplateFigures(Period):
    """What became of templates; 90 days back at most, and none where the law keeps Meta from counting."""

    granularity: Literal["DAILY"] = "DAILY"
    template_ids: Annotated[list[str], Field(min_length=1, max_length=TEMPLATES_AT_ONCE)]
    metric_types: list[Literal["SENT", "DELIVERED", "READ", "CLICKED", "COST"]] = []


class Point(answers.Answer):
    """One stretch of time; `start` and `end` in unix seconds. What was not asked for is None."""

    start: int = 0
    end: int = 0
    sent: int | None = None
    delivered: int | None = None
    read: int | None = None
    clicked: Any = None
    cost: Any = None
    volume: int | None = None
    country: answers.Text = ""
    phone_number: answers.Text = ""
    pricing_category: answers.Text = ""
    pricing_type: answers.Text = ""
    tier: answers.Text = ""
    template_id: answers.Text = ""


class _Points(answers.Answer):
    data_points: list[Point] = Field(default_factory=list)


class _Listed(answers.Answer):
    data: list[_Points] = Field(default_factory=list)


class _Account(answers.Answer):
    analytics: _Points = Field(default_factory=_Points)
    pricing_analytics: _Listed = Field(default_factory=_Listed)
    template_analytics: _Listed = Field(default_factory=_Listed)


class Analytics(Caller):
    """Dotted fields of the account's node."""

    def message_figures(self, waba_id: str, wanted: MessageFigures) -> list[Point]:
        """Sent and delivered, by stretch of time."""
        return self._figures("analytics", waba_id, wanted).analytics.data_points

    def price_figures(self, waba_id: str, wanted: PriceFigures) -> list[Point]:
        """Volume and cost, by stretch of time and dimension."""
        return _flat(self._figures("pricing_analytics", waba_id, wanted).pricing_analytics)

    def template_figures(self, waba_id: str, wanted: TemplateFigures) -> list[Point]:
        """Sent, delivered, read and clicked by template and day; the account must have switched insights on."""
        return _flat(self._figures("template_analytics", waba_id, wanted).template_analytics)

    def switch_on_insights(self, waba_id: str) -> None:
        """Have Meta count templates' figures. It cannot be switched off again."""
        self._confirm("POST", node(waba_id), params={"is_enabled_for_insights": "true"})

    def _figures(self, field: str, waba_id: str, wanted: MessageFigures | PriceFigures | TemplateFigures) -> _Account:
        return self._graph.ask(_Account, "GET", node(waba_id), params={"fields": dotted(field, wanted)})


def _flat(found: _Listed) -> list[Point]:
    return [point for part in found.data for point in part.data_points]


def dotted(field: str, wanted: MessageFigures | PriceFigures | TemplateFigures) -> str:
    """`field.start(..).end(..).granularity(..)` and the given lists as JSON."""
    parts = [field, f"start({int(wanted.start.timestamp())})", f"end({int(wanted.end.timestamp())})"]
    parts.append(f"granularity({wanted.granularity})")
    for name, value in wanted:
        if isinstance(value, list) and value:
            parts.append(f"{name}({json.dumps(value, separators=(',', ':'))})")
    return ".".join(parts)
