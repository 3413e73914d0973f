"""How often codes may be asked for, and where they go: each limit by itself, and all of them at once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from approvals.defaults import default_policies
from audit.models import Entry
from messaging.models import Send
from sms.admin.otp_codes import tiles
from sms.models import OtpChallenge, OtpRules, OtpTemplate
from sms.otp.codes import address_keys, number_key, prefix_of
from sms.otp.pumping import tell_of_stops
from tests.approvals.tea_room import at_once, refused
from tests.factories import NOON, PreviewFactory, SendFactory, other_tenant
from tests.sms.otp.tea_codes import ANN, asked, sent, sign_in_text
from tests.sms.tea_texts import TeaTexts, texter

HERE = "203.0.113.7"


@pytest.fixture
def template() -> OtpTemplate:
    made = sign_in_text(TeaTexts())
    default_policies(made.organisation)
    return made


def rules(template: OtpTemplate, **limits: Any) -> None:
    OtpRules.objects.update_or_create(organisation=template.organisation, defaults=limits)


def before(template: OtpTemplate, minutes: float, phone: str = ANN, address: str = "", **fields: Any) -> OtpChallenge:
    """A code that was sent so many minutes ago."""
    at, organisation = NOON - timedelta(minutes=minutes), template.organisation
    home, network = address_keys(organisation.pk, address or f"198.51.{OtpChallenge.objects.count()}.1")
    send = SendFactory(
        kind=Send.Kind.OTP, channel="sms", state="completed", sender=template.identity.sender, template=None,
        category="authentication", request=None, preview=PreviewFactory(organisation=organisation),
    )  # fmt: skip
    facts = {"created_at": at, "expires_at": at + timedelta(minutes=5), "proof": "0" * 64, "purpose": "login", **fields}
    return OtpChallenge.objects.create(
        organisation=organisation, template=template, send=send, number_key=number_key(organisation.pk, phone),
        prefix=prefix_of(phone), country="HK", address_key=home, network_key=network, **facts,
    )  # fmt: skip


def no(template: OtpTemplate, phone: str = ANN, **said: Any) -> list[str]:
    return refused(lambda: asked(template, phone, **said)).codes


@pytest.mark.django_db
def test_the_next_code_waits_half_a_minute_then_one_then_two(template: OtpTemplate) -> None:
    rules(template, number_in_ten_minutes=9)
    for number, wait in ((1, 30), (2, 60), (3, 120)):
        before(template, 9.5 - number)
        last = NOON - timedelta(minutes=9.5 - number)
        assert no(template, now=last + timedelta(seconds=wait - 1)) == ["too_soon"]
        asked(template, now=last + timedelta(seconds=wait))
        OtpChallenge.objects.filter(proof__gt="0" * 64).delete()


@pytest.mark.django_db
def test_a_number_gets_three_codes_in_ten_minutes_and_ten_a_day(template: OtpTemplate) -> None:
    for minutes in (9, 7, 5):
        before(template, minutes)
    assert no(template) == ["too_many_codes"]
    assert no(template, now=NOON + timedelta(minutes=0.9)) == ["too_many_codes"]
    sent(template, now=NOON + timedelta(minutes=1))
    for hours in range(2, 8):
        before(template, 60 * hours)
    assert no(template, now=NOON + timedelta(hours=1)) == ["too_many_codes"]


@pytest.mark.django_db
@pytest.mark.parametrize("limit", ["address_an_hour", "network_an_hour"])
def test_an_address_and_its_network_ask_for_so_many_codes_an_hour(template: OtpTemplate, limit: str) -> None:
    rules(template, **{limit: 2})
    before(template, 59, "+85291234567", HERE)
    asked(template, client_address=HERE)
    before(template, 61, "+85292234567", HERE)
    asked(template, "+85293234567", client_address=HERE, now=NOON + timedelta(minutes=2))
    before(template, 1, "+85294234567", HERE)
    assert no(template, "+85295234567", client_address=HERE) == ["too_many_codes"]
    asked(template, "+85295234567", client_address="198.18.0.1")


@pytest.mark.django_db
def test_whoever_names_no_address_shares_one_limit(template: OtpTemplate) -> None:
    rules(template, address_an_hour=1)
    sent(template)
    assert no(template, "+85295234567") == ["too_many_codes"]
    assert no(template, "+85295234567", client_address="nowhere") == ["client_address_not_valid"]


@pytest.mark.django_db
@pytest.mark.parametrize("limit", ["prefix_an_hour", "tenant_an_hour", "tenant_a_day"])
def test_a_range_and_the_organisation_get_so_many(template: OtpTemplate, limit: str) -> None:
    rules(template, **{limit: 2})
    before(template, 5, "+85261230001")
    asked(template, "+85261230002")
    before(template, 6, "+85261230003")
    assert no(template, "+85261230004") == ["too_many_codes"]


@pytest.mark.django_db
def test_a_days_money_is_not_overspent(template: OtpTemplate) -> None:
    rules(template, money_a_day="1.20")
    before(template, 60, "+85291234567", price="0.50")
    sent(template, "+85292234567")
    assert no(template, "+85293234567") == ["spent"]


@pytest.mark.django_db
def test_a_range_whose_codes_nobody_enters_is_stopped_and_others_are_not(template: OtpTemplate) -> None:
    for number in range(19):
        before(template, 60 + number, f"+8526123{number:04d}")
    asked(template, "+85261230500")
    before(template, 50, "+85261239999")
    OtpChallenge.objects.filter(created_at=NOON).delete()
    assert no(template) == ["range_stopped"]
    asked(template, "+85269876543")
    four = OtpChallenge.objects.filter(prefix="8526123").order_by("created_at")[:4]
    OtpChallenge.objects.filter(pk__in=[one.pk for one in four]).update(consumed_at=NOON - timedelta(minutes=40))
    asked(template)


@pytest.mark.django_db
def test_a_country_whose_codes_nobody_enters_is_stopped_from_five_times_as_many_on(template: OtpTemplate) -> None:
    rules(template, pumping_from=2, countries=["HK", "MO"])
    for number in range(9):  # in ranges of their own, of which none has two
        before(template, 60 + number, f"+85261{number}34567")
    asked(template, "+85269876543")
    before(template, 50, "+85291234567")
    assert no(template, "+85268876543") == ["country_stopped"]
    asked(template, "+85366123456")
    two = OtpChallenge.objects.order_by("created_at")[:2]
    OtpChallenge.objects.filter(pk__in=[one.pk for one in two]).update(consumed_at=NOON - timedelta(minutes=40))
    asked(template, "+85268876543")


@pytest.mark.django_db
def test_a_code_knows_its_country(template: OtpTemplate) -> None:
    assert sent(template).country == "HK"


@pytest.mark.django_db
def test_the_desk_is_told_of_a_stop_once_a_day_and_on_its_start_page(template: OtpTemplate) -> None:
    assert tell_of_stops(NOON) == 0
    for number in range(20):
        before(template, 60, f"+8526123{number:04d}")
    assert (tell_of_stops(NOON), tell_of_stops(NOON + timedelta(minutes=1))) == (1, 0)
    told = Entry.objects.get(action="sms.otp_stopped")
    assert (told.subject_id, told.facts) == ("8526123", {"codes": 20, "entered": 0})
    (tile,) = tiles(template.organisation, NOON)
    assert (tile["value"], tile["link"]) == ("1", "/desk/sms/otpchallenge/")
    assert tiles(other_tenant(), NOON) == []


@pytest.mark.django_db
def test_codes_that_may_still_be_entered_say_nothing_of_a_range(template: OtpTemplate) -> None:
    for number in range(25):
        before(template, 2, f"+8526123{number:04d}")
    asked(template)


@pytest.mark.django_db
def test_codes_go_to_allowed_countries_and_to_mobiles_alone(template: OtpTemplate) -> None:
    assert no(template, "+85366123456") == ["country_not_allowed"]
    assert no(template, "+85223456789") == ["not_a_mobile"]
    assert no(template, "12345") == ["phone_not_valid"]
    rules(template, countries=["HK", "MO"])
    asked(template, "+85366123456")
    assert no(template, "+4915112345678") == ["country_not_allowed"]


@pytest.mark.django_db
def test_another_tenants_codes_count_for_nobody_else(template: OtpTemplate) -> None:
    rules(template, tenant_an_hour=1)
    coffee = sign_in_text(TeaTexts(organisation=other_tenant()))
    before(coffee, 1)
    asked(template)


@pytest.mark.django_db(transaction=True)
def test_codes_asked_for_at_once_do_not_pass_a_limit_together(template: OtpTemplate) -> None:
    rules(template, tenant_an_hour=2)
    actor = texter()
    acts = [lambda n=n: asked(template, f"+852612{n}4567", actor, idempotency_key=f"{uuid4()}") for n in range(5)]
    answers = at_once(*acts)
    assert OtpChallenge.objects.count() == 2
    assert sum(getattr(answer, "data", None) is not None for answer in answers) == 2
