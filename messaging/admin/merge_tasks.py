"""Two contacts that look like one person, side by side, and the three ways to settle it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from accounts.admin import actor_of
from accounts.admin.scope import back_to, person_of
from accounts.desk_permissions import DECIDERS
from approvals.reasons import Refused
from messaging.admin.masked import MaskedPage, shown
from messaging.contacts.merging import keep_apart, merge
from messaging.models import Contact, MergeTask, Suppression

_MERGING = _(
    "All addresses and every opt-out of both become one contact's; where one agreed and one withdrew, the withdrawal "
    "counts. What waits to be sent to the other contact is not sent. This cannot be undone."
)


def _dialog(title: Any, description: Any, submit: Any) -> dict[str, Any]:
    return {"title": title, "description": description, "form_class": BaseDialogForm, "form_submit_text": submit}


@admin.register(MergeTask)
class MergeTaskAdmin(MaskedPage):
    """Until somebody settles it, an opt-out of one counts for both."""

    list_display = ("who_first", "who_second", "evidence", "found_at", "shown_outcome")
    list_display_links = ("evidence",)  # the contacts lead to their own pages
    list_select_related = ("first", "second")
    ordering = ("settled_at", "-found_at")
    sortable_by = ()
    fields = (("who_first", "who_second"), "evidence", ("found_at", "settled_at"), "shown_outcome")
    readonly_fields = (*fields[1:2], "who_first", "who_second", "found_at", "settled_at", "shown_outcome")
    actions_detail = ("keep_first", "keep_second", "two_people")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MergeTask]:
        """With each contact's standing opt-out, asked once for the whole list."""
        standing = Suppression.objects.filter(lifted_at=None)
        rows: QuerySet[MergeTask] = super().get_queryset(request)
        return rows.annotate(
            first_out=Exists(standing.filter(contact=OuterRef("first"))),
            second_out=Exists(standing.filter(contact=OuterRef("second"))),
        )

    @display(description=_("contact"))
    def who_first(self, task: Any) -> SafeString:
        return _who(task, task.first, is_out=task.first_out)

    @display(description=_("other contact"))
    def who_second(self, task: Any) -> SafeString:
        return _who(task, task.second, is_out=task.second_out)

    @display(description=_("state"))
    def shown_outcome(self, task: MergeTask) -> str:
        return str(task.get_outcome_display() or _("Waits for somebody"))

    def has_settle_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        person = person_of(request)
        if person.organisation_id is None or person.role not in DECIDERS:
            return False
        task = self.get_object(request, object_id) if object_id else None
        return task is None or task.settled_at is None

    @action(
        description=_("One person: keep the first"),
        permissions=["settle"],
        icon="merge",
        dialog=_dialog(_("Merge into the first contact?"), _MERGING, _("Merge them")),
    )
    def keep_first(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._settle(request, object_id, "first_id")

    @action(
        description=_("One person: keep the second"),
        permissions=["settle"],
        icon="merge",
        dialog=_dialog(_("Merge into the second contact?"), _MERGING, _("Merge them")),
    )
    def keep_second(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._settle(request, object_id, "second_id")

    @action(
        description=_("Two people: keep apart"),
        permissions=["settle"],
        icon="call_split",
        variant=ActionVariant.PRIMARY,
        dialog=_dialog(
            _("Keep them apart?"),
            _("From now on an opt-out of one is that of one. The same pair is not asked about again."),
            _("Keep them apart"),
        ),
    )
    def two_people(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._settle(request, object_id, "")

    def _settle(self, request: HttpRequest, object_id: str, keep: str) -> HttpResponse:
        task: MergeTask = self.find(request, object_id)
        actor, now = actor_of(request), timezone.now()
        try:
            if keep:
                merge(task, getattr(task, keep), actor, now)
            else:
                keep_apart(task, actor, now)
        except Refused as no:
            for reason in no.reasons:
                messages.error(request, f"{reason.text} {reason.fix}")
        else:
            messages.success(request, _("Settled."))
        return back_to(self, task)


def _who(task: Any, contact: Contact, *, is_out: bool) -> SafeString:
    """Name, number and whether they have opted out, as the reader of the task may see it."""
    contact.in_clear = getattr(task, "in_clear", False)  # type: ignore[attr-defined]
    return format_html(
        '<a href="{}">{}</a> {} {}',
        reverse("admin:messaging_contact_change", args=(contact.pk,)),
        shown(contact, contact.name, "name"),
        shown(contact, contact.phone, "phone") if contact.phone else shown(contact, contact.bsuid, "identifier"),
        _("opted out") if is_out else "",
    )
