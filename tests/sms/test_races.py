"""Two campaigns at once: neither one person's cap nor a ceiling gives way. The quota's race stands in
`test_quotas_under_lock`, that for the money at a gateway in `test_holding`.
"""

from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest
from django.db import transaction

from accounts.actor import Actor
from approvals.previews import freeze
from approvals.registry import Call, registry
from approvals.versions import token_of
from messaging.engine.release import release_due
from messaging.engine.take import take
from messaging.engine.taken import Taken
from messaging.models import Message, Send, Sender, Status, Verdict
from sms.campaigns import life
from sms.campaigns.contract import CostAsk
from sms.campaigns.preview import preview_campaign
from sms.models import Campaign, GatewayRegistration, SenderId
from tests.approvals.tea_room import at_once
from tests.factories import NOON, ActionRequestFactory, MessagingRulesFactory
from tests.sms.tea_texts import TeaTexts, campaign_of, drinker, verified

pytestmark = pytest.mark.django_db(transaction=True)


def going(tea: TeaTexts, name: str, identity: SenderId, ceiling: Decimal | None = None) -> Send:
    """A countersigned campaign to the tea drinkers whose texts wait in the outbox: 0.50 each."""
    campaign = campaign_of(tea, name)
    Campaign.objects.filter(pk=campaign.pk).update(identity=identity)
    actor = Actor.system(tea.organisation, "executor")
    ask = CostAsk(campaign_id=campaign.pk, base_version_token=token_of(campaign), due_at=NOON, cost_ceiling=ceiling)
    contract = preview_campaign(Call(actor, NOON), ask)
    preview = freeze(registry.find("sms_marketing.cost_preview"), contract, actor, NOON, [])
    request = ActionRequestFactory(tool="sms_marketing.campaigns.schedule", preview=preview, decided=True)
    with transaction.atomic():
        life.schedule_campaign(Call(actor, NOON, request), contract)
    assert release_due(NOON) == 1
    return Send.objects.get(campaign=campaign)


def lane(sender: Sender, both: Barrier, found: list[Taken]) -> None:
    both.wait()
    for _turn in range(20):
        found.extend(take(sender, 2, NOON))


def taken_by(*senders: Sender) -> list[Taken]:
    """What these lanes take when they run at once."""
    both, found = Barrier(len(senders)), []  # type: ignore[var-annotated]
    at_once(*[partial(lane, sender, both, found) for sender in senders])
    return found


def test_two_campaigns_from_two_sender_ids_keep_one_persons_cap_together() -> None:
    tea = TeaTexts()
    people = [drinker(f"Ann {number}") for number in range(8)]
    other = verified(tea.organisation, "#HARBOUR2")
    GatewayRegistration.objects.create(identity=other, gateway=tea.first, status="active", since=NOON)
    MessagingRulesFactory(marketing_cap=1, pair_gap_seconds=0)
    sends = [going(tea, "Spring", tea.identity), going(tea, "Summer", other)]
    found = taken_by(*(send.sender for send in sends))
    assert sorted({one.contact_id for one in found}) == [person.pk for person in people]
    assert len(found) == len(people), "somebody got both"
    assert not Message.objects.filter(status=Status.EXCLUDED).exclude(verdict=Verdict.CAPPED).exists()


def test_two_lanes_at_once_do_not_pass_the_ceiling_of_a_campaign_together() -> None:
    tea = TeaTexts()
    for number in range(8):
        drinker(f"Ann {number}")
    MessagingRulesFactory(pair_gap_seconds=0)
    send = going(tea, "Spring", tea.identity, Decimal("1.50"))
    found = taken_by(send.sender, send.sender)
    send = Send.objects.get(pk=send.pk)
    assert (len(found), send.reserved) == (3, Decimal("1.50"))
    assert (send.state, send.pause_reason) == ("paused", "The cost ceiling is reached.")
