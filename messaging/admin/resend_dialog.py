"""Asking to write again to people whose outcome is unknown: a small form in front of the one door."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin import actor_of
from accounts.admin.scope import OrganisationScoped, back_to
from approvals.calls import call
from approvals.reasons import Refused
from messaging.models import Send


class ResendForm(BaseDialogForm):
    """Why it is worth the risk. The person who decides reads it."""

    reason = forms.CharField(
        label=_("Why send it again?"), min_length=3, max_length=500, widget=UnfoldAdminTextInputWidget
    )
    key = forms.CharField(widget=forms.HiddenInput, initial=lambda: f"desk-{uuid4()}", max_length=60)


# What the button says and does not do: nothing is sent by asking.
BUTTON: dict[str, Any] = {
    "description": _("Ask to send again"),
    "permissions": ["resend"],
    "icon": "forward_to_inbox",
    "variant": ActionVariant.WARNING,
    "dialog": {
        "title": _("Send again to people whose outcome is unknown?"),
        "description": _(
            "They may already have it and then get it twice. Nothing is sent until a second person has agreed to "
            "exactly these people; everybody is checked again before."
        ),
        "form_class": ResendForm,
        "form_submit_text": _("Ask for it"),
    },
}


def ask_again(
    page: OrganisationScoped, request: HttpRequest, form: ResendForm, row: Any, send: Send, **chosen: Any
) -> HttpResponse:
    """Make the request and lead to the page where it is decided; a no leads back to the row with its reasons."""
    arguments = {
        "broadcast_id": str(send.pk),
        "idempotency_key": form.cleaned_data["key"],
        "reason": form.cleaned_data["reason"],
        **chosen,
    }
    try:
        answer = call("whatsapp.unknown.resend", arguments, actor_of(request), timezone.now())
    except Refused as no:
        for reason in no.reasons:
            messages.error(request, f"{reason.text} {reason.fix}")
        return back_to(page, row)
    assert answer.request is not None
    messages.success(request, _("Asked for. Somebody else decides; nothing has been sent."))
    asked = reverse("admin:approvals_actionrequest_change", args=(answer.request.action_request_id,))
    return HttpResponse(status=204, headers={"HX-Redirect": asked})
