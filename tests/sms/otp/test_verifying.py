"""Whether what somebody entered is the code: once, in time, five tries, and the same no for everything else."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actor import Actor, Face
from approvals.rest.problems import MEDIA_TYPE
from audit.models import Entry
from sms.models import OtpChallenge, OtpTemplate
from sms.otp.verifying import VerifyAsk, verify
from tests.approvals.tea_room import at_once
from tests.demo_tools.fixtures import agent_with_key
from tests.factories import NOON, PersonFactory, ada_wong, mei_chan, other_tenant
from tests.sms.otp.tea_codes import entered, sent, sign_in_text
from tests.sms.tea_texts import TeaTexts

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def template() -> OtpTemplate:
    return sign_in_text(TeaTexts())


@pytest.fixture
def challenge(template: OtpTemplate) -> OtpChallenge:
    return sent(template)


def ada() -> Actor:
    return Actor.of_person(ada_wong(), Face.REST)


def wrong(challenge: OtpChallenge) -> str:
    return "000000" if challenge.code != "000000" else "111111"


def is_right(
    challenge: OtpChallenge, code: str = "", actor: Actor | None = None, now: Any = LATER, **said: Any
) -> bool:
    body = entered(challenge, code or str(challenge.code), **said)
    return verify(VerifyAsk.model_validate(body), actor or ada(), now).verified


@pytest.mark.django_db
def test_the_right_code_counts_once(challenge: OtpChallenge) -> None:
    assert is_right(challenge)
    assert not is_right(challenge)
    challenge.refresh_from_db()
    assert (challenge.attempts, challenge.consumed_at) == (1, LATER)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said",
    [
        {"phone": "+85261234568"},
        {"phone": "nobody"},
        {"purpose": "payment"},
        {"transaction": "order-7"},
        {"challenge_id": str(uuid4())},
    ],
)
def test_a_code_is_good_for_its_number_purpose_and_transaction_alone(
    challenge: OtpChallenge, said: dict[str, str]
) -> None:
    assert not is_right(challenge, **said)
    assert is_right(challenge)


@pytest.mark.django_db
def test_a_code_for_a_transaction_confirms_no_other(template: OtpTemplate) -> None:
    challenge = sent(template, transaction="order-7")
    assert not is_right(challenge)
    assert not is_right(challenge, transaction="order-8")
    assert is_right(challenge, transaction="order-7")


@pytest.mark.django_db
def test_a_code_counts_until_it_expires(challenge: OtpChallenge) -> None:
    assert not is_right(challenge, now=NOON + timedelta(minutes=5))
    assert is_right(challenge, now=NOON + timedelta(minutes=5) - timedelta(seconds=1))


@pytest.mark.django_db
def test_a_new_code_voids_the_one_before(template: OtpTemplate, challenge: OtpChallenge) -> None:
    second = sent(template, now=NOON + timedelta(seconds=30))
    assert not is_right(challenge)
    assert is_right(second)


@pytest.mark.django_db
def test_after_five_wrong_tries_the_right_code_is_wrong_too(challenge: OtpChallenge) -> None:
    assert [is_right(challenge, wrong(challenge)) for _ in range(5)] == [False] * 5
    assert not is_right(challenge)
    assert OtpChallenge.objects.get().attempts == 5


@pytest.mark.django_db
def test_the_fifth_try_may_still_be_right(challenge: OtpChallenge) -> None:
    for _ in range(4):
        is_right(challenge, wrong(challenge))
    assert is_right(challenge)


@pytest.mark.django_db
def test_another_tenant_enters_nobodys_code(challenge: OtpChallenge) -> None:
    stranger = Actor.of_person(PersonFactory(organisation=other_tenant(), role="admin"), Face.REST)
    assert not is_right(challenge, actor=stranger)
    assert OtpChallenge.objects.get().attempts == 0


@pytest.mark.django_db
def test_the_record_tells_of_each_try_and_never_of_the_code(challenge: OtpChallenge) -> None:
    is_right(challenge, wrong(challenge))
    is_right(challenge)
    told = list(Entry.objects.filter(subject_id=str(challenge.pk)).order_by("pk").values_list("action", "facts"))
    assert [action for action, _facts in told] == ["sms.otp_sent", "sms.otp_refused", "sms.otp_entered"]
    assert all(str(challenge.code) not in json.dumps(facts) for _action, facts in told)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_the_code_at_once_one_is_told_yes(challenge: OtpChallenge) -> None:
    actor = ada()
    outcomes = at_once(*[lambda: is_right(challenge, actor=actor)] * 4)
    assert sorted(outcomes) == [False, False, False, True]


@pytest.mark.django_db(transaction=True)
def test_six_tries_at_once_are_five_and_the_sixth_is_not_looked_at(challenge: OtpChallenge) -> None:
    actor, code = ada(), wrong(challenge)
    assert at_once(*[lambda: is_right(challenge, code, actor)] * 8) == [False] * 8
    assert OtpChallenge.objects.get().attempts == 5
    assert Entry.objects.filter(action="sms.otp_refused").count() == 5
    assert not is_right(challenge, actor=actor)


def posted(body: Any, client: Client | None = None, **headers: str) -> Any:
    raw = body if isinstance(body, str) else json.dumps(body)
    return (client or Client()).post("/api/sms/otp/verify", raw, content_type="application/json", headers=headers)


def key_of(**fields: Any) -> dict[str, str]:
    _agent, key = agent_with_key(ada_wong(), "Sign-in page", **{"scopes": ["otp:verify"], **fields})
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.django_db
def test_the_program_behind_the_sign_in_page_verifies_with_a_key_that_can_do_nothing_else(
    template: OtpTemplate,
) -> None:
    key, now = key_of(), timezone.now()
    challenge = sent(template, now=now)
    told = [
        posted(body, **key)
        for body in (
            entered(challenge, wrong(challenge)),
            entered(challenge, str(challenge.code), phone="+85269999999"),
            entered(challenge, str(challenge.code), challenge_id=str(uuid4())),
            entered(challenge, str(challenge.code)),
        )
    ]
    assert [answer.status_code for answer in told] == [200] * 4
    assert [answer.json() for answer in told] == [{"verified": False}] * 3 + [{"verified": True}]
    assert told[0].content == told[1].content == told[2].content
    listed = Client().get("/api/tools", headers=key)
    assert listed.json() == {"tools": []}


@pytest.mark.django_db
def test_nobody_else_may_verify(challenge: OtpChallenge) -> None:
    body = entered(challenge, str(challenge.code))
    assert posted(body).status_code == 401
    assert posted(body, **key_of(scopes=["sms:read", "sms:request"])).status_code == 403
    signed_in = Client()
    signed_in.force_login(mei_chan())
    answer = posted(body, signed_in)
    assert (answer.status_code, answer["Content-Type"]) == (403, MEDIA_TYPE)
    assert answer.json()["reasons"][0]["code"] == "scope_missing"
    assert OtpChallenge.objects.get().attempts == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrongly",
    [
        {"code": "12345"},
        {"code": "１２３４５６"},
        {"code": 123456},
        {"phone": "x" * 31},
        {"extra": 1},
        {"transaction": "a|b"},
    ],
)
def test_a_malformed_body_is_told_by_field_and_counts_as_no_try(
    challenge: OtpChallenge, wrongly: dict[str, object]
) -> None:
    answer = posted({**entered(challenge, "123456"), **wrongly}, **key_of())
    assert answer.status_code == 400
    assert [reason["field"] for reason in answer.json()["reasons"]] == list(wrongly)
    assert OtpChallenge.objects.get().attempts == 0
