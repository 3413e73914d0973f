"""A contact file from its first byte to contacts and consent: what it adds, and what it leaves as it is."""

import pytest
from django.db import connection

from approvals.reasons import Refused
from messaging.imports.preview import summarise
from messaging.models import (
    ConsentAct,
    ConsentEvidence,
    ConsentState,
    Contact,
    Identity,
    Suppression,
)
from tests.factories import (
    NOON,
    ContactFactory,
    SuppressionFactory,
    harbour_tea,
    other_tenant,
)
from tests.messaging.spring_imports import CHAN, JANUARY, everything, merged, staged, state_of, verdicts
from tests.thoroughness import tries

pytestmark = pytest.mark.django_db


def test_every_line_gets_a_verdict_and_the_sums_close() -> None:
    ContactFactory(organisation=harbour_tea(), phone="+85292342222")
    batch = staged(
        CHAN,
        "+852 9234 2222,Known,,Shop,2026-01-05,,",
        "85261234567,Mei again,,Shop,2026-01-05,,",
        "123,Nobody,,Shop,2026-01-05,,",
        "+85292343333,No source,,,2026-01-05,,",
        "+85292344444,Gone,,,,yes,",
        "+85292345555,short row",
    )
    assert verdicts(batch) == ["new", "update", "duplicate", "invalid", "no_consent", "opt_out", "invalid"]
    summary = summarise(batch)
    assert summary.rows == 7
    assert (summary.new, summary.update, summary.duplicate) == (1, 1, 1)
    assert (summary.invalid, summary.no_consent, summary.opt_out, summary.stays_opted_out) == (2, 1, 1, 0)
    assert (batch.encoding, batch.columns["phone"], len(batch.digest), len(batch.rows_digest)) == (
        "UTF-8",
        "phone",
        64,
        64,
    )


def test_a_preview_writes_nothing_but_itself() -> None:
    before = everything()
    staged(CHAN, "+85292344444,Gone,,,,yes,")
    assert everything() == before


def test_findings_name_reason_column_count_and_masked_examples() -> None:
    batch = staged(
        CHAN, "0061234567,x,,Shop,2026-01-05,,", "+85292343333,y,,,2026-01-05,,", "+85292344444,z,,,2026-01-05,,"
    )
    findings = {finding.code: finding for finding in summarise(batch).findings}
    missing = findings["consent_source_missing"]
    assert (missing.column, missing.count) == ("consent source", 2)
    assert [(example.line, example.phone) for example in missing.examples] == [
        (4, "+852 •••• 3333"),
        (5, "+852 •••• 4444"),
    ]
    assert findings["phone_not_valid"].examples[0].line == 3
    assert missing.fix == "Name the source: web form, shop, contract."


def test_a_new_person_is_written_down_with_address_and_consent() -> None:
    batch = staged(CHAN)
    assert merged(batch) == {"created": 1, "updated": 0, "agreed": 1, "opted_out": 0, "stayed_opted_out": 0}
    chan = Contact.objects.get(phone="+85261234567")
    assert (chan.name, chan.tags, chan.attributes, chan.country) == ("Mei Chan", ["vip", "tea"], {"tier": "gold"}, "HK")
    assert chan.import_batch == batch
    assert list(chan.identities.values_list("kind", "value")) == [("phone", "+85261234567")]
    evidence = ConsentEvidence.objects.get(contact=chan)
    assert (evidence.act, evidence.channel, evidence.category) == ("granted", "whatsapp", "marketing")
    assert (evidence.source, evidence.occurred_at, evidence.recorded_at) == ("Web form spring", JANUARY, NOON)
    assert (evidence.import_batch, evidence.customers_own_act) == (batch, False)
    state = ConsentState.objects.get(contact=chan)
    assert (state.state, state.since, state.source) == ("granted", JANUARY, "Web form spring")


def test_a_known_person_keeps_what_the_file_does_not_say_and_gains_the_rest() -> None:
    known = ContactFactory(
        organisation=harbour_tea(),
        phone="+85261234567",
        name="Mei",
        tags=["tea", "staff"],
        attributes={"tier": "silver", "points": 5},
        crm_id="A-1",
        agreed=False,
    )
    assert merged(staged(CHAN))["updated"] == 1
    known.refresh_from_db()
    assert (known.name, known.tags, known.crm_id) == ("Mei Chan", ["tea", "staff", "vip"], "A-1")
    assert known.attributes == {"tier": "gold", "points": 5}
    assert known.version == 2
    assert state_of(known) == ConsentAct.GRANTED


def test_the_same_batch_merged_twice_changes_nothing() -> None:
    batch = staged(CHAN, "+85292344444,Gone,,,,yes,")
    first = merged(batch)
    after = everything()
    assert merged(batch) == first
    assert everything() == after


def test_the_same_file_imported_again_adds_no_evidence_and_no_second_no() -> None:
    lines = (CHAN, "+85292344444,Gone,,,,yes,")
    merged(staged(*lines))
    assert merged(staged(*lines)) == {"created": 0, "updated": 1, "agreed": 0, "opted_out": 0, "stayed_opted_out": 0}
    assert ConsentEvidence.objects.count() == 2
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize(
    ("written", "phone", "wa_id"),
    [
        ("+85261234567", None, "85261234567"),
        ("+52 55 1234 5678", None, "5215512345678"),
        ("+54 9 11 2345 6789", None, "541123456789"),
        ("+55 31 98765 4321", None, "553187654321"),
    ],
)
def test_somebody_known_by_whatsapps_id_alone_is_recognised(written: str, phone: str | None, wa_id: str) -> None:
    known = ContactFactory(organisation=harbour_tea(), phone=phone, bsuid="HK.1", agreed=False)
    Identity.objects.create(organisation=harbour_tea(), contact=known, kind="wa_id", value=wa_id)
    SuppressionFactory(contact=known)
    batch = staged(f"{written},Mei,,Web form,2026-01-05,,")
    assert verdicts(batch) == ["update"]
    assert merged(batch)["created"] == 0
    known.refresh_from_db()
    assert known.phone == written.replace(" ", "")


def test_two_lines_with_two_numbers_of_one_person_are_one_person() -> None:
    known = ContactFactory(organisation=harbour_tea(), phone="+85261234567", agreed=False)
    Identity.objects.create(organisation=harbour_tea(), contact=known, kind="phone", value="+85292342222")
    batch = staged(CHAN, "+85292342222,Mei,,Shop,2026-01-05,,")
    assert verdicts(batch) == ["update", "duplicate"]


def test_another_organisations_people_are_strangers() -> None:
    ContactFactory(organisation=other_tenant(), phone="+85261234567", name="Theirs")
    batch = staged(CHAN)
    assert verdicts(batch) == ["new"]
    merged(batch)
    assert Contact.objects.get(organisation=other_tenant()).name == "Theirs"
    assert Contact.objects.get(organisation=harbour_tea()).name == "Mei Chan"


def test_somebody_who_wrote_to_us_since_the_preview_is_not_made_twice() -> None:
    batch = staged(CHAN)
    ContactFactory(organisation=harbour_tea(), phone="+85261234567", agreed=False)
    assert merged(batch) == {"created": 0, "updated": 1, "agreed": 1, "opted_out": 0, "stayed_opted_out": 0}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE messaging_importrow SET phone = '+85292349999'",
        "UPDATE messaging_importrow SET verdict = 'new' WHERE verdict = 'no_consent'",
        "UPDATE messaging_importrow SET consent_at = consent_at + interval '1 second'",
        "UPDATE messaging_importrow SET opt_out = NOT opt_out",
        "DELETE FROM messaging_importrow WHERE line = 3",
        "UPDATE messaging_importbatch SET counts = jsonb_set(counts, '{channel}', '\"any\"')",
    ],
)
def test_rows_changed_after_the_preview_are_not_merged(change: str) -> None:
    batch = staged(CHAN, "+85292343333,No source,,,2026-01-05,,")
    with connection.cursor() as cursor:
        cursor.execute(change)
    with pytest.raises(Refused) as caught:
        merged(batch)
    assert caught.value.codes == ["import_changed"]
    assert not Contact.objects.exists()


def test_hostile_cells_are_kept_as_text() -> None:
    name = '=HYPERLINK("x") \\t {"a"} Robert\'); DROP TABLE messaging_contact; --'
    quoted = name.replace('"', '""')
    merged(staged(f'61234567,"{quoted}\n\tnext line","a""b\\;{{c}}",Web form,2026-01-05,,"\\N"'))
    contact = Contact.objects.get()
    assert contact.name == f"{name}\n\tnext line"
    assert contact.tags == ['a"b\\', "{c}"]
    assert contact.attributes == {"tier": "\\N"}


def test_thousands_of_rows_take_the_same_few_statements(django_assert_max_num_queries: object) -> None:
    lines = [f"+8526{1_200_000 + 37 * n},Person {n},tea,Web form,2026-01-05,," for n in range(tries(1_000, 3_000))]
    batch = staged(*lines)
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        done = merged(batch)
    assert done["created"] == done["agreed"] == summarise(batch).new == len(lines)
