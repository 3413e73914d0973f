"""What the decision page shows of words that are only kept: drafts, reusable texts, and what automations will send."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from approvals.admin.panels import Panel, Reading, register_panel
from approvals.numerals import number
from messaging.models import Category, TemplateTranslation
from sms.admin.bubbles import TextBubbles
from sms.admin.panels import rules_panel
from sms.automations.contract import AutomationContract
from sms.campaigns.addresses import samples_of
from sms.campaigns.drafts import DraftContract
from sms.copy.contract import TemplateContract
from sms.models import Trigger

_CHANGED = {"brand": _("brand in the text"), "opt_outs": _("words to opt out by"), "category": _("category")}
# Colour and words of the label under a phone.
_NEW, _EDITED, _UNCHANGED = ("info", _("new language")), ("warning", _("changed")), ("plain", _("unchanged"))


def draft_panels(reading: Reading, contract: DraftContract) -> Iterator[Panel]:
    samples = samples_of(contract.links, contract.opt_out_link)
    yield _wording(contract.texts, contract.texts_before, samples)
    facts = [
        (_("Segment"), contract.segment_name),
        (_("Sender"), contract.sender_name),
        (_("Category"), Category(contract.category).label),
        *((one.variable, f"{one.name} → {one.destination}") for one in contract.links),
        (_("What it is for"), contract.goal or "–"),
        (_("Notes for the review"), contract.advice or "–"),
    ]
    yield _facts(_("The campaign"), facts, _("A draft sends nothing: its people and its cost are decided on later."))


def text_panels(reading: Reading, contract: TemplateContract) -> Iterator[Panel]:
    yield _wording(contract.texts, contract.texts_before, {})
    facts = [
        (_("Used for"), contract.purpose or "–"),
        (_("Category"), Category(contract.category).label),
        (_("Brand in the text"), contract.brand or "–"),
        *((f"{_('Words to opt out by')} ({language})", words) for language, words in sorted(contract.opt_outs.items())),
        (_("Parts at most"), contract.most_parts),
        (
            _("Changes to what keeps it lawful"),
            ", ".join(str(_CHANGED[one]) for one in contract.compliance_changes) or _("none"),
        ),
    ]
    yield _facts(_("What stays in every text"), facts)


def automation_panels(reading: Reading, contract: AutomationContract) -> Iterator[Panel]:
    yield _wording(contract.texts, {}, {})
    yield rules_panel(contract.findings, list(contract.prices))
    money = contract.currency
    prices = ", ".join(f"{country} {number(price)} {money}" for country, price in contract.prices.items())
    facts = [
        (_("Set off by"), Trigger(contract.event).label),
        (_("Nobody outside this segment"), f"{contract.segment_name}: {contract.segment_rule}"),
        (_("Sender"), contract.sender_name),
        (_("Category"), Category(contract.category).label),
        (_("Texts a day at most"), contract.daily_cap),
        (_("Hours between two texts to one person"), contract.per_contact_hours),
        (_("It pauses before a day costs more than"), f"{number(contract.cost_a_day)} {money}"),
        (_("Parts of a text at most"), contract.most_parts),
        (_("A part costs"), prices or _("there is no way to send it")),
    ]
    yield _facts(_("When, to whom, how often"), facts, _("Each event goes out without another approval, as long as "
                 "nothing here changes: an edit of the campaign pauses the automation."))  # fmt: skip


def _wording(texts: Mapping[str, str], before: Mapping[str, str], samples: Mapping[str, str]) -> Panel:
    """Each language on the phone, beside what it was; nothing is new or changed where there was nothing before."""
    draw, shown = TextBubbles(samples), []
    for language, text in sorted(texts.items()):
        earlier = before.get(language)
        label = _UNCHANGED if text == earlier else _NEW if earlier is None else _EDITED
        now = draw(_unsaved(language, text), None, language, str(_("before names are filled in")))
        was = draw(_unsaved(language, earlier), None, language, str(_("as it is now"))) if label is _EDITED else None
        shown.append({"now": now, "before": was, "label": label if before else None})
    return Panel(_("What people would read"), "desk/panel_wording.html", {"shown": shown}, "sms")


def _unsaved(language: str, text: str | None) -> TemplateTranslation:
    return TemplateTranslation(language=language, definition={"text": text})


def _facts(title: Any, facts: list[tuple[Any, Any]], advice: Any = "") -> Panel:
    return Panel(title, "desk/panel_facts.html", {"facts": facts}, "rule", advice)


register_panel(DraftContract, draft_panels)
register_panel(TemplateContract, text_panels)
register_panel(AutomationContract, automation_panels)
