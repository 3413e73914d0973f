"""A campaign through the door: countersigned, sent through a gateway, reported back."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from messaging.engine.lanes import run_lane
from messaging.engine.take import take
from messaging.inbox.apply import apply_waiting
from messaging.models import Message, MessagingRules, Outbox, Send, Status, Suppression, Verdict, WebhookEvent
from sms.callbacks import COMMIT
from sms.gateways.twilio.signature import signature_of
from sms.models import Campaign, GatewayPrice, SenderId, SenderIdState
from tests.approvals.tea_room import refused
from tests.factories import NOON, SuppressionFactory
from tests.sms.gateways.listener import Asked, Listener, listening
from tests.sms.tea_campaigns import priced, released
from tests.sms.tea_texts import TOKEN, TeaTexts, drinker, texter, use


def sid_of(asked: Asked) -> bytes:
    """What Twilio answers: an id of its own for each text."""
    return json.dumps({"sid": f"SM{hashlib.md5(asked.body).hexdigest()}"}).encode()


@pytest.fixture
def first() -> Iterator[Listener]:
    with listening() as told:
        told.status, told.body = 201, sid_of
        yield told


@pytest.fixture
def second() -> Iterator[Listener]:
    with listening() as told:
        told.status, told.body = 201, sid_of
        yield told


@pytest.fixture
def tea(first: Listener, second: Listener) -> TeaTexts:
    return TeaTexts(first.url, second.url)


@pytest.mark.django_db(transaction=True)
def test_an_approved_campaign_goes_out_byte_for_byte_and_its_receipts_come_back(
    tea: TeaTexts, first: Listener, second: Listener, request: pytest.FixtureRequest
) -> None:
    ann, chan = drinker("Ann"), drinker("陳小姐", language="zh-HK")
    send = released(tea)
    run_lane(send.sender_id, 5.0, idle=0.2)
    texts = {parse_qs(one.body.decode())["To"][0]: parse_qs(one.body.decode())["Body"][0] for one in first.asked}
    assert texts == {
        ann.phone: "Harbour Tea: dear Ann, spring tea is in. Stop: 21234567",
        chan.phone: "海港茶：陳小姐，春茶到了。取消 21234567",
    }
    assert second.asked == []
    assert set(Message.objects.values_list("status", flat=True)) == {Status.ACCEPTED}

    request.addfinalizer(COMMIT.stop)
    callback = parse_qs(first.asked[0].body.decode())["StatusCallback"][0]
    form = {"MessageSid": json.loads(sid_of(first.asked[0]))["sid"], "MessageStatus": "delivered"}
    assert post(callback, form) == 200
    assert post(callback, form, signature="AAAA") == 403
    assert apply_waiting(timezone.now()) == 1
    assert sorted(Message.objects.values_list("status", flat=True)) == [Status.ACCEPTED, Status.DELIVERED]


def post(url: str, form: dict[str, str], signature: str | None = None) -> int:
    """The gateway calls back, signed with its token."""
    signed = signature or signature_of(TOKEN, url, {key: [value] for key, value in form.items()})
    path = "/" + url.partition("://")[2].partition("/")[2]
    kind = "application/x-www-form-urlencoded"
    return Client().post(path, urlencode(form), content_type=kind, headers={"X-Twilio-Signature": signed}).status_code


@pytest.mark.django_db(transaction=True)
def test_the_next_gateway_is_asked_when_the_first_has_refused_and_not_when_its_answer_was_lost(
    tea: TeaTexts, first: Listener, second: Listener
) -> None:
    drinker("Ann")
    first.status, first.body = 429, b'{"code": 20429, "message": "Too many requests"}'
    send = released(tea)
    run_lane(send.sender_id, 5.0, idle=0.2)
    assert (len(first.asked), len(second.asked)) == (1, 1)
    assert Message.objects.get().status == Status.ACCEPTED


@pytest.mark.django_db(transaction=True)
def test_a_lost_answer_is_unsure_and_no_other_gateway_is_asked(
    tea: TeaTexts, first: Listener, second: Listener
) -> None:
    drinker("Ann")
    first.hangs_up = True
    send = released(tea)
    run_lane(send.sender_id, 5.0, idle=0.2)
    assert (len(first.asked), len(second.asked)) == (1, 0)
    assert Message.objects.get().status == Status.UNSURE


@pytest.mark.django_db(transaction=True)
def test_a_stop_between_approval_and_sending_prevents_the_text(tea: TeaTexts, first: Listener) -> None:
    ann = drinker("Ann")
    drinker("Bob")
    send = released(tea)
    SuppressionFactory(contact=ann)
    run_lane(send.sender_id, 5.0, idle=0.2)
    assert [parse_qs(one.body.decode())["To"][0] for one in first.asked] != [ann.phone]
    assert len(first.asked) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda tea: SenderId.objects.update(state=SenderIdState.SUSPENDED), "sender_not_verified"),
        (lambda tea: GatewayPrice.objects.update(amount="9.99"), "prices_changed"),
        (lambda tea: GatewayPrice.objects.all().delete(), "route_closed"),
        (lambda tea: Campaign.objects.update(version=9), "campaign_changed"),
    ],
)
def test_what_moved_since_the_preview_refuses_the_schedule(tea: TeaTexts, change: Any, code: str) -> None:
    drinker("Ann")
    actor = texter()
    preview = priced(tea, actor)
    change(tea)
    wish = {"preview_id": str(preview.preview_id), "idempotency_key": "spring-tea-by-sms", "reason": "Spring"}
    assert code in refused(lambda: use("campaigns.schedule", actor, **wish)).codes


@pytest.mark.django_db
def test_an_unsigned_or_unknown_callback_is_not_kept(tea: TeaTexts) -> None:
    assert Client().post("/sms/callback-key-of-nobody-at-harbour-tea/receipt", {}).status_code == 403
    assert Client().post("/sms/callback-key-of-first-at-harbour-tea/receipt", {"MessageSid": "SM1"}).status_code == 403
    assert WebhookEvent.objects.count() == 0


@pytest.mark.django_db
def test_only_the_addresses_that_a_gateway_was_told_are_believed_however_well_the_call_is_signed(
    tea: TeaTexts, caplog: pytest.LogCaptureFixture
) -> None:
    for key in ("callback-key-of-nobody-at-harbour-tea", "callback-key-of-first-at-harbour-te", "." * 20, "_" * 80):
        url = f"{settings.PUBLIC_URL}/sms/{key}/receipt"
        assert post(url, {"MessageSid": "SM" + "3" * 32, "MessageStatus": "delivered"}) in (403, 404)
    assert WebhookEvent.objects.count() == 0
    assert "was not signed" not in caplog.text  # nobody's secret was even tried


@pytest.mark.django_db
def test_two_campaigns_at_once_keep_one_persons_cap_together(tea: TeaTexts) -> None:
    ann, sends = drinker("Ann"), [released(tea), released(tea)]
    MessagingRules.objects.update(marketing_cap=1, pair_gap_seconds=0)
    assert {send.audience.members.get(contact=ann).verdict for send in sends} == {0}, "the cap leaves her out already"
    sender, now = tea.identity.sender, timezone.now()
    assert sender is not None
    assert len(take(sender, 10, now)) == 1
    assert take(sender, 10, now + timedelta(seconds=5)) == []
    assert sorted(Message.objects.values_list("status", "verdict")) == [
        (Status.SENDING, Verdict.INCLUDED),
        (Status.EXCLUDED, Verdict.CAPPED),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", ["#HARBOUR", "+85269990001"])
def test_a_stop_counts_whichever_number_of_the_gateway_it_was_sent_to(
    tea: TeaTexts, number: str, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(COMMIT.stop)
    ann = drinker("Ann")
    url = f"{settings.PUBLIC_URL}/sms/{tea.first.callback_key}/reply"
    assert post(url, {"MessageSid": "SM" + "3" * 32, "From": ann.phone, "To": number, "Body": "STOP"}) == 200
    assert apply_waiting(timezone.now()) == 1
    assert Suppression.objects.filter(contact=ann, lifted_at=None).exists()


@pytest.mark.django_db
def test_a_text_waits_for_the_morning_where_the_person_is_and_others_go(tea: TeaTexts) -> None:
    tea.identity.countries = ["HK", "MO", "DE"]
    tea.identity.save()
    carried_to = GatewayPrice.objects.get(country="MO")
    GatewayPrice.objects.create(
        gateway=carried_to.gateway, country="DE", amount="0.60", effective_from=carried_to.effective_from
    )
    ann, cy = drinker("Ann"), drinker("Cy", phone="+4915112345678", country="DE")
    send = released(tea)
    MessagingRules.objects.update(quiet_from=time(21), quiet_until=time(9))
    Send.objects.update(not_after=NOON + timedelta(days=2))
    Outbox.objects.update(due_at=NOON)
    assert send.sender is not None
    # Noon in Hong Kong is 5 in Berlin.
    assert [one.contact_id for one in take(send.sender, 10, NOON)] == [ann.pk]
    assert Outbox.objects.get().due_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert take(send.sender, 10, datetime(2026, 3, 2, 7, 59, tzinfo=UTC)) == []
    assert [one.contact_id for one in take(send.sender, 10, datetime(2026, 3, 2, 8, tzinfo=UTC))] == [cy.pk]
