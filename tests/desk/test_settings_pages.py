"""Settings at the desk: secrets go in and never out, opt-outs are recorded at once, prices and rules leave a trace."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import Role
from approvals.defaults import DEFAULTS
from approvals.models import Policy
from audit.models import Entry
from messaging.models import Contact, MessagingRules, Price, Sender, Suppression, WebhookEvent, WhatsAppAccount
from tests.desk.harbour import ANN, page, signed_in, status
from tests.factories import (
    ContactFactory,
    PersonFactory,
    SenderFactory,
    WhatsAppAccountFactory,
    ada_wong,
    harbour_tea,
    ken_ho,
    mei_chan,
    other_tenant,
    sam_lee,
    vera_ng,
)

pytestmark = pytest.mark.django_db

SECRETS = ("token-of-harbour-tea", "secret-of-harbour-tea", "verify-harbour-tea")


def account_form(account: WhatsAppAccount, **changed: str) -> dict[str, str]:
    return {"name": account.name, "waba_id": account.waba_id, "app_id": account.app_id, "currency": "USD", **changed}


@pytest.mark.parametrize("who", [ada_wong, mei_chan])
def test_an_accounts_secrets_are_never_on_a_page(who) -> None:  # type: ignore[no-untyped-def]
    account = WhatsAppAccountFactory()
    text = page(who(), "messaging_whatsappaccount_change", account.pk)
    for secret in SECRETS:
        assert secret not in text


def test_an_empty_box_keeps_a_secret_and_a_new_app_secret_keeps_the_old_one_for_a_while() -> None:
    account = WhatsAppAccountFactory()
    address = reverse("admin:messaging_whatsappaccount_change", args=(account.pk,))
    answer = signed_in(ada_wong()).post(address, account_form(account, name="Harbour", app_secret="fresh"))
    assert answer.status_code == 302
    account.refresh_from_db()
    assert (account.name, account.access_token) == ("Harbour", "token-of-harbour-tea")
    assert (account.app_secret, account.previous_app_secret) == ("fresh", "secret-of-harbour-tea")
    facts = Entry.objects.get(action="account.changed").facts
    assert facts["fields"] == ["app_secret", "name"]
    assert "fresh" not in json.dumps(facts)


def test_a_refused_form_does_not_send_a_secret_back() -> None:
    account = WhatsAppAccountFactory()
    address = reverse("admin:messaging_whatsappaccount_change", args=(account.pk,))
    answer = signed_in(ada_wong()).post(address, account_form(account, waba_id="", access_token="EAAnewtoken"))
    assert answer.status_code == 200
    assert "EAAnewtoken" not in answer.content.decode()


def test_a_policy_is_changed_by_administrators_alone_with_its_past_and_an_entry() -> None:
    policy = Policy.objects.create(organisation=harbour_tea(), name="Once")
    form = {"name": "Twice", "tools": "*", "from_people": 0, "from_money": 0, "outcome": "person", "role": "compliance",
            "quorum": 2, "hours_to_decide": 24, "enabled": "on"}  # fmt: skip
    address = reverse("admin:approvals_policy_change", args=(policy.pk,))
    assert signed_in(mei_chan()).post(address, form).status_code == 403
    assert signed_in(ada_wong()).post(address, form).status_code == 302
    policy.refresh_from_db()
    assert (policy.name, policy.quorum) == ("Twice", 2)
    assert policy.history.count() == 2
    assert Entry.objects.get(action="policy.changed").facts["fields"] == ["hours_to_decide", "name", "quorum"]
    assert "Changed" in page(mei_chan(), "approvals_policy_history", policy.pk)


def test_a_policy_offers_only_roles_that_may_decide() -> None:
    form = re.search(r'<select name="role".*?</select>', page(ada_wong(), "approvals_policy_add"), re.DOTALL)
    assert form is not None
    assert re.findall(r'value="(\w*)"', form[0]) == ["admin", "compliance"]


def test_a_new_organisation_begins_with_the_default_policies() -> None:
    root = PersonFactory(username="root", is_superuser=True, organisation=None)
    form = {"name": "New Tea", "slug": "new-tea", "timezone": "Asia/Hong_Kong", "locale": "en", "currency": "usd",
            "default_country": "hk", "edition": "pro"}  # fmt: skip
    assert signed_in(root).post(reverse("admin:accounts_organisation_add"), form).status_code == 302
    assert Policy.objects.filter(organisation__slug="new-tea").count() == len(DEFAULTS)


def test_support_records_an_opt_out_at_the_desk() -> None:
    ann = ContactFactory(phone=ANN)
    form = {"_form_submitted": "on", "channel": "any", "category": "any", "source": "phone call", "evidence": "",
            "key": "desk-0000-2222"}  # fmt: skip
    assert status(ken_ho(), "messaging_contact_record_opt_out", ann.pk, method="post", **form) == 204
    assert Suppression.objects.get().contact == ann


def test_an_opt_out_is_recorded_by_a_form_and_counts_at_once() -> None:
    ann = ContactFactory(phone=ANN)
    form = {"_form_submitted": "on", "channel": "any", "category": "any", "source": "phone call", "evidence": "",
            "key": "desk-0000-1111"}  # fmt: skip
    assert status(mei_chan(), "messaging_contact_record_opt_out", ann.pk) == 200  # the dialog
    assert not Suppression.objects.exists()
    assert status(mei_chan(), "messaging_contact_record_opt_out", ann.pk, method="post", **form) == 204
    stop = Suppression.objects.get(contact=ann)
    assert (stop.reason, stop.source, stop.lifted_at) == ("request", "phone call", None)
    assert status(mei_chan(), "messaging_contact_record_opt_out", ann.pk, method="post", **form) == 204
    assert Suppression.objects.count() == 1


def test_a_number_that_nobody_knows_yet_can_opt_out_before_any_import() -> None:
    form = {"_form_submitted": "on", "phone": "6111 0009", "channel": "any", "category": "any", "source": "e-mail",
            "evidence": "", "key": "desk-0000-2222"}  # fmt: skip
    assert status(mei_chan(), "messaging_suppression_record_number", method="post", **form) == 204
    contact = Contact.objects.get(phone="+85261110009")
    assert Suppression.objects.filter(contact=contact, lifted_at=None).exists()


def test_an_opt_out_of_another_tenants_contact_is_not_found() -> None:
    ann = ContactFactory(phone=ANN)
    lily = PersonFactory(username="lily", organisation=other_tenant(), role=Role.COMPLIANCE)
    form = {"_form_submitted": "on", "channel": "any", "category": "any", "source": "a call", "key": "desk-0000-3333"}
    assert status(lily, "messaging_contact_record_opt_out", ann.pk, method="post", **form) == 404
    assert not Suppression.objects.exists()


def test_a_role_without_the_tool_is_offered_no_opt_out_form() -> None:
    ann = ContactFactory(phone=ANN)
    assert status(vera_ng(), "messaging_contact_record_opt_out", ann.pk) == 403
    assert "Record an opt-out" not in page(vera_ng(), "messaging_contact_change", ann.pk)


CARD = "effective_from,currency,market,marketing\n2027-01-01,USD,HK,0.0801\n2027-01-01,USD,SG,{singapore}\n"


def upload(who, text: str):  # type: ignore[no-untyped-def]
    card = SimpleUploadedFile("card.csv", text.encode(), content_type="text/csv")
    return signed_in(who).post(reverse("admin:messaging_price_import_card"), {"card": card})


def test_a_price_card_is_imported_whole_or_not_at_all() -> None:
    before = Price.objects.count()
    answer = upload(ada_wong(), CARD.format(singapore="cheap"))
    assert answer.status_code == 422
    assert "line 3, marketing" in answer.content.decode()
    assert Price.objects.count() == before
    assert upload(ada_wong(), CARD.format(singapore="0.0702")).status_code == 302
    assert Price.objects.count() == before + 2
    assert Entry.objects.get(action="prices.imported").facts["prices"] == 2


def test_prices_of_an_installation_with_several_organisations_are_its_superusers() -> None:
    other_tenant()
    assert upload(ada_wong(), CARD.format(singapore="0.0702")).status_code == 403
    assert upload(PersonFactory(username="boss", role=Role.ADMIN, is_superuser=True),
                  CARD.format(singapore="0.0702")).status_code == 302  # fmt: skip
    assert upload(mei_chan(), CARD.format(singapore="0.0702")).status_code == 403


def test_rules_are_made_once_for_ones_own_organisation() -> None:
    form = {"marketing_cap": 1, "marketing_cap_days": 7, "pair_gap_seconds": 6, "quiet_from": "21:00",
            "quiet_until": "09:00", "failures_to_pause": 20, "opt_outs_to_pause": 50, "automatic_turns": 8,
            "keyword_share": 20, "price_days": 90, "reopen_days": 7, "archive_days": 30}  # fmt: skip
    address = reverse("admin:messaging_messagingrules_add")
    assert signed_in(sam_lee()).post(address, form).status_code == 403
    assert signed_in(ada_wong()).post(address, form).status_code == 302
    assert MessagingRules.objects.get().organisation == harbour_tea()
    assert signed_in(ada_wong()).get(address).status_code == 403


def test_a_sender_is_paused_and_let_go_by_who_decides() -> None:
    sender = SenderFactory()
    assert status(ken_ho(), "messaging_sender_pause", sender.pk, method="post", _form_submitted="on") == 403
    assert status(mei_chan(), "messaging_sender_pause", sender.pk) == 200
    assert Sender.objects.get().paused_at is None
    assert status(mei_chan(), "messaging_sender_pause", sender.pk, method="post", _form_submitted="on") == 204
    assert Sender.objects.get().pause_reason == "by hand, by Mei Chan"
    assert status(mei_chan(), "messaging_sender_resume", sender.pk, method="post", _form_submitted="on") == 204
    assert Sender.objects.get().paused_at is None


def webhook(*accounts: WhatsAppAccount) -> WebhookEvent:
    entries = [
        {"id": account.waba_id, "changes": [{"field": "messages", "value": {
            "contacts": [{"profile": {"name": f"Friend of {account.name}"}, "wa_id": "85261110001"}],
            "messages": [{"from": "85261110001", "text": {"body": "Call me"}, "timestamp": "1772424000"}],
        }}]}
        for account in accounts
    ]  # fmt: skip
    body = json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()
    return WebhookEvent.objects.create(carrier="whatsapp", body=body, signed_for=[account.pk for account in accounts])


def test_a_webhook_is_shown_without_customers_words_names_and_numbers() -> None:
    event = webhook(WhatsAppAccountFactory())
    text = page(mei_chan(), "messaging_webhookevent_change", event.pk)
    for secret in ("Call me", "Friend of", "85261110001"):
        assert secret not in text
    assert "1772424000" in text


def test_a_webhook_for_two_tenants_shows_each_their_own_part() -> None:
    ours = WhatsAppAccountFactory()
    theirs = WhatsAppAccountFactory(organisation=other_tenant(), name="Peak Coffee", waba_id="777000777000777")
    event = webhook(ours, theirs)
    text = page(mei_chan(), "messaging_webhookevent_change", event.pk)
    assert ours.waba_id in text
    assert "777000777000777" not in text


def test_bytes_that_are_no_json_are_told_by_their_number() -> None:
    account = WhatsAppAccountFactory()
    event = WebhookEvent.objects.create(carrier="whatsapp", body=b"\xff\xfe\x00", signed_for=[account.pk])
    assert "3 bytes that cannot be read" in page(mei_chan(), "messaging_webhookevent_change", event.pk)
