"""A frozen audience stays as it was, and its digest tells when somebody has been at it."""

from datetime import timedelta

import pytest
from django.db import connection

from messaging.audiences.digest import digest_of
from messaging.models import Attempt, AudienceMember, Message
from tests.factories import NOON
from tests.messaging.spring_people import opted_out
from tests.messaging.spring_tea import SpringTea, drinker

pytestmark = pytest.mark.django_db


def test_the_frozen_rows_stay_as_they_were_while_people_change(tea: SpringTea) -> None:
    ann = drinker("Ann")
    audience = tea.resolved()
    before = audience.digest
    ann.name, ann.phone = "Anna", "+85298765432"
    ann.save()
    opted_out(ann)
    drinker("Late")
    assert digest_of(audience) == before
    assert audience.members.count() == 1


def test_an_audience_of_nobody_has_a_digest_too(tea: SpringTea) -> None:
    audience = tea.resolved()
    assert (audience.targeted, audience.included, audience.excluded) == (0, 0, {})
    assert audience.digest == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


CHANGES = {
    "contact_id": "(SELECT id FROM messaging_contact WHERE name = 'Outside')",
    "verdict": "2",
    "address": "'+85290000000'",
    "address_kind": "'bsuid'",
    "translation_id": "(SELECT id FROM messaging_templatetranslation WHERE language = 'zh_HK')",
    "values": '\'{"1": "Somebody else"}\'',
    "market": "'OTHER'",
    "price": "price + 0.000001",
}


@pytest.mark.parametrize("column", CHANGES)
def test_the_digest_changes_with_every_column_of_every_row(tea: SpringTea, column: str) -> None:
    tea.translate("zh_HK")
    drinker("Outside", tags=[])
    drinker("Ann")
    bob = drinker("Bob")
    audience = tea.resolved()
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE messaging_audiencemember SET "{column}" = {CHANGES[column]} WHERE contact_id = %s', [bob.pk]
        )
    assert digest_of(audience) != audience.digest


def test_no_column_is_forgotten_by_the_digest() -> None:
    assert {each.column for each in AudienceMember._meta.concrete_fields} == {*CHANGES, "id", "audience_id"}


def test_the_digest_changes_when_a_row_goes_or_comes(tea: SpringTea) -> None:
    ann, outside = drinker("Ann"), drinker("Outside", tags=[])
    drinker("Bob")
    audience = tea.resolved()
    others = ", ".join(f'"{column}"' for column in [*CHANGES, "audience_id"] if column != "contact_id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO messaging_audiencemember (contact_id, {others}) SELECT %s, {others}"
            " FROM messaging_audiencemember WHERE contact_id = %s",
            [outside.pk, ann.pk],
        )
    assert digest_of(audience) != audience.digest
    AudienceMember.objects.filter(contact=outside).delete()
    assert digest_of(audience) == audience.digest
    AudienceMember.objects.filter(contact=ann).delete()
    assert digest_of(audience) != audience.digest


def test_the_same_people_on_the_same_day_have_the_same_digest(tea: SpringTea) -> None:
    for name in ("Ann", "Bob", "Cat"):
        drinker(name)
    assert tea.resolved().digest == tea.resolved(now=NOON + timedelta(minutes=5)).digest


def test_resolving_makes_no_message_and_touches_nobody(tea: SpringTea) -> None:
    ann = drinker("Ann")
    tea.resolved()
    assert Message.objects.count() == 0
    assert not Attempt.objects.filter(contact=ann).exists()
