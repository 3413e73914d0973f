"""A contact file from its first byte to contacts and consent: what it adds, and whom it can never bring back."""

import io
from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.actor import Actor
from accounts.models import Organisation
from approvals.reasons import Refused
from messaging.imports.merge import merge
from messaging.imports.preview import summarise
from messaging.imports.reading import open_file
from messaging.imports.rows import Customs
from messaging.imports.staging import stage
from messaging.models import (
    Channel,
    ConsentAct,
    ConsentEvidence,
    ConsentState,
    Contact,
    Identity,
    ImportBatch,
    ImportRow,
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
    other_tenant,
)
from tests.thoroughness import tries

pytestmark = pytest.mark.django_db

HEAD = "phone,name,tags,consent source,consent date,opt out,attribute.tier\n"
CHAN = "6123 4567,Mei Chan,vip;tea,Web form spring,2026-01-05,,gold"
JANUARY = datetime(2026, 1, 5, tzinfo=HONG_KONG)


def staged(*lines: str, organisation: Organisation | None = None, name: str = "spring.csv") -> ImportBatch:
    file = open_file(io.BytesIO((HEAD + "\n".join(lines)).encode()), Customs("HK", HONG_KONG, NOON))
    return stage(
        organisation or harbour_tea(), file, name=name, channel=Channel.WHATSAPP, made_by="person:sam", now=NOON
    )


def merged(batch: ImportBatch) -> dict[str, int]:
    return merge(batch, Actor.system(batch.organisation, "test"), NOON)


def verdicts(batch: ImportBatch) -> list[str]:
    return list(ImportRow.objects.filter(batch=batch).order_by("line").values_list("verdict", flat=True))


def notes(batch: ImportBatch, line: int) -> list[str]:
    return [problem["code"] for problem in ImportRow.objects.get(batch=batch, line=line).problems]


def state_of(contact: Contact, channel: str = Channel.WHATSAPP) -> str:
    return ConsentState.objects.get(contact=contact, channel=channel, category="marketing").state


def everything() -> dict[str, list[tuple[object, ...]]]:
    models = (Contact, Identity, ConsentEvidence, ConsentState, Suppression)
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}


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
