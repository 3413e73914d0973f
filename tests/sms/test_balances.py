"""Money at the gateways: asked for outside of any transaction, and kept with its evidence."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from sms.balances.asking import ask, ask_all
from sms.balances.known import known_of
from sms.models import PerformanceSnapshot, SmsGateway
from tests.factories import NOON
from tests.sms.gateways.listener import Listener, listening
from tests.sms.tea_texts import TeaTexts

pytestmark = pytest.mark.django_db

TOLD = b'{"account_sid": "AC0", "balance": "12.50", "currency": "HKD"}'


@pytest.fixture
def gateway() -> Iterator[Listener]:
    with listening() as told:
        told.body = TOLD
        yield told


def test_a_balance_is_kept_with_its_time_and_once_as_a_snapshot_with_its_evidence(gateway: Listener) -> None:
    tea = TeaTexts(gateway.url)
    assert (ask(tea.first, NOON), ask(tea.first, NOON + timedelta(minutes=5))) == (True, True)
    row = SmsGateway.objects.get(pk=tea.first.pk)
    assert (row.balance, row.balance_at, row.balance_problem) == (Decimal("12.5"), NOON + timedelta(minutes=5), "")
    (kept,) = PerformanceSnapshot.objects.all()
    assert (kept.source, kept.figures, kept.currency, kept.recorded_at) == ("twilio", {"balance": "12.5"}, "HKD", NOON)
    assert kept.evidence == [
        {"name": "Answer of first", "sha256": hashlib.sha256(TOLD).hexdigest(), "kept_at": TOLD.decode()}
    ]
    gateway.body = TOLD.replace(b"12.50", b"9.10")
    ask(tea.first, NOON + timedelta(minutes=10))
    figures = PerformanceSnapshot.objects.order_by("recorded_at").values_list("figures", flat=True)
    assert list(figures) == [{"balance": "12.5"}, {"balance": "9.1"}]


def test_a_gateway_that_does_not_tell_leaves_what_was_known_and_says_why(gateway: Listener) -> None:
    tea = TeaTexts(gateway.url)
    SmsGateway.objects.filter(pk=tea.first.pk).update(balance=Decimal(7), balance_at=NOON - timedelta(minutes=70))
    gateway.status, gateway.body = 503, b"busy"
    tea.first.refresh_from_db()
    assert not ask(tea.first, NOON)
    row = SmsGateway.objects.get(pk=tea.first.pk)
    assert (row.balance, row.balance_problem, known_of(row, NOON).known) == (Decimal(7), "HTTP 503", "stale")
    assert "today's is unknown (HTTP 503)" in known_of(row, NOON).in_words()
    assert "balance unknown" in known_of(tea.second, NOON).in_words()


def test_a_balance_in_another_currency_than_the_prices_is_not_known(gateway: Listener) -> None:
    tea = TeaTexts(gateway.url)
    gateway.body = TOLD.replace(b"HKD", b"USD")
    ask(tea.first, NOON)
    row = SmsGateway.objects.get(pk=tea.first.pk)
    assert (row.balance, known_of(row, NOON).known) == (None, "unknown")
    assert row.balance_problem == "It counts in USD, and its prices here are in HKD."
    assert PerformanceSnapshot.objects.get().currency == "USD"


def test_all_open_gateways_are_asked_outside_of_any_transaction(gateway: Listener) -> None:
    tea = TeaTexts(gateway.url, gateway.url)
    SmsGateway.objects.filter(pk=tea.second.pk).update(paused_at=NOON)
    assert ask_all(lambda: NOON, 10.0) == 1
    assert [asked.path for asked in gateway.asked] == ["/2010-04-01/Accounts/AC" + "0" * 31 + "1/Balance.json"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_or_open_while_the_network_is_waited_for(gateway: Listener) -> None:
    tea, seen = TeaTexts(gateway.url), []
    gateway.body = lambda asked: seen.append(connection.in_atomic_block) or TOLD
    ask_all(lambda: NOON, 10.0)
    assert (seen, SmsGateway.objects.get(pk=tea.first.pk).balance) == ([False], Decimal("12.5"))
