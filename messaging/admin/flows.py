"""Flows as pictures, keyword rules and auto replies, as they are and as they were. Changes go through their tools."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import ReadOnly, WithHistory, actor_of
from approvals.admin.labels import label
from messaging.admin.automation_panels import flow_shown
from messaging.models import AutoReply, Flow, KeywordRule
from messaging.whatsapp.automation.names import shown_to


@admin.register(Flow)
class FlowAdmin(ReadOnly, WithHistory):
    list_display = ("name", "shown_state", "live", "waiting", "updated_at")
    search_fields = ("name", "purpose")
    ordering = ("name",)
    fields = ("name", "purpose", ("shown_state", "waiting"), "picture")
    readonly_fields = ("name", "purpose", "shown_state", "waiting", "picture")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flow]:
        rows: QuerySet[Flow] = super().get_queryset(request).select_related("live__flow")
        return rows.annotate(runs=Count("versions__runs", filter=Q(versions__runs__ended_at=None)))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Flow | None:
        flow: Flow | None = super().get_object(request, object_id, from_field)
        if flow is not None and flow.live is not None:
            flow.live.definition = shown_to(actor_of(request), flow.live.definition)
        return flow

    @display(description=_("state"))
    def shown_state(self, flow: Flow) -> SafeString:
        return label("success" if flow.state == Flow.State.ACTIVE else "plain", flow.get_state_display())

    @display(description=_("conversations that stand in it"))
    def waiting(self, flow: Flow) -> int:
        return int(getattr(flow, "runs", 0))

    @display(description=_("what customers are led by"))
    def picture(self, flow: Flow) -> SafeString | str:
        if flow.live is None:
            return "–"
        return SafeString(render_to_string("desk/panel_flow.html", {"panel": flow_shown(flow.live.definition)}))

    def has_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)


class _Answering(ReadOnly, WithHistory):
    """What rules and auto replies have in common."""

    search_fields = ("name", "reply_text")
    list_select_related = ("flow", "queue", "sender")

    @display(description=_("state"))
    def shown_state(self, row: KeywordRule | AutoReply) -> SafeString:
        return label("success", _("Answers")) if row.enabled else label("plain", _("Off"))

    @display(description=_("answers with"))
    def shown_answer(self, row: KeywordRule | AutoReply) -> str:
        return row.flow.name if row.flow else row.reply_text or "–"

    def has_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)


@admin.register(KeywordRule)
class KeywordRuleAdmin(_Answering):
    list_display = ("name", "shown_state", "shown_phrases", "priority", "shown_answer", "queue")
    ordering = ("-priority", "name")
    fields = (
        ("name", "intent"), ("shown_state", "priority"), "shown_phrases", ("is_whole", "languages"), "shown_answer",
        ("queue", "sender"), "request",
    )  # fmt: skip
    readonly_fields = ("shown_state", "shown_phrases", "shown_answer")

    @display(description=_("phrases"))
    def shown_phrases(self, rule: KeywordRule) -> str:
        return ", ".join(rule.phrases)


@admin.register(AutoReply)
class AutoReplyAdmin(_Answering):
    list_display = ("name", "shown_state", "when", "from_day", "until_day", "shown_answer", "queue")
    ordering = ("name",)
    fields = (
        ("name", "shown_state"), ("when", "hours_between"), ("from_day", "until_day"), "shown_answer",
        ("queue", "sender"), "request",
    )  # fmt: skip
    readonly_fields = ("shown_state", "shown_answer")
