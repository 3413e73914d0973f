"""Recording an opt-out at the desk: a small form that goes through the one door, like everybody else's."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.actor import Actor
from accounts.admin import actor_of
from accounts.admin.scope import back_to
from approvals.calls import call
from approvals.reasons import Refused
from messaging.contacts.identities import find_or_make
from messaging.models import Category, Channel, Contact, IdentityKind
from messaging.phones import BadPhone, normalise


class OptOutForm(BaseDialogForm):
    """How far the no reaches, and where the customer said it."""

    channel = forms.ChoiceField(
        label=_("Channel"), choices=Channel.choices, initial=Channel.ANY, widget=UnfoldAdminSelectWidget
    )
    category = forms.ChoiceField(
        label=_("Messages"), choices=Category.choices, initial=Category.ANY, widget=UnfoldAdminSelectWidget
    )
    source = forms.CharField(
        label=_("Where the customer said it"), min_length=3, max_length=120, widget=UnfoldAdminTextInputWidget,
        help_text=_("A call, an e-mail, a visit."),
    )  # fmt: skip
    evidence = forms.CharField(
        label=_("Evidence"), required=False, max_length=500, widget=UnfoldAdminTextInputWidget,
        help_text=_("A ticket or recording, if there is one."),
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput, initial=lambda: f"desk-{uuid4()}", max_length=60)


class OptOutByPhoneForm(OptOutForm):
    """The same for somebody known by number only, who need not be a contact yet."""

    phone = forms.CharField(
        label=_("Phone number"), max_length=40, widget=UnfoldAdminTextInputWidget, help_text=_("In any spelling.")
    )
    field_order = ("phone", "channel", "category", "source", "evidence")

    def clean_phone(self) -> str:
        try:
            return normalise(self.cleaned_data["phone"], actor_of(self.request).organisation.default_country).e164
        except BadPhone as bad:
            raise forms.ValidationError(f"{bad.text} {bad.fix}") from None


_DESCRIPTION = _(
    "Counts at once, for every address of this person, in everything that is being sent. Needs no approval."
)


class MayRecordOptOuts:
    """The button is there for whoever may use the tool behind it."""

    def has_record_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        actor = actor_of(request)
        return actor.can("whatsapp:request") or actor.can("whatsapp:opt_out")


class RecordsOptOuts(MayRecordOptOuts):
    """A contact's page that can record what the person said."""

    @action(
        description=_("Record an opt-out"),
        permissions=["record"],
        icon="do_not_disturb_on",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Record an opt-out"),
            "description": _DESCRIPTION,
            "form_class": OptOutForm,
            "form_submit_text": _("Record it"),
        },
    )
    def record_opt_out(self: Any, request: HttpRequest, form: OptOutForm, object_id: str) -> HttpResponse:
        contact: Contact = self.find(request, object_id)
        tell_door(request, form, [contact])
        return back_to(self, contact)


def record_for_number(request: HttpRequest, form: OptOutByPhoneForm) -> None:
    """An unknown number becomes a contact that has opted out, so that no later import can write to it."""
    actor, now = actor_of(request), timezone.now()
    with transaction.atomic():
        contacts = find_or_make(actor.organisation, {IdentityKind.PHONE: form.cleaned_data["phone"]}, now)
        tell_door(request, form, contacts)


def tell_door(request: HttpRequest, form: OptOutForm, contacts: list[Contact]) -> None:
    actor: Actor = actor_of(request)
    arguments = {
        "contact_ids": [str(contact.key) for contact in contacts],
        "change": "opt_out",
        "channel": form.cleaned_data["channel"],
        "category": form.cleaned_data["category"],
        "source": form.cleaned_data["source"],
        "evidence": form.cleaned_data["evidence"],
        "occurred_at": timezone.now().isoformat(),
        "idempotency_key": form.cleaned_data["key"],
        "reason": str(_("Recorded at the desk for the customer.")),
    }
    try:
        call("whatsapp.consent.update", arguments, actor, timezone.now())
    except Refused as no:
        for reason in no.reasons:
            messages.error(request, f"{reason.text} {reason.fix}")
    else:
        messages.success(request, _("Recorded. Nothing is sent to this person any more."))
