"""What has to hold before a send may be asked for, approved, scheduled and released. Each asks one question of the
facts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.reasons import Reason
from approvals.registry import Call
from messaging.audiences.digest import digest_of
from messaging.broadcasts.contract import BroadcastContract
from messaging.broadcasts.costs import card_date
from messaging.engine.contract import SendContract
from messaging.gate import rules_of
from messaging.models import Audience, Sender, TemplateTranslation
from messaging.quiet_hours import quiet_until
from messaging.whatsapp.media.headers import HeaderFileApproved


@dataclass(frozen=True, slots=True)
class OrganisationMaySend:
    def __call__(self, call: Call, contract: Any) -> Iterator[Reason]:
        # Asked of the database: whoever calls may have read the organisation before somebody stopped it.
        if Organisation.objects.filter(pk=call.organisation.pk, sending_stopped_at__isnull=False).exists():
            yield Reason("sending_stopped", _("Sending is stopped for the whole organisation."),
                         _("An administrator can allow it again."))  # fmt: skip


@dataclass(frozen=True, slots=True)
class TemplateApproved:
    """Every language is still approved, still says the same words, and Meta still charges it as the same category."""

    def __call__(self, call: Call, contract: BroadcastContract) -> Iterator[Reason]:
        parts = {part.translation_id: part for part in contract.translations}
        found = TemplateTranslation.objects.filter(pk__in=parts, organisation=call.organisation).select_related(
            "template"
        )
        for translation in found:
            part = parts.pop(translation.pk)
            if not translation.is_sendable:
                yield _template_reason("template_not_approved", translation, _("is not approved by Meta any more"))
            if translation.digest != part.digest:
                yield _template_reason("template_changed", translation, _("was edited since the preview"))
            if contract.category == "marketing":
                continue
            if translation.category == "marketing":
                yield _template_reason("template_recategorised", translation, _("is now charged as marketing"))
            elif _will_be_marketing(translation, contract):
                yield _template_reason("template_recategorised", translation, _will_be_charged(translation))
        for part in parts.values():
            yield Reason("template_not_found", _("The template in %s is gone.") % part.language,
                         _("Make a new preview."))  # fmt: skip


def _will_be_marketing(translation: TemplateTranslation, contract: BroadcastContract) -> bool:
    """Whether Meta has announced that it becomes marketing before the last message may leave."""
    begins = translation.announced_for
    return translation.announced_category == "marketing" and (begins is None or contract.not_after > begins)


def _will_be_charged(translation: TemplateTranslation) -> Any:
    if translation.announced_for is None:
        return _("will be charged as marketing")
    return _("will be charged as marketing from %s on") % formats.date_format(
        localtime(translation.announced_for), "DATETIME_FORMAT"
    )


def _template_reason(code: str, translation: TemplateTranslation, what: Any) -> Reason:
    words = {"name": translation.template.name, "language": translation.language, "what": what}
    return Reason(
        code, _("%(name)s (%(language)s) %(what)s.") % words, _("Make a new preview with an approved template.")
    )


@dataclass(frozen=True, slots=True)
class SenderHealthy:
    def __call__(self, call: Call, contract: SendContract) -> Iterator[Reason]:
        sender = Sender.objects.select_related("account").filter(
            pk=contract.sender_id, organisation=call.organisation
        ).first()  # fmt: skip
        if sender is None:
            yield Reason("sender_not_found", _("The sender is gone."), _("Make a new preview."))
            return
        if sender.status != "CONNECTED" or sender.paused_at:
            why = sender.pause_reason or sender.status
            yield Reason("sender_not_ready", _("The sender cannot send: %s.") % why, _("Mend or change the sender."))
        if sender.quality == Sender.Quality.RED:
            yield Reason("sender_quality_red", _("Meta rates the sender's quality red."),
                         _("Wait until it recovers, or use another sender."))  # fmt: skip
        if sender.account and sender.account.restricted_at:
            yield Reason("account_restricted", _("Meta restricts the account: %s.") % sender.account.restriction,
                         _("Appeal in Meta's Business Support."))  # fmt: skip


@dataclass(frozen=True, slots=True)
class AudienceFrozen:
    """The frozen rows still hash to what was previewed, and there is somebody to write to."""

    def __call__(self, call: Call, contract: SendContract) -> Iterator[Reason]:
        audience = Audience.objects.filter(pk=contract.audience_id, organisation=call.organisation).first()
        if audience is None or digest_of(audience) != contract.audience_digest:
            yield Reason("audience_changed", _("The frozen audience is not what was previewed."),
                         _("Make a new preview."))  # fmt: skip
        elif contract.included == 0:
            yield Reason("nobody_to_write_to", _("Everybody in the segment is left out."),
                         _("Read the exclusions in the preview."))  # fmt: skip


@dataclass(frozen=True, slots=True)
class PriceUnchanged:
    """The price card on which the cost stands is still the one that will count."""

    def __call__(self, call: Call, contract: BroadcastContract) -> Iterator[Reason]:
        if card_date(contract.currency, contract.category, contract.due_at) != contract.price_card:
            yield Reason("prices_changed", _("The price card has changed since the preview."), _("Make a new preview."))


@dataclass(frozen=True, slots=True)
class InTime:
    """There is still time to begin: a send that nobody released by then expires instead of arriving late."""

    def __call__(self, call: Call, contract: SendContract) -> Iterator[Reason]:
        if contract.not_after <= call.now:
            yield Reason("too_late", _("The time for this send is over."), _("Make a new preview with a later time."))


@dataclass(frozen=True, slots=True)
class OutsideQuietHours:
    """Marketing does not begin while the organisation leaves people in peace."""

    def __call__(self, call: Call, contract: SendContract) -> Iterator[Reason]:
        begins = max(contract.due_at, call.now)
        ends = quiet_until(rules_of(call.organisation), call.organisation.timezone, begins)
        if contract.category == "marketing" and ends is not None and begins - call.now > timedelta(0):
            yield Reason(
                "quiet_hours",
                _("It would begin in quiet hours, which last until %s.") % formats.date_format(ends, "DATETIME_FORMAT"),
                _("Choose a time outside them."),
                "due_at",
            )


# What a broadcast stands on, asked again at every step up to its release.
BROADCAST_GUARDS = (
    OrganisationMaySend(),
    TemplateApproved(),
    HeaderFileApproved(),
    SenderHealthy(),
    AudienceFrozen(),
    PriceUnchanged(),
    InTime(),
    OutsideQuietHours(),
)
