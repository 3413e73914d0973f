"""A shop's own system as the source of products: asked ahead of preview and execution, outside of any transaction."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.db import connection

from approvals.execution import carry_out
from approvals.reasons import Refused
from messaging.models import Order, Product, ProductSource
from messaging.whatsapp.commerce.sources import looking_up, rest
from messaging.whatsapp.commerce.sources.mapping import Mapping, SourceBroken
from messaging.whatsapp.commerce.sources.rest import SourceSilent, address_of, find
from tests.approvals.tea_room import approved, codes_of
from tests.factories import NOON, ken_ho
from tests.messaging.whatsapp.commerce.tea_orders import CREATE, ann_wrote, asked_for, oolong, previewed
from tests.sms.gateways.listener import Listener, listening

MAPPING = {"name": "product.title", "price": "product.variants.0.price", "price_digits": 2,
           "fixed_currency": "HKD", "stock": "product.variants.0.left", "active": "product.on_sale"}  # fmt: skip


def told(price: int = 8800, left: int = 10, on_sale: bool = True) -> bytes:
    variants = [{"price": price, "left": left}]
    return orjson.dumps({"product": {"title": "Oolong, 100 g", "variants": variants, "on_sale": on_sale}})


@pytest.fixture
def shop() -> Iterator[Listener]:
    with listening() as listener:
        listener.body = told()
        yield listener


@pytest.fixture
def source(shop: Listener, settings: Any) -> ProductSource:
    settings.PRODUCT_SOURCE_HOSTS = [shop.url.removeprefix("http://")]
    return ProductSource.objects.create(organisation=ken_ho().organisation, name="Shop", mapping=MAPPING,
                                        url=f"{shop.url}/products/{{sku}}", key="key-of-the-shop")  # fmt: skip


@pytest.mark.django_db
def test_the_shop_is_asked_at_the_preview_and_again_at_the_execution(source: ProductSource, shop: Listener) -> None:
    line = previewed(ann_wrote()).data["lines"][0]
    assert (line["unit_price"], line["stock"], line["source"], line["seen_at"]) == (
        "88.000", 10, "Shop", "2026-03-02T04:00:00Z",
    )  # fmt: skip
    (asked,) = shop.asked
    assert (asked.method, asked.path) == ("GET", "/products/OOLONG-100")
    assert asked.headers["authorization"] == "Bearer key-of-the-shop"
    Product.objects.all().delete()
    request = approved(asked_for(CREATE, previewed(ann_wrote(phone="+85261230002"))))
    carried = carry_out(request.pk, NOON + timedelta(minutes=5))
    assert (carried.state, len(shop.asked)) == ("succeeded", 3)
    assert Order.objects.get().lines.get().source_name == "Shop"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("now_told", "code"),
    [(told(price=8900), "price_changed"), (told(on_sale=False), "product_gone")],
)
def test_what_the_shop_says_otherwise_at_the_execution_voids(
    source: ProductSource, shop: Listener, now_told: bytes, code: str
) -> None:
    request = approved(asked_for(CREATE, previewed(ann_wrote())))
    shop.body = now_told
    carried = carry_out(request.pk, NOON + timedelta(minutes=5))
    assert (carried.state, codes_of(carried)) == ("voided", [code])
    assert not Order.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", [{"hangs_up": True}, {"status": 500}, {"body": b"no json"}])
def test_a_shop_that_does_not_answer_voids_rather_than_guesses(
    source: ProductSource, shop: Listener, trouble: dict[str, Any]
) -> None:
    request = approved(asked_for(CREATE, previewed(ann_wrote())))
    for name, value in trouble.items():
        setattr(shop, name, value)
    carried = carry_out(request.pk, NOON + timedelta(minutes=5))
    assert (carried.state, codes_of(carried)) == ("voided", ["source_silent"])


@pytest.mark.django_db
def test_a_product_that_the_shop_does_not_know_is_not_sold(source: ProductSource, shop: Listener) -> None:
    shop.status = 404
    with pytest.raises(Refused) as no:
        previewed(ann_wrote())
    assert no.value.codes == ["product_not_found"]


@pytest.mark.django_db
def test_the_houses_own_entries_are_not_asked_about(source: ProductSource, shop: Listener) -> None:
    oolong(price=Decimal(90))
    assert previewed(ann_wrote()).data["lines"][0]["unit_price"] == "90.000"
    assert shop.asked == []


@pytest.mark.django_db
def test_a_slow_shop_is_not_asked_about_the_rest(
    source: ProductSource, shop: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking_up, "ALTOGETHER_SECONDS", -1.0)
    with pytest.raises(Refused) as no:
        previewed(ann_wrote())
    assert (no.value.codes, shop.asked) == (["source_silent"], [])


@pytest.mark.django_db
def test_a_redirect_is_not_followed(source: ProductSource, shop: Listener) -> None:
    shop.status, shop.headers = 302, {"Location": f"{shop.url}/elsewhere"}
    with pytest.raises(SourceSilent, match="HTTP 302"):
        find(source, "OOLONG-100")
    assert len(shop.asked) == 1


@pytest.mark.django_db
def test_an_answer_that_is_too_large_is_dropped(source: ProductSource, shop: Listener) -> None:
    shop.body = b" " * (1 << 20) + told()
    with pytest.raises(SourceSilent, match="AnswerBroken"):
        find(source, "OOLONG-100")


@pytest.mark.django_db
def test_the_network_is_asked_outside_of_transactions(source: ProductSource, monkeypatch: pytest.MonkeyPatch) -> None:
    depths: list[int] = []
    ask = rest.ask

    def watched(*arguments: Any) -> Any:
        depths.append(len(connection.savepoint_ids))  # the test's own transaction has none
        return ask(*arguments)

    monkeypatch.setattr(rest, "ask", watched)
    request = approved(asked_for(CREATE, previewed(ann_wrote())))
    carry_out(request.pk, NOON + timedelta(minutes=5))
    assert depths == [0, 0]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/{sku}",
        "http://shop.example/{sku}",
        "https://shop.example.evil.example/{sku}",
        "https://shop.example@evil.example/{sku}",
        "https://shop.example:8443/{sku}",
        "https://{sku}.shop.example/",
        "https://shop.example/products",
        "file:///etc/passwd{sku}",
        "https://[::1/{sku}",
    ],
)
def test_only_hosts_that_are_allowed_are_asked(address: str, settings: Any) -> None:
    settings.PRODUCT_SOURCE_HOSTS = ["shop.example", ""]
    with pytest.raises(SourceSilent):
        address_of(address, "OOLONG-100")


def test_a_number_stays_one_part_of_the_path(settings: Any) -> None:
    settings.PRODUCT_SOURCE_HOSTS = ["shop.example"]
    assert address_of("https://shop.example/p/{sku}.json", "../a?b#c d") == (
        "https://shop.example/p/..%2Fa%3Fb%23c%20d.json"
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"product":{}}', told(left=-1), told(price=-1), told().replace(b"8800", b"true"),
     told().replace(b"8800", b'"NaN"'), told().replace(b"8800", b'"a lot"'), told().replace(b"Oolong, 100 g", b"")],
)  # fmt: skip
def test_what_cannot_be_read_is_no_product(body: bytes) -> None:
    with pytest.raises(SourceBroken):
        Mapping.model_validate(MAPPING).read(body)
