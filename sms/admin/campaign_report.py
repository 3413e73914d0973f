"""The report of a campaign: four numbers that close, a funnel, texts over time, by country and by gateway."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.masking import mask
from messaging.admin.over_time import over_time_of
from messaging.admin.progress import Part, is_under_way
from messaging.admin.report import left_out_of
from messaging.engine.tallies import failures_of
from messaging.models import Send
from sms.admin.plots import Layer, Plot, stacked
from sms.campaigns.reactions import Reactions, reactions_to
from sms.campaigns.report import ByGateway, Confirmed, Country, Report, countries_of, gateways_of, report_of


def report_context(send: Send, *, in_clear: bool) -> dict[str, Any]:
    """`in_clear`: whether the reader may see what gateways said of failures, which may repeat the text."""
    told, did = report_of(send), reactions_to(send)
    messages = f"{reverse('admin:messaging_message_changelist')}?send={send.pk}"
    return {
        "told": told,
        "did": did,
        "parts": parts_of(told.confirmed, messages),
        "messages_link": messages,
        "total": told.numbers.targeted,
        "closes": told.confirmed.total == told.numbers.targeted,
        "funnel": funnel_of(told, did),
        "over_time": plot_of(send),
        "countries": [{"name": one.country, "row": one, "parts": _shares(one)} for one in countries_of(send)],
        "gateways": [
            {"name": one.name or _("taken by none"), "row": one, "parts": _shares(one)} for one in gateways_of(send)
        ],
        "left_out": left_out_of(send),
        "failures": [
            (code, text if in_clear else mask(text, "text"), people) for code, text, people in failures_of(send)
        ],
        "contract": send.preview.contract,
        "under_way": is_under_way(send),
    }


def parts_of(sure: Confirmed, messages: str = "") -> list[Part]:
    """Everybody targeted in one of five, as campaigns tell them everywhere."""
    parts = [
        Part("delivered", _("Delivered"), sure.delivered, "status=40" if messages else ""),
        Part("failed", _("Failed"), sure.failed, "status=35" if messages else ""),
        Part("unsure", _("Left, not confirmed"), sure.unconfirmed),
        Part("waiting", _("Still open"), sure.pending),
        Part("excluded", _("Left out"), sure.excluded),
    ]
    return [part for part in parts if part.people]


def funnel_of(told: Report, did: Reactions) -> list[tuple[str, int]]:
    """From everybody in the segment to people who clicked, each step a part of the one above."""
    numbers, sure = told.numbers, told.confirmed
    steps = [
        (_("In the segment"), numbers.targeted),
        (_("To be written to"), numbers.targeted - sure.excluded),
        (_("Taken by a gateway"), numbers.taken),
        (_("Delivered"), sure.delivered),
    ]
    return [*steps, (_("Opened a link"), did.clicks.unique)] if did.clicks.reach.accepted else steps


def plot_of(send: Send) -> Plot | None:
    found = over_time_of(send)
    if found is None:
        return None
    layers = [
        Layer("delivered", _("Delivered"), [one.delivered for one in found.moments]),
        Layer("failed", _("Failed"), [one.failed for one in found.moments]),
        Layer("waiting", _("Still open"), [one.open for one in found.moments]),
    ]
    return stacked(found.labels, layers)


def _shares(row: Country | ByGateway) -> list[Part]:
    rest = row.people - row.delivered - row.failed
    parts = [
        Part("delivered", _("Delivered"), row.delivered),
        Part("failed", _("Failed"), row.failed),
        Part("waiting", _("Still open"), rest),
    ]
    return [part for part in parts if part.people]
