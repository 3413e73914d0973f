"""What a request takes from its day: the budget of the agent's owner, and how often the same may be said unapproved."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.budgets import Overrun, Spend, reserve, say_unapproved, today_of
from approvals.contracts import Contract
from approvals.models import ActionRequest
from approvals.numerals import number
from approvals.policies import Ruling
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Tool


def count(request: ActionRequest, spend: Spend, ruling: Ruling, actor: Actor, now: datetime) -> None:
    """Write down what the request would set in motion, and take it from the day's budget of the agent's owner."""
    request.people, request.messages, request.money = spend.people, spend.messages, spend.money
    if actor.agent and spend and not ruling.unconditional:
        refuse_if_any(_over_budget(overrun) for overrun in reserve(actor.agent, spend, now))
        request.reserved_on = today_of(actor.organisation, now)


def said_too_often(tool: Tool, contract: Contract, ruling: Ruling, actor: Actor, now: datetime) -> tuple[Reason, ...]:
    """Why a person has to decide though a policy would let this go at once: many small sends are one large one.

    What a person decides on anyway counts nothing; neither does what people ask for themselves.
    """
    said = contract.says() if tool.spends else ""
    if not (said and actor.agent and ruling.automatic):
        return ()
    if say_unapproved(actor.agent, said, contract.spend().people, now):
        return ()
    most = {"people": number(actor.agent.unapproved_people)}
    return (
        Reason(
            "said_too_often",
            _("The same would go to more than %(people)s people in a day without anybody's approval.") % most,
            _("A person decides on this one. Propose one campaign for all of them instead of many single messages."),
        ),
    )


def _over_budget(overrun: Overrun) -> Reason:
    amounts = {"asked": overrun.asked, "used": overrun.used, "allowed": overrun.allowed}
    is_money = overrun.limit == "money_per_day"
    numbers = {name: number(amount if is_money else int(amount)) for name, amount in amounts.items()}
    return Reason(
        "over_budget",
        _("This needs %(asked)s more; %(used)s of %(allowed)s (%(limit)s) are used today.")
        % {**numbers, "limit": overrun.limit},
        _("Ask for less, wait until tomorrow, or ask the owner of the agent for a larger budget."),
    )
