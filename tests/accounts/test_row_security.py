"""Every table has its policies, forced; which rows are everybody's is written out here, and nowhere guessed."""

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models

from accounts import row_security
from accounts.tenancy import as_login_role, confined_to
from messaging.models import (
    Attempt,
    AudienceMember,
    InboundMessage,
    Lane,
    Message,
    Outbox,
    WebhookEvent,
    WebhookFailure,
    WhatsAppAccount,
)
from tests.factories import NOON, AudienceMemberFactory, SendFactory, harbour_tea, other_tenant

pytestmark = pytest.mark.django_db

# What names no organisation and hangs on nothing that does. A table that is added here is read by every tenant.
EVERYBODYS = {
    "auth_group", "auth_group_permissions", "auth_permission", "django_content_type", "django_session",
    "messaging_price",
}  # fmt: skip
_PROTECTED = """
SELECT relname FROM pg_class c
 WHERE relrowsecurity AND relforcerowsecurity AND (
    SELECT array_agg(polname || ' ' || array(SELECT r::regrole::text FROM unnest(polroles) r)::text ORDER BY polname)
      FROM pg_policy WHERE polrelid = c.oid
       AND polcmd = '*' AND polpermissive AND polqual IS NOT NULL AND polwithcheck IS NOT NULL
 ) = ARRAY['everybody {countersign_system}', 'own_rows {countersign_tenant}']
"""


def asked(question: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return {name for (name,) in cursor.fetchall()}


def test_every_table_with_an_organisation_has_forced_policies() -> None:
    named = asked("SELECT table_name FROM information_schema.columns WHERE column_name = 'organisation_id'")
    assert {"messaging_contact", "messaging_message", "audit_entry", "approvals_actionrequest"} <= named
    assert named - asked(_PROTECTED) == set()


def test_every_other_table_has_them_too_but_for_what_is_everybodys() -> None:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    assert tables - asked(_PROTECTED) == EVERYBODYS


def test_a_new_table_is_closed_until_it_is_declared() -> None:
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE teapots (organisation_id uuid)")
    assert "teapots" in asked("SELECT relname FROM pg_class WHERE NOT has_table_privilege(oid, 'SELECT')")


def test_a_policy_that_was_taken_off_is_put_back_and_the_rest_left_alone() -> None:
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE messaging_contact NO FORCE ROW LEVEL SECURITY")
        cursor.execute("DROP POLICY own_rows ON messaging_segment")
        assert row_security.declare() == 2
        assert row_security.declare() == 0
    assert {"messaging_contact", "messaging_segment"} <= asked(_PROTECTED)


@pytest.mark.parametrize(
    ("model", "hangs_on"),
    [
        (Attempt, "messaging_message"),
        (Outbox, "messaging_message"),
        (AudienceMember, "messaging_audience"),
        (Lane, "messaging_sender"),
        (WebhookFailure, "messaging_webhookevent"),
    ],
)
def test_a_row_without_an_organisation_follows_the_row_it_hangs_on(model: type[models.Model], hangs_on: str) -> None:
    assert row_security.condition_of(model).startswith(f'EXISTS (SELECT FROM "{hangs_on}" held WHERE held."')


def test_a_row_follows_its_own_organisation_before_any_other_row() -> None:
    own = "organisation_id = (SELECT nullif(current_setting('countersign.organisation', true), '')::uuid)"
    assert [row_security.condition_of(model) for model in (Message, InboundMessage)] == [own, own]


def test_the_people_of_an_audience_are_seen_with_their_audience() -> None:
    send = SendFactory()
    AudienceMemberFactory(audience=send.audience)
    with confined_to(send.organisation_id):
        assert AudienceMember.objects.count() == 1
    with confined_to(other_tenant().pk):
        assert AudienceMember.objects.count() == 0


def test_a_webhook_is_seen_by_those_whose_account_signed_it() -> None:
    tea, rival = harbour_tea(), other_tenant()
    account = WhatsAppAccount.objects.create(organisation=tea, name="Tea", waba_id="1")
    WebhookEvent.objects.create(carrier="whatsapp", body=b"{}", signed_for=[account.pk], received_at=NOON)
    with confined_to(tea.pk):
        assert WebhookEvent.objects.count() == 1
    with confined_to(rival.pk):
        assert WebhookEvent.objects.count() == 0


def test_a_login_role_that_may_not_make_the_roles_is_told_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_security, "TENANT", "countersign_guest")
    wanted = "CREATE ROLE countersign_guest NOLOGIN; GRANT countersign_guest TO "
    with pytest.raises(ImproperlyConfigured, match=wanted), as_login_role():
        row_security.make_roles()


def test_a_role_above_the_policies_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_security, "TENANT", "postgres")
    if not asked("SELECT rolname FROM pg_roles WHERE rolname = 'postgres' AND rolsuper"):
        pytest.skip("This server's superuser has another name.")
    with pytest.raises(ImproperlyConfigured, match="The role postgres is a superuser"):
        row_security.make_roles()
