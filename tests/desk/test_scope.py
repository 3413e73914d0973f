"""Every page keeps to one's own organisation and one's role, also where nobody thought of it: all pages are tried."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse

from accounts.desk_permissions import INSTALLATION, RIGHTS
from accounts.models import Person
from accounts.roles import Role
from approvals.models import Policy
from messaging.models import (
    Attempt,
    ConsentEvidence,
    Contact,
    ImportBatch,
    ImportRow,
    MergeTask,
    Message,
    MessagingRules,
    WebhookEvent,
)
from sms.models import LinkRules
from tests.desk.harbour import page, signed_in, status, the_send
from tests.factories import (
    NOON,
    AgentFactory,
    ContactFactory,
    PersonFactory,
    SuppressionFactory,
    TemplateTranslationFactory,
    ada_wong,
    mei_chan,
    other_tenant,
    vera_ng,
)
from tests.sms.links.tea_links import link_to

pytestmark = pytest.mark.django_db

COUNTS = {"rows": 1, "new": 1, "update": 0, "duplicate": 0, "invalid": 0, "no_consent": 0, "opt_out": 0,
          "stays_opted_out": 0}  # fmt: skip
PAGES = {model._meta.label_lower: model for model in admin.site._registry}


def rows_of_harbour_tea() -> dict[str, Model]:
    """One row for every page that messaging, approvals and accounts show."""
    send = the_send()
    organisation = send.organisation
    contact = Contact.objects.first()
    TemplateTranslationFactory(template__account=send.sender.account)
    batch = ImportBatch.objects.create(
        organisation=organisation, name="march.csv", digest="a", made_by="x", counts=COUNTS, created_at=NOON
    )
    message = Message.objects.create(
        organisation=organisation, send=send, contact=contact, sender=send.sender, address=contact.phone,
        address_kind="phone", category="marketing", queued_at=NOON,
    )  # fmt: skip
    Attempt.objects.create(message=message, contact=contact, sender=send.sender, category="marketing",
                           started_at=NOON, lease_until=NOON + timedelta(minutes=1))  # fmt: skip
    rows: list[Model] = [
        send, organisation, contact, batch, message, send.sender, send.sender.account, send.template, send.request,
        send.audience.segment, send.audience.members.first(), AgentFactory(), mei_chan(), SuppressionFactory(),
        ImportRow.objects.create(batch=batch, line=2, verdict="new", phone="+85261110009"),
        ConsentEvidence.objects.create(organisation=organisation, contact=contact, channel="any", category="marketing",
                                       act="granted", source="form", occurred_at=NOON, recorded_at=NOON),
        MergeTask.objects.create(organisation=organisation, first=contact, second=ContactFactory(), found_at=NOON),
        MessagingRules.objects.create(organisation=organisation),
        (link := link_to()), link.domain, LinkRules.objects.create(organisation=organisation),
        Policy.objects.create(organisation=organisation, name="Twice"),
        WebhookEvent.objects.create(carrier="whatsapp", body=b"{}", signed_for=[send.sender.account.pk]),
    ]  # fmt: skip
    return {row._meta.label_lower: row for row in rows}


def test_every_page_has_a_row_in_the_table_of_rights_and_the_other_way_round() -> None:
    assert set(PAGES) <= set(RIGHTS)
    unseen = {"approvals.decision", "approvals.preview", "messaging.audience", "messaging.templatetranslation"}
    assert set(RIGHTS) - set(PAGES) <= unseen | {"messaging.consentstate"}


def test_no_page_offers_an_action_on_many_rows_or_deletes_any() -> None:
    for label, page_of in admin.site._registry.items():
        assert page_of.actions is None, label
        assert not page_of.has_delete_permission(_request_of(ada_wong()))


def test_another_tenants_rows_are_listed_nowhere_and_opened_nowhere() -> None:
    rows = rows_of_harbour_tea()
    stranger = PersonFactory(username="lily", organisation=other_tenant(), role=Role.ADMIN)
    client = signed_in(stranger)
    for label, row in rows.items():
        name = label.replace(".", "_")
        assert client.get(reverse(f"admin:{name}_change", args=(row.pk,))).status_code == 404, label
        listed = client.get(reverse(f"admin:{name}_changelist"))
        assert listed.status_code == 200, label
        shown = [one.pk for one in listed.context["cl"].result_list]
        assert row.pk not in shown, label


def test_another_tenants_past_is_opened_nowhere() -> None:
    rows = rows_of_harbour_tea()
    client = signed_in(PersonFactory(username="lily", organisation=other_tenant(), role=Role.ADMIN))
    for label, row in rows.items():
        name = label.replace(".", "_")
        assert client.get(reverse(f"admin:{name}_history", args=(row.pk,))).status_code == 404, label
    policy = rows["approvals.policy"]
    version = policy.history.first().history_id  # type: ignore[attr-defined]
    address = reverse("admin:approvals_policy_simple_history", args=(policy.pk, version))
    assert client.get(address).status_code == 404
    assert signed_in(ada_wong()).get(address).status_code == 200
    assert signed_in(ada_wong()).post(address, {"name": "Once"}).status_code == 403


def test_what_harbour_tea_owns_opens_for_those_whose_role_may_see_it() -> None:
    for label, row in rows_of_harbour_tea().items():
        name = f"{label.replace('.', '_')}_change"
        for who in (ada_wong(), mei_chan(), vera_ng()):
            expected = 200 if who.role in RIGHTS[label].view or who.role in RIGHTS[label].change else 403
            assert status(who, name, row.pk) == expected, (label, who.role)


def test_a_superuser_without_organisation_sees_the_installation_and_nothing_else() -> None:
    rows = rows_of_harbour_tea()
    root = PersonFactory(username="root", organisation=None, role=Role.ADMIN, is_superuser=True)
    client = signed_in(root)
    assert client.get(reverse("admin:index")).status_code == 200
    for label, row in rows.items():
        name = label.replace(".", "_")
        opened = client.get(reverse(f"admin:{name}_change", args=(row.pk,))).status_code
        assert opened in ({200} if label in INSTALLATION else {403, 404}), label


def test_a_form_offers_only_rows_of_ones_own_organisation() -> None:
    own = AgentFactory()
    stranger = PersonFactory(username="lily", first_name="Lily", organisation=other_tenant(), role=Role.ADMIN)
    text = page(ada_wong(), "accounts_agent_change", own.pk)
    assert "Sam Lee" in text
    assert "Lily" not in text
    form = {"name": "Spy", "owner": str(stranger.pk), "people_per_day": 1, "messages_per_day": 1, "money_per_day": 1}
    answer = signed_in(ada_wong()).post(reverse("admin:accounts_agent_add"), form)
    assert "Select a valid choice" in answer.content.decode()


def test_somebody_signed_out_is_led_to_the_login() -> None:
    from django.test import Client

    assert Client().get(reverse("admin:login")).status_code == 200
    assert Client().get(reverse("admin:messaging_contact_changelist")).status_code == 302


def test_an_id_that_is_none_is_not_found() -> None:
    mei = mei_chan()
    assert status(mei, "messaging_contact_change", "no-number") == 404
    assert status(mei, "messaging_send_change", uuid.uuid4()) == 404
    assert status(mei, "accounts_agent_disable", "nonsense", method="post", _form_submitted="on") in (403, 404)


def _request_of(person: Person) -> Any:
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    request.user = person
    return request
