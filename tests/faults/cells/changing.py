"""The world moves between the steps: people opt out, templates pause, sends and organisations are stopped."""

import time
from functools import partial

from django.utils import timezone

from accounts.models import Organisation
from messaging.engine.sends import move_send
from messaging.models import Contact, Message, Sender, SendState, Status, Verdict
from tests.faults.business import PEOPLE
from tests.faults.case import Case
from tests.faults.cells.registry import add, cell


@cell("stop-before-the-approval")
def _stop_before_approval(case: Case) -> None:
    case.ask()
    case.stop_by_word(case.people[0])
    case.approve()


@cell("stop-between-approval-and-release")
def _stop_before_release(case: Case) -> None:
    case.ask(due_in=3.0)
    case.approve()
    for contact in case.chance.sample(case.people, 3):
        case.stop_by_word(contact)


@cell("stops-mid-send")
def _stops_mid_send(case: Case) -> None:
    case.begin()
    case.wait_for_attempts(3)
    for contact in case.chance.sample(case.people[15:], 6):
        case.stop_by_word(contact, case.chance.choice(["STOP", "停止", "退訂", "unsubscribe", "Stop."]))


@cell("stop-by-user-id-alone")
def _stop_by_user_id(case: Case) -> None:
    """Once we know the person's id, a STOP without the number is theirs."""
    case.ask()
    for contact in case.people[:3]:
        case.stack.simulator.inbound(str(contact.phone), "Hello")
    known = Contact.objects.filter(pk__in=[one.pk for one in case.people[:3]], identities__kind="bsuid")
    case.wait(lambda: known.count() == 3, "the ids to be known")
    for contact in case.people[:3]:
        case.stop_by_word(contact, hide_phone=True)
    case.approve()


def _stop_while_held(case: Case, point: str, latest: int) -> None:
    """A STOP arrives while a lane stands in the middle: it precedes the mark, or it follows; never between."""
    case.faults.at(point, nth=case.chance.randint(1, latest))
    case.begin()
    held = case.faults.held(point)
    untouched = Contact.objects.filter(pk__in=[one.pk for one in case.people], messages__status=Status.QUEUED)
    contacts = list(untouched.order_by("-pk")[:3])
    for contact in contacts:
        case.stack.simulator.inbound(str(contact.phone), "STOP")
    time.sleep(0.3)
    held.let_go()
    for contact in contacts:
        case.wait(contact.suppressions.exists, "the opt-out")


for _point, _latest in (("take.before_commit", 4), ("take.committed", 4), ("finish.before_commit", 3)):
    _play = partial(_stop_while_held, point=_point, latest=_latest)
    add(f"stop@{_point}", _play, rare=_point == "finish.before_commit")


@cell("preference-switched-off-mid-send", rare=True)
def _preference(case: Case) -> None:
    """The switch inside WhatsApp itself."""
    case.begin()
    case.wait_for_attempts(3)
    contact = case.people[-1]
    case.stack.simulator.preference(str(contact.phone))
    case.wait(contact.suppressions.exists, "the opt-out")


@cell("template-paused-mid-send")
def _template_paused(case: Case) -> None:
    case.begin()
    case.wait_for_attempts(case.chance.randint(3, 20))
    case.stack.simulator.pause_template("spring_tea")
    case.wait_for_state(SendState.PAUSED, SendState.COMPLETED)
    case.stack.simulator.unpause_template("spring_tea")
    translation = case.business.translation
    case.wait(lambda: type(translation).objects.get(pk=translation.pk).is_sendable, "the template to be approved again")
    case.let_go_on()


@cell("template-paused-before-release")
def _template_paused_before_release(case: Case) -> None:
    """It is paused before the release: the gate of the release asks again."""
    case.ask(due_in=3.0)
    case.approve()
    case.wait_for_state(SendState.SCHEDULED)  # a template that is paused earlier has the request refused
    case.stack.simulator.pause_template("spring_tea")
    case.wait_for_state(SendState.PAUSED)
    assert not Message.objects.filter(send=case.send).exists()
    case.stack.simulator.unpause_template("spring_tea")
    translation = case.business.translation
    case.wait(lambda: type(translation).objects.get(pk=translation.pk).is_sendable, "the template to be approved again")
    case.let_go_on()


@cell("sender-red-mid-send")
def _sender_red(case: Case) -> None:
    case.begin()
    case.wait_for_attempts(case.chance.randint(3, 12))
    Sender.objects.filter(pk=case.business.sender.pk).update(quality="RED")
    case.wait_for_state(SendState.PAUSED, SendState.COMPLETED)
    Sender.objects.filter(pk=case.business.sender.pk).update(quality="GREEN")
    case.let_go_on()


@cell("send-stopped-mid-send")
def _send_stopped(case: Case) -> None:
    case.ends = frozenset({SendState.STOPPED})
    case.begin()
    case.wait_for_attempts(case.chance.randint(3, 25))
    move_send(case.send, "stop", case.business.ada, timezone.now())


@cell("send-paused-and-resumed", rare=True)
def _send_paused(case: Case) -> None:
    case.begin()
    for least in (5, 15):
        case.wait_for_attempts(least)
        move_send(case.send, "pause", case.business.ada, timezone.now(), "a person wants to look")
        time.sleep(0.3)
        case.let_go_on()


@cell("organisation-stopped-mid-send")
def _organisation_stopped(case: Case) -> None:
    case.begin()
    case.wait_for_attempts(case.chance.randint(3, 25))
    where = Organisation.objects.filter(pk=case.business.organisation.pk)
    where.update(sending_stopped_at=timezone.now())
    time.sleep(0.7)
    before = case.send.messages.exclude(status=Status.QUEUED).count()
    time.sleep(0.7)
    assert case.send.messages.exclude(status=Status.QUEUED).count() == before, "messages left while all was stopped"
    where.update(sending_stopped_at=None)
    # Stopped while it was being released, it is paused; then it takes a person to go on.
    case.wait_for_state(SendState.PAUSED, SendState.COMPLETED)
    case.let_go_on()


@cell("people-change-after-the-approval")
def _people_change(case: Case) -> None:
    """A new number, a found-invalid one, a consent taken back: these people are left out, each with the reason."""
    case.ask(due_in=2.5)
    case.approve()
    moved, invalid, withdrawn = case.people[:3]
    Contact.objects.filter(pk=moved.pk).update(phone=f"{str(moved.phone)[:4]}9{str(moved.phone)[5:]}")
    Contact.objects.filter(pk=invalid.pk).update(invalid_at=timezone.now())
    withdrawn.consent_states.update(state="withdrawn")
    case.settle()
    left_out = dict(Message.objects.filter(send=case.send, status=Status.EXCLUDED).values_list("contact", "verdict"))
    assert left_out[moved.pk] == Verdict.CHANGED
    assert left_out[invalid.pk] == Verdict.INVALID
    assert left_out[withdrawn.pk] in (Verdict.NO_CONSENT, Verdict.WRONG_CATEGORY)
    assert len(left_out) == 3


@cell("two-sends-to-the-same-people")
def _two_sends(case: Case) -> None:
    """A cap of two, one message behind them, two sends at once: one message more each, whichever send it is of."""
    segment, case.people = case.business.crowd(PEOPLE // 2)
    first = case.business.asked(segment)
    case.business.countersign(first)
    case.request = first
    case.settle()
    second, case.request = case.business.asked(segment), case.business.asked(segment)
    case.business.countersign(second)
    case.business.countersign(case.request)
    case.settle()
    both = Message.objects.filter(send__request__in=(second, case.request))
    assert both.filter(status=Status.EXCLUDED, verdict=Verdict.CAPPED).count() == PEOPLE // 2
