"""The page of an order: its lines, its link without the address, and the button that cancels it."""

import pytest
from django.urls import reverse

from audit.models import Entry
from messaging.models import Order, PaymentLink
from tests.desk.harbour import signed_in
from tests.factories import QueueFactory, TeamFactory, ada_wong, ken_ho, sam_lee
from tests.messaging.whatsapp.commerce.tea_counter import two_tins
from tests.messaging.whatsapp.commerce.tea_orders import ann_wrote, oolong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def page_of(order: Order) -> str:
    return reverse("admin:messaging_order_change", args=[order.pk])


def test_it_shows_what_was_ordered_and_where() -> None:
    order = two_tins(ann_wrote(), oolong(stock=8))
    shown = signed_in(ken_ho()).get(page_of(order)).content.decode()
    assert "176" in shown
    assert "OOLONG-100" in shown
    assert reverse("admin:messaging_conversation_change", args=[order.conversation_id]) in shown


def test_cancelling_frees_its_goods_and_ends_its_link() -> None:
    tin = oolong(stock=6)
    order = two_tins(ann_wrote(), tin)
    cancel = reverse("admin:messaging_order_cancel", args=[order.pk])
    answer = signed_in(ken_ho()).post(cancel, {"_form_submitted": "on"})
    order = Order.objects.get(pk=order.pk)
    tin.refresh_from_db()
    assert (answer.status_code, order.state, tin.stock) == (204, "cancelled", 8)
    assert not PaymentLink.objects.filter(order=order, state="open").exists()
    assert Entry.objects.get(action="order.cancel").subject_id == str(order.pk)


def test_an_order_of_another_teams_conversation_is_not_there() -> None:
    order = two_tins(ann_wrote(), oolong(stock=8))
    lawyers = QueueFactory(organisation=order.organisation, is_restricted=True,
                           team=TeamFactory(organisation=order.organisation))  # fmt: skip
    type(order.conversation).objects.filter(pk=order.conversation_id).update(queue=lawyers)
    assert signed_in(ken_ho()).get(page_of(order)).status_code == 404
    assert signed_in(ada_wong()).get(page_of(order)).status_code == 200
    assert order.reference not in signed_in(ken_ho()).get(reverse("admin:messaging_order_changelist")).content.decode()


def test_who_serves_nobody_sees_no_orders() -> None:
    assert signed_in(sam_lee()).get(reverse("admin:messaging_order_changelist")).status_code == 403
