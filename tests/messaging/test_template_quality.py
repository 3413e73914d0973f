"""whatsapp.template_quality.get: Meta's score, our own figures of seven days, the risk of a pause, and the limits."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.actor import Actor, Face
from approvals.calls import call
from messaging.models import Contact, InboundMessage, Message, Send, Status, TemplateTranslation
from tests.factories import NOON, ContactFactory, SendFactory, vera_ng
from tests.messaging.spring_tea import SpringTea

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


class Spring(SpringTea):
    """A broadcast of the spring tea that went out yesterday."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.send: Send = SendFactory(sender=self.sender, template=self.template, started_at=NOON - DAY)

    def got(self, status: Status, *, days: float = 1, text: TemplateTranslation | None = None, **more: Any) -> Contact:
        """Somebody got it so many days ago, and this became of it."""
        contact: Contact = ContactFactory(organisation=self.organisation)
        Message.objects.create(
            organisation=self.organisation, send=self.send, contact=contact, sender=self.sender, address=contact.phone,
            address_kind="phone", category="marketing", queued_at=NOON, translation=text or self.english,
            status=status, handed_at=NOON - days * DAY, **more,
        )  # fmt: skip
        return contact

    def says_stop(self, contact: Contact, days: float) -> None:
        """And wrote STOP so many days ago."""
        InboundMessage.objects.create(
            organisation=self.organisation, sender=self.sender, contact=contact, provider_id=f"wamid.stop.{contact.pk}",
            kind="text", text="STOP", intent="stop", at=NOON - days * DAY, received_at=NOON,
        )  # fmt: skip

    def read(self) -> dict[str, Any]:
        viewer = Actor.of_person(vera_ng(), Face.REST)
        ask = {"template_id": str(self.template.pk)}
        data: dict[str, Any] = call("whatsapp.template_quality.get", ask, viewer, NOON).data
        return data

    def english_now(self, **facts: Any) -> dict[str, Any]:
        """What is told of the English text once these facts hold."""
        TemplateTranslation.objects.filter(pk=self.english.pk).update(**facts)
        told: dict[str, Any] = self.read()["languages"][0]
        return told


@pytest.fixture
def spring() -> Spring:
    return Spring()


def test_the_figures_are_those_of_seven_days_by_language(spring: Spring) -> None:
    chinese = spring.translate("zh_HK")
    for status in (Status.READ, Status.READ, Status.DELIVERED, Status.DELIVERED, Status.SENT):
        spring.got(status)
    spring.got(Status.READ, days=8)
    spring.got(Status.DELIVERED, replied_at=NOON)
    spring.got(Status.FAILED, error_code="131050")
    spring.got(Status.FAILED, error_code="131026")
    spring.got(Status.READ, text=chinese)
    english, hong_kong = spring.read()["languages"]
    assert {key: english[key] for key in ("handed", "delivered", "failed", "unwanted", "opted_out")} == {
        "handed": 8, "delivered": 5, "failed": 2, "unwanted": 1, "opted_out": 0,
    }  # fmt: skip
    assert (english["read_share"], english["reply_share"], english["opt_out_share"]) == (0.4, 0.2, 0.0)
    assert (hong_kong["language"], hong_kong["handed"], hong_kong["read_share"]) == ("zh_HK", 1, 1.0)


def test_a_stop_counts_for_three_days_once_a_person_and_not_before_the_message(spring: Spring) -> None:
    spring.says_stop(spring.got(Status.READ, days=1), days=0.5)
    spring.says_stop(spring.got(Status.READ, days=6), days=2.9)
    spring.says_stop(spring.got(Status.READ, days=1), days=2)
    spring.got(Status.READ)
    assert spring.english_now()["opted_out"] == 1


def test_what_nobody_knows_is_told_as_unknown(spring: Spring) -> None:
    told = spring.english_now(quality="UNKNOWN")
    assert (told["handed"], told["read_share"], told["block_share"], told["pause_risk"]) == (0, None, None, "unknown")


@pytest.mark.parametrize(
    ("facts", "risk"),
    [
        ({"quality": "GREEN"}, "low"),
        ({"quality": "YELLOW"}, "medium"),
        ({"quality": "RED"}, "high"),
        ({"quality": "GREEN", "status": "FLAGGED"}, "high"),
        ({"quality": "GREEN", "status": "PAUSED"}, "paused"),
        ({"quality": "RED", "status": "DISABLED"}, "disabled"),
    ],
)
def test_metas_word_comes_first(spring: Spring, facts: dict[str, str], risk: str) -> None:
    assert spring.english_now(**facts)["pause_risk"] == risk


@pytest.mark.parametrize(("stops", "risk"), [(0, "low"), (1, "medium"), (3, "high")])
def test_people_who_say_stop_are_heard_before_meta_speaks(spring: Spring, stops: int, risk: str) -> None:
    reached = [spring.got(Status.DELIVERED) for _person in range(50)]
    for contact in reached[:stops]:
        spring.says_stop(contact, days=0.5)
    assert spring.english_now(quality="GREEN")["pause_risk"] == risk


def test_few_people_tell_nothing(spring: Spring) -> None:
    spring.says_stop(spring.got(Status.DELIVERED), days=0.5)
    told = spring.english_now(quality="GREEN")
    assert (told["opt_out_share"], told["pause_risk"]) == (1.0, "low")


def test_the_limits_are_those_of_the_numbers_of_its_account(spring: Spring) -> None:
    (limit,) = spring.read()["limits"]
    assert (limit["sender_id"], limit["messaging_limit"], limit["can_send"]) == (
        str(spring.sender.pk), spring.sender.tier, True,
    )  # fmt: skip
    spring.sender.paused_at = NOON
    spring.sender.save()
    assert spring.read()["limits"][0]["can_send"] is False


def test_reading_changes_nothing(spring: Spring) -> None:
    before = list(TemplateTranslation.objects.values()), list(Message.objects.values())
    spring.read()
    assert (list(TemplateTranslation.objects.values()), list(Message.objects.values())) == before
