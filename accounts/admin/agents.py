"""Agents: their key is shown once, on the page that answers the form, and can be read nowhere afterwards."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from accounts.admin.scope import OrganisationScoped, actor_of, back_to, person_of
from accounts.changes import tell
from accounts.credentials import issue_key
from accounts.desk_permissions import DECIDERS
from accounts.models import Agent
from accounts.roles import AGENT_SCOPES, FAMILIES

_TOOLSETS = [("", _("Every tool its scopes allow")), *((family, family) for family in FAMILIES),
             ("read-only", _("Everything that changes nothing"))]  # fmt: skip


class AgentForm(forms.ModelForm):  # type: ignore[type-arg]
    """Scopes as boxes to tick. Deciding is not among them: an agent never approves."""

    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        required=False,
        choices=[(scope, scope) for scope in sorted(AGENT_SCOPES)],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Never more than the owner's own role allows."),
    )
    toolset = forms.ChoiceField(label=_("Toolset"), required=False, choices=_TOOLSETS, widget=UnfoldAdminSelectWidget)


@admin.register(Agent)
class AgentAdmin(OrganisationScoped):
    recorded_as = "agent.changed"
    form = AgentForm
    list_display = ("name", "owner", "key_start", "toolset", "day", "state", "last_used_at")
    list_select_related = ("owner", "organisation")
    search_fields = ("name", "key_prefix")
    search_help_text = _("Search by name or by the first characters of the key")
    fieldsets = (
        (None, {"fields": ("name", "owner")}),
        (_("What it may use"), {"fields": ("scopes", "toolset")}),
        (
            _("What it may set in motion in a day"),
            {
                "fields": (("people_per_day", "messages_per_day", "money_per_day"), "unapproved_people"),
                "description": _("Counted together with the owner's other agents."),
            },
        ),
    )
    state_fieldset = (_("State"), {"fields": ("key_start", "state", "disabled_at", "last_used_at", "created_at")})
    readonly_fields = ("key_start", "state", "disabled_at", "last_used_at", "created_at")
    actions_detail = ("disable", "enable", "new_key")

    @display(description=_("key"))
    def key_start(self, agent: Agent) -> str:
        return f"cs_{agent.key_prefix}_…"

    @display(description=_("a day"))
    def day(self, agent: Agent) -> str:
        words = ngettext(
            "%(people)s person, %(money)s %(currency)s", "%(people)s people, %(money)s %(currency)s",
            agent.people_per_day,
        )  # fmt: skip
        return words % {
            "people": number_format(agent.people_per_day, force_grouping=True),
            "money": number_format(agent.money_per_day, force_grouping=True),
            "currency": agent.organisation.currency,
        }

    @display(description=_("state"), label={"on": "success", "off": "danger"})
    def state(self, agent: Agent) -> tuple[str, Any]:
        if agent.disabled_at:
            return "off", _("Disabled")
        return ("on", _("Enabled")) if agent.owner.is_active else ("off", _("Owner is not active"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj is None else (*self.fieldsets, self.state_fieldset)

    def save_model(self, request: HttpRequest, obj: Agent, form: "ModelForm[Any]", change: bool) -> None:
        if not change:
            obj.organisation_id = person_of(request).organisation_id or obj.organisation_id
            key, obj.key_prefix, obj.key_hash = issue_key()
            request.META["agent_key"] = key  # for `response_add` of this same request; it is stored nowhere
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Agent, post_url_continue: str | None = None) -> HttpResponse:
        return self.show_key(request, obj, request.META.pop("agent_key"))

    def show_key(self, request: HttpRequest, agent: Agent, key: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("The key of %s") % agent,
            "opts": self.opts,
            "original": agent,
            "agent": agent,
            "key": key,
        }
        response = TemplateResponse(request, "admin/accounts/agent/key.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def has_disable_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may_switch(request) and not self._is_disabled(request, object_id)

    def has_enable_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self.has_change_permission(request) and self._is_disabled(request, object_id)

    def has_new_key_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self.has_change_permission(request)

    @action(
        description=_("Kill switch"),
        permissions=["disable"],
        icon="block",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Disable this agent?"),
            "description": _(
                "Its key stops working at once, and what it asked for and is approved is not carried out."
            ),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Disable it"),
        },
    )
    def disable(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        agent = self._switch(request, object_id, on=False)
        messages.success(request, _("%s is disabled.") % agent)
        return back_to(self, agent)

    @action(
        description=_("Enable"),
        permissions=["enable"],
        icon="play_arrow",
        dialog={
            "title": _("Enable this agent again?"),
            "description": _("Its old key works again. Issue a new one if the old one may have leaked."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Enable it"),
        },
    )
    def enable(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        agent = self._switch(request, object_id, on=True)
        messages.success(request, _("%s is enabled.") % agent)
        return back_to(self, agent)

    @action(description=_("New key"), permissions=["new_key"], icon="key")
    def new_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET asks, POST replaces the key and shows the new one once."""
        agent: Agent = self.find(request, object_id)
        if request.method != "POST":
            context = {**self.admin_site.each_context(request), "title": _("A new key for %s") % agent,
                       "opts": self.opts, "original": agent, "agent": agent}  # fmt: skip
            return TemplateResponse(request, "admin/accounts/agent/new_key.html", context)
        with transaction.atomic():
            key, agent.key_prefix, agent.key_hash = issue_key()
            agent.save(update_fields=("key_prefix", "key_hash"))
            tell("agent.key_replaced", agent, actor_of(request), timezone.now())
        return self.show_key(request, agent, key)

    def _switch(self, request: HttpRequest, object_id: str, *, on: bool) -> Agent:
        agent: Agent = self.find(request, object_id)
        now = timezone.now()
        with transaction.atomic():
            agent.disabled_at = None if on else now
            agent.save(update_fields=("disabled_at",))
            tell("agent.enabled" if on else "agent.disabled", agent, actor_of(request), now)
        return agent

    def _may_switch(self, request: HttpRequest) -> bool:
        person = person_of(request)
        return person.organisation_id is not None and person.role in DECIDERS

    def _is_disabled(self, request: HttpRequest, object_id: str | None) -> bool:
        agent = self.get_object(request, object_id) if object_id else None
        return agent is not None and agent.disabled_at is not None
