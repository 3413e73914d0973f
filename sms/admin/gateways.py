"""Accounts at gateways. Secrets go in and never come out; the address for callbacks is told once, when it is made."""

import json
from decimal import Decimal
from secrets import token_urlsafe
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ValidationError
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from accounts.admin import OrganisationScoped
from accounts.admin.scope import back_to
from sms.balances.asking import ask
from sms.balances.known import Known, known_of
from sms.callbacks import hash_of_key
from sms.gateways.gateway import gateway, names
from sms.models import SmsGateway
from sms.ways import account_of

_SHOWN = ("name", "kind", "countries", "position", "per_second", "currency")
_PAUSE = ("paused_at", "pause_reason")


class GatewayForm(forms.ModelForm):  # type: ignore[type-arg]
    """Configuration and secrets have to fit the gateway's own models. An empty box keeps the secrets."""

    kind = forms.ChoiceField(label=_("Kind"), widget=UnfoldAdminSelectWidget)
    secrets = forms.CharField(label=_("Secrets"), required=False, strip=True)

    class Meta:
        model = SmsGateway
        fields = (*_SHOWN, "configuration", "secrets", "pause_reason", "balance_reserve")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "balance_reserve" in self.fields:
            self.fields["balance_reserve"].required = False
        kind = self.fields.get("kind")
        if isinstance(kind, forms.ChoiceField):
            kind.choices = [(name, name.title()) for name in names()]
        if "secrets" in self.fields:
            is_set = bool(self.instance.secrets)
            self.fields["secrets"].widget = UnfoldAdminPasswordWidget(
                attrs={"autocomplete": "off", "placeholder": _("•••• is set") if is_set else _("not set")}
            )
            self.fields["secrets"].help_text = _(
                "As JSON. Leave empty to keep it; it is stored encrypted, never shown."
            )
            self.initial.pop("secrets", None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["balance_reserve"] = cleaned.get("balance_reserve") or Decimal(0)
        kind = cleaned.get("kind") or self.instance.kind
        if kind not in names():
            return cleaned
        adapter = gateway(kind)
        cleaned["secrets"] = cleaned.get("secrets") or self.instance.secrets
        self._fit("configuration", adapter.configuration, cleaned.get("configuration") or {})
        self._fit("secrets", adapter.secrets, _read(cleaned["secrets"]))
        return cleaned

    def _fit(self, field: str, model: type[BaseModel], value: Any) -> None:
        """Say what does not fit by its name, and never what was entered."""
        try:
            model.model_validate(value)
        except ValidationError as wrong:
            for error in wrong.errors(include_url=False, include_input=False, include_context=False):
                self.add_error(field, f"{'.'.join(map(str, error['loc'])) or field}: {error['msg']}")


def _read(secrets: str | None) -> Any:
    """The secrets as their model takes them; None, which fits no model, for what is no JSON."""
    try:
        return json.loads(secrets or "{}")
    except ValueError:
        return None


@admin.register(SmsGateway)
class SmsGatewayAdmin(OrganisationScoped):
    recorded_as = "sms.gateway_changed"
    form = GatewayForm
    list_display = (
        "name", "kind", "position", "shown_countries", "per_second", "shown_balance", "connected", "shown_pause",
    )  # fmt: skip
    ordering = ("position", "name")
    fieldsets = (
        (None, {"fields": _SHOWN}),
        (_("Account"), {"fields": ("configuration", "secrets")}),
        (_("Balance"), {"fields": ("shown_balance", "balance_reserve", "balance_asked_at")}),
        (_("Pause"), {"fields": _PAUSE}),
    )
    readonly_fields = ("shown_balance", "balance_asked_at", "paused_at")
    actions_detail = ("ask_balance",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Somebody who may only look gets no box for secrets: a read-only field would print them."""
        if self.has_change_permission(request, obj):
            return self.fieldsets
        return ((None, {"fields": (*_SHOWN, "connected")}), *self.fieldsets[2:])

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Receipts of its texts are read by the kind it had, so another kind is another row."""
        if not self.has_change_permission(request, obj):
            return (*self.readonly_fields, "connected")
        return (*self.readonly_fields, "kind") if obj is not None else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: SmsGateway, form: "ModelForm[Any]", change: bool) -> None:
        if "pause_reason" in form.changed_data:
            obj.paused_at = timezone.now() if obj.pause_reason else None
        if not change:
            obj.callback_key = token_urlsafe(32)
            obj.callback_key_hash = hash_of_key(obj.callback_key)
        super().save_model(request, obj, form, change)
        if not change:
            base = account_of(obj).callback_base
            told = {"receipts": f"{base}/receipt", "replies": f"{base}/reply"}
            messages.warning(request, _("Enter these addresses at the gateway; they are not shown again."
                                        " Receipts: %(receipts)s Replies: %(replies)s") % told)  # fmt: skip

    @display(description=_("countries"))
    def shown_countries(self, row: SmsGateway) -> str:
        return ", ".join(row.countries) or str(_("wherever it has a price"))

    @display(description=_("balance"))
    def shown_balance(self, row: SmsGateway) -> str:
        return known_of(row, timezone.now()).in_words() if row.kind else "–"

    def has_ask_balance_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        row = self.get_object(request, object_id) if object_id else None
        return row is not None and self.has_change_permission(request, row)

    @action(
        description=_("Ask for the balance"),
        permissions=["ask_balance"],
        icon="account_balance_wallet",
        dialog={
            "title": _("Ask the gateway what money is left?"),
            "description": _("It only reads. The answer is kept with its time."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Ask"),
        },
    )
    def ask_balance(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        row: SmsGateway = self.find(request, object_id)
        ask(row, timezone.now())
        told = known_of(row, timezone.now())
        (messages.success if told.known == Known.TOLD else messages.warning)(request, told.in_words())
        return back_to(self, row)

    @display(description=_("connected"), boolean=True)
    def connected(self, row: SmsGateway) -> bool:
        return bool(row.secrets)

    @display(description=_("pause"), label={"paused": "danger"})
    def shown_pause(self, row: SmsGateway) -> tuple[str, str] | None:
        return ("paused", row.pause_reason or str(_("paused"))) if row.paused_at else None
