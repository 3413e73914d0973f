"""Contact files: what was read, row by row, and what became of each. And contacts that look like one person."""

from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from approvals.admin.labels import label
from messaging.admin.masked import MaskedPage, shown
from messaging.admin.rows_of import RowsOf
from messaging.imports.preview import summarise, told
from messaging.models import ImportBatch, ImportRow

VERDICT_COLOURS = {
    ImportRow.Verdict.NEW: "success",
    ImportRow.Verdict.UPDATE: "info",
    ImportRow.Verdict.INVALID: "danger",
    ImportRow.Verdict.NO_CONSENT: "warning",
    ImportRow.Verdict.OPT_OUT: "warning",
}


@admin.register(ImportBatch)
class ImportBatchAdmin(MaskedPage):
    list_display = ("name", "shown_rows", "created_at", "shown_merged")
    ordering = ("-created_at",)
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", ("created_at", "merged_at"), ("encoding", "short_digest"))}),
        (_("What the rows say"), {"fields": ("outcome", "columns_read")}),
    )
    readonly_fields = ("outcome", "columns_read", "short_digest")

    @display(description=_("rows"))
    def shown_rows(self, batch: ImportBatch) -> int:
        return sum(value for key, value in batch.counts.items() if key in ImportRow.Verdict.values)

    @display(description=_("state"), label={"merged": "success", "waiting": "warning"})
    def shown_merged(self, batch: ImportBatch) -> tuple[str, Any]:
        return ("merged", _("Merged")) if batch.merged_at else ("waiting", _("Not merged"))

    @display(description=_("digest of the file"))
    def short_digest(self, batch: ImportBatch) -> SafeString:
        return format_html('<code title="{}">{}…</code>', batch.digest, batch.digest[:12])

    @display(description=_("by verdict"))
    def outcome(self, batch: ImportBatch) -> SafeString:
        return SafeString(render_to_string("desk/import_counts.html", {"panel": import_counts(batch)}))

    @display(description=_("columns"))
    def columns_read(self, batch: ImportBatch) -> str:
        return ", ".join(f"{heading} → {field}" for heading, field in batch.columns.items()) or "–"


def import_counts(batch: ImportBatch) -> dict[str, Any]:
    """The verdicts with their counts, for the batch's page and the decision page."""
    rows = [
        {"verdict": verdict, "name": label, "people": batch.counts.get(verdict, 0),
         "kind": {"new": "included", "update": "accepted", "invalid": "failed"}.get(verdict, "excluded")}
        for verdict, label in ImportRow.Verdict.choices
    ]  # fmt: skip
    return {
        "batch": batch,
        "parts": [row for row in rows if row["people"]],
        "total": sum(row["people"] for row in rows),
        "findings": summarise(batch).findings,
        "stays_opted_out": batch.counts.get("stays_opted_out", 0),
    }


class OfBatch(RowsOf):
    title = _("import")
    parameter_name = "batch"
    field = "batch"
    required = True


@admin.register(ImportRow)
class ImportRowAdmin(MaskedPage):
    """Opened from an import: always the rows of one file."""

    organisation_path = "batch__organisation"
    list_display = ("line", "to", "shown_name", "shown_verdict", "shown_problems", "country", "language", "consent")
    list_display_links = None
    list_filter = (OfBatch, ("verdict", ChoicesDropdownFilter))
    list_filter_submit = True
    ordering = ("line",)
    sortable_by = ()
    paginator = InfinitePaginator

    @display(description=_("phone"))
    def to(self, row: ImportRow) -> str:
        return shown(row, row.phone, "phone")

    @display(description=_("name"))
    def shown_name(self, row: ImportRow) -> str:
        return shown(row, row.name, "name")

    @display(description=_("verdict"))
    def shown_verdict(self, row: ImportRow) -> SafeString:
        colour = VERDICT_COLOURS.get(ImportRow.Verdict(row.verdict), "plain")
        return label(colour, row.get_verdict_display())

    @display(description=_("problems"))
    def shown_problems(self, row: ImportRow) -> str:
        return "; ".join(told(problem)["text"] for problem in row.problems) or "–"

    @display(description=_("consent"))
    def consent(self, row: ImportRow) -> str:
        return f"{row.consent_category} · {row.consent_source}" if row.consent_source else "–"
