"""The desk of SMS: secrets go in and never come out, sender IDs move by their life alone, quotas show what is left."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Person
from audit.models import Entry
from sms.callbacks import hash_of_key
from sms.models import GatewayPrice, GatewayRegistration, Quota, SenderId, SenderIdState, SmsGateway
from tests.desk.harbour import signed_in
from tests.factories import ada_wong, harbour_tea, mei_chan, sam_lee
from tests.sms.gateways.listener import listening
from tests.sms.tea_papers import applied_for
from tests.sms.tea_texts import TOKEN, TeaTexts

pytestmark = pytest.mark.django_db

GATEWAYS, SENDERS = "/desk/sms/smsgateway", "/desk/sms/senderid"
NEW = {
    "name": "third",
    "kind": "twilio",
    "countries": "HK",
    "position": "3",
    "per_second": "10",
    "currency": "HKD",
    "configuration": '{"account_sid": "AC00000000000000000000000000000003"}',
    "secrets": '{"auth_token": "a-new-token-0003"}',
    "pause_reason": "",
}


def post(person: Person, path: str, **form: Any) -> Any:
    return signed_in(person).post(path, form)


def press(person: Person, identity: SenderId, button: str, **form: str) -> int:
    address = reverse(f"admin:sms_senderid_{button}", args=(identity.pk,))
    return int(post(person, address, _form_submitted="on", **form).status_code)


def test_an_administrator_connects_a_gateway_and_reads_its_addresses_once() -> None:
    client = signed_in(ada_wong())
    answer = client.post(f"{GATEWAYS}/add/", NEW, follow=True)
    row = SmsGateway.objects.get()
    key = str(row.callback_key)
    assert f"/sms/{key}/receipt" in answer.content.decode()
    assert row.callback_key_hash == hash_of_key(key)
    page = client.get(f"{GATEWAYS}/{row.pk}/change/").content.decode()
    assert [secret for secret in ("a-new-token-0003", key) if secret in page] == []
    assert Entry.objects.filter(action="sms.gateway_changed").count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"secrets": '{"auth_token": "short"}'}, "secrets"),
        ({"secrets": "no json at all"}, "secrets"),
        ({"configuration": '{"account_sid": "AC1"}'}, "configuration"),
        ({"configuration": "{}"}, "configuration"),
        ({"kind": "pigeon"}, "kind"),
    ],
)
def test_what_does_not_fit_the_gateway_is_refused_and_not_repeated(changed: dict[str, str], field: str) -> None:
    answer = post(ada_wong(), f"{GATEWAYS}/add/", **{**NEW, **changed})
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert "no json at all" not in answer.content.decode()
    assert SmsGateway.objects.count() == 0


def test_an_empty_box_keeps_the_secrets_and_a_reason_pauses() -> None:
    gateway = TeaTexts().first
    form = {name: value for name, value in NEW.items() if name != "kind"}
    form |= {"name": "first", "secrets": "", "pause_reason": "Contract ended"}
    assert post(ada_wong(), f"{GATEWAYS}/{gateway.pk}/change/", **form).status_code == 302
    row = SmsGateway.objects.get(pk=gateway.pk)
    assert TOKEN in str(row.secrets)
    assert row.paused_at is not None
    assert post(ada_wong(), f"{GATEWAYS}/{gateway.pk}/change/", **{**form, "pause_reason": ""}).status_code == 302
    assert SmsGateway.objects.get(pk=gateway.pk).paused_at is None


def test_an_administrator_asks_a_gateway_for_its_balance_and_nobody_else_does() -> None:
    with listening() as told:
        told.body = b'{"balance": "12.50", "currency": "HKD"}'
        gateway = TeaTexts(told.url).first
        address = reverse("admin:sms_smsgateway_ask_balance", args=(gateway.pk,))
        assert post(mei_chan(), address, _form_submitted="on").status_code == 403
        assert told.asked == []
        assert post(ada_wong(), address, _form_submitted="on").status_code == 204
    page = signed_in(ada_wong()).get(f"{GATEWAYS}/{gateway.pk}/change/").content.decode()
    assert "first: 12.50 HKD on" in page
    form = {**NEW, "name": "first", "secrets": "", "balance_reserve": "3"}
    assert post(ada_wong(), f"{GATEWAYS}/{gateway.pk}/change/", **form).status_code == 302
    row = SmsGateway.objects.get(pk=gateway.pk)
    assert (row.balance, row.balance_reserve) == (Decimal("12.5"), Decimal(3))


def test_an_officer_sees_a_gateway_without_its_secrets_and_a_marketer_sees_none() -> None:
    gateway = TeaTexts().first
    page = signed_in(mei_chan()).get(f"{GATEWAYS}/{gateway.pk}/change/")
    assert page.status_code == 200
    assert TOKEN not in page.content.decode()
    assert str(gateway.callback_key) not in page.content.decode()
    assert signed_in(mei_chan()).get(f"{GATEWAYS}/").status_code == 200
    assert signed_in(sam_lee()).get(f"{GATEWAYS}/").status_code == 403


def test_an_officer_verifies_and_suspends_a_sender_id_once_the_register_has_it() -> None:
    identity = applied_for(harbour_tea())
    SenderId.objects.update(state=SenderIdState.APPLIED)
    change = f"{SENDERS}/{identity.pk}/change/"
    assert press(mei_chan(), identity, "verify") == 204
    assert SenderId.objects.get().state == SenderIdState.APPLIED
    assert post(mei_chan(), change, register_reference="SSRS-0042", opt_out_number="", value="#EVIL").status_code == 302
    assert press(mei_chan(), identity, "verify") == 204
    kept = SenderId.objects.get()
    assert (kept.state, kept.value, kept.version) == (SenderIdState.VERIFIED, "#TEA", 2)
    assert kept.sender is not None
    assert press(mei_chan(), identity, "suspend", why="A complaint") == 204
    assert SenderId.objects.get().state == SenderIdState.SUSPENDED
    assert signed_in(sam_lee()).get(f"{SENDERS}/").status_code == 200


def test_a_marketer_moves_nothing() -> None:
    identity = applied_for(harbour_tea())
    SenderId.objects.update(state=SenderIdState.APPLIED, register_reference="SSRS-0042")
    assert press(sam_lee(), identity, "verify") == 403
    assert SenderId.objects.get().state == SenderIdState.APPLIED


def test_prices_are_added_and_never_edited() -> None:
    gateway = TeaTexts().first
    form = {"gateway": str(gateway.pk), "country": "hk", "amount": "0.45", "effective_from": "2026-04-01"}
    assert post(ada_wong(), "/desk/sms/gatewayprice/add/", **form).status_code == 302
    price = GatewayPrice.objects.get(effective_from="2026-04-01")
    assert (price.amount, price.country) == (Decimal("0.45"), "HK")
    post(ada_wong(), f"/desk/sms/gatewayprice/{price.pk}/change/", **{**form, "amount": "0.01"})
    assert GatewayPrice.objects.get(pk=price.pk).amount == Decimal("0.45")
    assert signed_in(sam_lee()).get("/desk/sms/gatewayprice/").status_code == 200


def test_an_administrator_notes_what_a_gateway_says_of_a_sender_id() -> None:
    tea = TeaTexts()
    row = GatewayRegistration.objects.filter(identity=tea.identity, gateway=tea.first).get()
    path = f"/desk/sms/gatewayregistration/{row.pk}/change/"
    assert post(ada_wong(), path, status="refused", gateway=str(tea.second.pk)).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.gateway) == ("refused", tea.first)


def test_a_quota_is_set_by_an_administrator_and_shows_what_is_left() -> None:
    form = {"currency": "hkd", "monthly": "1000"}
    assert post(sam_lee(), "/desk/sms/quota/add/", **form).status_code == 403
    assert signed_in(ada_wong()).get("/desk/sms/quota/add/").status_code == 200
    assert post(ada_wong(), "/desk/sms/quota/add/", **form).status_code == 302
    assert "1,000" in signed_in(sam_lee()).get("/desk/sms/quota/").content.decode()
    assert (Quota.objects.get().organisation, Quota.objects.get().currency) == (harbour_tea(), "HKD")
    assert Entry.objects.filter(action="sms.quota_changed").count() == 1


def test_the_page_of_a_sender_id_tells_its_state_in_a_word() -> None:
    told = signed_in(mei_chan()).get(f"{SENDERS}/{TeaTexts().identity.pk}/change/").content.decode()
    assert '<span class="cs-label cs-label-success">Verified</span>' in told
