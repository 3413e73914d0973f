"""whatsapp.contact.upsert: one person under one number, consent untouched, and a person where it matters."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor
from approvals.calls import call
from approvals.defaults import default_policies
from approvals.execution import carry_out
from approvals.models import ActionRequest, Preview
from audit.models import Entry
from messaging.contacts.versions import contact_token
from messaging.models import ConsentEvidence, ConsentState, Contact, Identity, MergeTask, Suppression
from tests.approvals.tea_room import approved, codes_of, refused
from tests.desk.harbour import page
from tests.factories import NOON, ContactFactory, SuppressionFactory, harbour_tea, mei_chan, other_tenant
from tests.messaging.spring_tea import tea_assistant

pytestmark = pytest.mark.django_db

NEW = {"phone": "6123 4567", "name": "Dan", "language": "en", "tags": ["tea", "vip"], "crm_key": "crm-9",
       "preferences": {"Favourite tea": "oolong"}}  # fmt: skip


@pytest.fixture
def agent() -> Actor:
    default_policies(harbour_tea())
    return tea_assistant()


def upsert(actor: Actor, **said: Any) -> Any:
    wish = {"idempotency_key": f"keep-{uuid4()}", "reason": "She told us in the chat."}
    return call("whatsapp.contact.upsert", {**wish, **said}, actor, NOON)


def edit(actor: Actor, contact: Contact, **said: Any) -> Any:
    read = {"contact_id": str(contact.key), "base_version_token": contact_token(contact)}
    return upsert(actor, **{**read, **said})


def decided(answer: Any) -> ActionRequest:
    """Approved by Mei, and carried out."""
    assert answer.request.state == "pending"
    request = approved(ActionRequest.objects.get(pk=answer.request.action_request_id))
    return carry_out(request.pk, NOON)


def ann(**fields: Any) -> Contact:
    contact: Contact = ContactFactory(**{"name": "Ann", "phone": "+85261234567", "tags": ["tea"], **fields})
    return contact


def test_a_new_contact_is_made_once_a_person_agreed_and_has_agreed_to_nothing(agent: Actor) -> None:
    answer = upsert(agent, **NEW)
    assert Contact.objects.count() == 0
    assert decided(answer).state == "succeeded"
    dan = Contact.objects.get()
    assert (dan.phone, dan.name, dan.language, dan.tags) == ("+85261234567", "Dan", "en", ["tea", "vip"])
    assert (dan.country, dan.crm_id, dan.attributes) == ("HK", "crm-9", {"favourite_tea": "oolong"})
    assert (ConsentEvidence.objects.count(), ConsentState.objects.count()) == (0, 0)
    assert Identity.objects.get().value == "+85261234567"


def test_a_number_that_is_known_in_any_spelling_is_not_made_twice(agent: Actor) -> None:
    ann()
    for spelling in ("61234567", "+852 6123 4567", "00852-6123-4567"):
        assert refused(lambda said=spelling: upsert(agent, phone=said)).codes == ["contact_known"]  # type: ignore[misc]


def test_names_tags_language_and_preferences_are_edited_at_once_and_the_rest_stays(agent: Actor) -> None:
    before = ann(crm_id="crm-1", attributes={"tier": "gold", "shop": "Central"})
    SuppressionFactory(contact=before, channel="sms", category="marketing")
    evidence = list(ConsentEvidence.objects.values_list("pk", flat=True))
    answer = edit(agent, before, tags=["oolong"], language="zh_Hant", preferences={"tier": "", "cup": "large"})
    assert answer.request.state == "succeeded"
    kept = Contact.objects.get()
    assert (kept.tags, kept.language, kept.name, kept.crm_id) == (["oolong"], "zh_Hant", "Ann", "crm-1")
    assert kept.attributes == {"shop": "Central", "cup": "large"}
    assert answer.data["version_token"] == contact_token(kept)
    assert list(ConsentEvidence.objects.values_list("pk", flat=True)) == evidence
    assert Suppression.objects.filter(lifted_at=None).count() == 1


@pytest.mark.parametrize("said", [{"phone": "61234568"}, {"crm_key": "crm-2"}])
def test_another_number_and_another_crm_link_are_decided_by_a_person(agent: Actor, said: dict[str, str]) -> None:
    answer = edit(agent, ann(crm_id="crm-1"), **said)
    assert answer.request.state == "pending"
    kept = Contact.objects.get()
    assert (kept.phone, kept.crm_id) == ("+85261234567", "crm-1")


def test_a_new_number_is_written_to_and_the_old_one_still_names_the_person(agent: Actor) -> None:
    before = ann(invalid_at=NOON)
    assert decided(edit(agent, before, phone="61234568")).state == "succeeded"
    kept = Contact.objects.get()
    assert (kept.phone, kept.invalid_at) == ("+85261234568", None)
    assert sorted(kept.identities.filter(kind="phone").values_list("value", flat=True)) == [
        "+85261234567", "+85261234568"
    ]  # fmt: skip


def test_a_number_that_somebody_else_has_stays_there_until_people_say_they_are_one(agent: Actor) -> None:
    first, second = ann(), ContactFactory(name="Bo", phone="+85261234568")
    answer = edit(agent, first, phone="61234568")
    assert "Somebody else has this number" in page(
        mei_chan(), "approvals_actionrequest_change", answer.request.action_request_id
    )
    assert decided(answer).state == "succeeded"
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.phone, second.phone) == ("+85261234567", "+85261234568")
    task = MergeTask.objects.get()
    assert ({task.first_id, task.second_id}, task.settled_at) == ({first.pk, second.pk}, None)


def test_a_number_that_somebody_got_while_it_waited_voids_the_request(agent: Actor) -> None:
    answer = edit(agent, ann(), phone="61234568")
    request = approved(ActionRequest.objects.get(pk=answer.request.action_request_id))
    ContactFactory(name="Bo", phone="+85261234568")
    ended = carry_out(request.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["contact_known"])


@pytest.mark.parametrize("tag", ["opted-in", "consented", "newsletter_yes_opt_in", "同意行銷", "no marketing consent"])
def test_tags_that_sound_like_consent_are_refused(agent: Actor, tag: str) -> None:
    no = refused(lambda: edit(agent, ann(), tags=["tea", tag]))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("tag_implies_consent", "tags")]


def test_a_preference_that_sounds_like_consent_is_refused(agent: Actor) -> None:
    no = refused(lambda: edit(agent, ann(), preferences={"marketing_consent": "yes"}))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("tag_implies_consent", "preferences")]


def test_consent_cannot_be_passed_at_all(agent: Actor) -> None:
    assert refused(lambda: upsert(agent, **NEW, consent={"source": "form"})).reasons[0].field == "consent"


@pytest.mark.parametrize("token", ["", "v1-000000000000"])
def test_an_edit_of_what_was_not_read_is_refused(agent: Actor, token: str) -> None:
    contact = ann()
    no = refused(lambda: edit(agent, contact, tags=["vip"], base_version_token=token))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("stale_version", "base_version_token")]


def test_what_contact_get_tells_as_version_is_what_an_edit_takes(agent: Actor) -> None:
    contact = ann()
    read = call("whatsapp.contact.get", {"contact_id": str(contact.key)}, agent, NOON).data
    assert edit(agent, contact, name="Anna", base_version_token=read["version_token"]).request.state == "succeeded"


def test_a_contact_of_another_organisation_is_as_unknown_as_none(agent: Actor) -> None:
    theirs = ContactFactory(organisation=other_tenant())
    foreign = refused(lambda: edit(agent, theirs, tags=["vip"]))
    unknown = refused(lambda: edit(agent, theirs, tags=["vip"], contact_id=str(uuid4())))
    assert [reason.as_dict() for reason in foreign.reasons] == [reason.as_dict() for reason in unknown.reasons]


def test_who_it_is_stands_neither_in_the_contract_nor_in_the_record(agent: Actor) -> None:
    decided(upsert(agent, **NEW))
    told = f"{[one.contract for one in Preview.objects.all()]} {[one.facts for one in Entry.objects.all()]}"
    assert [secret for secret in ("61234567", "Dan", "crm-9", "oolong") if secret in told] == []


def test_the_decision_page_shows_each_field_as_it_is_and_as_it_would_be(agent: Actor) -> None:
    contact = ann(attributes={"cup": "small"})
    answer = edit(agent, contact, name="Anna", crm_key="crm-2", preferences={"cup": "large"})
    shown = page(mei_chan(), "approvals_actionrequest_change", answer.request.action_request_id)
    assert [word for word in ("Ann", "Anna", "crm-2", "small", "large") if word not in shown] == []
