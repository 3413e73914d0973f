"""What orders stand on, at the desk: secrets go in and never out, addresses and mappings are checked."""

import json
import re

import pytest
from django.urls import reverse

from audit.models import Entry
from messaging.models import PaymentAccount, Product, ProductSource
from messaging.whatsapp.commerce.callbacks import hash_of_key
from tests.desk.harbour import page, signed_in, status
from tests.factories import ada_wong, mei_chan, sam_lee, vera_ng
from tests.messaging.whatsapp.commerce.tea_orders import oolong, stripe_account

pytestmark = pytest.mark.django_db

MAPPING = {"name": "title", "price": "price", "fixed_currency": "HKD"}


def test_a_payment_account_tells_its_address_once_and_its_secrets_never() -> None:
    client = signed_in(ada_wong())
    form = {"name": "Stripe", "key": "sk_live_abc", "signing_secret": "whsec_abc", "is_active": "on"}
    told = client.post(reverse("admin:messaging_paymentaccount_add"), form, follow=True).content.decode()
    account = PaymentAccount.objects.get()
    (key,) = re.findall(r"https://desk\.example\.test/payments/stripe/([\w-]+)", told)
    assert (key, account.callback_key_hash) == (account.callback_key, hash_of_key(key))
    for who in (ada_wong(), mei_chan()):
        shown = page(who, "messaging_paymentaccount_change", account.pk)
        assert not [secret for secret in ("sk_live_abc", "whsec_abc", key) if secret in shown]
    assert "sk_live" not in json.dumps(Entry.objects.get(action="payment_account.changed").facts)


def test_an_empty_box_keeps_a_secret_and_a_new_one_keeps_the_old_for_a_while() -> None:
    account = stripe_account()
    address = reverse("admin:messaging_paymentaccount_change", args=(account.pk,))
    signed_in(ada_wong()).post(address, {"name": "Stripe HK", "signing_secret": "whsec_new", "is_active": "on"})
    account.refresh_from_db()
    assert (account.name, account.key) == ("Stripe HK", "sk_test_harbour_tea")
    assert (account.signing_secret, account.previous_signing_secret) == ("whsec_new", "whsec_harbour_tea")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "https://evil.example/{sku}"}, "the host is not in PRODUCT_SOURCE_HOSTS"),
        ({"mapping": '{"name": "title"}'}, "price: Field required"),
        ({"mapping": '{"name": "title", "price": "price", "prize": "x"}'}, "prize: Extra inputs are not permitted"),
    ],
)
def test_a_source_that_could_not_be_asked_is_refused_with_the_reason(
    change: dict[str, str], said: str, settings: object
) -> None:
    settings.PRODUCT_SOURCE_HOSTS = ["shop.example"]  # type: ignore[attr-defined]
    form = {"name": "Shop", "url": "https://shop.example/{sku}", "mapping": json.dumps(MAPPING), "is_active": "on"}
    client, address = signed_in(ada_wong()), reverse("admin:messaging_productsource_add")
    assert said in client.post(address, form | change).content.decode()
    assert not ProductSource.objects.exists()
    assert client.post(address, form).status_code == 302
    assert ProductSource.objects.get().mapping == MAPPING


def test_own_products_may_be_changed_and_a_sources_may_not() -> None:
    own = oolong()
    source = ProductSource.objects.create(organisation=own.organisation, name="Shop", url="x", is_active=False)
    theirs = oolong(sku="SENCHA", source=source)
    form = {"sku": "OOLONG-100", "name": "Oolong", "price": "90", "currency": "HKD", "stock": "5", "active": "on"}
    client = signed_in(sam_lee())
    assert client.post(reverse("admin:messaging_product_change", args=(own.pk,)), form).status_code == 302
    assert client.post(reverse("admin:messaging_product_change", args=(theirs.pk,)), form).status_code == 403
    assert sorted(Product.objects.values_list("name", flat=True)) == ["Oolong", "Oolong, 100 g"]
    assert Entry.objects.get(action="product.changed").facts["fields"] == ["name", "price", "stock"]
    assert status(vera_ng(), "messaging_product_change", own.pk) == 200
    assert status(vera_ng(), "messaging_paymentaccount_changelist") == 403
