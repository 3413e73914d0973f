"""A filter that holds a list to the rows of one other row, named in the address. It offers nothing to choose."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest


class RowsOf(admin.SimpleListFilter):
    """`required`: without the id the list is empty, because the rows of all together mean nothing."""

    title: Any = ""
    field: ClassVar[str] = ""
    required: ClassVar[bool] = False

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return []

    def has_output(self) -> bool:
        """True, or Django would not ask `queryset`; the choices below show nothing."""
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        return iter(())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset.none() if self.required else queryset
        try:
            return queryset.filter(**{self.field: self.value()})
        except (ValidationError, ValueError):
            return queryset.none()
