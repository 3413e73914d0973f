"""The codes that were asked for, at the desk: when, whereto, what became of them. Neither code nor number is shown."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import ReadOnly
from accounts.admin.scope import person_of
from accounts.models import Organisation
from approvals.numerals import number
from messaging.admin.start_page import register_tiles
from sms.admin.otp_panels import link_to_codes
from sms.models import OtpChallenge
from sms.models.otp import MOST_TRIES
from sms.otp.pumping import Stopped, stopped_in
from sms.otp.rules import rules_of


@admin.register(OtpChallenge)
class OtpChallengeAdmin(ReadOnly):
    list_display = ("created_at", "template", "shown_state", "attempts", "country", "prefix", "shown_price")
    list_filter = ("purpose", "country")
    list_select_related = ("template",)
    ordering = ("-created_at",)
    list_before_template = "desk/stopped_ranges.html"
    fields = (
        "template", "purpose", "shown_state", "attempts", "country", "prefix", "shown_price", "created_at",
        "expires_at", "consumed_at", "voided_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What could tell a code or a number is not even read."""
        return super().get_queryset(request).defer("code", "proof", "number_key", "address_key", "network_key")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        organisation = person_of(request).organisation
        stopped = in_words(stopped_in(rules_of(organisation), timezone.now())) if organisation else []
        return super().changelist_view(request, {**(extra_context or {}), "stopped_ranges": stopped})

    @display(description=_("state"))
    def shown_state(self, challenge: OtpChallenge) -> SafeString:
        colour, words = state_of(challenge, timezone.now())
        return format_html('<span class="cs-label cs-label-{}">{}</span>', colour, words)

    @display(description=_("price"), ordering="price")
    def shown_price(self, challenge: OtpChallenge) -> str:
        return number(challenge.price)


def state_of(challenge: OtpChallenge, now: datetime) -> tuple[str, Any]:
    """The colour and the words for what became of a code."""
    if challenge.consumed_at is not None:
        return "success", _("entered")
    if challenge.voided_at is not None:
        return "plain", _("replaced")
    if challenge.attempts >= MOST_TRIES:
        return "danger", _("tries used up")
    return ("plain", _("time is over")) if challenge.expires_at <= now else ("info", _("may be entered"))


def in_words(stopped: list[Stopped]) -> list[str]:
    """What stands above the list while something is stopped."""
    words = _("No codes go to %(where)s: of %(codes)s in the last day, %(entered)s were entered.")
    return [str(words) % {"where": one.where, "codes": one.codes, "entered": one.entered} for one in stopped]


def tiles(organisation: Organisation, now: datetime) -> list[dict[str, Any]]:
    """On the start page, while there is something to tell."""
    stopped = len(stopped_in(rules_of(organisation), now))
    told = {"name": _("Codes stopped"), "value": number(stopped), "note": _("ranges whose codes hardly anybody enters"),
            "link": link_to_codes()}  # fmt: skip
    return [told] if stopped else []


register_tiles(tiles)
