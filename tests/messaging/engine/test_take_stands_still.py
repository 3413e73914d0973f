"""What keeps a whole send in: night, a pause, a stop, a sender or a template that may not be used."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import Organisation
from messaging.engine.take import take
from messaging.models import (
    Outbox,
    Send,
    Sender,
    TemplateTranslation,
    WhatsAppAccount,
)
from tests.factories import (
    NOON,
    ConsentStateFactory,
    TemplateFactory,
    TemplateTranslationFactory,
)
from tests.messaging.engine.stage import (
    crowd,
    fresh,
    released,
    someone,
    translation_of,
    witness_sender,
)

pytestmark = pytest.mark.django_db

AT_NIGHT = NOON.replace(hour=23)


def test_marketing_rests_in_quiet_hours_and_receipts_do_not() -> None:
    ming, yan = crowd(2)
    ConsentStateFactory(contact=yan, category="utility")
    sender = witness_sender()
    released([ming], sender=sender, not_after=AT_NIGHT + timedelta(hours=1))
    receipt = TemplateFactory(account=sender.account, category="utility")
    TemplateTranslationFactory(template=receipt, reviewed_category="utility")
    released([yan], sender=sender, template=receipt, category="utility", not_after=AT_NIGHT + timedelta(hours=1))
    (taken,) = take(sender, 10, AT_NIGHT)
    assert taken.contact_id == yan.pk
    assert Outbox.objects.count() == 1


def _pause(send: Send) -> None:
    Send.objects.filter(pk=send.pk).update(state="paused")


def _stop_everything(send: Send) -> None:
    Organisation.objects.update(sending_stopped_at=NOON)


def _pause_sender(send: Send) -> None:
    Sender.objects.update(paused_at=NOON)


def _lose_number(send: Send) -> None:
    Sender.objects.update(status="RESTRICTED")


def _may_send_nothing(send: Send) -> None:
    Sender.objects.update(per_second=0)


def _restrict_account(send: Send) -> None:
    WhatsAppAccount.objects.update(restricted_at=NOON)


def _forget_request(send: Send) -> None:
    Send.objects.filter(pk=send.pk).update(request=None)


def _be_too_late(send: Send) -> None:
    Send.objects.filter(pk=send.pk).update(not_after=NOON)


@pytest.mark.parametrize(
    "happens",
    [
        _pause,
        _stop_everything,
        _pause_sender,
        _lose_number,
        _may_send_nothing,
        _restrict_account,
        _forget_request,
        _be_too_late,
    ],
)
def test_nothing_is_taken_from_what_stands_still(happens: Callable[[Send], None]) -> None:
    send = released(crowd(1))
    happens(send)
    assert take(send.sender, 10, NOON) == []
    assert Outbox.objects.count() == 1


def test_a_paused_send_does_not_stand_in_the_way_of_another() -> None:
    sender = witness_sender()
    _pause(released(crowd(3), sender=sender))
    released(crowd(1), sender=sender)
    assert len(take(sender, 1, NOON)) == 1


@pytest.mark.parametrize("changed", [{"status": "PAUSED"}, {"status": "DRAFT"}], ids=["paused by Meta", "edited here"])
def test_a_template_that_is_not_approved_any_more_pauses_its_send(changed: dict[str, str]) -> None:
    send = released(crowd(2))
    TemplateTranslation.objects.update(**changed)
    assert take(send.sender, 10, NOON) == []
    assert fresh(send).state == "paused"
    assert Outbox.objects.count() == 2


def test_a_receipt_that_meta_charges_as_marketing_pauses_its_send() -> None:
    ming = someone(agreed=False)
    ConsentStateFactory(contact=ming, category="utility")
    sender = witness_sender()
    receipt = TemplateFactory(account=sender.account, category="utility")
    TemplateTranslationFactory(template=receipt, reviewed_category="utility")
    send = released([ming], sender=sender, template=receipt, category="utility")
    TemplateTranslation.objects.filter(pk=translation_of(send).pk).update(reviewed_category="MARKETING")
    assert take(sender, 10, NOON) == []
    assert fresh(send).state == "paused"
