"""Sender IDs: applied for by their tool, and here verified, rejected or suspended, with what the registers said."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin import OrganisationScoped, WithHistory, actor_of
from accounts.admin.scope import back_to, person_of
from accounts.budgets import today_of
from accounts.desk_permissions import DECIDERS
from approvals.admin.labels import label
from approvals.reasons import Refused
from sms.models import GatewayRegistration, SenderId, SenderIdState
from sms.sender_ids import life
from sms.sender_ids.life import usable_in, usable_in_all

_FROM_REGISTERS = ("register_reference", "opt_out_number")


class WhyForm(BaseDialogForm):
    why = forms.CharField(label=_("Why"), min_length=3, max_length=300, widget=UnfoldAdminTextInputWidget)


_COLOURS = {"verified": "success", "applied": "info", "rejected": "danger", "suspended": "warning"}


@admin.register(SenderId)
class SenderIdAdmin(WithHistory):
    recorded_as = "sms.sender_id_edited"
    list_display = ("value", "kind", "shown_state", "brand", "shown_countries", "usable", "register_reference")
    list_filter = ("kind",)
    search_fields = ("value", "brand", "company")
    ordering = ("value",)
    list_select_related = ("sender", "organisation")
    fields = (
        "value", "kind", "shown_state", "shown_countries", "usable", "brand", "company", "company_number", "purpose",
        *_FROM_REGISTERS, "papers", "rejection", "created_at", "decided_at",
    )  # fmt: skip
    actions_detail = ("verify", "reject", "suspend")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One is applied for by its tool, with papers and an officer's signature."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(name for name in map(str, self.fields) if name not in _FROM_REGISTERS)

    def save_model(self, request: HttpRequest, obj: SenderId, form: "ModelForm[Any]", change: bool) -> None:
        """Whoever applies again meanwhile has to read it again."""
        obj.version += 1
        super().save_model(request, obj, form, change)

    @display(description=_("state"))
    def shown_state(self, identity: SenderId) -> SafeString:
        colour = _COLOURS.get(str(identity.state), "plain")
        return label(colour, identity.get_state_display())

    @display(description=_("countries"))
    def shown_countries(self, identity: SenderId) -> str:
        return ", ".join(identity.countries)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The countries of all rows of the page in as many questions as for one."""
        listed = super().get_changelist_instance(request)
        rows = list(listed.result_list)
        found = usable_in_all(rows, today_of(rows[0].organisation, timezone.now())) if rows else {}
        for identity in rows:
            identity.usable_countries = found[identity.pk]
        listed.result_list = rows
        return listed

    @display(description=_("can send to"))
    def usable(self, identity: Any) -> str:
        found = getattr(identity, "usable_countries", None)
        if found is None:
            found = usable_in(identity, today_of(identity.organisation, timezone.now()))
        return ", ".join(found) or "–"

    @display(description=_("papers"))
    def papers(self, identity: SenderId) -> str:
        return "; ".join(f"{one.get('name', '')} ({one.get('sha256', '')[:12]})" for one in identity.documents) or "–"

    def has_verify_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._state(request, object_id) in (SenderIdState.APPLIED, SenderIdState.SUSPENDED)

    def has_reject_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._state(request, object_id) == SenderIdState.APPLIED

    def has_suspend_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._state(request, object_id) == SenderIdState.VERIFIED

    @action(
        description=_("Mark as verified"),
        permissions=["verify"],
        icon="verified",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Has the regulator registered it?"),
            "description": _("From then on campaigns may use it, where a gateway carries it."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Mark as verified"),
        },
    )
    def verify(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "verify")

    @action(
        description=_("Mark as rejected"),
        permissions=["reject"],
        icon="block",
        dialog={"title": _("Why was it rejected?"), "form_class": WhyForm, "form_submit_text": _("Mark as rejected")},
    )
    def reject(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "reject", form.cleaned_data["why"])

    @action(
        description=_("Suspend"),
        permissions=["suspend"],
        icon="pause_circle",
        variant=ActionVariant.DANGER,
        dialog={"title": _("Why is it suspended?"), "form_class": WhyForm, "form_submit_text": _("Suspend")},
    )
    def suspend(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "suspend", form.cleaned_data["why"])

    def _move(self, request: HttpRequest, object_id: str, move: str, *why: str) -> HttpResponse:
        identity: SenderId = self.find(request, object_id)
        try:
            getattr(life, move)(identity, *why, actor_of(request), timezone.now())
        except Refused as no:
            for reason in no.reasons:
                messages.error(request, f"{reason.text} {reason.fix}")
        return back_to(self, identity)

    def _state(self, request: HttpRequest, object_id: str | None) -> str:
        """Empty for somebody who may move nothing."""
        person = person_of(request)
        if person.organisation_id is None or person.role not in DECIDERS or not object_id:
            return ""
        identity = self.get_object(request, object_id)
        return str(identity.state) if identity is not None else ""


@admin.register(GatewayRegistration)
class GatewayRegistrationAdmin(OrganisationScoped):
    """What a gateway says of a sender ID: the second of the two registers that have to say yes."""

    organisation_path = "identity__organisation"
    recorded_as = "sms.registration_changed"
    list_display = ("identity", "gateway", "status", "since")
    list_filter = ("status",)
    list_select_related = ("identity", "gateway")
    ordering = ("identity__value", "gateway__name")
    fields = ("identity", "gateway", "status", "since")
    readonly_fields = ("since",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("identity", "gateway", "since") if obj is not None else ("since",)

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        obj.since = timezone.now()
        super().save_model(request, obj, form, change)
