"""Reusable texts: how each language reads on the phone, what has to stay in it, and how it read before."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import ReadOnly, WithHistory
from messaging.admin.bubbles import Bubble
from messaging.admin.moments import moment
from messaging.models import Template, TemplateTranslation
from sms.admin.bubbles import TextBubbles
from sms.copy.texts import translations_of
from sms.models import TextTerms

# Earlier wordings that are shown on the phone, the newest first; the history has them all.
_MOST_BEFORE = 12


@admin.register(TextTerms)
class TextTermsAdmin(ReadOnly, WithHistory):
    list_display = ("name", "purpose", "category", "languages", "most_parts", "version", "updated_at")
    search_fields = ("template__name", "purpose", "brand")
    ordering = ("-template__updated_at",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("purpose", ("category", "default_language"), "phones")}),
        (_("What stays in every text"), {"fields": (("brand", "most_parts"), "ways_out")}),
        (_("Versions"), {"fields": (("version", "updated_at"), "before")}),
    )
    readonly_fields = (
        "purpose", "category", "default_language", "phones", "brand", "most_parts", "ways_out", "version", "updated_at",
        "before",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[TextTerms]:
        rows: QuerySet[TextTerms] = super().get_queryset(request)
        return rows.select_related("template").prefetch_related("template__translations")

    @display(description=_("name"))
    def name(self, terms: TextTerms) -> str:
        return terms.template.name

    @display(description=_("category"))
    def category(self, terms: TextTerms) -> str:
        return str(terms.template.get_category_display())

    @display(description=_("default language"))
    def default_language(self, terms: TextTerms) -> str:
        return terms.template.default_language

    @display(description=_("languages"))
    def languages(self, terms: TextTerms) -> str:
        return ", ".join(one.language for one in translations_of(terms.template))

    @display(description=_("version"))
    def version(self, terms: TextTerms) -> int:
        return terms.template.version

    @display(description=_("updated at"))
    def updated_at(self, terms: TextTerms) -> str:
        return moment(terms.template.updated_at)

    @display(description=_("what people read"))
    def phones(self, terms: TextTerms) -> SafeString:
        draw = TextBubbles({})
        note = str(_("before names are filled in"))
        return _phones(draw(one, None, one.language, note) for one in translations_of(terms.template))

    @display(description=_("words to opt out by"))
    def ways_out(self, terms: TextTerms) -> SafeString | str:
        told = sorted(terms.opt_outs.items())
        return format_html_join(SafeString("<br>"), "{}: {}", told) or "–"

    @display(description=_("how it read before"))
    def before(self, terms: TextTerms) -> SafeString | str:
        earlier = list(_earlier(terms.template))[:_MOST_BEFORE]
        return _phones(earlier) if earlier else str(_("It has read like this from the beginning."))

    def has_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)


def _phones(bubbles: Any) -> SafeString:
    return SafeString(render_to_string("desk/phones.html", {"bubbles": list(bubbles)}))


def _earlier(template: Template) -> Iterator[Bubble]:
    """Each wording that was replaced, with the day from which on it was in use."""
    draw, now = TextBubbles({}), {one.language: one.digest for one in translations_of(template)}
    seen = set(now.items())
    for past in TemplateTranslation.history.filter(template=template.pk).order_by("-history_date", "-history_id"):
        if (past.language, past.digest) in seen:
            continue
        seen.add((past.language, past.digest))
        yield draw(past.instance, None, past.language, str(_("from %s on") % moment(past.history_date)))
