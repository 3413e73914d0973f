"""One-time passwords at the desk: their texts, approved by somebody else than their author, and the limits."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldBooleanSwitchWidget

from accounts.admin import WithHistory
from accounts.admin.scope import person_of
from messaging.models import TemplateTranslation
from sms.admin.bubbles import TextBubbles
from sms.models import OtpRules, OtpTemplate
from sms.otp.wording import digest_of, is_approved, problems_of


class OtpTemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is approved is what was posted: who finds the text changed meanwhile posts an edit, which approves nothing.

    `reader` is whoever fills the form in.
    """

    reader: Any = None
    approve = forms.BooleanField(
        label=_("I have read this text and approve it"), required=False, widget=UnfoldBooleanSwitchWidget,
        help_text=_("By somebody else than its author; nothing else may be changed with it."),
    )  # fmt: skip

    class Meta:
        model = OtpTemplate
        fields = ("name", "purpose", "identity", "texts", "default_language", "host", "lifetime_seconds")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "texts" in self.fields:  # compared with the row as it is now, not with what the page once showed
            self.fields["texts"].show_hidden_initial = False

    @property
    def edits(self) -> list[str]:
        return [name for name in self.changed_data if name != "approve"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("approve") and (self.edits or self.instance._state.adding):
            self.add_error("approve", _("Nobody approves what they have just written: save it, and ask somebody else."))
        elif cleaned.get("approve") and self.instance.written_by_id == self.reader.pk:
            self.add_error("approve", _("You have written this text; somebody else approves it."))
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            for problem in problems_of(self.instance):
                self.add_error(None, f"{problem.field}: {problem.text} {problem.fix}")


@admin.register(OtpTemplate)
class OtpTemplateAdmin(WithHistory):
    recorded_as = "sms.otp_template_changed"
    form = OtpTemplateForm
    list_display = ("name", "purpose", "identity", "lifetime_seconds", "shown_approval")
    list_select_related = ("identity",)
    search_fields = ("name", "purpose")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": (("name", "purpose"), "identity")}),
        (_("Text"), {"fields": ("phones", "texts", ("default_language", "host"), "lifetime_seconds")}),
        (_("Approval"), {"fields": ("approve", "written_by", ("approved_by", "approved_at"))}),
    )
    readonly_fields = ("phones", "written_by", "approved_by", "approved_at")

    @display(description=_("what people read"))
    def phones(self, template: OtpTemplate) -> SafeString | str:
        """Each language on the phone, as it was saved last; the form below it holds what may be edited."""
        draw = TextBubbles({})
        texts = [TemplateTranslation(language=language, definition={"text": text})
                 for language, text in sorted((template.texts or {}).items())]  # fmt: skip
        bubbles = [draw(one, None, one.language, str(_("before the code is filled in"))) for one in texts]
        return SafeString(render_to_string("desk/phones.html", {"bubbles": bubbles})) if bubbles else "–"

    @display(description=_("approval"), label={"approved": "success", "waits": "warning"})
    def shown_approval(self, template: OtpTemplate) -> tuple[str, str]:
        return ("approved", str(_("approved"))) if is_approved(template) else ("waits", str(_("waits for approval")))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever may only look, and whoever writes a new one, has nothing to approve."""
        if obj is not None and self.has_change_permission(request, obj):
            return self.fieldsets
        approval = () if obj is None else ((_("Approval"), {"fields": ("written_by", ("approved_by", "approved_at"))}),)
        return (*self.fieldsets[:2], *approval)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.reader = person_of(request)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        now, person = timezone.now(), person_of(request)
        if form.edits or not change:
            obj.written_by, obj.updated_at = person, now
            obj.created_at = obj.created_at or now
            obj.approved_by, obj.approved_at, obj.approved_digest = None, None, ""
            super().save_model(request, obj, form, change)
        elif form.cleaned_data.get("approve"):
            obj.approved_by, obj.approved_at, obj.approved_digest = person, now, digest_of(obj)
            obj.save(update_fields=("approved_by", "approved_at", "approved_digest"))
            self.record_change(request, "sms.otp_template_approved", obj, digest=obj.approved_digest)


@admin.register(OtpRules)
class OtpRulesAdmin(WithHistory):
    recorded_as = "sms.otp_rules_changed"
    list_display = ("organisation", "countries", "number_a_day", "tenant_a_day", "money_a_day")
    fieldsets = (
        (_("Where to"), {"fields": ("countries",)}),
        (_("To one person"), {"fields": (("number_in_ten_minutes", "number_a_day"),)}),
        (_("For whoever asks"), {"fields": (("address_an_hour", "network_an_hour"),)}),
        (_("Altogether"), {"fields": (("tenant_an_hour", "tenant_a_day"), "money_a_day")}),
        (_("Against pumping"), {"fields": ("prefix_an_hour", ("pumping_from", "pumping_share"))}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One row an organisation; until there is one, the defaults hold."""
        exists = OtpRules.objects.filter(organisation=person_of(request).organisation_id).exists()
        return super().has_add_permission(request) and not exists

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("organisation")
