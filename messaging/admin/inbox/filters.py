"""What the inbox can be narrowed to. Each is one question in the address, so that a view can be kept as a bookmark."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import person_of, rows_for_choice
from messaging.admin.inbox.clocks import closing, late
from messaging.models import Conversation, Queue

Rows = QuerySet[Conversation]


@dataclass(frozen=True, slots=True)
class View:
    """One thing that can be pressed above the list; `count` where it is known how many it would show."""

    name: str
    link: str
    is_on: bool
    count: int | None


class Narrowing(admin.SimpleListFilter):
    """`of_all` is what the list is called where nothing of this filter is asked for."""

    of_all: Any = _("All")

    def has_output(self) -> bool:
        """True, so that an address with a view of nothing is answered with nothing."""
        return True


class Whose(Narrowing):
    title = _("whose")
    parameter_name = "whose"
    of_all = _("Everybody's")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", _("Mine")), ("nobody", _("Unassigned"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() == "me":
            return queryset.filter(owner=person_of(request))
        return queryset.filter(owner=None) if self.value() == "nobody" else queryset


class Look(Narrowing):
    title = _("what needs a look")
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("unread", _("Unread")), ("late", _("Late")), ("closing", _("Window closing"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        now = timezone.now()
        if self.value() == "unread":
            return queryset.filter(unread__gt=0)
        if self.value() == "late":
            return queryset.filter(late(now))
        return queryset.filter(closing(now)) if self.value() == "closing" else queryset


class InState(Narrowing):
    """What is open, unless one asks for more."""

    title = _("state")
    parameter_name = "state"
    of_all = _("Open")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("closed", _("Closed")), ("all", _("Open and closed"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() == "all":
            return queryset
        closed = self.value() == "closed"
        return queryset.filter(state=Conversation.State.CLOSED if closed else Conversation.State.OPEN)


class InQueue(Narrowing):
    """Only queues in which there is something this person may see: others are not named."""

    title = _("queue")
    parameter_name = "queue"
    of_all = _("Every queue")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        seen = model_admin.get_queryset(request).order_by().values("queue")
        queues = rows_for_choice(Queue, request).filter(pk__in=seen).order_by("name")
        return [(str(pk), name) for pk, name in queues.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if (queue := self.value()) is None:
            return queryset
        try:
            return queryset.filter(queue_id=queue)
        except (ValidationError, ValueError):
            return queryset.none()


def views_of(shown: Any, counts: Mapping[str, int]) -> list[tuple[str, str, list[View]]]:
    """The filters of this list as (parameter, title, what can be pressed)."""
    return [(spec.parameter_name, str(spec.title), list(_views(spec, shown, counts))) for spec in shown.filter_specs]


def _views(spec: Narrowing, shown: Any, counts: Mapping[str, int]) -> Iterator[View]:
    values = [None, *(value for value, _name in spec.lookup_choices)]
    for value, choice in zip(values, spec.choices(shown), strict=True):
        name = spec.of_all if value is None else choice["display"]
        count = counts.get(str(value)) if value else counts.get(spec.parameter_name or "")
        yield View(str(name), str(choice["query_string"]), bool(choice["selected"]), count)
