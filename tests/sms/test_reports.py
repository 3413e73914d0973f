"""What a campaign tells of itself: four numbers that close, charges apart from estimates, and who may get it again."""

from decimal import Decimal

import pytest

from messaging.models import Message, Status
from sms.campaigns.report import Confirmed, confirmed, report_of
from sms.models import Charge
from sms.resends.failures import may_be_resent
from tests.factories import NOON
from tests.sms.tea_texts import TeaTexts, drinker, text_of, texter, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def text() -> Message:
    return text_of(TeaTexts(), drinker("Ann"))


@pytest.mark.parametrize(
    ("status", "delivered", "failed", "unconfirmed", "pending"),
    [
        (Status.ACCEPTED, 0, 0, 0, 1),
        (Status.SENT, 0, 0, 1, 0),
        (Status.UNSURE, 0, 0, 1, 0),
        (Status.CLOSED, 0, 0, 1, 0),
        (Status.DELIVERED, 1, 0, 0, 0),
        (Status.FAILED, 0, 1, 0, 0),
        (Status.SENDING, 0, 0, 0, 1),
    ],
)
def test_what_nobody_confirmed_is_not_delivered(
    text: Message, status: Status, delivered: int, failed: int, unconfirmed: int, pending: int
) -> None:
    Message.objects.update(status=status)
    assert confirmed(report_of(text.send).numbers) == Confirmed(delivered, failed, unconfirmed, pending, 0)


def test_charges_are_kept_apart_from_the_estimate(text: Message) -> None:
    Charge.objects.create(
        organisation=text.organisation, message=text, told_as="a", amount=Decimal("0.31"), currency="USD", told_at=NOON
    )
    told = report_of(text.send)
    assert (told.estimated, told.charged, told.charges_known) == (Decimal("0.50"), {"USD": Decimal("0.31")}, 1)


@pytest.mark.parametrize(
    ("status", "code", "may"),
    [
        (Status.FAILED, "30003", True),
        (Status.FAILED, "30005", False),
        (Status.FAILED, "21610", False),
        (Status.FAILED, "30007", False),
        (Status.FAILED, "", False),
        (Status.DELIVERED, "30003", False),
        (Status.UNSURE, "30003", False),
    ],
)
def test_only_a_failure_that_passes_by_itself_may_go_again(text: Message, status: Status, code: str, may: bool) -> None:
    Message.objects.update(status=status, error_code=code)
    assert may_be_resent(Message.objects.get()) is may


def test_the_report_tool_tells_numbers_that_close(text: Message) -> None:
    told = use("campaign_reports.get", texter(), campaign_id=str(text.send.campaign.pk)).data
    numbers = (told["delivered"], told["failed"], told["unconfirmed"], told["pending"], told["excluded"])
    assert numbers == (0, 0, 0, 1, 0)
    assert [(one["country"], one["people"]) for one in told["countries"]] == [("HK", 1)]
