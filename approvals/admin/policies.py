"""Policies: administrators write them, everybody may read who must decide what."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from accounts.admin.scope import WithHistory
from accounts.roles import DECIDE, SCOPES_OF_ROLE
from approvals.models import Policy

_DECIDE = [role.value for role, scopes in SCOPES_OF_ROLE.items() if DECIDE in scopes]


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Only roles that may decide are offered: a request that waits for another would wait for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role: Any = self.fields.get("role")
        if role is not None:  # not there for somebody who may only read
            role.choices = [(value, label) for value, label in role.choices if not value or value in _DECIDE]

    def clean_quorum(self) -> int:
        return _at_least_one(self.cleaned_data["quorum"])

    def clean_hours_to_decide(self) -> int:
        return _at_least_one(self.cleaned_data["hours_to_decide"])


def _at_least_one(number: int) -> int:
    if number < 1:
        raise forms.ValidationError(_("At least 1."))
    return number


@admin.register(Policy)
class PolicyAdmin(WithHistory):
    recorded_as = "policy.changed"
    form = PolicyForm
    list_display = ("name", "speaks_of", "shown_outcome", "decided_by", "asks_password", "enabled")
    fieldsets = (
        (None, {"fields": (("name", "enabled"),)}),
        (
            _("Which requests it speaks of"),
            {
                "fields": (("tools", "category"), ("from_people", "from_money"), ("only_tainted", "only_agents")),
                "description": _(
                    "A policy speaks of a request when all of this holds. Where none speaks, a person decides."
                ),
            },
        ),
        (
            _("What then"),
            {
                "fields": ("outcome", ("role", "quorum"), ("hours_to_decide", "asks_password")),
                "description": _(
                    "Policies can only be stricter than a tool's own floor. The strictest of several counts."
                ),
            },
        ),
    )

    @display(description=_("speaks of"))
    def speaks_of(self, policy: Policy) -> str:
        parts = [policy.tools]
        if policy.category:
            parts.append(policy.category)
        if policy.from_people:
            words = ngettext("from %d person", "from %d people", policy.from_people)
            parts.append(words % policy.from_people)
        if policy.from_money:
            parts.append(str(_("from %(money)s %(currency)s") % {
                "money": policy.from_money, "currency": policy.organisation.currency}))  # fmt: skip
        parts += [str(_("tainted only"))] if policy.only_tainted else []
        parts += [str(_("agents only"))] if policy.only_agents else []
        return " · ".join(parts)

    @display(
        description=_("outcome"),
        label={
            Policy.Outcome.AUTOMATIC: "success",
            Policy.Outcome.PERSON: "warning",
            Policy.Outcome.REFUSE: "danger",
        },
    )
    def shown_outcome(self, policy: Policy) -> tuple[str, str]:
        return policy.outcome, policy.get_outcome_display()

    @display(description=_("decided by"))
    def decided_by(self, policy: Policy) -> str:
        if policy.outcome != Policy.Outcome.PERSON:
            return "–"
        return f"{policy.quorum} × {policy.get_role_display()}"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("organisation")
