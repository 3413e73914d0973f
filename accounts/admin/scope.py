"""What every page of the desk keeps to: one's own organisation, the rights of one's role, and no bulk actions.

@admin.register(Segment)
class SegmentAdmin(ReadOnly):
    organisation_path = "organisation"
"""

from typing import Any, ClassVar, Never

from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline

from accounts.actor import Actor, Face
from accounts.changes import tell
from accounts.desk_permissions import may
from accounts.models import Organisation, Person
from accounts.roles import PERSONAL_DATA, SCOPES_OF_ROLE, Role
from accounts.tenancy import unconfined

# How the filters on a page spell themselves in an address, behind the name of their field.
_FILTER_ENDINGS = (
    *("", "__exact", "__in", "__isnull", "__id__exact", "__pk__exact"),
    *("_from", "_to", "_from_0", "_from_1", "_to_0", "_to_1", "__year", "__month", "__day"),
)


def person_of(request: HttpRequest) -> Person:
    """Whoever is signed in; the admin lets nobody else through."""
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user


def actor_of(request: HttpRequest) -> Actor:
    """The person at the desk as an actor. Somebody without an organisation can act for nobody."""
    person = person_of(request)
    if person.organisation is None:
        raise PermissionDenied
    return Actor.of_person(person, Face.DESK)


def sees_personal_data(request: HttpRequest) -> bool:
    person = person_of(request)
    return person.organisation_id is not None and PERSONAL_DATA in SCOPES_OF_ROLE[Role(person.role)]


class OrganisationScoped(ModelAdmin):
    """A page of one's own organisation's rows. A foreign id is as unknown as none, in pages, choices and searches."""

    organisation_path: ClassVar[str] = "organisation"
    # The audit action a change made here is recorded under; a page without one offers no changes.
    recorded_as: ClassVar[str] = ""
    actions = None
    empty_value_display = "–"
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        organisation = person_of(request).organisation_id
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(**{self.organisation_path: organisation}) if organisation else rows.none()

    def find(self, request: HttpRequest, object_id: str) -> Any:
        """The row of this id, for pages of our own. Raises Http404 for an unknown and a foreign one alike."""
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> Never:
        """Django would lead to the start page and say that the id may have been deleted."""
        raise Http404

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "view", self.opts.label_lower) or self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "add", self.opts.label_lower)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "change", self.opts.label_lower)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only the filters on the page. Django allows any of the model's own fields, so `?phone__startswith=` would
        spell out, one digit at a time, a number that the page masks."""
        names = {self.date_hierarchy} if self.date_hierarchy else set()
        for declared in self.get_list_filter(request):
            shape = declared[0] if isinstance(declared, tuple | list) else declared
            names.add(shape if isinstance(shape, str) else shape.parameter_name)
        return any(lookup == f"{name}{ending}" for name in names for ending in _FILTER_ENDINGS)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return bool(to_field == self.opts.pk.name)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        return rows_for_choice(db_field.related_model, request)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A form that knows whose row it makes: models check what belongs together before the row is saved."""
        form = super().get_form(request, obj, change=change, **kwargs)
        organisation = person_of(request).organisation
        names_owner = obj is None and organisation is not None and self.organisation_path == "organisation"

        class OwnForm(form):  # type: ignore[misc, valid-type]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                if names_owner:
                    self.instance.organisation = organisation

            def _post_clean(self) -> None:
                """What is unique in the installation is asked of all its rows: a username may be taken elsewhere."""
                with unconfined():
                    super()._post_clean()

        return OwnForm

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        """Keep the row in its organisation and the change in the record, both in the admin's own transaction."""
        if not change and self.organisation_path == "organisation" and obj.organisation_id is None:
            obj.organisation_id = person_of(request).organisation_id
        super().save_model(request, obj, form, change)
        if self.recorded_as:
            self.record_change(request, self.recorded_as, obj, fields=sorted(form.changed_data), added=not change)

    def record_change(self, request: HttpRequest, action: str, obj: Model, **facts: object) -> None:
        tell(action, obj, self.actor_for(request, obj), timezone.now(), **facts)

    def actor_for(self, request: HttpRequest, obj: Any) -> Actor:
        return actor_of(request)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The button of the history only where there is one: Django's own knows nothing of what tools change."""
        shown = {"show_history": isinstance(self, WithHistory), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, shown)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        self.find(request, object_id)
        return super().history_view(request, object_id, extra_context)


class WithHistory(OrganisationScoped, SimpleHistoryAdmin):
    """A page that also shows what its row was before. Nothing is put back from there."""

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """simple-history would show the past of any organisation's row whose id one knows, and save what is posted."""
        self.find(request, object_id)
        if request.method != "GET":
            raise PermissionDenied
        return super().history_form_view(request, object_id, version_id, extra_context)

    def set_history_delta_changes(self, request: HttpRequest, historical_records: Any, *args: Any) -> None:
        """Where nobody gave a reason, the page would say None."""
        super().set_history_delta_changes(request, historical_records, *args)
        for record in historical_records:
            record.history_change_reason = record.history_change_reason or self.empty_value_display


class ReadOnly(OrganisationScoped):
    """A page that only shows, whatever one's role."""

    warn_unsaved_form = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """Rows of a row, shown. Whoever sees the outer row sees these, a page of them at a time."""

    extra = 0
    per_page = 20
    ordering = ("-pk",)
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def rows_for_choice(model: type[Model], request: HttpRequest) -> QuerySet[Any]:
    """The rows that may be chosen in a form: those of one's own organisation, and none of what belongs to no one."""
    organisation = person_of(request).organisation_id
    rows = model._default_manager.all()
    if model is Organisation:
        return rows if person_of(request).is_superuser else rows.filter(pk=organisation)
    try:
        model._meta.get_field("organisation")
    except FieldDoesNotExist:
        return rows.none()
    return rows.filter(organisation=organisation) if organisation else rows.none()


def back_to(page: OrganisationScoped, row: Any) -> HttpResponse:
    """Lead the browser from a dialog (which htmx has posted) back to the row's page."""
    address = reverse(f"{page.admin_site.name}:{page.opts.app_label}_{page.opts.model_name}_change", args=(row.pk,))
    return HttpResponse(status=204, headers={"HX-Redirect": address})
