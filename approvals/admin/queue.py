"""The list of requests, mine first, and the way from it to the page where one is decided."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from accounts.admin.scope import ReadOnly, actor_of, person_of
from approvals.admin.chain import behind, requester_of
from approvals.admin.decision_page import decision_context, sentence_of
from approvals.admin.dialogs import VERDICTS, decide
from approvals.admin.labels import label
from approvals.admin.page_by_key import PageByKey
from approvals.admin.turn import OPEN, in_order_of_turn, is_my_turn
from approvals.describing import summary_of
from approvals.hidden import shown_to
from approvals.models import ActionRequest, State
from approvals.numerals import number
from approvals.registry import registry

STATE_COLOURS = {
    State.PENDING: "warning",
    State.APPROVED: "info",
    State.EXECUTING: "info",
    State.SUCCEEDED: "success",
    State.FAILED: "danger",
    State.UNSURE: "danger",
    State.REJECTED: "danger",
}


class TurnFilter(admin.SimpleListFilter):
    title = _("turn")
    parameter_name = "turn"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", _("Waits for me")), ("open", _("Under way")), ("ended", _("Ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ActionRequest]) -> QuerySet[ActionRequest]:
        if self.value() == "me":
            return queryset.filter(is_my_turn(person_of(request), timezone.now()))
        if self.value() == "open":
            return queryset.filter(state__in=OPEN)
        return queryset.exclude(state__in=OPEN) if self.value() == "ended" else queryset


class ToolFilter(DropdownFilter):
    title = _("tool")
    parameter_name = "tool"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(tool.name, tool.name) for tool in registry.tools.values() if tool.approval is not None]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ActionRequest]) -> QuerySet[ActionRequest]:
        return queryset.filter(tool=self.value()) if self.value() else queryset


@admin.register(ActionRequest)
class ActionRequestAdmin(ReadOnly):
    """Shown, and decided through `approvals.decisions` alone: there is no form for a state, and no action on many."""

    list_display = ("what", "who", "shown_people", "shown_money", "waits", "expires", "shown_state")
    list_filter = (TurnFilter, ("state", ChoicesDropdownFilter), ToolFilter)
    list_filter_submit = True
    list_select_related = ("preview", "agent", "owner", "organisation")
    sortable_by = ()
    list_fullwidth = True
    list_per_page = 25  # what one reads before deciding; a row costs the page about a millisecond
    paginator = PageByKey

    def get_queryset(self, request: HttpRequest) -> QuerySet[ActionRequest]:
        rows = super().get_queryset(request)
        if person_of(request).organisation is not None:
            rows = shown_to(actor_of(request), rows)
        return in_order_of_turn(rows.select_related(*self.list_select_related), person_of(request), timezone.now())

    @display(description=_("what"))
    def what(self, request: ActionRequest) -> SafeString:
        tool = registry.get(request.tool)
        does = summary_of(tool) if tool else request.tool
        return format_html(
            '<span class="cs-two"><strong>{}</strong><small title="{}">{}</small></span>',
            sentence_of(request), request.tool, does,
        )  # fmt: skip

    @display(description=_("who asks"))
    def who(self, request: ActionRequest) -> SafeString:
        return format_html(
            '<span class="cs-two"><strong>{}</strong><small>{}</small></span>', requester_of(request), behind(request)
        )

    @display(description=pgettext_lazy("how many", "people"))
    def shown_people(self, request: ActionRequest) -> str:
        return number(request.people) if request.people else "–"

    @display(description=_("cost at most"))
    def shown_money(self, request: ActionRequest) -> str:
        if not request.money:
            return "–"
        currency = request.preview.contract.get("currency", request.organisation.currency)
        return f"{number(request.money)}\u00a0{currency}"

    @display(description=_("waits since"))
    def waits(self, request: ActionRequest) -> SafeString:
        return _moment(request.created_at, timesince(request.created_at, depth=1))

    @display(description=_("expires in"))
    def expires(self, request: ActionRequest) -> SafeString | str:
        if request.state != State.PENDING:
            return "–"
        return _moment(request.expires_at, timeuntil(request.expires_at, depth=1))

    @display(description=_("state"))
    def shown_state(self, request: ActionRequest) -> SafeString:
        colour = STATE_COLOURS.get(State(request.state), "plain")
        words = _("Waiting") if request.state == State.PENDING else request.get_state_display()
        state = label(colour, words)
        if not request.tainted:
            return state
        tainted = label("danger", _("tainted"), _("Asked for after reading what customers wrote"))
        return format_html("{} {}", state, tainted)

    def get_urls(self) -> list[URLPattern]:
        mine = [
            path(
                f"<uuid:object_id>/{verdict}/",
                self.admin_site.admin_view(self.decide_view),
                {"verdict": verdict},
                name=f"approvals_actionrequest_{verdict}",
            )
            for verdict in VERDICTS
        ]
        return mine + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The decision page. It is read; nothing is ever posted to it."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        return self._page(request, self.find(request, object_id))

    def decide_view(self, request: HttpRequest, object_id: str, verdict: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        asked = self.find(request, str(object_id))
        refused, answer = decide(request, asked, verdict, timezone.now())
        if answer is not None:
            return answer
        asked = self.find(request, str(object_id))
        return self._page(
            request, asked, status=409, refused=refused, reopen=verdict, note=request.POST.get("note", "")
        )

    def _page(self, request: HttpRequest, asked: ActionRequest, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            **decision_context(asked, actor_of(request), timezone.now()),
            "title": sentence_of(asked),
            "opts": self.opts,
            "media": self.media,
            **more,
        }
        return TemplateResponse(request, "admin/approvals/actionrequest/decision.html", context, status=status)


def _moment(at: datetime, words: Any) -> SafeString:
    return format_html('<span title="{}">{}</span>', timezone.localtime(at).strftime("%Y-%m-%d %H:%M"), words)
