"""How a template does: Meta's word on it, what our own messages of the last days say, and how much may be sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, Q

from messaging.models import InboundMessage, Message, Status, Template, TemplateTranslation, TranslationStatus

# Meta judges by the last seven days, the recent ones counting more.
LOOKED_BACK = timedelta(days=7)
_ANSWERED_WITHIN = timedelta(hours=72)
# Meta publishes no threshold. These are ours: shares of the people reached who said stop, and what is too few to tell.
_MANY_STOPS, _SOME_STOPS, _FEW_PEOPLE = 0.05, 0.02, 50
# Meta says so itself when a person has switched off marketing of this business (131050), or is left in peace (131049).
_UNWANTED = ("131049", "131050")
_REACHED = (Status.DELIVERED, Status.READ)


class Figures(NamedTuple):
    """People whom a language was sent to in the last seven days, by what became of it."""

    handed: int = 0
    delivered: int = 0
    read: int = 0
    replied: int = 0
    failed: int = 0
    unwanted: int = 0
    opted_out: int = 0

    def share(self, people: int) -> float | None:
        """Of those reached; None where nobody was."""
        return round(people / self.delivered, 4) if self.delivered else None


def figures_of(template: Template, now: datetime) -> dict[str, Figures]:
    """Language -> our own figures. Reads alone."""
    since = now - LOOKED_BACK
    mine = Message.objects.filter(send__template=template, organisation=template.organisation, handed_at__gte=since)
    counted = mine.values("translation__language").annotate(
        handed=Count("pk"),
        delivered=Count("pk", filter=Q(status__in=_REACHED)),
        read=Count("pk", filter=Q(status=Status.READ)),
        replied=Count("pk", filter=Q(replied_at__isnull=False)),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
        unwanted=Count("pk", filter=Q(status=Status.FAILED, error_code__in=_UNWANTED)),
    )
    stops = _stops(template, since)
    return {
        str(language): Figures(**row, opted_out=stops.get(language, 0))
        for language, row in ((row["translation__language"], _numbers(row)) for row in counted)
    }


def _numbers(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: number for name, number in row.items() if name != "translation__language"}


def _stops(template: Template, since: datetime) -> dict[str, int]:
    """Language -> people who wrote a stop word within three days of getting it."""
    after = {"at__gte": F("contact__messages__handed_at")}
    before = {"at__lt": F("contact__messages__handed_at") + _ANSWERED_WITHIN}
    stops = InboundMessage.objects.filter(
        organisation=template.organisation, intent="stop", contact__messages__send__template=template,
        contact__messages__handed_at__gte=since, **after, **before,
    )  # fmt: skip
    by_language = stops.values_list("contact__messages__translation__language")
    return dict(by_language.annotate(people=Count("contact", distinct=True)))


def pause_risk(translation: TemplateTranslation, figures: Figures) -> str:
    """paused, disabled, high, medium, low or unknown. Meta's word first, then what people did."""
    if translation.status in (TranslationStatus.PAUSED, TranslationStatus.DISABLED):
        return str(translation.status).lower()
    share = figures.share(figures.opted_out) if figures.delivered >= _FEW_PEOPLE else None
    if translation.quality == "RED" or translation.status == TranslationStatus.FLAGGED or (share or 0) >= _MANY_STOPS:
        return "high"
    if translation.quality == "YELLOW" or (share or 0) >= _SOME_STOPS:
        return "medium"
    return "low" if translation.quality == "GREEN" or share is not None else "unknown"
