"""Segments: the rule as it stands and how many it means right now. They are edited through their tool."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import ReadOnly, WithHistory
from approvals.admin.labels import label
from messaging.admin.progress import Part, reason_name
from messaging.audiences.people import size_of
from messaging.models import Channel, Segment
from messaging.segments import RuleError

_CHANNELS = (Channel.WHATSAPP, Channel.SMS)


def _size_on(channel: Channel, segment: Segment) -> SafeString:
    size = size_of(segment.rule, segment.organisation, channel, "marketing", timezone.now())
    parts = [Part("included", _("may get marketing"), size.reachable)]
    parts += [Part("excluded", reason_name(reason), people) for reason, people in size.excluded.items()]
    shown = {"channel": channel.label, "parts": parts, "total": size.targeted}
    return SafeString(render_to_string("desk/size.html", shown))


@admin.register(Segment)
class SegmentAdmin(ReadOnly, WithHistory):
    list_display = ("name", "shown_rule", "purpose", "everyone", "version", "updated_at")
    search_fields = ("name", "purpose")
    ordering = ("-updated_at",)
    fields = ("name", "purpose", "shown_rule", "size_now", "version", "updated_at")
    readonly_fields = fields

    @display(description=_("rule"))
    def shown_rule(self, segment: Segment) -> SafeString:
        return format_html("<code>{}</code>", segment.rule)

    @display(description=_("means everyone"), label={"everyone": "danger"})
    def everyone(self, segment: Segment) -> tuple[str, Any] | None:
        return ("everyone", _("everyone")) if segment.is_everyone else None

    @display(description=_("right now"))
    def size_now(self, segment: Segment) -> SafeString:
        """Counted when the page is opened, for each channel: by marketing's consent, the strictest."""
        try:
            return format_html_join("", "{}", ((_size_on(channel, segment),) for channel in _CHANNELS))
        except RuleError as error:
            return label("danger", str(error))

    def has_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)
