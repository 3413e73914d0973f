"""Organisations: their own administrators keep the settings; a superuser of the installation adds new ones."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor, ActorKind, Face
from accounts.admin.scope import OrganisationScoped, person_of
from accounts.models import Organisation

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
        (_("How it works"), {"fields": ("timezone", "locale", "currency", "default_country")}),
        (_("Stop"), {"fields": ("sending_stopped_at",)}),
    )
    readonly_fields = ("sending_stopped_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        if person_of(request).is_superuser:
            return Organisation.objects.all()
        return super().get_queryset(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The slug stands in addresses and exports: only the installation's superuser sets it."""
        return self.readonly_fields if person_of(request).is_superuser else (*self.readonly_fields, "slug")

    def actor_for(self, request: HttpRequest, obj: Organisation) -> Actor:
        return actor_in(request, obj)


def actor_in(request: HttpRequest, organisation: Organisation) -> Actor:
    """Who changes something of an organisation: perhaps a superuser from outside. The record is the organisation's."""
    person = person_of(request)
    return Actor(
        organisation, ActorKind.PERSON, Face.DESK, f"person:{person.pk}", str(person), frozenset(), person=person
    )
