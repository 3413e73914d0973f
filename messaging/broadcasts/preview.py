"""Making the contract of a broadcast: find what is named, freeze the audience, count and price it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from messaging.audiences.resolve import Purpose, resolve
from messaging.broadcasts.contract import BroadcastAsk, BroadcastContract, TranslationPart
from messaging.broadcasts.costs import card_date, cost_range
from messaging.finding import find_own
from messaging.models import (
    Audience,
    AudienceMember,
    Channel,
    Segment,
    Sender,
    Template,
    TemplateTranslation,
    Verdict,
)
from messaging.pricing.whatsapp_fares import whatsapp_fare
from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.named_values import names_needed

LASTS = timedelta(hours=24)


def preview_broadcast(call: Call, ask: BroadcastAsk) -> BroadcastContract:
    organisation = call.organisation
    segment = find_own(Segment, ask.segment_id, organisation, "segment_id", "whatsapp.segments.list")
    template = find_own(
        Template, ask.template_id, organisation, "template_id", "whatsapp.templates.list", channel=Channel.WHATSAPP
    )
    sender = find_own(
        Sender, ask.sender_id, organisation, "sender_id", "whatsapp.phone_numbers.list", channel=Channel.WHATSAPP
    )
    translations = list(template.translations.order_by("language"))
    usable = [translation for translation in translations if translation.is_sendable]
    refuse_if_any(_reasons(ask, template, sender, usable, call.now))
    category, currency = _category(usable), _currency(sender)
    purpose = Purpose(
        organisation=organisation,
        segment=segment,
        channel=Channel.WHATSAPP,
        category=category,
        translations=usable,
        default_language=_default_language(template, usable),
        variables=ask.variables,
        fare=whatsapp_fare(currency, category, ask.due_at.date()),
    )
    audience = resolve(purpose, call.now)
    return _contract(ask, template, sender, usable, purpose, audience, call.now)


def _reasons(
    ask: BroadcastAsk, template: Template, sender: Sender, usable: Sequence[TemplateTranslation], now: datetime
) -> list[Reason]:
    reasons = []
    if not usable:
        reasons.append(Reason("template_not_approved", _("No language of this template is approved by Meta."),
                              _("Submit it and wait for Meta's review."), "template_id"))  # fmt: skip
    if sender.account_id != template.account_id:
        reasons.append(Reason("wrong_account", _("The template belongs to another WhatsApp account than the sender."),
                              _("Choose a sender of the template's account."), "sender_id"))  # fmt: skip
    if ask.not_after is not None and ask.not_after <= ask.due_at:
        reasons.append(Reason("ends_before_it_begins", _("not_after is not later than due_at."),
                              _("Give the send time to go out."), "not_after"))  # fmt: skip
    if ask.due_at > now + timedelta(days=90):
        reasons.append(Reason("too_far_ahead", _("due_at is more than 90 days ahead."),
                              _("Prices and consent will have changed; plan it later."), "due_at"))  # fmt: skip
    needed = {
        name for translation in usable for name in names_needed(Definition.model_validate(translation.definition))
    }
    given = {variable.name for variable in ask.variables}
    if usable and needed != given:
        missing, unknown = ", ".join(sorted(needed - given)) or "–", ", ".join(sorted(given - needed)) or "–"
        reasons.append(Reason("variables_do_not_match",
                              _("Variables without a source: %(missing)s. Unknown to the template: %(unknown)s.")
                              % {"missing": missing, "unknown": unknown},
                              _("Give each variable of the template exactly one source."), "variables"))  # fmt: skip
    return reasons


def _category(usable: Sequence[TemplateTranslation]) -> str:
    """The strictest of the languages: one that Meta re-categorised as marketing makes the whole broadcast marketing."""
    categories = {translation.category for translation in usable}
    return "marketing" if "marketing" in categories else sorted(categories)[0]


def _default_language(template: Template, usable: Sequence[TemplateTranslation]) -> str:
    languages = [translation.language for translation in usable]
    return template.default_language if template.default_language in languages else languages[0]


def _currency(sender: Sender) -> str:
    return sender.account.currency if sender.account else "USD"


def _contract(
    ask: BroadcastAsk,
    template: Template,
    sender: Sender,
    usable: Sequence[TemplateTranslation],
    purpose: Purpose,
    audience: Audience,
    now: datetime,
) -> BroadcastContract:
    readers = _readers(audience)
    low, high = cost_range(audience, now)
    per_second = min(ask.per_second or sender.per_second, sender.per_second)
    return BroadcastContract(
        name=ask.name,
        segment_id=purpose.segment.pk,
        segment_name=purpose.segment.name,
        segment_rule=purpose.segment.rule,
        audience_id=audience.pk,
        audience_digest=audience.digest,
        targeted=audience.targeted,
        included=audience.included,
        excluded=audience.excluded,
        template_id=template.pk,
        template_name=template.name,
        category=purpose.category,
        default_language=purpose.default_language,
        translations=[
            TranslationPart(
                translation_id=part.pk, language=part.language, digest=part.digest, people=readers.get(part.pk, 0)
            )
            for part in usable
        ],
        variables=list(ask.variables),
        sender_id=sender.pk,
        sender_name=str(sender),
        due_at=ask.due_at,
        not_after=ask.not_after or ask.due_at + LASTS,
        per_second=per_second,
        finishes_about=max(ask.due_at, now) + timedelta(seconds=audience.included // per_second),
        currency=_currency(sender),
        cost_low=low,
        cost_high=high,
        cost_ceiling=high if ask.cost_ceiling is None else ask.cost_ceiling,
        price_card=card_date(_currency(sender), purpose.category, ask.due_at),
    )


def _readers(audience: Audience) -> dict[Any, int]:
    included = AudienceMember.objects.filter(audience=audience, verdict=Verdict.INCLUDED)
    return dict(included.values_list("translation_id").annotate(Count("pk")))
