"""What came from outside and what went to reviewers: both only shown."""

from django.contrib import admin
from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import ReadOnly
from approvals.admin.contract_fields import in_words
from sms.admin.record_panels import FIGURES, figure_in_words
from sms.models import PerformanceSnapshot, ReviewNotice


@admin.register(PerformanceSnapshot)
class PerformanceSnapshotAdmin(ReadOnly):
    list_display = ("source", "campaign", "gateway", "from_day", "until_day", "shown_figures", "is_replaced")
    list_select_related = ("campaign", "gateway", "replaced_by")
    search_fields = ("source", "campaign__name")
    ordering = ("-recorded_at",)
    fields = (
        "source", "method", "attribution", "campaign", "gateway", "from_day", "until_day", "shown_figures", "currency",
        "shown_evidence", "replaces", "is_replaced", "recorded_at",
    )  # fmt: skip

    @display(description=_("figures"))
    def shown_figures(self, snapshot: PerformanceSnapshot) -> str:
        told = snapshot.figures
        return ", ".join(f"{words} {figure_in_words(name, told, snapshot.currency)}" for name, words in FIGURES.items()
                         if name in told)  # fmt: skip

    @display(description=_("evidence"))
    def shown_evidence(self, snapshot: PerformanceSnapshot) -> str:
        return "; ".join(" ".join(in_words(one[part]) for part in ("name", "kept_at", "sha256") if one.get(part))
                         for one in snapshot.evidence)  # fmt: skip

    @display(description=_("corrected"), boolean=True)
    def is_replaced(self, snapshot: PerformanceSnapshot) -> bool:
        return hasattr(snapshot, "replaced_by")


@admin.register(ReviewNotice)
class ReviewNoticeAdmin(ReadOnly):
    list_display = ("topic", "recipient", "subject", "created_at", "sent_at", "problem")
    list_filter = ("topic",)
    list_select_related = ("recipient",)
    ordering = ("-created_at",)
    fields = ("topic", "recipient", "subject", "shown_body", "created_at", "sent_at", "tries", "given_up_at", "problem")

    @display(description=_("text"))
    def shown_body(self, notice: ReviewNotice) -> SafeString:
        return linebreaksbr(notice.body)
