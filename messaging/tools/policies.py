"""whatsapp.policy_rules.get, and what its relatives tell as well: floors of tools and an organisation's policies."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import Field

from accounts.models import Organisation
from approvals.contracts import Answer, Ask
from approvals.describing import approval_in_words
from approvals.models import Policy
from approvals.registry import Call, Kind, Tool, registry, tool
from messaging.gate import marketing_cap_in_words, rules_of
from messaging.quiet_hours import quiet_hours_in_words


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
    names = None if about is None else [one.name for one in about]
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


class RulesAsk(Ask):
    pass


class Rules(Answer):
    floors: Annotated[dict[str, str], Field(description="Tool -> the least that is asked before it is carried out.")]
    policies: Annotated[list[PolicyRow], Field(description="The organisation's own rules, which can only be stricter.")]
    consent: Annotated[str, Field(description="What consent a message needs.")]
    marketing_cap: Annotated[str, Field(description="How often one person gets marketing.")]
    quiet_hours: Annotated[str, Field(description="When no marketing goes out.")]
    service_window: Annotated[str, Field(description="When free text may be sent.")]
    template_categories: Annotated[dict[str, str], Field(description="Meta's categories and what belongs to them.")]


@tool(
    "whatsapp.policy_rules.get",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.config.get",),
    safety="These rules stand over every send and every automation; no tool goes round them.",
)
def get_policy_rules(call: Call, ask: RulesAsk) -> Rules:
    """Read the rules every send is held to: categories, consent, opt-outs, the 24-hour window, frequency and
    approvals.
    """
    limits = rules_of(call.organisation)
    return Rules(
        floors=floors(registry),
        policies=policies_of(call.organisation),
        consent=_("Granted for the channel and the category, not taken back since, and no standing opt-out or block."),
        marketing_cap=marketing_cap_in_words(limits),
        quiet_hours=quiet_hours_in_words(limits, call.organisation.timezone),
        service_window=_(
            "Free text only within 24 hours after the customer's last message; else an approved template."
        ),
        template_categories={
            "marketing": _("Anything promotional, mixed or unclear."),
            "utility": _("Not promotional, and asked for by the customer or essential to them."),
            "authentication": _("One-time passwords only, in Meta's own words."),
        },
    )
