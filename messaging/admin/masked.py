"""Rows that carry personal data. Each row fetched for a page knows whether its reader may see it."""

from typing import Any

from django.db.models import BooleanField, QuerySet, Value
from django.http import HttpRequest
from unfold.admin import TabularInline

from accounts.admin import ReadOnly, ReadOnlyInline, sees_personal_data
from approvals.masking import mask


def for_reader(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """The rows with `in_clear` on each: a page's columns are given the row alone, never the request."""
    return rows.annotate(in_clear=Value(sees_personal_data(request), output_field=BooleanField()))


def shown(row: Any, value: str | None, kind: str) -> str:
    """A phone, name, text or identifier as the reader of this row may see it. Without `in_clear` it is masked."""
    if not value:
        return "–"
    return value if getattr(row, "in_clear", False) else mask(value, kind)


class MaskedPage(ReadOnly):
    """A read-only page of rows with personal data."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return for_reader(super().get_queryset(request), request)


class MaskedInline(ReadOnlyInline):
    """Rows with personal data inside another row's page."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = TabularInline.get_queryset(self, request)
        return for_reader(rows, request)
