"""Mails to reviewers: only to who may decide, only what is necessary, after the commit, and never twice by itself."""

import smtplib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from accounts.models import Person
from accounts.roles import Role
from approvals.defaults import default_policies
from approvals.envelope import Envelope
from sms.campaigns.drafts import texts_of
from sms.models import ReviewNotice
from sms.notices.mailing import mail_waiting
from tests.approvals.tea_room import refused
from tests.factories import NOON, PersonFactory, ada_wong, harbour_tea, mei_chan, other_tenant, sam_lee, vera_ng
from tests.sms.tea_texts import TeaTexts, drinker, text_of, texter, use

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policies() -> None:
    default_policies(harbour_tea())


def notify(*people: Person, **changed: Any) -> Envelope[Any]:
    wish = {"idempotency_key": f"key-{uuid4()}", "reason": "Look at it, please."}
    facts = {"topic": "review", "summary": "The spring campaign waits for a look."}
    owners = [str(person.pk) for person in people]
    return use("review_notification.send", texter(), owner_ids=owners, **{**wish, **facts, **changed})


def state(answer: Envelope[Any]) -> str:
    assert answer.request is not None
    return answer.request.state


def test_a_mail_holds_the_summary_and_sums_and_nobodys_number() -> None:
    ann = drinker("Ann")
    text = text_of(TeaTexts(), ann)
    answer = notify(mei_chan(), ada_wong(), campaign_id=str(text.send.campaign.pk))
    assert (state(answer), answer.data) == ("succeeded", {"people": 2})
    assert mail.outbox == []  # nothing leaves before the commit
    assert mail_waiting(NOON) == 2
    assert sorted(one.to[0] for one in mail.outbox) == [ada_wong().email, mei_chan().email]
    body = mail.outbox[0].body
    assert "The spring campaign waits for a look." in body
    assert "Winter tea by SMS" in body
    assert str(ann.phone) not in body
    assert "Ann" not in body
    assert mail_waiting(NOON + timedelta(days=1)) == 0


def test_a_mail_names_neither_the_copy_nor_whom_else_it_went_to_nor_any_contact() -> None:
    text = text_of(TeaTexts(), drinker("Ann"))
    campaign = text.send.campaign
    campaign.name = "For Ann, +852 6111 0001\r\nBcc: everybody@example.test"
    campaign.save()
    notify(mei_chan(), ada_wong(), campaign_id=str(campaign.pk))
    mail_waiting(NOON)
    for one in mail.outbox:
        raw = one.message().as_string()
        assert len(one.recipients()) == 1
        assert "\n" not in one.subject
        assert not {"bcc", "cc"} & {name.lower() for name in one.message()}
        for secret in (texts_of(campaign)["en"], "6111 0001", "everybody@", str(text.contact.key)):
            assert secret not in raw


@pytest.mark.parametrize(
    ("topic", "who", "may"),
    [
        ("review", Role.MARKETER, False),
        ("sending", Role.COMPLIANCE, True),
        ("cost", Role.MARKETER, True),
        ("failures", Role.SUPPORT, False),
        ("return", Role.VIEWER, False),
    ],
)
def test_only_people_with_the_right_to_it_are_told(topic: str, who: Role, may: bool) -> None:
    person = PersonFactory(role=who)
    if may:
        assert state(notify(person, topic=topic)) == "succeeded"
    else:
        assert refused(lambda: notify(person, topic=topic)).codes == ["wrong_recipient"]


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}])
def test_nobody_inactive_or_without_an_address_is_told(fields: dict[str, Any]) -> None:
    person = PersonFactory(role=Role.ADMIN, **fields)
    assert refused(lambda: notify(person)).codes == ["wrong_recipient"]


def test_people_of_other_houses_are_unknown() -> None:
    stranger = PersonFactory(role=Role.ADMIN, organisation=other_tenant())
    assert refused(lambda: notify(mei_chan(), stranger)).codes == ["person_not_found"]


@pytest.mark.parametrize("summary", ["Call +852 6123 4567 please", "Ask ann@example.test now", "See 85261234567 now"])
def test_a_summary_with_somebodys_data_is_refused(summary: str) -> None:
    assert refused(lambda: notify(mei_chan(), summary=summary)).codes == ["personal_data"]


def test_many_people_are_told_only_after_a_person_has_looked() -> None:
    six = [PersonFactory(role=Role.ADMIN) for _number in range(6)]
    assert state(notify(*six)) == "pending"
    assert state(notify(*six[:5])) == "succeeded"


def test_who_lost_the_right_meanwhile_is_not_written_to() -> None:
    mei = mei_chan()
    notify(mei)
    Person.objects.filter(pk=mei.pk).update(role=Role.VIEWER)
    assert mail_waiting(NOON) == 0
    assert ReviewNotice.objects.get().problem == "not_their_business"


def test_a_server_that_refuses_is_asked_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(message: EmailMessage, fail_silently: bool = False) -> int:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(EmailMessage, "send", refuse)
    notify(mei_chan())
    for turn in range(6):
        mail_waiting(NOON + turn * timedelta(minutes=6))
    kept = ReviewNotice.objects.get()
    assert (kept.tries, kept.problem, kept.sent_at) == (3, "SMTPServerDisconnected", None)
    assert kept.given_up_at == NOON + timedelta(minutes=12)


def test_what_broke_off_in_between_is_not_sent_again() -> None:
    notify(mei_chan())
    ReviewNotice.objects.update(begun_at=NOON, tries=1)
    assert mail_waiting(NOON + timedelta(minutes=6)) == 0
    assert mail_waiting(NOON + timedelta(minutes=15)) == 0
    assert ReviewNotice.objects.get().problem == "broke_off"
    assert mail.outbox == []


def test_a_viewer_and_a_marketer_are_no_reviewers() -> None:
    assert refused(lambda: notify(vera_ng(), sam_lee())).codes == ["wrong_recipient"]
