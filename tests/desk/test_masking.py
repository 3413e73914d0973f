"""Numbers and names: in clear for those whose role sees personal data, masked for all others, with no way round it."""

import pytest
from django.urls import reverse

from accounts.models import Person
from messaging.models import AudienceMember, Contact, ImportBatch, ImportRow, InboundMessage, Verdict
from tests.desk.harbour import ANN, CAT, page, signed_in, spring_tea_waits, the_send
from tests.factories import NOON, ContactFactory, SenderFactory, harbour_tea, ken_ho, mei_chan, sam_lee, vera_ng

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Contact:
    return ContactFactory(phone=ANN, name="Ann Archer", crm_id="CRM-000123", attributes={"tier": "Gold"})


@pytest.mark.parametrize("who", [vera_ng, ken_ho, sam_lee])
def test_most_roles_read_neither_number_nor_name(ann: Contact, who) -> None:  # type: ignore[no-untyped-def]
    for text in (
        page(who(), "messaging_contact_changelist"),
        page(who(), "messaging_contact_change", ann.pk),
        page(who(), "messaging_suppression_changelist"),
    ):
        for secret in (ANN, "85261110001", "Ann Archer", "CRM-000123", "Gold"):
            assert secret not in text


def test_a_compliance_officer_reads_both(ann: Contact) -> None:
    text = page(mei_chan(), "messaging_contact_change", ann.pk)
    assert ANN in text
    assert "Ann Archer" in text


def found(person: Person, term: str) -> int:
    listed = signed_in(person).get(reverse("admin:messaging_contact_changelist"), {"q": term})
    return len(listed.context["cl"].result_list)


def test_a_whole_number_in_any_spelling_finds_its_person_and_a_part_of_one_nobody(ann: Contact) -> None:
    mei = mei_chan()
    assert [found(mei, term) for term in (ANN, "6111 0001", "852-6111-0001", str(ann.key))] == [1, 1, 1, 1]
    assert [found(mei, term) for term in ("+8526111", "6111", "Ann", "0001")] == [0, 0, 0, 0]


def test_a_role_that_sees_no_numbers_cannot_find_out_by_searching(ann: Contact) -> None:
    assert found(vera_ng(), ANN) == 0
    assert found(vera_ng(), str(ann.key)) == 1


@pytest.mark.parametrize(
    "query", ["phone__startswith=%2B852611", "phone=%2B85261110001", "name__icontains=Ann", "identities__value=1"]
)
def test_an_address_cannot_filter_by_what_the_page_masks(ann: Contact, query: str) -> None:
    listed = reverse("admin:messaging_contact_changelist")
    assert signed_in(vera_ng()).get(f"{listed}?{query}").status_code == 400
    assert signed_in(mei_chan()).get(f"{listed}?{query}").status_code == 400


def test_the_people_behind_a_reason_are_listed_and_masked() -> None:
    request = spring_tea_waits()
    audience = request.preview.contract["audience_id"]
    query = {"audience": audience, "verdict__exact": int(Verdict.SUPPRESSED)}
    assert CAT in page(mei_chan(), "messaging_audiencemember_changelist", **query)
    masked = page(vera_ng(), "messaging_audiencemember_changelist", **query)
    assert CAT not in masked
    assert "+852••••003" in masked


def test_what_stands_for_the_variables_of_somebody_is_not_shown_with_them() -> None:
    spring_tea_waits()
    member = AudienceMember.objects.filter(verdict=Verdict.INCLUDED).earliest("pk")
    AudienceMember.objects.filter(pk=member.pk).update(values={"1": "owes us 300 dollars"})
    assert "300 dollars" not in page(mei_chan(), "messaging_audiencemember_change", member.pk)


def test_people_of_all_audiences_together_are_not_listed() -> None:
    spring_tea_waits()
    assert AudienceMember.objects.count() == 4
    listed = signed_in(mei_chan()).get(reverse("admin:messaging_audiencemember_changelist"))
    assert list(listed.context["cl"].result_list) == []


def test_the_message_of_somebody_is_shown_without_their_values() -> None:
    send = the_send()
    member = send.audience.members.first()
    assert member is not None
    message = send.messages.create(
        organisation=send.organisation, contact=member.contact, sender=send.sender, translation=member.translation,
        address=ANN, address_kind="phone", values={"1": "Ann Archer"}, category="marketing", queued_at=NOON,
    )  # fmt: skip
    assert "Hello Ann Archer, spring tea is in." in page(mei_chan(), "messaging_message_change", message.pk)
    assert "Ann Archer" not in page(vera_ng(), "messaging_message_change", message.pk)


def test_what_a_customer_wrote_is_text_for_some_and_nothing_for_others(ann: Contact) -> None:
    InboundMessage.objects.create(
        organisation=ann.organisation, sender=SenderFactory(), contact=ann, provider_id="wamid.1", kind="text",
        text="<script>alert(1)</script> please call", at=NOON, received_at=NOON,
    )  # fmt: skip
    assert "&lt;script&gt;alert(1)&lt;/script&gt; please call" in page(mei_chan(), "messaging_contact_change", ann.pk)
    assert "please call" not in page(vera_ng(), "messaging_contact_change", ann.pk)


def test_rows_of_an_import_are_masked_for_the_marketer_who_made_it() -> None:
    batch = ImportBatch.objects.create(
        organisation=harbour_tea(), name="fair.csv", digest="a", made_by="x", counts={"new": 1}, created_at=NOON
    )
    ImportRow.objects.create(batch=batch, line=2, verdict="new", phone=ANN, name="Ann Archer")
    assert ANN in page(mei_chan(), "messaging_importrow_changelist", batch=batch.pk)
    text = page(sam_lee(), "messaging_importrow_changelist", batch=batch.pk)
    assert ANN not in text
    assert "Ann Archer" not in text
