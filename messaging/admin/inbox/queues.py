"""Teams and queues: who answers whom, how soon, and when somebody is there."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from accounts.admin import OrganisationScoped
from accounts.admin.scope import rows_for_choice
from accounts.models import Person
from accounts.roles import SCOPES_OF_ROLE, SERVE
from messaging.admin.inbox.hours import DAYS, hours_in_words, read_day, spelled_day
from messaging.models import Conversation, Queue, Team

_OPEN = Q(conversations__state=Conversation.State.OPEN)
_SERVING = [role for role, scopes in SCOPES_OF_ROLE.items() if SERVE in scopes]


@admin.register(Team)
class TeamAdmin(OrganisationScoped):
    recorded_as = "team.changed"
    list_display = ("name", "shown_members", "shown_queues")
    search_fields = ("name",)
    ordering = ("name",)
    sortable_by = ()
    fields = ("name", "members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        rows: QuerySet[Team] = super().get_queryset(request)
        return rows.prefetch_related("members", "queues")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Those whose role answers customers: anybody else would be a member who sees nothing."""
        people = rows_for_choice(Person, request).filter(is_active=True, role__in=_SERVING)
        kwargs |= {
            "queryset": people.order_by("first_name", "username"),
            "widget": UnfoldAdminCheckboxSelectMultipleWidget(),
        }
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @display(description=_("members"))
    def shown_members(self, team: Team) -> str:
        return ", ".join(sorted(str(person) for person in team.members.all())) or "–"

    @display(description=_("queues"))
    def shown_queues(self, team: Team) -> str:
        return ", ".join(sorted(queue.name for queue in team.queues.all())) or "–"


class QueueForm(forms.ModelForm):  # type: ignore[type-arg]
    """The business hours a day at a time, as people write them on a door."""

    class Meta:
        model = Queue
        fields = ("name", "team", "is_restricted", "is_default", "reply_minutes", "resolve_minutes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = self.instance.business_hours or {}
        for number, field in DAYS.items():
            self.fields[field] = forms.CharField(
                label=WEEKDAYS[number],
                required=False,
                max_length=100,
                initial=spelled_day(hours.get(str(number), [])),
                widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "09:00-13:00, 14:00-18:00"}),
            )

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        hours = {}
        for number, field in DAYS.items():
            try:
                spans = read_day(typed.get(field, ""))
            except ValueError as bad:
                self.add_error(field, ValidationError(str(bad)))
                continue
            if spans:
                hours[str(number)] = spans
        self.instance.business_hours = hours
        if typed.get("is_restricted") and not typed.get("team"):
            self.add_error("team", gettext("A restricted queue needs a team: nobody else would see it."))
        return typed


@admin.register(Queue)
class QueueAdmin(OrganisationScoped):
    recorded_as = "queue.changed"
    form = QueueForm
    list_display = ("name", "team", "shown_restricted", "is_default", "reply_minutes", "shown_hours", "shown_open")
    list_select_related = ("team",)
    search_fields = ("name",)
    ordering = ("name",)
    sortable_by = ()
    _facts = (
        (None, {"fields": (("name", "team"), ("is_restricted", "is_default"), ("reply_minutes", "resolve_minutes"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        rows: QuerySet[Queue] = super().get_queryset(request)
        is_open = Count("conversations", filter=_OPEN)
        return rows.select_related("team").annotate(open_now=is_open)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A form for who may change them, one line for who may look."""
        changes = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        hours = tuple(DAYS.values()) if changes else ("shown_hours",)
        said = _("When somebody is there, in the organisation's time zone. Clocks of answers stand still in between. "
                 "Nothing on any day means round the clock.")  # fmt: skip
        return (*self._facts, (_("Business hours"), {"fields": hours, "description": said if changes else ""}))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if self.has_change_permission(request, obj) else ("shown_hours",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The days are no fields of the model: Django is not to look for them there."""
        kwargs["fields"] = QueueForm.Meta.fields if self.has_change_permission(request, obj) else ()
        return super().get_form(request, obj, change=change, **kwargs)

    @display(description=_("restricted"), label={True: "warning", False: "plain"})
    def shown_restricted(self, queue: Queue) -> tuple[bool, str]:
        return queue.is_restricted, str(_("its team alone") if queue.is_restricted else _("no"))

    @display(description=_("business hours"))
    def shown_hours(self, queue: Queue) -> str:
        return hours_in_words(queue.business_hours)

    @display(description=_("open conversations"))
    def shown_open(self, queue: Any) -> int:
        return int(queue.open_now)
