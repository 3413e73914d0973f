"""The inbox: the conversations that one's teams see to, newest word first, and it keeps itself up to date."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.paginator import InfinitePaginator

from accounts.admin import actor_of, sees_personal_data
from accounts.admin.scope import person_of
from accounts.roles import SERVE
from messaging.admin.contacts import known_as
from messaging.admin.inbox.clocks import CLOSES_AT, closing, late
from messaging.admin.inbox.filters import InQueue, InState, Look, Whose, views_of
from messaging.admin.inbox.pages import NOTHING_NEW, ThreadPages
from messaging.admin.inbox.rows import Row, rows_of, with_last_words
from messaging.models import Conversation
from messaging.whatsapp.conversations.visible import visible_to

_ROWS = "admin/messaging/conversation/rows.html"
# What is said in the address of the news alone; the list itself knows no such filter.
_SEEN = "seen"


@admin.register(Conversation)
class ConversationAdmin(ThreadPages):
    list_filter = (Whose, Look, InState, InQueue)
    search_fields = ("id",)
    search_help_text = _("A whole phone number in any spelling, a CRM id, or a label")
    ordering = ("-last_inbound_at", "-opened_at")
    list_per_page = 25
    sortable_by = ()
    paginator = InfinitePaginator
    change_list_template = "admin/messaging/conversation/inbox.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        if person_of(request).organisation_id is None or not actor_of(request).can(SERVE):
            return Conversation.objects.none()
        rows = visible_to(actor_of(request)).select_related("contact", "queue", "owner", "sender", "organisation")
        return with_last_words(rows.annotate(closes_at=CLOSES_AT))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, with the rows as the page shows them."""
        shown = super().get_changelist_instance(request)
        shown.rows = rows_of(
            shown.result_list, person_of(request), timezone.now(), in_clear=sees_personal_data(request)
        )
        shown.views = views_of(shown, self._counts(request, timezone.now()))
        shown.seen = _digest(shown.rows, shown.views)
        _turn_pages(shown)
        return shown

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conversation], search_term: str
    ) -> tuple[QuerySet[Conversation], bool]:
        """Exactly one person's, or those of a label: half a number finds nothing, as in the list of contacts."""
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = Q(labels__contains=[term])
        if sees_personal_data(request):
            wanted |= Q(contact__crm_id=term) | Q(contact__in=known_as(term, request).values("contact_id"))
        return queryset.filter(wanted), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Inbox"), **(extra_context or {})})

    def list_news_view(self, request: HttpRequest) -> HttpResponse:
        """The rows alone, if they differ from those that the page says it has."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        asked: QueryDict = request.GET.copy()
        seen = asked.pop(_SEEN, [""])[0]
        request.GET = asked  # type: ignore[assignment]
        shown = self.get_changelist_instance(request)
        if seen == shown.seen:
            return HttpResponse(status=NOTHING_NEW)
        return TemplateResponse(request, _ROWS, {"cl": shown, "is_news": True})

    def get_urls(self) -> list[URLPattern]:
        news = self.admin_site.admin_view(self.list_news_view)
        return [path("news/", news, name="messaging_conversation_list_news"), *super().get_urls()]

    def _counts(self, request: HttpRequest, now: datetime) -> dict[str, int]:
        """How many are in each view, in one question."""
        rows = visible_to(actor_of(request)).filter(state=Conversation.State.OPEN).annotate(closes_at=CLOSES_AT)
        return rows.aggregate(
            state=Count("pk"),
            me=Count("pk", filter=Q(owner=person_of(request))),
            nobody=Count("pk", filter=Q(owner=None)),
            unread=Count("pk", filter=Q(unread__gt=0)),
            late=Count("pk", filter=late(now)),
            closing=Count("pk", filter=closing(now)),
        )


def _turn_pages(shown: Any) -> None:
    """Where the pages before and behind this one are, and where its news."""
    page = shown.page_num
    has_more = len(shown.rows) == shown.list_per_page  # nobody counts what is older
    shown.older = shown.get_query_string({PAGE_VAR: page + 1}) if has_more else ""
    shown.newer = shown.get_query_string({PAGE_VAR: page - 1}) if page > 1 else ""
    news, seen = reverse("admin:messaging_conversation_list_news"), {_SEEN: shown.seen}
    shown.news = f"{news}{shown.get_query_string(seen)}"


def _digest(rows: list[Row], views: Any) -> str:
    """Differs whenever a row would look different; the minutes that pass are counted by the page itself."""
    facts = [
        (row.link, row.name, row.last, row.at, row.owner, row.window.tone, str(row.window.words), row.promise.tone,
         str(row.promise.words), row.conversation.unread, row.conversation.queue.name, row.conversation.state,
         row.conversation.labels, row.conversation.concern)
        for row in rows
    ]  # fmt: skip
    return sha256(repr((facts, views)).encode()).hexdigest()[:16]
