"""Whom a contact file can never bring back, and whose no it brings."""

from datetime import timedelta

import pytest

from messaging.imports.preview import summarise
from messaging.models import (
    Channel,
    ConsentAct,
    ConsentEvidence,
    ConsentState,
    Contact,
    MergeTask,
    Suppression,
)
from tests.factories import (
    HONG_KONG,
    NOON,
    ConsentStateFactory,
    ContactFactory,
    SuppressionFactory,
    harbour_tea,
)
from tests.messaging.spring_imports import CHAN, merged, notes, staged, state_of, verdicts

pytestmark = pytest.mark.django_db


def test_an_opt_out_in_the_file_is_kept_with_the_number_and_nothing_else() -> None:
    batch = staged("+85292344444,Gone,vip,Shop,2026-01-05,yes,gold")
    assert merged(batch)["opted_out"] == 1
    gone = Contact.objects.get(phone="+85292344444")
    assert (gone.name, gone.tags, gone.attributes) == ("", [], {})
    suppression = Suppression.objects.get(contact=gone)
    assert (suppression.channel, suppression.category, suppression.reason) == ("any", "any", "imported")
    assert state_of(gone, Channel.ANY) == ConsentAct.WITHDRAWN
    assert not ConsentEvidence.objects.filter(act=ConsentAct.GRANTED).exists()


def test_an_opt_out_anywhere_in_the_file_wins_over_the_other_lines_of_that_person() -> None:
    batch = staged(CHAN, "+852-6123-4567,Mei,,,,yes,")
    assert verdicts(batch) == ["duplicate", "opt_out"]
    merged(batch)
    assert Suppression.objects.filter(contact__phone="+85261234567", lifted_at=None).exists()
    assert not ConsentState.objects.filter(state=ConsentAct.GRANTED).exists()


def test_an_opt_out_in_the_file_reaches_a_known_person() -> None:
    known = ContactFactory(organisation=harbour_tea(), phone="+85261234567")
    merged(staged("61234567,,,,,yes,"))
    assert Suppression.objects.filter(contact=known, lifted_at=None).count() == 1


@pytest.mark.parametrize("claimed", ["2026-01-05", "2026-03-01", "2026-03-02"])
def test_an_import_brings_nobody_back_however_new_its_consent_claims_to_be(claimed: str) -> None:
    known = ContactFactory(organisation=harbour_tea(), phone="+85261234567", agreed=False)
    SuppressionFactory(contact=known, at=NOON - timedelta(days=20))
    ConsentStateFactory(contact=known, channel=Channel.ANY, state=ConsentAct.WITHDRAWN, since=NOON - timedelta(days=20))
    batch = staged(f"61234567,Mei,,Web form,{claimed},,")
    assert (verdicts(batch), notes(batch, 2)) == (["update"], ["stays_opted_out"])
    assert merged(batch)["stayed_opted_out"] == 1
    assert Suppression.objects.get(contact=known).lifted_at is None
    assert not ConsentEvidence.objects.filter(contact=known).exists()
    assert not ConsentState.objects.filter(contact=known, state=ConsentAct.GRANTED).exists()


def test_one_persons_no_says_nothing_about_the_others() -> None:
    gone = ContactFactory(organisation=harbour_tea(), phone="+85292342222", agreed=False)
    known = ContactFactory(organisation=harbour_tea(), phone="+85261234567", agreed=False)
    SuppressionFactory(contact=gone)
    ConsentStateFactory(contact=gone, channel=Channel.WHATSAPP, state=ConsentAct.WITHDRAWN)
    batch = staged(CHAN, "+85292342222,Gone,,Shop,2026-01-05,,")
    assert (notes(batch, 2), notes(batch, 3)) == ([], ["stays_opted_out"])
    assert summarise(batch).stays_opted_out == 1
    assert merged(batch) == {"created": 0, "updated": 2, "agreed": 1, "opted_out": 0, "stayed_opted_out": 1}
    assert state_of(known) == ConsentAct.GRANTED
    assert state_of(gone) == ConsentAct.WITHDRAWN


def test_a_withdrawal_without_a_suppression_stands_too() -> None:
    known = ContactFactory(organisation=harbour_tea(), phone="+85261234567", agreed=False)
    ConsentStateFactory(
        contact=known, channel=Channel.WHATSAPP, state=ConsentAct.WITHDRAWN, since=NOON - timedelta(days=90)
    )
    merged(staged(CHAN))
    assert state_of(known) == ConsentAct.WITHDRAWN


@pytest.mark.parametrize(
    ("agreed_on", "counts"),
    [(4, (5, "Web form spring")), (5, (5, "Shop")), (6, (6, "Shop"))],
)
def test_of_two_times_somebody_agreed_the_newer_counts(agreed_on: int, counts: tuple[int, str]) -> None:
    merged(staged(f"61234567,Mei,,Shop,2026-01-0{agreed_on},,", name="before.csv"))
    assert merged(staged(CHAN))["agreed"] == 1
    state = ConsentState.objects.get()
    assert (state.since.astimezone(HONG_KONG).day, state.source) == counts
    assert ConsentEvidence.objects.count() == 2


def test_an_opt_out_between_preview_and_merge_is_honoured() -> None:
    known = ContactFactory(organisation=harbour_tea(), phone="+85261234567", agreed=False)
    batch = staged(CHAN)
    assert notes(batch, 2) == []
    SuppressionFactory(contact=known, at=NOON)
    assert merged(batch)["stayed_opted_out"] == 1
    assert not ConsentState.objects.filter(contact=known).exists()


def test_a_no_on_another_channel_does_not_stand_in_the_way() -> None:
    known = ContactFactory(organisation=harbour_tea(), phone="+85261234567", agreed=False)
    SuppressionFactory(contact=known, channel=Channel.SMS)
    merged(staged(CHAN))
    assert state_of(known) == ConsentAct.GRANTED


def test_a_person_who_may_be_somebody_who_opted_out_is_not_brought_back() -> None:
    known = ContactFactory(organisation=harbour_tea(), phone="+85261234567", agreed=False)
    other = ContactFactory(organisation=harbour_tea(), phone="+85292342222", agreed=False)
    SuppressionFactory(contact=other)
    MergeTask.objects.create(organisation=harbour_tea(), first=other, second=known, evidence="bsuid", found_at=NOON)
    assert merged(staged(CHAN))["agreed"] == 0
