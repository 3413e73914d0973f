"""Templates as phones show them, and where each language stands in Meta's review. Changes go through their tools."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.admin import ReadOnly, WithHistory
from approvals.admin.labels import label
from messaging.admin.bubbles import bubble_of
from messaging.admin.header_files import with_file
from messaging.models import Channel, Template, TemplateTranslation, TranslationStatus

STATUS_COLOURS = {
    TranslationStatus.APPROVED: "success",
    TranslationStatus.FLAGGED: "warning",
    TranslationStatus.PENDING: "info",
    TranslationStatus.SUBMITTING: "info",
    TranslationStatus.REJECTED: "danger",
    TranslationStatus.PAUSED: "danger",
    TranslationStatus.DISABLED: "danger",
    TranslationStatus.UNSURE: "danger",
}


def status_label(translation: TemplateTranslation, *, language: bool = False) -> SafeString:
    words = translation.get_status_display()
    colour = STATUS_COLOURS.get(TranslationStatus(translation.status), "plain")
    return label(colour, f"{translation.language} · {words}" if language else words, words)


@admin.register(Template)
class TemplateAdmin(ReadOnly, WithHistory):
    list_display = ("name", "category", "shown_languages", "account", "version", "updated_at")
    list_filter = (("category", ChoicesDropdownFilter),)
    list_filter_submit = True
    search_fields = ("name",)
    ordering = ("-updated_at",)
    list_select_related = ("account",)
    fields = ("name", ("category", "default_language"), ("account", "version"), "phones")
    readonly_fields = ("name", "category", "default_language", "account", "version", "phones")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        translations = TemplateTranslation.objects.order_by("language")
        """What Meta reviews: the texts of SMS are reusable texts, and campaigns' own."""
        rows: QuerySet[Template] = super().get_queryset(request).filter(channel=Channel.WHATSAPP)
        return rows.prefetch_related(Prefetch("translations", queryset=translations))

    @display(description=_("languages"))
    def shown_languages(self, template: Template) -> SafeString:
        return format_html_join(" ", "{}", ((status_label(one, language=True),) for one in template.translations.all()))

    @display(description=_("what people read"))
    def phones(self, template: Template) -> SafeString:
        shown: list[dict[str, Any]] = []
        for translation in template.translations.all():
            translation.template = template
            drawn = bubble_of(translation, None, translation.language, str(_("with its sample values")))
            bubble = with_file(drawn, template.organisation_id)
            shown.append({"bubble": bubble, "translation": translation, "label": status_label(translation)})
        return SafeString(render_to_string("desk/translations.html", {"shown": shown}))

    def has_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)
