"""Making the contract of a broadcast: find what is named, freeze the audience, count and price it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from messaging.audiences.resolve import Only, Purpose, resolve
from messaging.audiences.variables import Variable
from messaging.broadcasts.contract import BroadcastAsk, BroadcastContract, TranslationPart
from messaging.broadcasts.costs import card_date, cost_range
from messaging.engine.terms import (
    WhenAsked,
    readers_of,
    reasons_of_time,
    terms_of_people,
    terms_of_segment,
    terms_of_time,
)
from messaging.finding import find_own
from messaging.models import Audience, Channel, Segment, Sender, Template, TemplateTranslation
from messaging.pricing.whatsapp_fares import whatsapp_fare
from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.named_values import names_needed


class WhatAsked(WhenAsked, Protocol):
    """What the preview of a template's send is asked for, whoever is meant."""

    @property
    def name(self) -> str: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def variables(self) -> list[Variable]: ...
    @property
    def cost_ceiling(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that a preview names."""

    template: Template
    sender: Sender
    usable: list[TemplateTranslation]


def preview_broadcast(call: Call, ask: BroadcastAsk) -> BroadcastContract:
    organisation = call.organisation
    segment = find_own(Segment, ask.segment_id, organisation, "segment_id", "whatsapp.segments.list")
    found = find_rows(organisation, ask.template_id, ask.sender_id)
    return BroadcastContract(**frozen_terms(call, ask, found, segment))


def find_rows(organisation: Organisation, template_id: UUID, sender_id: UUID) -> Found:
    """The template with the languages that Meta has approved, and the sender. Raises Refused for unknown ones."""
    template = find_own(
        Template, template_id, organisation, "template_id", "whatsapp.templates.list", channel=Channel.WHATSAPP
    )
    sender = find_own(
        Sender, sender_id, organisation, "sender_id", "whatsapp.phone_numbers.list", channel=Channel.WHATSAPP
    )
    translations = template.translations.order_by("language")
    return Found(template, sender, [translation for translation in translations if translation.is_sendable])


def frozen_terms(
    call: Call, ask: WhatAsked, found: Found, segment: Segment | None, only: Only | None = None
) -> dict[str, Any]:
    """The fields of a `BroadcastContract` for these people, who are frozen. Raises Refused with every reason."""
    refuse_if_any(_reasons(ask, found.template, found.sender, found.usable, call.now))
    category, currency = _category(found.usable), _currency(found.sender)
    purpose = Purpose(
        organisation=call.organisation,
        segment=segment,
        channel=Channel.WHATSAPP,
        category=category,
        translations=found.usable,
        default_language=_default_language(found.template, found.usable),
        variables=ask.variables,
        fare=whatsapp_fare(currency, category, ask.due_at.date()),
        only=only,
    )
    return _terms(ask, found, purpose, resolve(purpose, call.now), call.now)


def _reasons(
    ask: WhatAsked, template: Template, sender: Sender, usable: Sequence[TemplateTranslation], now: datetime
) -> Iterator[Reason]:
    if not usable:
        yield Reason("template_not_approved", _("No language of this template is approved by Meta."),
                     _("Submit it and wait for Meta's review."), "template_id")  # fmt: skip
    if sender.account_id != template.account_id:
        yield Reason("wrong_account", _("The template belongs to another WhatsApp account than the sender."),
                     _("Choose a sender of the template's account."), "sender_id")  # fmt: skip
    yield from reasons_of_time(ask, now)
    if usable:
        yield from _reasons_of_variables(ask, usable)


def _reasons_of_variables(ask: WhatAsked, usable: Sequence[TemplateTranslation]) -> Iterator[Reason]:
    needed = {name for one in usable for name in names_needed(Definition.model_validate(one.definition))}
    given = {variable.name for variable in ask.variables}
    if needed != given:
        missing, unknown = ", ".join(sorted(needed - given)) or "–", ", ".join(sorted(given - needed)) or "–"
        yield Reason("variables_do_not_match",
                     _("Variables without a source: %(missing)s. Unknown to the template: %(unknown)s.")
                     % {"missing": missing, "unknown": unknown},
                     _("Give each variable of the template exactly one source."), "variables")  # fmt: skip


def _category(usable: Sequence[TemplateTranslation]) -> str:
    """The strictest of the languages: one that Meta re-categorised as marketing makes the whole broadcast marketing."""
    categories = {translation.category for translation in usable}
    return "marketing" if "marketing" in categories else sorted(categories)[0]


def _default_language(template: Template, usable: Sequence[TemplateTranslation]) -> str:
    languages = [translation.language for translation in usable]
    return template.default_language if template.default_language in languages else languages[0]


def _currency(sender: Sender) -> str:
    return sender.account.currency if sender.account else "USD"


def _terms(ask: WhatAsked, found: Found, purpose: Purpose, audience: Audience, now: datetime) -> dict[str, Any]:
    low, high = cost_range(audience, now)
    template, sender = found.template, found.sender
    return {
        **terms_of_segment(purpose.segment),
        **terms_of_people(audience),
        **terms_of_time(ask, sender, audience.included, now),
        "name": ask.name,
        "template_id": template.pk,
        "template_name": template.name,
        "category": purpose.category,
        "default_language": purpose.default_language,
        "translations": _translation_parts(found.usable, audience),
        "variables": list(ask.variables),
        "sender_id": sender.pk,
        "sender_name": str(sender),
        "currency": _currency(sender),
        "cost_low": low,
        "cost_high": high,
        "cost_ceiling": high if ask.cost_ceiling is None else ask.cost_ceiling,
        "price_card": card_date(_currency(sender), purpose.category, ask.due_at),
    }


def _translation_parts(usable: Sequence[TemplateTranslation], audience: Audience) -> list[TranslationPart]:
    readers = readers_of(audience)
    return [
        TranslationPart(translation_id=one.pk, language=one.language, digest=one.digest, people=readers.get(one.pk, 0))
        for one in usable
    ]
