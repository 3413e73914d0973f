"""Ann's order, at an account that takes payments."""

import pytest

from messaging.models import Order
from tests.messaging.whatsapp.commerce.tea_counter import two_tins
from tests.messaging.whatsapp.commerce.tea_orders import (
    ann_wrote,
    oolong,
    stripe_account,
)


@pytest.fixture
def order() -> Order:
    stripe_account()
    return two_tins(ann_wrote(), oolong(stock=8))
