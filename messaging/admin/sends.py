"""Sends of every channel: how far each is, live, with a stop button; afterwards its report."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from accounts.admin import ReadOnly, actor_of, sees_personal_data
from accounts.admin.scope import back_to, person_of
from accounts.desk_permissions import DECIDERS, SENDERS
from accounts.roles import Role
from approvals.admin.labels import label
from approvals.numerals import number
from approvals.reasons import Refused
from approvals.templatetags.desk import state_colour
from messaging.admin.progress import is_under_way, parts_of, share_done
from messaging.admin.report import report_context
from messaging.admin.resend_dialog import BUTTON, ResendForm, ask_again
from messaging.engine.sends import move_send, resume_send
from messaging.engine.tallies import tallies, tally
from messaging.models import Category, Send, SendState
from messaging.resends.planning import ENDED, unknown_attempts

_MAY_STOP = (SendState.SCHEDULED, SendState.RELEASING, SendState.SENDING, SendState.PAUSED)
_MAY_PAUSE = (SendState.SCHEDULED, SendState.RELEASING, SendState.SENDING)


@admin.register(Send)
class SendAdmin(ReadOnly):
    list_display = ("what", "shown_state", "shown_progress", "shown_numbers", "sender", "due_at", "ended_at")
    list_filter = (("state", ChoicesDropdownFilter), ("channel", ChoicesDropdownFilter))
    list_filter_submit = True
    list_select_related = ("sender", "template", "audience")
    ordering = ("-created_at",)
    sortable_by = ()
    list_per_page = 20
    actions_detail = ("stop", "pause", "resume", "resend")
    change_form_template = "admin/messaging/send/report.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Send]:
        rows: QuerySet[Send] = super().get_queryset(request)
        return rows.select_related(
            "sender__account", "template", "audience__segment", "organisation", "request", "preview"
        )

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """All numbers of the page in one question."""
        shown = super().get_changelist_instance(request)
        counted = tallies(list(shown.result_list))
        for send in shown.result_list:
            send.counted = counted[send.pk]
        return shown

    @display(description=_("send"))
    def what(self, send: Send) -> SafeString:
        return format_html(
            '<span class="cs-two"><strong>{}</strong><small>{} · {} · {}</small></span>',
            send.name, send.get_channel_display(), send.get_kind_display(), Category(send.category).label,
        )  # fmt: skip

    @display(description=_("state"))
    def shown_state(self, send: Send) -> SafeString:
        return label(state_colour(send.state), send.get_state_display(), send.pause_reason)

    @display(description=_("outcome"))
    def shown_progress(self, send: Any) -> SafeString:
        counted = send.counted
        parts = {"parts": parts_of(counted), "total": counted.targeted}
        return format_html('<div class="cs-in-list">{}</div>', SafeString(render_to_string("desk/bar.html", parts)))

    @display(description=_("handed over"))
    def shown_numbers(self, send: Any) -> str:
        return f"{number(send.counted.taken)}\u00a0/\u00a0{number(send.audience.included)}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The report. It is read; the buttons above it are dialogs of their own."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        send = self.find(request, object_id)
        buttons = self._get_actions_navigation(
            self.actions_detail, self.get_actions_detail(request, object_id), object_id
        )
        context = {
            **self.admin_site.each_context(request),
            **report_context(send, in_clear=sees_personal_data(request)),
            **live_context(send),
            "title": send.name,
            "opts": self.opts,
            "original": send,
            "actions_detail": buttons,
        }
        return TemplateResponse(request, self.change_form_template, context)

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The numbers alone, which the page asks for every few seconds; a new state has the page load itself again."""
        send = self.find(request, str(object_id))
        response = TemplateResponse(request, "admin/messaging/send/live.html", {"original": send, **live_context(send)})
        if request.GET.get("state", send.state) != send.state:
            response["HX-Refresh"] = "true"
        return response

    def get_urls(self) -> list[URLPattern]:
        live = path(
            "<uuid:object_id>/progress/",
            self.admin_site.admin_view(self.progress_view),
            name="messaging_send_progress",
        )
        return [live, *super().get_urls()]

    def has_stop_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._in_state(request, object_id, SENDERS, _MAY_STOP)

    def has_pause_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._in_state(request, object_id, SENDERS, _MAY_PAUSE)

    def has_resume_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Somebody paused it for a reason: letting it go on is a decision."""
        return self._in_state(request, object_id, DECIDERS, (SendState.PAUSED,))

    def has_resend_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        if not self._in_state(request, object_id, SENDERS, ENDED):
            return False
        send = self.get_object(request, object_id) if object_id else None
        return send is None or unknown_attempts(send).exists()

    @action(**BUTTON)
    def resend(self, request: HttpRequest, form: ResendForm, object_id: str) -> HttpResponse:
        send: Send = self.find(request, object_id)
        return ask_again(self, request, form, send, send)

    @action(
        description=_("Stop"),
        permissions=["stop"],
        icon="stop_circle",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Stop this send?"),
            "description": _("Nobody who still waits is written to. A stopped send does not begin again."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Stop it"),
        },
    )
    def stop(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "stop", _("Stopped. Nobody who still waited will be written to."))

    @action(
        description=_("Pause"),
        permissions=["pause"],
        icon="pause_circle",
        dialog={
            "title": _("Pause this send?"),
            "description": _("Nothing more is handed over until somebody lets it go on."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Pause it"),
        },
    )
    def pause(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "pause", _("Paused."))

    @action(
        description=_("Let it go on"),
        permissions=["resume"],
        icon="play_circle",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Let this send go on?"),
            "description": _("Every person is checked again before anything is handed over."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Let it go on"),
        },
    )
    def resume(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "resume", _("It goes on."))

    def _move(self, request: HttpRequest, object_id: str, move: str, done: Any) -> HttpResponse:
        send: Send = self.find(request, object_id)
        actor, now = actor_of(request), timezone.now()
        try:
            if move == "resume":
                resume_send(send, actor, now)
            else:
                move_send(send, move, actor, now, reason=str(_("by hand, by %s") % actor.label))
        except Refused as no:
            for reason in no.reasons:
                messages.error(request, f"{reason.text} {reason.fix}")
        else:
            messages.success(request, done)
        return back_to(self, send)

    def _in_state(
        self, request: HttpRequest, object_id: str | None, roles: frozenset[Role], states: tuple[SendState, ...]
    ) -> bool:
        person = person_of(request)
        if person.organisation_id is None or person.role not in roles:
            return False
        send = self.get_object(request, object_id) if object_id else None
        return send is None or send.state in states


def live_context(send: Send) -> dict[str, Any]:
    """What the live part of the page shows."""
    counted = tally(send)
    return {
        "send": send,
        "tally": counted,
        "parts": parts_of(counted),
        "total": counted.targeted,
        "done": share_done(counted),
        "under_way": is_under_way(send),
        "messages_link": f"{reverse('admin:messaging_message_changelist')}?send={send.pk}",
    }
