"""What the decision page shows of a campaign: people, what they read, where links lead, ways, parts and cost."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from approvals.admin.panels import Panel, Reading, register_drift, register_panel
from messaging.admin.drift import drift_on
from messaging.admin.panels import people_of, schedule_of
from messaging.admin.samples import samples_of as people_read
from messaging.models import Channel
from sms.admin.bubbles import TextBubbles
from sms.campaigns.addresses import samples_of
from sms.campaigns.contract import CampaignContract
from sms.resends.contract import RetryContract


def campaign_panels(reading: Reading, contract: CampaignContract) -> Iterator[Panel]:
    yield Panel(_("How many people, and who is left out"), "desk/panel_people.html", people_of(contract), "groups")
    yield Panel(_("What each person will read"), "desk/panel_texts.html", texts_of(reading, contract), "sms")
    yield Panel(_("Which way, how many parts, what it costs"), "desk/panel_ways.html", ways_of(contract), "payments")
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


def ways_of(contract: CampaignContract) -> dict[str, Any]:
    return {
        "contract": contract,
        "people": sum(route.people for route in contract.routes),
        "parts": sum(route.parts for route in contract.routes),
    }


register_panel(CampaignContract, campaign_panels)
register_panel(RetryContract, campaign_panels)
register_drift(CampaignContract, drift_on(Channel.SMS))
