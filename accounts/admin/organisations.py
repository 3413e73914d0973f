"""Organisations: their own administrators keep the settings; a superuser of the installation adds new ones."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from accounts.actor import Actor, ActorKind, Face
from accounts.admin.scope import OrganisationScoped, back_to, person_of
from accounts.changes import tell
from accounts.desk_permissions import ADMINS, DECIDERS
from accounts.models import Organisation
from accounts.roles import Role

# What a new organisation begins with; packages above add theirs.
BEGINNINGS: list[Callable[[Organisation], object]] = []

# Roles are what this product knows; Django's groups would be a second, silent way to give rights.
admin.site.unregister(Group)


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_timezone(self) -> str:
        name: str = self.cleaned_data["timezone"]
        if name not in available_timezones():
            raise forms.ValidationError(_("There is no time zone of this name. Write one like Asia/Hong_Kong."))
        return name

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_default_country(self) -> str:
        return str(self.cleaned_data["default_country"]).upper()


@admin.register(Organisation)
class OrganisationAdmin(OrganisationScoped):
    organisation_path = "pk"
    recorded_as = "organisation.changed"
    form = OrganisationForm
    list_display = ("name", "slug", "timezone", "currency", "default_country", "sending_stopped_at")
    fieldsets = (
        (None, {"fields": ("name", "slug")}),
        (_("How it works"), {"fields": ("timezone", "locale", "currency", "default_country", "edition")}),
        (_("Stop"), {"fields": ("sending_stopped_at",)}),
    )
    readonly_fields = ("sending_stopped_at",)
    actions_detail = ("stop_sending", "allow_sending")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        if person_of(request).is_superuser:
            return Organisation.objects.all()
        return super().get_queryset(request)

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        """A new one begins with its defaults, so that nothing of it runs past the policies that all others have."""
        super().save_model(request, obj, form, change)
        for begin in () if change else BEGINNINGS:
            begin(obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The slug stands in addresses and exports: only the installation's superuser sets it."""
        return self.readonly_fields if person_of(request).is_superuser else (*self.readonly_fields, "slug")

    def actor_for(self, request: HttpRequest, obj: Organisation) -> Actor:
        return actor_in(request, obj)

    def has_stop_sending_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever may decide may also say that nothing leaves at all."""
        return self._may_switch(request, object_id, DECIDERS, stopped=False)

    def has_allow_sending_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may_switch(request, object_id, ADMINS, stopped=True)

    @action(
        description=_("Stop all sending"),
        permissions=["stop_sending"],
        icon="block",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Stop all sending?"),
            "description": _("Nothing leaves for this organisation, whatever was approved, until it is allowed again."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Stop it"),
        },
    )
    def stop_sending(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        return self._switch(request, object_id, timezone.now(), "organisation.sending_stopped")

    @action(
        description=_("Allow sending again"),
        permissions=["allow_sending"],
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Allow sending again?"),
            "description": _("What is under way and was not stopped goes on."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Allow it"),
        },
    )
    def allow_sending(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        return self._switch(request, object_id, None, "organisation.sending_allowed")

    def _switch(self, request: HttpRequest, object_id: str, at: datetime | None, told: str) -> HttpResponse:
        organisation: Organisation = self.find(request, object_id)
        with transaction.atomic():
            organisation.sending_stopped_at = at
            organisation.save(update_fields=("sending_stopped_at",))
            tell(told, organisation, actor_in(request, organisation), timezone.now())
        return back_to(self, organisation)

    def _may_switch(
        self, request: HttpRequest, object_id: str | None, roles: frozenset[Role], *, stopped: bool
    ) -> bool:
        """Only in one's own organisation: a superuser from outside keeps the installation, not anybody's business."""
        person = person_of(request)
        row = self.get_object(request, object_id) if object_id else None
        if row is None:
            return person.role in roles
        own = person.organisation_id == row.pk and person.role in roles
        return own and (row.sending_stopped_at is not None) == stopped


def actor_in(request: HttpRequest, organisation: Organisation) -> Actor:
    """Who changes something of an organisation: perhaps a superuser from outside. The record is the organisation's."""
    person = person_of(request)
    return Actor(
        organisation, ActorKind.PERSON, Face.DESK, f"person:{person.pk}", str(person), frozenset(), person=person
    )
