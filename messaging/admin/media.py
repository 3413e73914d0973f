"""Files: what may be sent and what customers sent, as far as one may know of their conversations; handing one in."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from accounts.admin import ReadOnly, actor_of
from accounts.admin.scope import back_to, person_of
from accounts.desk_permissions import DECIDERS, SENDERS
from accounts.roles import SERVE
from approvals.admin.labels import label
from approvals.reasons import Reason, Refused
from messaging.admin.handing_in import hand_in
from messaging.models import MediaAsset, MediaFetch
from messaging.whatsapp.conversations.visible import visible_to
from messaging.whatsapp.media.approving import reject_media
from messaging.whatsapp.media.images import is_image
from messaging.whatsapp.media.limits import endings_by_type
from messaging.whatsapp.media.references import path_to
from messaging.whatsapp.media.scanning import is_configured

STATE_COLOURS = {"waiting": "warning", "approved": "success", "rejected": "danger", "received": "info",
                 "quarantined": "danger", "kept": "success", "given_up": "danger"}  # fmt: skip
SCAN_COLOURS = {"clean": "success", "unscanned": "warning", "infected": "danger"}


def picture_of(asset: MediaAsset, css: str = "cs-thumb") -> SafeString | str:
    """A picture as a picture; other files by their kind. Shown through a reference that ends after ten minutes."""
    if not asset.path or not is_image(asset.content_type):
        return asset.get_kind_display()
    return format_html('<img class="{}" src="{}" alt="{}">', css, path_to(asset, timezone.now()), asset.name)


def known_to(request: HttpRequest, conversation: str) -> Q:
    """Rows that hang on no conversation, or on one that this person may know of; `conversation` is the way to it."""
    free = Q(**{f"{conversation}__isnull": True})
    person = person_of(request)
    if person.organisation_id is None:
        return free
    actor = actor_of(request)
    return free | Q(**{f"{conversation}__in": visible_to(actor)}) if actor.can(SERVE) else free


@admin.register(MediaAsset)
class MediaAssetAdmin(ReadOnly):
    list_display = ("preview", "name", "shown_size", "shown_state", "shown_scan", "origin", "uploaded_by", "made_at")
    list_display_links = ("name",)
    list_filter = (("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter), ("origin", ChoicesDropdownFilter))
    list_filter_submit = True
    search_fields = ("name",)
    ordering = ("-made_at",)
    fieldsets = (
        (None, {"fields": ("large", ("name", "file_name"), ("content_type", "shown_size", "measures"))}),
        (_("May it be used?"), {"fields": (("shown_state", "shown_scan"), "problem", "conversation")}),
        (_("Where it comes from"), {"fields": (("origin", "uploaded_by"), "made_at", "digest")}),
    )
    readonly_fields = ("large", "shown_size", "measures", "shown_state", "shown_scan", "digest")
    actions_list = ("hand_in",)
    actions_detail = ("reject",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[MediaAsset]:
        rows: QuerySet[MediaAsset] = super().get_queryset(request).filter(known_to(request, "conversation"))
        return rows

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not is_configured():
            words = _("No virus scanner is configured (CLAMD_ADDRESS): files are not scanned, a person approves each.")
            messages.warning(request, words)
        return super().changelist_view(request, extra_context)

    @display(description=_("preview"))
    def preview(self, asset: MediaAsset) -> SafeString | str:
        return picture_of(asset)

    @display(description=_("preview"))
    def large(self, asset: MediaAsset) -> SafeString | str:
        if not asset.path:
            return "–"
        save = format_html('<a class="cs-button" href="{}">{}</a>', path_to(asset, timezone.now()), _("Save the file"))
        return format_html("{}<p>{}</p>", picture_of(asset, "cs-picture"), save)

    @display(description=_("size"), ordering="size")
    def shown_size(self, asset: MediaAsset) -> str:
        return filesizeformat(asset.size)

    @display(description=_("width and height"))
    def measures(self, asset: MediaAsset) -> str:
        return f"{asset.width} × {asset.height}" if asset.width else "–"

    @display(description=_("state"))
    def shown_state(self, asset: MediaAsset) -> SafeString:
        return label(STATE_COLOURS[asset.state], asset.get_state_display())

    @display(description=_("virus scan"))
    def shown_scan(self, asset: MediaAsset) -> SafeString:
        return label(SCAN_COLOURS[asset.scan], asset.get_scan_display())

    @display(description=_("SHA-256"))
    def digest(self, asset: MediaAsset) -> SafeString:
        return format_html("<code>{}</code>", asset.sha256)

    def has_hand_in_permission(self, request: HttpRequest) -> bool:
        person = person_of(request)
        return person.organisation_id is not None and person.role in SENDERS

    def has_reject_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        person = person_of(request)
        if person.organisation_id is None or person.role not in DECIDERS:
            return False
        asset = self.get_object(request, object_id) if object_id else None
        return asset is not None and asset.state in (MediaAsset.State.WAITING, MediaAsset.State.APPROVED)

    @action(description=_("Hand in a file"), permissions=["hand_in"], icon="upload")
    def hand_in(self, request: HttpRequest) -> HttpResponse:
        """GET shows the form; POST lays the file down and asks for its approval."""
        reasons: tuple[Reason, ...] = ()
        if request.method == "POST":
            try:
                name, file = request.POST.get("name", ""), request.FILES.get("file")
                handed = hand_in(file, name, actor_of(request), timezone.now())
            except Refused as no:
                reasons = no.reasons
            else:
                if not handed.request_id:
                    messages.info(request, _("This very file is here already, and may be used."))
                    return back_to(self, handed.asset)
                messages.success(request, _("The file was handed in; it may be used once somebody has approved it."))
                return redirect("admin:approvals_actionrequest_change", handed.request_id)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Hand in a file"),
            "opts": self.opts,
            "reasons": reasons,
            "endings": endings_by_type(),
            "unscanned": not is_configured(),
        }
        return TemplateResponse(
            request, "admin/messaging/mediaasset/hand_in.html", context, status=422 if reasons else 200
        )

    @action(
        description=_("Forbid its use"),
        permissions=["reject"],
        icon="block",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Forbid the use of this file?"),
            "description": _("Nothing that is sent from now on carries it, whatever was approved before."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Forbid it"),
        },
    )
    def reject(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        asset: MediaAsset = self.find(request, object_id)
        try:
            reject_media(asset, actor_of(request), timezone.now())
        except Refused as no:
            for reason in no.reasons:
                messages.error(request, f"{reason.text} {reason.fix}")
        return back_to(self, asset)


@admin.register(MediaFetch)
class MediaFetchAdmin(ReadOnly):
    """What customers sent and Meta keeps for seven days: fetched, still waiting, quarantined, or lost."""

    list_display = ("at", "kind", "shown_state", "problem", "tries", "due_at", "until")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("message",)
    ordering = ("-id",)
    sortable_by = ()
    fields = ("at", "kind", "shown_state", "problem", ("tries", "due_at", "until"), "settled_at", "asset")
    readonly_fields = ("at", "kind", "shown_state")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MediaFetch]:
        rows: QuerySet[MediaFetch] = super().get_queryset(request)
        return rows.filter(known_to(request, "message__conversation"))

    @display(description=_("sent at"))
    def at(self, fetch: MediaFetch) -> Any:
        return fetch.message.at

    @display(description=_("kind"))
    def kind(self, fetch: MediaFetch) -> str:
        return fetch.message.kind

    @display(description=_("state"))
    def shown_state(self, fetch: MediaFetch) -> SafeString:
        return label(STATE_COLOURS[fetch.state], fetch.get_state_display())
