"""The shop reports what was bought and given back: with a scope of its own, each of its ids once."""

from decimal import Decimal

import pytest

from audit.models import Entry
from messaging.models import Contact
from sms.models import Conversion, Refund
from tests.factories import NOON, PersonFactory, ada_wong, other_tenant, sam_lee
from tests.sms.shop.reports import order, report, shop_key
from tests.sms.tea_texts import drinker

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> str:
    return shop_key(sam_lee())


@pytest.fixture
def ann() -> Contact:
    return drinker("Ann", phone="+85261230001")


def refund(**changed: str) -> dict[str, str]:
    return {"refund_id": "refund-1", "conversion_id": "order-1001", "amount": "80.00", "currency": "HKD",
            "occurred_at": NOON.isoformat(), **changed}  # fmt: skip


def codes(answer: tuple[int, dict[str, list[dict[str, str]]]]) -> tuple[int, list[str]]:
    return answer[0], [reason["code"] for reason in answer[1]["reasons"]]


def test_an_order_is_kept_once_however_often_it_is_reported(key: str, ann: Contact) -> None:
    assert report(key, "conversions", **order(phone="+852 6123 0001")) == (
        201, {"id": "order-1001", "is_new": True, "matched": True},
    )  # fmt: skip
    again = report(key, "conversions", **order(phone="+852 6123 0001"))
    assert again == (200, {"id": "order-1001", "is_new": False, "matched": True})
    kept = Conversion.objects.get()
    assert (kept.contact, kept.amount, kept.currency) == (ann, Decimal("380.00"), "HKD")
    assert Entry.objects.filter(action="sms.conversion_reported").count() == 1


def test_another_order_by_the_same_id_is_refused_and_changes_nothing(key: str) -> None:
    report(key, "conversions", **order())
    assert codes(report(key, "conversions", **order(amount="1.00"))) == (409, ["already_reported_otherwise"])
    assert Conversion.objects.get().amount == Decimal("380.00")


def test_who_becomes_known_later_is_filled_in(key: str) -> None:
    assert report(key, "conversions", **order(phone="+85261230001"))[1]["matched"] is False
    ann = drinker("Ann", phone="+85261230001")
    assert report(key, "conversions", **order(phone="+85261230001"))[1]["matched"] is True
    assert Conversion.objects.get().contact == ann


def test_a_refund_is_kept_once_and_never_more_than_was_paid(key: str) -> None:
    report(key, "conversions", **order())
    assert report(key, "refunds", **refund())[0] == 201
    assert report(key, "refunds", **refund())[0] == 200
    too_much = refund(refund_id="refund-2", amount="300.01")
    assert codes(report(key, "refunds", **too_much)) == (422, ["refund_too_large"])
    assert codes(report(key, "refunds", **refund(refund_id="r3", currency="USD"))) == (422, ["wrong_currency"])
    assert codes(report(key, "refunds", **refund(amount="1.00"))) == (409, ["already_reported_otherwise"])
    assert Refund.objects.count() == 1


def test_a_refund_of_nothing_that_we_know_is_refused(key: str) -> None:
    assert codes(report(key, "refunds", **refund())) == (404, ["conversion_not_found"])


def test_without_the_scope_of_the_shop_nothing_is_kept() -> None:
    planner = shop_key(ada_wong(), ("sms:read", "sms:preview", "sms:request"))
    assert codes(report(planner, "conversions", **order())) == (403, ["scope_missing"])
    assert report("cs_nobody", "conversions", **order())[0] == 401
    assert Conversion.objects.count() == 0


def test_another_organisations_contact_and_order_are_unknown(key: str, ann: Contact) -> None:
    report(key, "conversions", **order())
    rival = shop_key(PersonFactory(username="rival", organisation=other_tenant(), role="admin"))
    assert codes(report(rival, "conversions", **order(contact_id=str(ann.key)))) == (404, ["contact_not_found"])
    assert codes(report(rival, "refunds", **refund())) == (404, ["conversion_not_found"])
    assert report(rival, "conversions", **order(amount="5.00"))[0] == 201


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "-1"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1.00001"}, "amount"),
        ({"currency": "hkd"}, "currency"),
        ({"occurred_at": "2026-03-02T12:00:00"}, "occurred_at"),
        ({"occurred_at": "2026-03-02T12:06:00+08:00"}, "occurred_at"),
        ({"occurred_at": "2026-03-01T12:00:00+20:59"}, "occurred_at"),  # no row holds such an offset
        ({"kind": "gift"}, "kind"),
        ({"conversion_id": ""}, "conversion_id"),
        ({"phone": "12"}, "phone"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(key: str, wrong: dict[str, object], field: str) -> None:
    status, answer = report(key, "conversions", **order(**wrong))
    assert status in (400, 422)
    assert [reason["field"] for reason in answer["reasons"]] == [field]
    assert Conversion.objects.count() == 0
