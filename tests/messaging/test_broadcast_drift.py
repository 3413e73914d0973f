"""What moves beneath a broadcast between two steps is seen at the next one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from accounts.actor import Actor
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.engine.standing import reasons_against
from messaging.models import Audience, MessagingRules, Send, Sender, SendState, TemplateTranslation, WhatsAppAccount
from tests.approvals.tea_room import approved, codes_of, refused, request_of
from tests.factories import NOON, ConsentStateFactory
from tests.messaging.spring_broadcasts import preview, send_of, tea_for_three, update, write
from tests.messaging.spring_tea import SpringTea, drinker, set_prices

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> SpringTea:
    return tea_for_three()


# What may happen to the world between two steps, and the reason that it gives.
DRIFT: dict[str, tuple[Callable[[SpringTea], Any], str]] = {
    "the template was paused": (lambda tea: update(TemplateTranslation, status="PAUSED"), "template_not_approved"),
    "the template was rejected": (lambda tea: update(TemplateTranslation, status="REJECTED"), "template_not_approved"),
    "the template was disabled": (lambda tea: update(TemplateTranslation, status="DISABLED"), "template_not_approved"),
    "the template was edited": (lambda tea: update(TemplateTranslation, digest="0" * 64), "template_changed"),
    "the sender turned red": (lambda tea: update(Sender, quality="RED"), "sender_quality_red"),
    "the sender was paused": (lambda tea: update(Sender, paused_at=NOON), "sender_not_ready"),
    "the sender was cut off": (lambda tea: update(Sender, status="DISCONNECTED"), "sender_not_ready"),
    "the account was restricted": (lambda tea: update(WhatsAppAccount, restricted_at=NOON), "account_restricted"),
    "a new price card begins": (lambda tea: set_prices(date(2026, 3, 2), HK="0.09"), "prices_changed"),
    "sending was stopped": (lambda tea: update(type(tea.organisation), sending_stopped_at=NOON), "sending_stopped"),
    "quiet hours were moved over it": (
        lambda tea: MessagingRules.objects.create(
            organisation=tea.organisation, quiet_from="13:00", quiet_until="15:00"
        ),
        "quiet_hours",
    ),
    "the audience was altered": (
        lambda tea: Audience.objects.get().members.filter(verdict=2).update(verdict=0),
        "audience_changed",
    ),
}


@contextmanager
def undone() -> Iterator[None]:
    """What happens in here has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("what", DRIFT)
def test_what_moves_beneath_a_broadcast_is_seen_at_every_step(tea: SpringTea, agent: Actor, what: str) -> None:
    happens, code = DRIFT[what]

    made = preview(tea, agent).preview_id
    with undone():  # after the preview: it is not drafted
        happens(tea)
        assert refused(lambda: write("create", made, agent)).codes == [code]
        assert (Send.objects.count(), ActionRequest.objects.count()) == (0, 0)

    write("create", made, agent)
    with undone():  # after the draft: it is not asked for
        happens(tea)
        assert refused(lambda: write("schedule", made, agent)).codes == [code]

    request = request_of(write("schedule", made, agent))
    with undone():  # while it waits: it is not approved
        happens(tea)
        assert refused(lambda: approved(request)).codes == [code]

    approved(request)
    with undone():  # after the approval: it is voided
        happens(tea)
        ended = carry_out(request.pk, NOON)
        assert (ended.state, codes_of(ended)) == ("voided", [code])
        assert send_of(request).state == SendState.DRAFT

    assert carry_out(request.pk, NOON).state == "succeeded"
    assert list(reasons_against(send_of(request), NOON, ask_audience=True)) == []
    happens(tea)  # after the schedule: it is not released
    assert {reason.code for reason in reasons_against(send_of(request), NOON, ask_audience=True)} == {code}


def test_a_utility_template_that_meta_turned_into_marketing_is_not_sent_as_utility(agent: Actor) -> None:
    tea = SpringTea()
    set_prices(category="utility")
    update(TemplateTranslation, reviewed_category="utility")
    update(type(tea.template), category="utility")
    ann = drinker("Ann")
    ConsentStateFactory(contact=ann, category="utility")
    shown = preview(tea, agent)
    assert (shown.data["category"], shown.data["included"]) == ("utility", 1)
    update(TemplateTranslation, reviewed_category="marketing")
    assert refused(lambda: write("create", shown.preview_id, agent)).codes == ["template_recategorised"]


def test_the_gate_names_every_reason_at_once(tea: SpringTea, agent: Actor) -> None:
    made = preview(tea, agent).preview_id
    for what in ("the template was paused", "the sender turned red", "sending was stopped", "a new price card begins"):
        DRIFT[what][0](tea)
    assert refused(lambda: write("create", made, agent)).codes == [
        "sending_stopped", "template_not_approved", "sender_quality_red", "prices_changed",
    ]  # fmt: skip
