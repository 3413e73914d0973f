"""What the desk shows of a one-time password: the text on the phone with a blank for the code, and its limits.

The decision page of a request, and the page on which somebody else than its author approves a text.
"""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from approvals.admin.panels import Panel, Reading, register_panel
from approvals.masking import mask
from approvals.numerals import number
from messaging.admin.bubbles import Bubble
from messaging.models import Contact, TemplateTranslation
from sms.admin.bubbles import TextBubbles
from sms.models import OtpRules, OtpTemplate
from sms.otp.codes import DIGITS
from sms.otp.contract import OtpContract
from sms.otp.limits import COOLDOWNS, counts_of
from sms.otp.rules import rules_of

# As long as a code and in the same alphabet, so that it is counted alike.
BLANK = "_" * DIGITS


def phone_view(language: str, text: str, lifetime_seconds: int) -> Bubble:
    """The text as its person reads it, but for the code."""
    unsaved = TemplateTranslation(language=language, definition={"text": text})
    minutes = {"minutes": str(max(1, lifetime_seconds // 60))}
    return TextBubbles({"code": BLANK})(unsaved, minutes, language, str(_("with a blank for the code")))


def otp_panels(reading: Reading, contract: OtpContract) -> Iterator[Panel]:
    shown = [{"now": phone_view(contract.language, contract.text, contract.lifetime_seconds)}]
    yield Panel(_("What the person will read"), "desk/panel_wording.html", {"shown": shown}, "sms")
    yield Panel(_("Which code, for whom"), "desk/panel_facts.html", {"facts": _facts(reading, contract)}, "password",
                _("The code is drawn when it is sent. Nobody but its person sees it, here or anywhere."))  # fmt: skip
    yield Panel(_("How far the limits are used"), "desk/panel_limits.html", {"limits": _limits(reading, contract)},
                "speed", _("No approval passes them: they are counted again when the code is sent."))  # fmt: skip
    yield Panel(_("Which way, how many parts, what it costs"), "desk/panel_ways.html", _ways(contract), "payments")


def _facts(reading: Reading, contract: OtpContract) -> list[tuple[Any, Any]]:
    template = OtpTemplate.objects.filter(pk=contract.template_id, organisation=reading.actor.organisation).first()
    person = Contact.objects.filter(key=contract.contact_id, organisation=reading.actor.organisation).first()
    phone = (person.phone or "") if person else ""
    minutes = max(1, contract.lifetime_seconds // 60)
    return [
        (_("Text"), contract.template_name),
        (_("Purpose"), contract.purpose),
        (_("Languages of the text"), ", ".join(sorted(template.texts)) if template else contract.language),
        (_("Sender"), contract.sender_name),
        (_("To"), phone if reading.actor.sees_personal_data else mask(phone, "phone")),
        (_("Counts for"), ngettext("%d minute", "%d minutes", minutes) % minutes),
        (_("Bound to the website"), (template.host if template else "") or _("none")),
        (_("For the transaction"), contract.transaction or "–"),
    ]


def _limits(reading: Reading, contract: OtpContract) -> list[tuple[Any, str, str, bool]]:
    """(what is counted, how much of it is used, how much there is, whether it is used up)."""
    organisation = reading.actor.organisation
    rules, used = rules_of(organisation), counts_of(contract, organisation, reading.now)
    rows: list[tuple[Any, Any, Any]] = [
        (_("To this number in ten minutes"), used.number_lately, rules.number_in_ten_minutes),
        (_("To this number in a day"), used.number_today, rules.number_a_day),
        (_("To its range of numbers in an hour"), used.prefix, rules.prefix_an_hour),
        (_("For this internet address in an hour"), used.address, rules.address_an_hour),
        (_("For its network in an hour"), used.network, rules.network_an_hour),
        (_("Altogether in an hour"), used.tenant_lately, rules.tenant_an_hour),
        (_("Altogether in a day"), used.tenant_today, rules.tenant_a_day),
        (_("Money in a day (%s)") % contract.currency, used.money, rules.money_a_day),
    ]
    return [(what, number(sent), number(most), sent >= most) for what, sent, most in rows]


def _ways(contract: OtpContract) -> dict[str, Any]:
    shown = {"routes": contract.routes, "currency": contract.currency, "cost_high": contract.cost_ceiling,
             "cost_ceiling": contract.cost_ceiling}  # fmt: skip
    return {"contract": shown, "people": 1, "parts": contract.most_parts}


def rules_in_words(rules: OtpRules) -> list[tuple[Any, Any]]:
    """The limits beside a text, for whoever approves it."""
    return [
        (_("Codes to one number"), _("%(few)s in ten minutes, %(many)s in a day")
         % {"few": rules.number_in_ten_minutes, "many": rules.number_a_day}),
        (_("Seconds until the next one"), ", ".join(map(str, COOLDOWNS))),
        (_("To one range of numbers"), _("%s an hour") % number(rules.prefix_an_hour)),
        (_("For one internet address, for its network"), _("%(one)s and %(all)s an hour")
         % {"one": number(rules.address_an_hour), "all": number(rules.network_an_hour)}),
        (_("Altogether"), _("%(hour)s an hour, %(day)s a day")
         % {"hour": number(rules.tenant_an_hour), "day": number(rules.tenant_a_day)}),
        (_("A range is stopped"), _("from %(codes)s codes on of which less than %(share)s %% were entered")
         % {"codes": rules.pumping_from, "share": rules.pumping_share}),
    ]  # fmt: skip


def link_to_codes() -> str:
    return reverse("admin:sms_otpchallenge_changelist")


register_panel(OtpContract, otp_panels)
