"""The floors of tools and an organisation's own policies, as whatsapp.policy_rules.get and its relatives tell them."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import Field

from accounts.models import Organisation
from approvals.contracts import Answer
from approvals.describing import approval_in_words
from approvals.models import Policy
from approvals.registry import Tool


class PolicyRow(Answer):
    name: Annotated[str, Field(description="Its name.")]
    tools: Annotated[str, Field(description="Which tools it speaks of; * is any part.")]
    outcome: Annotated[str, Field(description="automatic, person or refuse.")]
    role: Annotated[str, Field(description="Who decides.")]
    quorum: Annotated[int, Field(description="How many people.")]
    when: Annotated[str, Field(description="For which requests it holds.")]


def floors(tools: Iterable[Tool]) -> dict[str, str]:
    """Tool -> the least that is asked before it is carried out, in words."""
    return {one.name: approval_in_words(one) for one in tools if one.approval is not None}


def policies_of(organisation: Organisation, about: Iterable[Tool] | None = None) -> list[PolicyRow]:
    """The organisation's policies in force; with `about`, only those that speak of one of these tools."""
    standing = Policy.objects.filter(organisation=organisation, enabled=True).order_by("name")
    names = None if about is None else [tool.name for tool in about]
    return [
        _policy(policy, organisation.currency)
        for policy in standing
        if names is None or any(fnmatchcase(name, policy.tools) for name in names)
    ]


def _policy(policy: Policy, currency: str) -> PolicyRow:
    cost = {"money": policy.from_money, "currency": currency}
    conditions = [
        _("category %s") % policy.category if policy.category else "",
        ngettext("from %d person", "from %d people", policy.from_people) % policy.from_people
        if policy.from_people
        else "",
        _("from %(money)s %(currency)s") % cost if policy.from_money else "",
        _("tainted only") if policy.only_tainted else "",
        _("agents only") if policy.only_agents else "",
    ]
    return PolicyRow(
        name=policy.name,
        tools=policy.tools,
        outcome=policy.outcome,
        role=policy.role,
        quorum=policy.quorum,
        when=", ".join(filter(None, conditions)) or _("always"),
    )
