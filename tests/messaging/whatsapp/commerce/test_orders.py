"""An order from a chat: who the customer is, what it costs, what there is; asked again when it is carried out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from approvals.calls import call
from approvals.execution import carry_out
from approvals.reasons import Refused
from audit.models import Entry
from messaging.models import Contact, ConversationEvent, InboundMessage, MergeTask, Order, Product
from messaging.whatsapp.commerce.orders import cancel_order
from messaging.whatsapp.commerce.tending import tend
from tests.approvals.tea_room import approved, codes_of
from tests.factories import NOON, ContactFactory
from tests.messaging.whatsapp.commerce.tea_orders import (
    CREATE,
    SEND,
    ann_wrote,
    asked_for,
    carried_out,
    ken,
    oolong,
    ordered,
    previewed,
)

pytestmark = pytest.mark.django_db


def refused(*lines: tuple[str, int], conversation: object = None, **ask: object) -> list[str]:
    with pytest.raises(Refused) as no:
        previewed(conversation or ann_wrote(), *lines, **ask)  # type: ignore[arg-type]
    return no.value.codes


def test_preview_shows_lines_total_source_and_who_the_customer_is() -> None:
    oolong()
    contract = previewed(ann_wrote(), confirmed_fields=["name"], note="Gift wrap").data
    line = contract["lines"][0]
    assert (line["name"], line["quantity"], line["unit_price"], line["amount"]) == (
        "Oolong, 100 g",
        2,
        "88.000",
        "176.000",
    )
    assert (line["stock"], line["source"], line["seen_at"]) == (10, "own catalogue", "2026-03-01T04:00:00Z")
    assert (contract["total"], contract["order_currency"], contract["note"]) == ("176.000", "HKD", "••••")
    customer = contract["customer"]
    assert (customer["verified_by"], customer["verified_at"]) == ("phone", "2026-03-02T03:00:00Z")
    assert customer["fields"] == ["name"]
    assert "Ann" not in str(contract)
    assert "+8526" not in str(contract)


def test_an_order_waits_for_a_person_and_is_created_once_with_a_snapshot() -> None:
    tin = oolong()
    conversation = ann_wrote()
    request = asked_for(CREATE, previewed(conversation))
    assert request.state == "pending"
    assert not Order.objects.exists()
    request = carried_out(request)
    order = Order.objects.get()
    assert (request.state, order.state, order.total, order.currency) == ("succeeded", "confirmed", Decimal(176), "HKD")
    assert (order.conversation, order.contact, order.pay_by) == (
        conversation, conversation.contact, NOON + timedelta(hours=72),
    )  # fmt: skip
    Product.objects.filter(pk=tin.pk).update(name="Something else", price=1)
    line = order.lines.get()
    assert (line.name, line.unit_price, line.quantity) == ("Oolong, 100 g", Decimal(88), 2)
    assert Product.objects.get().stock == 8
    told = ConversationEvent.objects.get(kind="ordered")
    assert (told.conversation, told.facts["order"], told.facts["what"]) == (conversation, order.reference, "confirm")
    assert Entry.objects.filter(action="order.confirm", subject_id=str(order.pk)).count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"price": Decimal("89.00")}, "price_changed"),
        ({"stock": 1}, "out_of_stock"),
        ({"active": False}, "product_gone"),
        ({"name": "Jasmine, 100 g"}, "product_changed"),
    ],
)
def test_what_moved_between_approval_and_execution_voids_the_order(change: dict[str, object], code: str) -> None:
    oolong()
    request = approved(asked_for(CREATE, previewed(ann_wrote())))
    Product.objects.update(**change)
    request = carry_out(request.pk, NOON)
    assert (request.state, codes_of(request)) == ("voided", [code])
    assert not Order.objects.exists()


def test_stock_that_fell_but_suffices_voids_nothing() -> None:
    oolong()
    request = approved(asked_for(CREATE, previewed(ann_wrote())))
    Product.objects.update(stock=2)
    assert carry_out(request.pk, NOON).state == "succeeded"


def test_the_last_tin_is_sold_once() -> None:
    oolong(stock=2)
    conversation = ann_wrote()
    first, second = (approved(asked_for(CREATE, previewed(conversation))) for _ in range(2))
    assert carry_out(first.pk, NOON).state == "succeeded"
    request = carry_out(second.pk, NOON)
    assert (request.state, codes_of(request)) == ("voided", ["out_of_stock"])
    assert Product.objects.get().stock == 0


def test_one_preview_becomes_one_order() -> None:
    oolong()
    preview = previewed(ann_wrote())
    first, second = (approved(asked_for(CREATE, preview)) for _ in range(2))
    assert carry_out(first.pk, NOON).state == "succeeded"
    assert codes_of(carry_out(second.pk, NOON)) == ["already_created"]
    assert Order.objects.count() == 1


def test_somebody_who_did_not_write_from_their_own_number_is_not_confirmed() -> None:
    oolong()
    assert refused(conversation=ann_wrote(own_number=False)) == ["customer_not_confirmed"]


def test_somebody_whose_keys_changed_since_they_wrote_is_not_confirmed_until_they_write_again() -> None:
    oolong()
    conversation = ann_wrote()
    wrote = InboundMessage.objects.get(conversation=conversation)
    InboundMessage.objects.create(
        organisation=wrote.organisation, sender=wrote.sender, contact=wrote.contact, conversation=conversation,
        provider_id="wamid.S", kind="system", payload="customer_identity_changed", at=wrote.at, received_at=NOON,
    )  # fmt: skip
    assert refused(conversation=conversation) == ["customer_not_confirmed"]
    InboundMessage.objects.filter(kind="system").update(at=wrote.at - timedelta(hours=1))
    assert previewed(conversation).data["customer"]["verified_by"] == "phone"


def test_somebody_who_may_be_somebody_else_is_not_confirmed() -> None:
    oolong()
    conversation = ann_wrote()
    other = ContactFactory(organisation=conversation.organisation)
    first, second = sorted((conversation.contact_id, other.pk))
    MergeTask.objects.create(organisation=conversation.organisation, first_id=first, second_id=second,
                             evidence="report", found_at=NOON)  # fmt: skip
    assert refused(conversation=conversation) == ["customer_unsettled"]


def test_a_field_that_nobody_knows_cannot_be_confirmed() -> None:
    oolong()
    assert refused(confirmed_fields=["crm_id"]) == ["field_unknown"]


@pytest.mark.parametrize("change", [{"name": "Anne"}, {"phone": "+85261239999"}])
def test_a_customer_whose_data_changed_voids_the_order(change: dict[str, str]) -> None:
    oolong()
    request = approved(asked_for(CREATE, previewed(ann_wrote(), confirmed_fields=["name"])))
    Contact.objects.update(**change)
    request = carry_out(request.pk, NOON)
    assert request.state == "voided"
    assert codes_of(request)[0] in ("customer_changed", "customer_not_confirmed")


def test_a_field_that_was_not_confirmed_may_change() -> None:
    oolong()
    request = approved(asked_for(CREATE, previewed(ann_wrote())))
    Contact.objects.update(name="Anne")
    assert carry_out(request.pk, NOON).state == "succeeded"


def test_closed_conversation_voids_the_order() -> None:
    oolong()
    conversation = ann_wrote()
    request = approved(asked_for(CREATE, previewed(conversation)))
    type(conversation).objects.update(state="closed")
    assert codes_of(carry_out(request.pk, NOON)) == ["conversation_closed"]


def test_orders_that_make_no_sense_are_refused_with_the_field() -> None:
    oolong()
    oolong(sku="SENCHA", currency="JPY")
    conversation = ann_wrote()
    assert refused(("NOTHING", 1), conversation=conversation) == ["product_not_found"]
    assert refused(("OOLONG-100", 11), conversation=conversation) == ["out_of_stock"]
    assert refused(("OOLONG-100", 1), ("SENCHA", 1), conversation=conversation) == ["two_currencies"]
    assert refused(("OOLONG-100", 1), ("OOLONG-100", 1), conversation=conversation) == ["line_twice"]
    assert refused(conversation=conversation, lines=[]) == ["lines_missing"]
    assert refused(conversation=conversation, text="Hello") == ["other_step"]


def test_a_preview_serves_its_own_step_alone() -> None:
    oolong()
    preview = previewed(ann_wrote())
    assert preview.warnings == []
    with pytest.raises(Refused) as no:
        call(
            SEND,
            {"preview_id": str(preview.preview_id), "idempotency_key": "key-of-ken-1", "reason": "Ann."},
            ken(),
            NOON,
        )
    assert no.value.codes == ["preview_of_another"]


def test_goods_are_free_again_when_an_order_is_cancelled_or_expires() -> None:
    oolong()
    conversation = ann_wrote()
    cancelled, expired = ordered(conversation), ordered(conversation)
    assert Product.objects.get().stock == 6
    assert cancel_order(cancelled, ken(), NOON).state == "cancelled"
    assert Product.objects.get().stock == 8
    assert tend(NOON + timedelta(hours=71)) == 0
    assert tend(NOON + timedelta(hours=72)) == 1
    assert (Order.objects.get(pk=expired.pk).state, Product.objects.get().stock) == ("expired", 10)


def test_goods_that_nobody_counts_stay_uncounted() -> None:
    oolong(stock=None)
    ordered(ann_wrote(), ("OOLONG-100", 500))
    assert Product.objects.get().stock is None
