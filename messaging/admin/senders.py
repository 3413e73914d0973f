"""Accounts and numbers we send from. Secrets go in and never come out: the form shows whether one is set."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from accounts.admin import OrganisationScoped, WithHistory, actor_of
from accounts.admin.scope import back_to, person_of
from accounts.desk_permissions import DECIDERS
from approvals.numerals import number
from approvals.reasons import Refused
from messaging.admin.moments import moment
from messaging.admin.secret_boxes import SecretBoxes
from messaging.engine.senders import pause_sender, resume_sender
from messaging.models import Channel, Sender, WhatsAppAccount

SECRETS = ("access_token", "app_secret", "verify_token")


class AccountForm(SecretBoxes):
    """A new app secret keeps the old one for webhooks still on their way."""

    secrets = SECRETS
    kept_before: ClassVar[dict[str, str]] = {"app_secret": "previous_app_secret"}
    access_token = forms.CharField(label=_("Access token"), required=False, strip=True)
    app_secret = forms.CharField(label=_("App secret"), required=False, strip=True)
    verify_token = forms.CharField(label=_("Verify token"), required=False, strip=True)

    class Meta:
        model = WhatsAppAccount
        fields = ("name", "waba_id", "portfolio", "app_id", "currency", *SECRETS)


@admin.register(WhatsAppAccount)
class WhatsAppAccountAdmin(OrganisationScoped):
    recorded_as = "account.changed"
    form = AccountForm
    list_display = ("name", "waba_id", "currency", "connected", "shown_restriction")
    fieldsets = (
        (None, {"fields": ("name", ("waba_id", "app_id"), "portfolio", "currency")}),
        (_("Secrets"), {"fields": SECRETS}),
        (_("From Meta"), {"fields": (("restricted_at", "restricted_until"), "restriction")}),
    )
    readonly_fields = ("restricted_at", "restricted_until", "restriction")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Somebody who may only look gets no boxes for secrets: a read-only field would print the secret."""
        if self.has_change_permission(request, obj):
            return self.fieldsets
        shown = (None, {"fields": (*("name", "waba_id", "app_id", "portfolio", "currency"), "connected")})
        return (shown, self.fieldsets[2])

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (
            self.readonly_fields if self.has_change_permission(request, obj) else (*self.readonly_fields, "connected")
        )

    @display(description=_("connected"), boolean=True)
    def connected(self, account: WhatsAppAccount) -> bool:
        return bool(account.access_token and account.app_secret)

    @display(description=_("restriction"), label={"restricted": "danger"})
    def shown_restriction(self, account: WhatsAppAccount) -> tuple[str, str] | None:
        return ("restricted", account.restriction or str(_("restricted"))) if account.restricted_at else None


def _is_metas(sender: Sender) -> bool:
    return sender.channel == Channel.WHATSAPP


def status_in_words(status: str) -> str:
    """Meta's word for it, as a word."""
    return status.replace("_", " ").capitalize()


def tier_in_words(tier: str) -> str:
    """TIER_10K as 10,000, TIER_UNLIMITED in words; what is none of them as Meta says it."""
    size = tier.removeprefix("TIER_")
    if size == "UNLIMITED":
        return str(_("any number"))
    thousands = size.removesuffix("K")
    if not thousands.isdigit():
        return tier
    return number(int(thousands) * (1000 if size.endswith("K") else 1))


@admin.register(Sender)
class SenderAdmin(WithHistory):
    recorded_as = "sender.changed"
    list_display = (
        "display_name", "number", "channel", "account", "shown_quality", "shown_status", "shown_tier", "per_second",
        "shown_pause",
    )  # fmt: skip
    list_select_related = ("account", "lane")
    fieldsets = (
        (None, {"fields": (("display_name", "number"), ("account", "provider_ref"), ("channel", "carrier"))}),
        (_("Pace"), {"fields": ("per_second",)}),
        (_("From Meta"), {"fields": (("status", "quality"), "tier")}),
        (_("Pause"), {"fields": ("paused_at", "pause_reason")}),
    )
    readonly_fields = ("status", "quality", "tier", "paused_at", "pause_reason")
    actions_detail = ("pause", "resume")

    @display(
        description=_("quality"),
        label={"GREEN": "success", "YELLOW": "warning", "RED": "danger"},
    )
    def shown_quality(self, sender: Sender) -> tuple[str, str] | None:
        return (str(sender.quality), sender.get_quality_display()) if _is_metas(sender) else None

    @display(description=_("status"))
    def shown_status(self, sender: Sender) -> str:
        return status_in_words(sender.status) if _is_metas(sender) else "–"

    @display(description=_("people a day"))
    def shown_tier(self, sender: Sender) -> str:
        """Meta's messaging limit: to how many people in 24 hours."""
        return tier_in_words(sender.tier) if _is_metas(sender) else "–"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Meta says nothing of what gateways carry."""
        shown = super().get_fieldsets(request, obj)
        return shown if obj is None or _is_metas(obj) else [part for part in shown if "tier" not in part[1]["fields"]]

    @display(description=_("pause"), label={"paused": "danger", "refused": "warning"})
    def shown_pause(self, sender: Sender) -> tuple[str, str] | None:
        """Paused by somebody or by itself, or slowed down because its provider has no room."""
        lane = getattr(sender, "lane", None)
        if sender.paused_at:
            return "paused", sender.pause_reason or str(_("paused"))
        if lane is not None and lane.refused_since:
            return "refused", str(_("nothing was taken since %s") % moment(lane.refused_since))
        return None

    def has_pause_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._is_paused(request, object_id) is False

    def has_resume_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._is_paused(request, object_id) is True

    @action(
        description=_("Pause"),
        permissions=["pause"],
        icon="pause_circle",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Pause this sender?"),
            "description": _("Nothing more leaves from it, in any send, until somebody lets it."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Pause it"),
        },
    )
    def pause(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        sender: Sender = self.find(request, object_id)
        actor = actor_of(request)
        pause_sender(sender, str(_("by hand, by %s") % actor.label), actor, timezone.now())
        return back_to(self, sender)

    @action(
        description=_("Let it send"),
        permissions=["resume"],
        icon="play_circle",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Let this sender send again?"),
            "description": _("What waits for it goes on at its pace."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Let it send"),
        },
    )
    def resume(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        sender: Sender = self.find(request, object_id)
        try:
            resume_sender(sender, actor_of(request), timezone.now())
        except Refused as no:
            for reason in no.reasons:
                messages.error(request, f"{reason.text} {reason.fix}")
        return back_to(self, sender)

    def _is_paused(self, request: HttpRequest, object_id: str | None) -> bool | None:
        """None for somebody who may neither pause nor resume."""
        person = person_of(request)
        if person.organisation_id is None or person.role not in DECIDERS:
            return None
        sender = self.get_object(request, object_id) if object_id else None
        return sender is not None and sender.paused_at is not None
