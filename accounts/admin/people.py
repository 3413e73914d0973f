"""The people of an organisation. Nobody changes their own role, and only a superuser makes superusers."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import AdminPasswordChangeForm, BaseDialogForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts.actor import Actor
from accounts.admin.organisations import actor_in
from accounts.admin.scope import OrganisationScoped, actor_of, back_to, person_of
from accounts.changes import tell
from accounts.models import Person
from accounts.password_again import password_error
from accounts.roles import Role
from accounts.second_factor.enrolment import authenticator_of, remove

_OF_INSTALLATION = ("organisation", "is_superuser")
# Whoever they were signed in as, they are somebody else now.
_ENDS_SESSIONS = frozenset({"role", "is_active", "organisation", "is_superuser"})


class OwnPasswordForm(BaseDialogForm):
    """The password of whoever presses the button."""

    password = forms.CharField(
        label=_("Your own password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )


@admin.register(Person)
class PersonAdmin(OrganisationScoped, UserAdmin):  # type: ignore[type-arg, misc]
    recorded_as = "person.changed"
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("username",)
    list_display = ("who", "username", "shown_role", "is_active", "last_login")
    list_filter = (("role", ChoicesDropdownFilter),)
    list_filter_submit = True
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("At the desk"), {"fields": ("organisation", "role", "is_active", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "password1", "password2")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("At the desk"), {"fields": ("organisation", "role")}),
    )

    actions_detail = ("reset_second_factor",)

    @display(description=_("name"), header=True)
    def who(self, person: Person) -> tuple[str, str, str]:
        initials = "".join(word[0] for word in str(person).split()[:2])
        return str(person), person.email, initials

    @display(
        description=_("role"),
        label={Role.ADMIN: "primary", Role.COMPLIANCE: "success", Role.MARKETER: "info", Role.SUPPORT: "warning"},
    )
    def shown_role(self, person: Person) -> tuple[str, str]:
        return person.role, person.get_role_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        if person_of(request).is_superuser:
            return Person.objects.select_related("organisation")
        return super().get_queryset(request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Which organisation somebody belongs to, and who is a superuser, is the installation's business."""
        found = super().get_fieldsets(request, obj)
        if person_of(request).is_superuser:
            return found
        return [
            (title, {**options, "fields": tuple(name for name in options["fields"] if name not in _OF_INSTALLATION)})
            for title, options in found
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = ("last_login", "date_joined")
        if obj is not None and obj.pk == person_of(request).pk:
            return (*fixed, "organisation", "role", "is_active", "is_superuser")
        return fixed

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser's account, and with it their password, is out of reach of an organisation's administrator."""
        if obj is not None and obj.is_superuser and not person_of(request).is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Person, form: "ModelForm[Any]", change: bool) -> None:
        me = person_of(request)
        obj.is_staff = True  # it only opens the desk's door; what is behind it, the role decides
        if not change and not me.is_superuser:
            obj.organisation_id = me.organisation_id
        if change and not _ENDS_SESSIONS.isdisjoint(form.changed_data):
            obj.sessions_ended_at = timezone.now()
        super().save_model(request, obj, form, change)

    def has_reset_second_factor_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """For somebody else who has one: resetting one's own would be a way round it."""
        person = self.get_object(request, str(object_id)) if object_id else None
        if person is None or person.pk == person_of(request).pk or not self.has_change_permission(request, person):
            return False
        return authenticator_of(person) is not None

    @action(
        description=_("Reset the second factor"),
        permissions=["reset_second_factor"],
        icon="phonelink_erase",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Reset this person's second factor?"),
            "description": _(
                "Do it only when you have spoken to them: until they set up a new one, their password is enough "
                "to do so. Their sessions end."
            ),
            "form_class": OwnPasswordForm,
            "form_submit_text": _("Reset it"),
        },
    )
    def reset_second_factor(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        person: Person = self.find(request, object_id)
        now = timezone.now()
        error = password_error(person_of(request), form.cleaned_data["password"], now)
        if error:
            messages.error(request, error)
            return back_to(self, person)
        with transaction.atomic():
            remove(person)
            person.sessions_ended_at = now
            person.save(update_fields=("sessions_ended_at",))
            self.record_change(request, "person.second_factor_reset", person)
        messages.success(request, _("The second factor of %s is reset.") % person)
        return back_to(self, person)

    def record_change(self, request: HttpRequest, action: str, obj: Any, **facts: object) -> None:
        if obj.organisation is not None:
            super().record_change(request, action, obj, role=obj.role, active=obj.is_active, **facts)

    def actor_for(self, request: HttpRequest, obj: Person) -> Actor:
        return actor_in(request, obj.organisation) if obj.organisation else actor_of(request)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Somebody else's password: the change and its entry in one transaction."""
        person = self.find(request, id)
        with transaction.atomic():
            response: HttpResponse = super().user_change_password(request, id, form_url)
            if request.method == "POST" and response.status_code == 302 and person.organisation is not None:
                tell("person.password_set", person, self.actor_for(request, person), timezone.now())
        return response
