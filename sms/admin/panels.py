"""What the decision page shows of a campaign: people, what they read, where links lead, ways, parts and cost."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from approvals.admin.panels import Panel, Reading, register_panel
from messaging.admin.panels import people_of, schedule_of
from messaging.admin.samples import samples_of as people_read
from sms.admin.bubbles import TextBubbles
from sms.balances.holding import pays_for
from sms.balances.known import balances_of
from sms.campaigns.addresses import samples_of
from sms.campaigns.contract import CampaignContract
from sms.compliance.checking import CopyFinding, in_words
from sms.gateways.gateway import Failure
from sms.resends.contract import RetryContract

# Why a failed text is not tried again: `sms.resends.sorting`, and what gateways say of failures.
_NOT_AGAIN = {
    "outcome_unknown": _("Nobody knows whether it arrived"),
    "arrived_in_part": _("A part of it arrived"),
    "too_soon": _("The failure has not had time to pass"),
    "sent_again_already": _("It has been sent again already"),
    "over_the_most": _("More than may be sent again at once"),
    str(Failure.RECIPIENT_BAD): _("The number cannot be reached by SMS"),
    str(Failure.RECIPIENT_REFUSED): _("They want no texts, says the network"),
    str(Failure.CONTENT): _("Networks do not take this text"),
    str(Failure.SENDER): _("Networks do not take this sender"),
    str(Failure.ACCOUNT): _("The account at the gateway did not work"),
    str(Failure.REGULATION): _("It is not allowed there"),
    str(Failure.UNCLEAR): _("Nobody knows why it failed"),
}


def campaign_panels(reading: Reading, contract: CampaignContract) -> Iterator[Panel]:
    yield Panel(_("How many people, and who is left out"), "desk/panel_people.html", people_of(contract), "groups")
    yield Panel(_("What each person will read"), "desk/panel_texts.html", texts_of(reading, contract), "sms")
    yield rules_panel(contract.findings, [part.country for part in contract.routes])
    yield Panel(
        _("Which way, how many parts, what it costs"), "desk/panel_ways.html", ways_of(reading, contract), "payments"
    )
    yield Panel(_("When, and from whom"), "desk/panel_text_schedule.html", schedule_of(reading, contract), "schedule")


def texts_of(reading: Reading, contract: CampaignContract) -> dict[str, Any]:
    """The copy on the phone, and where each link in it leads."""
    draw = TextBubbles(samples_of(contract.links, contract.opt_out_link))
    in_clear = reading.actor.sees_personal_data
    return {
        "bubbles": list(people_read(contract.audience_id, contract.texts, draw, in_clear=in_clear)),
        "links": [
            {"part": part, "page": reverse("admin:sms_shortlink_change", args=(part.short_link_id,))}
            for part in contract.links
        ],
        "opt_out": contract.opt_out_link,
        "most_parts": contract.most_parts,
    }


def rules_panel(findings: Sequence[CopyFinding], countries: Sequence[str]) -> Panel:
    told = rules_on(findings, countries)
    return Panel(_("What the rules of countries say about it"), "desk/panel_rules.html", told, "gavel")


def rules_on(findings: Sequence[CopyFinding], countries: Sequence[str]) -> dict[str, Any]:
    """What was found when the preview was made, what refuses first. The gate asks again at the moment of sending."""
    shown = []
    for found in sorted(findings, key=lambda one: (one.severity, one.language, one.code)):
        text, fix = in_words(found)
        shown.append({"found": found, "text": text, "fix": fix, "countries": ", ".join(found.countries)})
    return {"findings": shown, "countries": ", ".join(countries)}


def retry_panels(reading: Reading, contract: RetryContract) -> Iterator[Panel]:
    """The campaign's own panels, and before them whose text is tried again and whose is not."""
    yield Panel(_("Which texts are sent again"), "desk/panel_retry.html", _tried_again(contract), "replay")
    yield from campaign_panels(reading, contract)


def _tried_again(contract: RetryContract) -> dict[str, Any]:
    told = contract.not_resent.items()
    return {
        "considered": contract.considered,
        "again": len(contract.replaces),
        "reasons": [(_NOT_AGAIN.get(reason, reason.replace("_", " ")), people) for reason, people in told],
        "first": reverse("admin:messaging_send_change", args=(contract.replaced_send_id,)),
    }


def ways_of(reading: Reading, contract: CampaignContract) -> dict[str, Any]:
    """Ways, parts and cost as frozen; the money at the gateways as it is known now."""
    gateways = {key for route in contract.routes for key in route.gateway_ids}
    return {
        "balances": [part.in_words() for part in balances_of(gateways, reading.now)],
        "pays": pays_for(contract.routes, contract.cost_ceiling, reading.now),
        "contract": contract,
        "people": sum(route.people for route in contract.routes),
        "parts": sum(route.parts for route in contract.routes),
    }


register_panel(CampaignContract, campaign_panels)
register_panel(RetryContract, retry_panels)
