"""A code from the sign-in page to the phone, and nowhere else."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from approvals.defaults import default_policies
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.engine.lanes import run_lane
from messaging.engine.release import release_due
from messaging.models import Attempt, Message, Outbox, Priority, Send, Status, Verdict
from sms.models import OtpChallenge, OtpTemplate
from sms.otp.bodies import erase_leftovers
from tests.approvals.tea_room import approved, codes_of, refused
from tests.factories import NOON, ContactFactory, SuppressionFactory
from tests.sms.gateways.listener import Listener, listening
from tests.sms.otp.tea_codes import ANN, TEXT, asked, request_of, sent, sign_in_text
from tests.sms.tea_texts import TeaTexts, texter, use


@pytest.fixture
def gateway() -> Iterator[Listener]:
    with listening() as told:
        told.status, told.body = 201, b'{"sid": "SM0123456789abcdef0123456789abcdef"}'
        yield told


@pytest.fixture
def tea(gateway: Listener) -> TeaTexts:
    return TeaTexts(gateway.url, gateway.url)


@pytest.fixture
def template(tea: TeaTexts) -> OtpTemplate:
    return sign_in_text(tea)


def texts_of(gateway: Listener) -> list[str]:
    return [parse_qs(one.body.decode())["Body"][0] for one in gateway.asked]


def handed_over(template: OtpTemplate) -> None:
    """Beat and a lane do their work."""
    release_due(timezone.now())
    assert template.identity.sender is not None
    run_lane(template.identity.sender.pk, 5.0, idle=0.2)


def everything_kept() -> str:
    """Every row of every table as text, ids and times left out: they are full of digits."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{model._meta.db_table}" t')
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


@pytest.mark.django_db(transaction=True)
def test_a_policy_lets_a_code_through_and_only_the_phone_reads_it(
    template: OtpTemplate, gateway: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    challenge = sent(template, now=timezone.now())
    request = ActionRequest.objects.get()
    assert (request.state, [one.person for one in request.decisions.all()]) == ("succeeded", [None])
    assert Send.objects.get().kind == "otp"
    code = str(challenge.code)
    assert re.fullmatch("[0-9]{6}", code)
    kept = everything_kept()
    assert not re.search(rf"(?<![0-9a-f.]){code}(?![0-9a-f])", kept)
    handed_over(template)
    assert texts_of(gateway) == [f"Harbour Tea: your code is {code}, valid 5 minutes. Tell nobody."]
    form = parse_qs(gateway.asked[0].body.decode())
    assert 0 < int(form["ValidityPeriod"][0]) <= 300
    assert form["ContentRetention"] == ["discard"]
    challenge.refresh_from_db()
    assert challenge.code == ""
    message = Message.objects.get()
    assert (message.status, message.values, message.category) == (Status.ACCEPTED, {}, "authentication")
    assert not re.search(rf"(?<![0-9a-f.]){code}(?![0-9a-f])", everything_kept())
    assert code not in caplog.text


@pytest.mark.django_db
def test_the_answer_and_the_contract_hold_neither_code_nor_number(template: OtpTemplate) -> None:
    default_policies(template.organisation)
    answer = asked(template)
    challenge = OtpChallenge.objects.get()
    told = json.dumps(answer.model_dump(mode="json")) + json.dumps(request_of(answer).preview.contract)
    assert ANN not in told
    assert ANN.removeprefix("+852") not in told
    assert f'"{challenge.code}"' not in told
    assert TEXT in told


@pytest.mark.django_db
def test_it_goes_before_all_that_nobody_waits_for(template: OtpTemplate) -> None:
    sent(template)
    release_due(NOON)
    assert Outbox.objects.get().priority == Priority.TRANSACTIONAL


@pytest.mark.django_db
def test_without_a_policy_a_person_decides_and_after_its_lifetime_nobody_can(template: OtpTemplate) -> None:
    answer = asked(template)
    request = request_of(answer)
    assert (request.state, OtpChallenge.objects.count()) == ("pending", 0)
    late = NOON + timedelta(minutes=6)
    assert refused(lambda: approved(request, now=late)).codes == ["too_late"]
    done = carry_out(approved(request, now=NOON).pk, NOON)
    assert (done.state, OtpChallenge.objects.count()) == ("succeeded", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"texts": {"en": "Now {{code}}"}}, {"approved_at": None}, {"purpose": "payment"}, {"lifetime_seconds": 600}],
)
def test_a_text_that_was_edited_since_its_approval_is_not_sent(
    template: OtpTemplate, change: dict[str, object]
) -> None:
    OtpTemplate.objects.update(**change)
    assert refused(lambda: asked(template)).codes == ["text_not_approved"]


@pytest.mark.django_db
def test_a_text_edited_while_the_request_waits_voids_it(template: OtpTemplate) -> None:
    request = approved(request_of(asked(template)))
    OtpTemplate.objects.update(texts={"en": "Now {{code}}"})
    done = carry_out(request.pk, NOON)
    assert (done.state, codes_of(done)) == ("voided", ["text_not_approved"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stop", "codes"),
    [
        ({"category": "marketing"}, []),
        ({"category": "any"}, []),
        ({"category": "any", "reason": "request"}, []),
        ({"category": "authentication"}, ["not_written_to"]),
        ({"category": "any", "reason": "blocked"}, ["not_written_to"]),
        ({"category": "any", "reason": "blocked", "channel": "whatsapp"}, []),
    ],
)
def test_a_code_goes_past_a_stop_but_never_past_a_block(
    template: OtpTemplate, stop: dict[str, str], codes: list[str]
) -> None:
    SuppressionFactory(contact=ContactFactory(phone=ANN, agreed=False), **stop)
    if codes:
        assert refused(lambda: asked(template)).codes == codes
    else:
        sent(template)


@pytest.mark.django_db(transaction=True)
def test_a_block_after_the_approval_keeps_the_code_in_the_house(template: OtpTemplate, gateway: Listener) -> None:
    sent(template, now=timezone.now())
    release_due(timezone.now())
    SuppressionFactory(contact=Message.objects.get().contact, reason="blocked", at=timezone.now())
    handed_over(template)
    assert gateway.asked == []
    message = Message.objects.get()
    assert (message.status, message.verdict) == (Status.EXCLUDED, Verdict.BLOCKED)
    assert erase_leftovers(timezone.now()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_code_that_was_replaced_before_it_left_stays_in_the_house(template: OtpTemplate, gateway: Listener) -> None:
    first = sent(template, now=timezone.now() - timedelta(seconds=31))
    second = sent(template, now=timezone.now())
    first.refresh_from_db()
    assert (first.voided_at is not None, first.code) == (True, "")
    code = str(second.code)
    for _ in range(2):
        handed_over(template)
        Outbox.objects.update(due_at=timezone.now())  # both are Ann's: the second waits for the gap between two texts
        Attempt.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    assert [text for text in texts_of(gateway) if code not in text] == []
    assert Message.objects.get(send=first.send).error_code == "body_not_built"


@pytest.mark.django_db(transaction=True)
def test_a_gateway_that_is_busy_gets_the_same_code_again(template: OtpTemplate, gateway: Listener) -> None:
    gateway.status, gateway.body = 429, b'{"code": 20429, "message": "Too Many Requests"}'
    challenge = sent(template, now=timezone.now())
    handed_over(template)
    held = OtpChallenge.objects.get()
    assert (Message.objects.get().status, held.code) == (Status.QUEUED, challenge.code)


@pytest.mark.django_db(transaction=True)
def test_what_a_gateway_says_of_a_code_is_not_kept(template: OtpTemplate, gateway: Listener) -> None:
    gateway.status, gateway.body = 400, b'{"code": 30007, "message": "filtered: your code is 123456"}'
    sent(template, now=timezone.now())
    handed_over(template)
    message = Message.objects.get()
    assert message.status == Status.FAILED
    assert "123456" not in message.error_text
    assert OtpChallenge.objects.get().code == ""


@pytest.mark.django_db
def test_codes_whose_time_is_over_are_erased_and_those_that_wait_are_not(template: OtpTemplate) -> None:
    challenge = sent(template)
    assert erase_leftovers(NOON + timedelta(minutes=4)) == 0
    release_due(NOON)
    assert erase_leftovers(NOON + timedelta(minutes=4)) == 0
    assert erase_leftovers(challenge.expires_at) == 1


@pytest.mark.django_db
def test_each_language_has_its_text_and_unknown_ones_read_the_default(tea: TeaTexts) -> None:
    template = sign_in_text(tea, texts={"en": TEXT, "zh_hk": "海港茶：驗證碼 {{code}}"})
    contracts = [request_of(asked(template, language=one)).preview.contract for one in ("zh_hk", "fr")]
    assert [one["text"] for one in contracts] == ["海港茶：驗證碼 {{code}}", TEXT]


@pytest.mark.django_db
def test_the_list_tells_texts_limits_and_where_codes_can_go(template: OtpTemplate) -> None:
    data = use("otp_templates.list", texter(), purpose="login").data
    (row,) = data["otp_templates"]
    assert (row["purpose"], row["approved"], row["countries"], row["sender"]) == ("login", True, ["HK"], "#HARBOUR")
    assert data["limits"]["number_in_ten_minutes"] == 3
    assert use("otp_templates.list", texter(), purpose="payment").data["otp_templates"] == []
