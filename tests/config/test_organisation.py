"""`manage.py organisation`: a new tenant that can work, and says so in its record."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organisation, Person
from approvals.models import Policy
from audit.models import Entry
from config.management.commands import organisation as command
from messaging.models import MessagingRules

pytestmark = pytest.mark.django_db


def make(monkeypatch: pytest.MonkeyPatch, password: str, **options: str) -> None:
    monkeypatch.setattr(command, "getpass", lambda _prompt: password)
    call_command("organisation", "peak-coffee", name="Peak Coffee", administrator="tom.yip", **options)


def test_a_new_organisation_has_an_administrator_default_policies_and_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    make(monkeypatch, "roasted-since-1998")
    peak_coffee = Organisation.objects.get(slug="peak-coffee")
    tom = Person.objects.get(username="tom.yip")
    assert (tom.organisation, tom.role, tom.is_staff, tom.is_superuser) == (peak_coffee, "admin", True, False)
    assert tom.check_password("roasted-since-1998")
    assert MessagingRules.objects.filter(organisation=peak_coffee).exists()
    assert sorted(Policy.objects.filter(organisation=peak_coffee).values_list("name", flat=True)) == [
        "A person decides after customers' texts were read",
        "Answers to customers are sent at once",
        "Broadcasts are drafted at once",
        "Clean files for one conversation are taken at once",
        "Conversations change hands and close at once",
        "Failed webhook items are applied again at once",
        "Large SMS segments are decided by a person",
        "Large audiences ask for the password",
        "Names, tags and languages of contacts are kept at once",
        "Names, tags and preferences of contacts are kept at once",
        "One-time passwords are sent at once",
        "Outside figures are kept at once",
        "Reviewers are notified at once",
        "SMS segments are kept at once",
        "SMS segments that are dear to write to are decided by a person",
        "Segments are kept at once",
        "Short links are made at once",
        "Short links for large audiences are decided by a person",
        "Single tags are put on at once",
        "Single utility templates are sent at once",
        "Template drafts are kept at once",
        "Text templates are kept at once",
    ]
    told = Entry.objects.filter(organisation=peak_coffee).order_by("pk")
    assert [entry.action for entry in told] == ["organisation.changed", "person.changed"]


def test_a_weak_password_makes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="too short"):
        make(monkeypatch, "tea")
    assert not Organisation.objects.exists()


def test_a_time_zone_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="--timezone: there is no 'Hong Kong'"):
        make(monkeypatch, "roasted-since-1998", timezone="Hong Kong")
