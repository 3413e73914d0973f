"""The record at the desk: read, filtered and searched, and nothing else."""

import contextlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.actor import Face
from accounts.admin.scope import ReadOnly, sees_personal_data
from accounts.models import Person
from audit.actions import sentence_of, subject_of
from audit.admin_filters import ActionFilter, DayFilter, FaceFilter
from audit.models import Entry, Segment
from audit.seal import segment_of


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    list_display = ("moment", "sentence", "actor", "subject", "through")
    list_display_links = ("moment", "sentence")
    list_filter = (ActionFilter, FaceFilter, ("at", DayFilter))
    list_filter_submit = True
    ordering = ("-at", "-id")
    search_fields = ("subject_id",)
    search_help_text = _("The whole id of a subject or of an action request.")
    fields = (
        "moment",
        "sentence",
        "actor",
        "actor_principal",
        "through",
        "subject",
        "asked_in",
        "details",
        "action",
        "sealed",
    )

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changes: ChangeList = super().get_changelist_instance(request)
        _name_people(request, changes.result_list)
        return changes

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Entry | None:
        entry: Entry | None = super().get_object(request, object_id, from_field)
        _name_people(request, [entry] if entry else [])
        return entry

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Whole ids only: they are indexed, and nobody fishes for people by halves of something."""
        term = search_term.strip()
        if not term:
            return queryset, False
        asked = Q(subject_id=term)
        with contextlib.suppress(ValueError):  # not every subject is known by a UUID
            asked |= Q(request_id=UUID(term)) | Q(subject_id=str(UUID(term)))
        return queryset.filter(asked), False

    @display(description=_("when"), ordering="at")
    def moment(self, entry: Entry) -> str:
        return _to_the_second(entry.at)

    @display(description=_("what happened"))
    def sentence(self, entry: Entry) -> str:
        return sentence_of(entry, _name_of(entry))

    @display(description=_("who"))
    def actor(self, entry: Entry) -> str:
        return _name_of(entry)

    @display(description=_("face"))
    def through(self, entry: Entry) -> str:
        return Face(entry.face).label

    @display(description=_("about"))
    def subject(self, entry: Entry) -> str:
        return _linked(entry.subject_type, entry.subject_id, subject_of(entry))

    @display(description=_("action request"), empty_value="–")
    def asked_in(self, entry: Entry) -> str | None:
        key = str(entry.request_id)
        return _linked("approvals.ActionRequest", key, key) if entry.request_id else None

    @display(description=_("details"))
    def details(self, entry: Entry) -> str:
        """Names and values as they were written down, one a line; what is nested stays as it is kept."""
        told = ((name, one if isinstance(one, str) else json.dumps(one, ensure_ascii=False))
                for name, one in sorted(entry.facts.items()))  # fmt: skip
        return format_html_join(SafeString("<br>"), "<code>{}</code> {}", told) or "–"

    @display(description=_("sealed"))
    def sealed(self, entry: Entry) -> str:
        segment = segment_of(entry)
        if segment is None:
            return str(_("Not yet: this happens within seconds."))
        said = {"number": segment.number, "at": _to_the_second(segment.sealed_at)}
        return str(_("In segment %(number)s, at %(at)s.") % said)


@admin.register(Segment)
class SegmentAdmin(ReadOnly):
    list_display = ("number", "entries", "first_entry_id", "last_entry_id", "sealed_at", "seal_begins")
    ordering = ("-number",)
    fields = (
        "number",
        "entries",
        "entries_so_far",
        "first_entry_id",
        "last_entry_id",
        "root",
        "previous",
        "seal",
        "sealed_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("leaves")

    @display(description=_("seal"))
    def seal_begins(self, segment: Segment) -> str:
        return f"{segment.seal[:16]}…"


def _name_people(request: HttpRequest, entries: Iterable[Entry]) -> None:
    """Put today's name beside each person's id, for readers who may know it. The record itself holds initials."""
    if not sees_personal_data(request):
        return
    found = [entry for entry in entries if entry.actor_kind == "person"]
    keys = {entry.actor_principal.removeprefix("person:") for entry in found}
    people = Person.objects.filter(pk__in=keys) if keys else []
    names = {f"person:{person.pk}": str(person) for person in people}
    for entry in found:
        entry.actor_name = names.get(entry.actor_principal, "")


def _name_of(entry: Entry) -> str:
    """A person's or an agent's own name as it is now; a part of Countersign in the reader's language."""
    return entry.actor_name or (gettext(entry.actor_label) if entry.actor_kind == "system" else entry.actor_label)


def _to_the_second(at: datetime) -> str:
    """In the reader's zone, and to the second, which no language's usual way of writing times shows."""
    return localtime(at).strftime("%Y-%m-%d %H:%M:%S")


def _linked(subject_type: str, key: str, words: str) -> str:
    """Words that lead to the row's page, where the desk has one."""
    try:
        meta = apps.get_model(subject_type)._meta
        page = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[key])
    except (LookupError, ValueError, NoReverseMatch):
        return words
    return format_html('<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>', page, words)
