"""Teams and queues: business hours as people write them, and who may change what."""

import pytest
from django.urls import reverse

from audit.models import Entry
from messaging.admin.inbox.hours import hours_in_words, read_day
from messaging.models import Queue, Team
from tests.desk.harbour import page, signed_in, status
from tests.factories import (
    PersonFactory,
    QueueFactory,
    TeamFactory,
    ada_wong,
    ken_ho,
    mei_chan,
    other_tenant,
    sam_lee,
)

WEEK = {str(day): [["09:00", "18:00"]] for day in range(5)}


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("09:00-18:00", [["09:00", "18:00"]]),
        ("14:00-18:00, 9:00 – 13:00", [["09:00", "13:00"], ["14:00", "18:00"]]),
        ("00:00-24:00", [["00:00", "24:00"]]),
        ("", []),
    ],
)
def test_a_day_is_read_as_people_write_it(typed: str, hours: list[list[str]]) -> None:
    assert read_day(typed) == hours


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("nine to five", "no time of day"),
        ("18:00-09:00", "does not end after it begins"),
        ("09:00-25:00", "does not end after it begins"),
        ("09:61-10:00", "does not end after it begins"),
        ("09:00-13:00, 12:00-18:00", "overlap"),
    ],
)
def test_a_day_that_makes_no_sense_says_why(typed: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_day(typed)


def test_a_week_is_told_in_one_line() -> None:
    assert hours_in_words({}) == "Round the clock"
    assert hours_in_words({**WEEK, "5": [["10:00", "13:00"]]}) == "Mon–Fri 09:00-18:00; Sat 10:00-13:00"


def queue_form(**changed: object) -> dict[str, object]:
    form: dict[str, object] = {"name": "Orders", "team": "", "reply_minutes": 15, "resolve_minutes": 240}
    return {**form, "day_0": "09:00-13:00, 14:00-18:00", **changed}


@pytest.mark.django_db
def test_an_administrator_makes_a_queue_with_its_hours() -> None:
    answer = signed_in(ada_wong()).post(reverse("admin:messaging_queue_add"), queue_form())
    assert answer.status_code == 302, answer.content.decode()
    queue = Queue.objects.get(name="Orders")
    assert queue.business_hours == {"0": [["09:00", "13:00"], ["14:00", "18:00"]]}
    assert queue.organisation == ada_wong().organisation
    assert Entry.objects.filter(action="queue.changed").count() == 1
    assert "09:00-13:00, 14:00-18:00" in page(ada_wong(), "messaging_queue_change", queue.pk)


@pytest.mark.django_db
def test_hours_that_make_no_sense_change_nothing() -> None:
    queue = QueueFactory(name="Orders", business_hours=WEEK)
    address = reverse("admin:messaging_queue_change", args=(queue.pk,))
    answer = signed_in(ada_wong()).post(address, queue_form(day_1="late"))
    assert "“late” is no time of day from and until. Write 09:00-18:00." in answer.content.decode()
    queue.refresh_from_db()
    assert queue.business_hours == WEEK


@pytest.mark.django_db
def test_a_restricted_queue_needs_a_team() -> None:
    form = queue_form(is_restricted="on")
    answer = signed_in(ada_wong()).post(reverse("admin:messaging_queue_add"), form)
    assert "A restricted queue needs a team" in answer.content.decode()
    team = TeamFactory(name="Complaints")
    form["team"] = str(team.pk)
    assert signed_in(ada_wong()).post(reverse("admin:messaging_queue_add"), form).status_code == 302


@pytest.mark.django_db
def test_who_may_only_look_reads_the_hours_in_words() -> None:
    queue = QueueFactory(name="Orders", business_hours=WEEK)
    text = page(mei_chan(), "messaging_queue_change", queue.pk)
    assert "Mon–Fri 09:00-18:00" in text
    assert 'name="day_0"' not in text
    assert status(sam_lee(), "messaging_queue_changelist") == 403
    assert status(ken_ho(), "messaging_team_changelist") == 403


@pytest.mark.django_db
def test_a_team_is_made_of_those_who_answer_customers() -> None:
    ken, sam = ken_ho(), sam_lee()
    foreign = PersonFactory(username="lily", organisation=other_tenant(), role="support")
    client, address = signed_in(ada_wong()), reverse("admin:messaging_team_add")
    assert client.post(address, {"name": "Counter", "members": [str(ken.pk)]}).status_code == 302
    assert list(Team.objects.get().members.all()) == [ken]
    for nobody in (sam, foreign):
        answer = client.post(address, {"name": "Others", "members": [str(nobody.pk)]})
        assert "Select a valid choice" in answer.content.decode()
