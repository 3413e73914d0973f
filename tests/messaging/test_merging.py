"""Two contacts, perhaps one person: somebody settles it, and of two answers the stricter holds."""

from datetime import timedelta

import pytest

from accounts.actor import Actor, Face
from audit.models import Entry
from messaging.contacts.identities import find_or_make
from messaging.contacts.merging import keep_apart, merge
from messaging.models import ConsentState, Contact, Identity, MergeTask, Suppression
from tests.approvals.tea_room import refused
from tests.desk.harbour import status
from tests.factories import NOON, ConsentStateFactory, ContactFactory, SuppressionFactory, mei_chan, sam_lee

pytestmark = pytest.mark.django_db

PHONE, BSUID = "+85261110001", "HK.ann"


def task_of(first: Contact, second: Contact) -> MergeTask:
    return MergeTask.objects.create(
        organisation=first.organisation, first=first, second=second, evidence="delivery report", found_at=NOON
    )


def ann_twice(**agreed: bool) -> tuple[Contact, Contact, MergeTask]:
    """Ann by number, and Ann by her business-scoped id."""
    first = ContactFactory(phone=PHONE, name="Ann", tags=["tea"], **agreed)
    second = ContactFactory(phone=None, bsuid=BSUID, name="", tags=["vip"], **agreed)
    return first, second, task_of(first, second)


def mei() -> Actor:
    return Actor.of_person(mei_chan(), Face.DESK)


def noes(contact: Contact) -> list[str]:
    return sorted(Suppression.objects.filter(contact=contact, lifted_at=None).values_list("reason", flat=True))


def test_one_person_has_all_addresses_afterwards_and_the_other_contact_none() -> None:
    first, second, task = ann_twice()
    merge(task, first.pk, mei(), NOON)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.phone, first.bsuid, first.tags) == (PHONE, BSUID, ["tea", "vip"])
    assert (second.phone, second.bsuid, second.invalid_at) == (None, None, NOON)
    assert set(Identity.objects.values_list("contact", flat=True)) == {first.pk}
    assert Entry.objects.get(action="contacts.merged").facts == {"merged": second.pk}
    task.refresh_from_db()
    assert (task.outcome, task.settled_at) == ("merged", NOON)


@pytest.mark.parametrize("keep", ["first", "second"])
def test_a_no_of_either_is_the_persons(keep: str) -> None:
    first, second, task = ann_twice()
    SuppressionFactory(contact=second)
    kept = merge(task, getattr(task, f"{keep}_id"), mei(), NOON)
    assert noes(kept) == ["stop"]
    assert noes(first) == noes(second) == ["stop"]


@pytest.mark.parametrize("withdrew_first", [True, False])
def test_where_one_agreed_and_one_withdrew_the_withdrawal_counts_whenever_it_was(withdrew_first: bool) -> None:
    first, second, task = ann_twice(agreed=False)
    early, late = NOON - timedelta(days=9), NOON - timedelta(days=1)
    ConsentStateFactory(contact=first, state="granted", since=late if withdrew_first else early)
    ConsentStateFactory(contact=second, state="withdrawn", since=early if withdrew_first else late)
    merge(task, first.pk, mei(), NOON)
    assert ConsentState.objects.get(contact=first).state == "withdrawn"


def test_what_only_the_other_agreed_to_comes_along() -> None:
    first, second, task = ann_twice(agreed=False)
    ConsentStateFactory(contact=second, state="granted")
    merge(task, first.pk, mei(), NOON)
    assert ConsentState.objects.get(contact=first).state == "granted"


def test_two_people_are_kept_apart_and_not_asked_about_again() -> None:
    first, second, task = ann_twice()
    keep_apart(task, mei(), NOON)
    find_or_make(first.organisation, {"phone": PHONE, "bsuid": BSUID}, NOON)
    assert list(MergeTask.objects.values_list("outcome", flat=True)) == ["apart"]
    assert Entry.objects.filter(action="contacts.kept_apart").count() == 1
    assert refused(lambda: merge(task, second.pk, mei(), NOON)).codes == ["settled"]


def test_who_may_be_the_same_as_the_other_may_now_be_the_same_as_the_one_that_stays() -> None:
    first, second, task = ann_twice()
    third = ContactFactory()
    task_of(second, third)
    merge(task, first.pk, mei(), NOON)
    left = MergeTask.objects.get(settled_at=None)
    assert (left.first_id, left.second_id) == (first.pk, third.pk)


def test_somebody_who_decides_settles_it_at_the_desk_and_nobody_else() -> None:
    _first, _second, task = ann_twice()
    for button in ("keep_first", "keep_second", "two_people"):
        assert status(sam_lee(), f"messaging_mergetask_{button}", task.pk, method="post", _form_submitted="on") == 403
    assert status(mei_chan(), "messaging_mergetask_change", task.pk) == 200
    assert status(mei_chan(), "messaging_mergetask_two_people", task.pk, method="post", _form_submitted="on") == 204
    assert MergeTask.objects.get().outcome == "apart"
    assert status(mei_chan(), "messaging_mergetask_keep_first", task.pk, method="post", _form_submitted="on") == 403
