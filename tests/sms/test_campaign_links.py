"""Links in a campaign's texts: counted at their real length, one code a person, asked about until the last moment."""

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from accounts.actor import Actor
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.engine.finish import finish
from messaging.engine.handover import hand_over
from messaging.engine.lanes import run_lane
from messaging.engine.release import release_due
from messaging.engine.take import take
from messaging.models import Message, Outbox, Send, Status
from sms.bodies import prepare
from sms.campaigns.contract import CampaignContract
from sms.links.unsubscribing import unsubscribe_sample
from sms.models import Campaign, LinkCode, LinkDomain, ShortLink, UnsubscribeToken
from tests.approvals.tea_room import approved, refused
from tests.factories import NOON, ActionRequestFactory, MessagingRulesFactory, PreviewFactory, harbour_tea, other_tenant
from tests.sms.gateways.listener import Listener, listening
from tests.sms.links.tea_links import BASE, link_to, shop
from tests.sms.tea_texts import TeaTexts, drinker, texter, use

DUE = "2026-03-02T14:00:00+08:00"
TEXT = "Harbour Tea: {{name}}, spring tea is in: {{shop}} Stop: {{stop}}"


@pytest.fixture
def gateway() -> Iterator[Listener]:
    with listening() as told:
        told.status = 201
        told.body = lambda asked: json.dumps({"sid": f"SM{abs(hash(asked.body)):032x}"}).encode()
        yield told


@pytest.fixture
def tea(gateway: Listener) -> TeaTexts:
    LinkDomain.objects.create(organisation=harbour_tea(), purpose=LinkDomain.Purpose.SHORT, host="tea.example.test")
    return TeaTexts(gateway.url, gateway.url)


def drafted(tea: TeaTexts, actor: Actor, link: ShortLink, now: datetime = NOON, **changed: Any) -> tuple[str, str]:
    """A draft with a link to the shop and one to opt out: its id and version token."""
    links = {"short_link_ids": {"shop": str(link.pk)}, "opt_out_variable": "stop"}
    answer = use("campaigns.create_draft", actor, now, **tea.draft(**{**links, "texts": {"en": TEXT}, **changed}))
    assert answer.request is not None
    carry_out(approved(ActionRequest.objects.get(pk=answer.request.action_request_id), now=now).pk, now)
    key = str(Campaign.objects.get().pk)
    return key, use("campaigns.get", actor, now, campaign_id=key).data["version_token"]


def priced(
    tea: TeaTexts, actor: Actor, link: ShortLink, due_at: str = DUE, now: datetime = NOON, **changed: Any
) -> Any:
    key, token = drafted(tea, actor, link, now, **changed)
    return use("cost_preview", actor, now, campaign_id=key, base_version_token=token, due_at=due_at)


def released(tea: TeaTexts) -> Send:
    """A campaign with both links that Mei has countersigned, under way; lanes live by the database's clock."""
    MessagingRulesFactory(quiet_from=time(0), quiet_until=time(0))
    now, actor = timezone.now(), texter()
    preview = priced(tea, actor, link_to(now=now), now.isoformat(), now)
    wish = {"preview_id": str(preview.preview_id), "idempotency_key": "spring-by-sms", "reason": "Spring"}
    answer = use("campaigns.schedule", actor, now, **wish)
    assert answer.request is not None
    carry_out(approved(ActionRequest.objects.get(pk=answer.request.action_request_id), now=now).pk, now)
    release_due(timezone.now())
    return Send.objects.get(channel="sms")


class NeverAsked:
    """A carrier that no text may reach."""

    name = "sms"

    def send(self, sender: Any, outgoing: Any) -> Any:
        raise AssertionError(f"a text has left: {outgoing}")

    verify = events = send


def approved_for_elsewhere() -> ActionRequest:
    """A request for a short link that leads somewhere else."""
    preview = PreviewFactory(tool="sms_marketing.short_links.preview", contract={"destination_digest": "0" * 64})
    request: ActionRequest = ActionRequestFactory(preview=preview)
    return request


@pytest.mark.django_db
def test_a_preview_shows_where_links_lead_and_counts_them_as_long_as_they_will_be(tea: TeaTexts) -> None:
    drinker("Ann")
    fits = "x" * (160 - len(f"{BASE}/88888888") - 1) + " {{ shop }}"
    contract = CampaignContract.model_validate(
        priced(tea, texter(), link_to(), texts={"en": fits}, variables=[], opt_out_variable="").data
    )
    (part,) = contract.links
    assert (part.variable, part.shape) == ("shop", "https://tea.example.test/88888888")
    assert part.destination == "https://shop.harbour-tea.test/spring?colour=green#top"
    assert (contract.routes[0].parts, contract.cost_high) == (1, Decimal("0.50"))


@pytest.mark.django_db
def test_one_character_beside_a_link_costs_another_part(tea: TeaTexts) -> None:
    drinker("Ann")
    too_long = "x" * (160 - len(f"{BASE}/88888888")) + " {{shop}}"
    contract = priced(tea, texter(), link_to(), texts={"en": too_long}, variables=[], opt_out_variable="").data
    assert (contract["routes"][0]["parts"], contract["opt_out_link"]) == (2, None)


@pytest.mark.django_db
def test_the_draft_says_which_links_fill_which_variables(tea: TeaTexts) -> None:
    link, actor = link_to(), texter()
    key, _token = drafted(tea, actor, link)
    told = use("campaigns.get", actor, campaign_id=key).data
    assert told["short_link_ids"] == {"shop": str(link.pk)}
    assert told["opt_out_variable"] == "stop"


@pytest.mark.django_db
def test_another_tenants_link_is_not_found(tea: TeaTexts) -> None:
    foreign = link_to(organisation=other_tenant(), domain=shop(other_tenant()))
    wish = tea.draft(short_link_ids={"shop": str(foreign.pk)})
    assert refused(lambda: use("campaigns.create_draft", texter(), **wish)).codes == ["shortlink_not_found"]


@pytest.mark.django_db
def test_a_variable_has_one_source(tea: TeaTexts) -> None:
    wish = tea.draft(short_link_ids={"name": str(link_to().pk)})
    assert refused(lambda: use("campaigns.create_draft", texter(), **wish)).codes == ["two_sources"]


@pytest.mark.django_db
def test_a_link_that_no_text_has_is_refused(tea: TeaTexts) -> None:
    no = refused(lambda: priced(tea, texter(), link_to(), texts={"en": "Tea {{name}} {{stop}}"}))
    assert no.codes == ["variables_do_not_match"]


@pytest.mark.django_db
def test_a_link_that_is_over_before_the_last_reader_can_open_it_is_refused(tea: TeaTexts) -> None:
    drinker("Ann")
    link = link_to(expires_at=NOON + timedelta(hours=49))  # due in 2 hours, ends a day later, read within another
    assert refused(lambda: priced(tea, texter(), link)).codes == ["short_link_expires"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda: ShortLink.objects.update(revoked_at=NOON), "short_link_revoked"),
        (lambda: ShortLink.objects.update(expires_at=NOON), "short_link_expires"),
        (lambda: ShortLink.objects.update(landing_problem="ends_elsewhere"), "landing_page_changed"),
        (lambda: LinkDomain.objects.filter(purpose="destination").update(blocked_at=NOON), "domain_not_allowed"),
        (lambda: ShortLink.objects.update(request=approved_for_elsewhere()), "destination_changed"),
        (lambda: LinkDomain.objects.filter(purpose="short").update(host="t.example.test"), "opt_out_link_moved"),
    ],
)
def test_what_became_of_a_link_since_the_preview_refuses_the_schedule(tea: TeaTexts, change: Any, code: str) -> None:
    drinker("Ann")
    actor = texter()
    preview = priced(tea, actor, link_to())
    change()
    wish = {"preview_id": str(preview.preview_id), "idempotency_key": "spring-tea-by-sms", "reason": "Spring"}
    assert code in refused(lambda: use("campaigns.schedule", actor, **wish)).codes


@pytest.mark.django_db(transaction=True)
def test_everybody_gets_their_own_code_and_their_own_way_to_opt_out(tea: TeaTexts, gateway: Listener) -> None:
    ann, bob = drinker("Ann"), drinker("Bob")
    send = released(tea)
    run_lane(send.sender_id, 5.0, idle=0.2)
    texts = {parse_qs(one.body.decode())["To"][0]: parse_qs(one.body.decode())["Body"][0] for one in gateway.asked}
    for person in (ann, bob):
        code = LinkCode.objects.get(contact=person, send=send).code
        token = UnsubscribeToken.objects.get(contact=person).token
        assert texts[person.phone] == (
            f"Harbour Tea: {person.name}, spring tea is in: https://tea.example.test/{code}"
            f" Stop: https://tea.example.test/u/{token}"
        )
    assert len(unsubscribe_sample(tea.organisation)) == len(f"https://tea.example.test/u/{token}")


@pytest.mark.django_db(transaction=True)
def test_a_crash_after_the_codes_were_made_makes_none_twice(tea: TeaTexts) -> None:
    drinker("Ann")
    send = released(tea)
    taken = take(send.sender, 10, timezone.now(), {})
    before = prepare(taken)(taken[0])["text"]
    assert prepare(taken)(taken[0])["text"] == before
    assert (LinkCode.objects.count(), UnsubscribeToken.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda: ShortLink.objects.update(revoked_at=timezone.now()), "was revoked"),
        (lambda: LinkDomain.objects.filter(purpose="destination").update(blocked_at=timezone.now()), "may not lead to"),
        (lambda: LinkDomain.objects.filter(purpose="short").update(host="t.example.test"), "opt out"),
    ],
)
def test_a_link_that_ends_between_release_and_hand_over_holds_the_send_and_fails_nobody(
    tea: TeaTexts, change: Any, says: str
) -> None:
    drinker("Ann")
    send = released(tea)
    change()
    taken = take(send.sender, 10, timezone.now(), {})
    result = hand_over(NeverAsked(), send.sender, prepare(taken), taken[0])
    finish([result], send.sender, timezone.now())
    assert LinkCode.objects.count() == 0
    assert (Message.objects.get().status, Outbox.objects.count()) == (Status.QUEUED, 1)
    send = Send.objects.get(pk=send.pk)
    assert (send.state, send.failures_in_a_row, send.reserved) == ("paused", 0, 0)
    assert says in send.pause_reason
    (told,) = use("send_batches.list", texter()).data["batches"]
    assert (told["state"], told["pause_reason"], told["failed"]) == ("paused", send.pause_reason, 0)
