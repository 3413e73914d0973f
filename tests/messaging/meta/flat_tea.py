"""Ann, who may be told about her order, and the flat tools as their callers see them."""

from typing import Any

from accounts.actor import Actor
from approvals.calls import call
from approvals.envelope import plain
from approvals.models import Policy
from messaging.models import Contact
from tests.factories import NOON, ConsentStateFactory, harbour_tea
from tests.messaging.spring_tea import SpringTea, drinker, set_prices


class AnnsTea(SpringTea):
    """The spring tea template as utility, which single people are sent at once."""

    ann: Contact


def ann_and_her_tea() -> AnnsTea:
    tea = AnnsTea()
    set_prices(category="utility")
    tea.template.translations.update(reviewed_category="utility")
    type(tea.template).objects.update(category="utility")
    tea.ann = drinker("Ann", phone="+85261234567", agreed=False)
    ConsentStateFactory(contact=tea.ann, category="utility")
    Policy.objects.create(organisation=harbour_tea(), name="Single utility templates", category="utility",
                          tools="whatsapp.template_message.send", outcome=Policy.Outcome.AUTOMATIC)  # fmt: skip
    return tea


def flat(tool: str, ask: dict[str, Any], actor: Actor, now: Any = NOON) -> Any:
    """What a face passes on."""
    return plain(call(tool, ask, actor, now))
