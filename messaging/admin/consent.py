"""Evidence of consent and opt-outs: read, never edited. A no can be added at once; a yes comes from the customer."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.paginator import InfinitePaginator

from messaging.admin.masked import MaskedPage, shown
from messaging.admin.opt_out_dialog import MayRecordOptOuts, OptOutByPhoneForm, record_for_number
from messaging.models import ConsentEvidence, Suppression
from messaging.models.consent import ConsentState


class OfContact(MaskedPage):
    """Rows that belong to a contact, shown by their number."""

    list_select_related = ("contact",)
    list_filter_submit = True
    sortable_by = ()
    paginator = InfinitePaginator

    @display(description=_("contact"))
    def who(self, row: Suppression | ConsentEvidence | ConsentState) -> str:
        contact = row.contact
        return shown(row, contact.phone, "phone") if contact.phone else shown(row, contact.bsuid, "identifier")


@admin.register(Suppression)
class SuppressionAdmin(MayRecordOptOuts, OfContact):
    list_display = ("who", "shown_reason", "channel", "category", "source", "at", "standing")
    list_filter = (("reason", ChoicesDropdownFilter), ("channel", ChoicesDropdownFilter))
    ordering = ("-at", "-id")
    fields = ("who", "reason", "channel", "category", "source", "at", "lifted_at", "lifted_by")
    readonly_fields = fields
    actions_list = ("record_number",)

    @display(description=_("reason"))
    def shown_reason(self, row: Suppression) -> str:
        return str(row.get_reason_display())

    @display(description=_("state"), label={"standing": "danger", "lifted": "success"})
    def standing(self, row: Suppression) -> tuple[str, object]:
        return ("lifted", _("Lifted by the customer")) if row.lifted_at else ("standing", _("Standing"))

    @action(
        description=_("Record an opt-out"),
        permissions=["record"],
        icon="do_not_disturb_on",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Record an opt-out"),
            "description": _("Counts at once, in everything that is being sent. The number need not be known yet."),
            "form_class": OptOutByPhoneForm,
            "form_submit_text": _("Record it"),
        },
    )
    def record_number(self, request: HttpRequest, form: OptOutByPhoneForm) -> HttpResponse:
        record_for_number(request, form)
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("admin:messaging_suppression_changelist")})


@admin.register(ConsentEvidence)
class ConsentEvidenceAdmin(OfContact):
    list_display = ("who", "act", "category", "channel", "source", "occurred_at", "customers_own_act")
    list_filter = (("act", ChoicesDropdownFilter), ("category", ChoicesDropdownFilter))
    ordering = ("-id",)
    fields = (
        *("who", "act", "category", "channel", "source", "shown_detail", "occurred_at", "recorded_at"),
        *("customers_own_act", "import_batch"),
    )
    readonly_fields = fields

    @display(description=_("detail"))
    def shown_detail(self, row: ConsentEvidence) -> str:
        return shown(row, row.detail, "text")
