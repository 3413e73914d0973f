"""Texts: the lane dies, a gateway loses its answers or is too fast, receipts come early, thrice, forged or for nobody,
the line to a message centre drops, and two campaigns race for one person's cap.
"""

from functools import partial
from uuid import uuid4

from audit.models import Entry
from messaging.engine.finish import MAX_TRIES
from messaging.models import Attempt, Message, MessagingRules, Status, Verdict
from tests.faults.business import PEOPLE, send_of
from tests.faults.case import Case
from tests.faults.cells.registry import IN_FLIGHT, add, cell
from tests.faults.stack import TEXT_SENDER

_POINTS = {"take.committed": 4, "handover.before_post": 20, "handover.after_post": 20, "finish.before_commit": 3}


def _kill_at(case: Case, *, point: str, latest: int) -> None:
    """What was under way is unsure, until a receipt tells: it repeats the attempt that it is for."""
    case.faults.at(point, nth=case.chance.randint(1, latest))
    case.unsure_at_most = IN_FLIGHT
    case.begin_texts()
    case.kill_here(point)


for _point, _latest in _POINTS.items():
    add(
        f"texts-kill-lane@{_point}",
        partial(_kill_at, point=_point, latest=_latest),
        rare=_point != "handover.after_post",
    )


def _carried_by(case: Case) -> dict[str, int]:
    """Texts that each gateway took, by its own journal."""
    return dict(case.stack.gateways.witness(case.texts_from).gateways)


@cell("texts-answers-lost")
def _lost(case: Case) -> None:
    """The first gateway took them: the next one is not asked, and the receipts tell what the answers did not."""
    case.stack.gateways.misbehave(gateway="twilio", lost_share=0.3)
    case.begin_texts()
    case.settle()
    assert _carried_by(case) == {"twilio": PEOPLE}
    assert case.count(Status.DELIVERED) == PEOPLE


@cell("texts-answers-lost-and-receipts-never")
def _never_told(case: Case) -> None:
    """What was lost stays unknown, visibly; no gateway gets it again."""
    case.stack.gateways.misbehave(gateway="twilio", lost_share=0.25, silent_share=1.0)
    case.webhooks_come, case.unsure_at_most = False, PEOPLE
    case.begin_texts()
    case.settle()
    lost = case.stack.gateways.witness(case.texts_from).lost
    assert 0 < lost == case.count(Status.UNSURE), f"{case.count(Status.UNSURE)} unsure, {lost} lost"
    assert _carried_by(case) == {"twilio": PEOPLE}


@cell("texts-throttled")
def _throttled(case: Case) -> None:
    """A gateway that is busy has not taken it: the next one does, and nobody gets it from both."""
    case.stack.gateways.misbehave(gateway="twilio", throttled_share=0.3)
    case.begin_texts()
    case.settle()
    carried = _carried_by(case)
    assert carried["infobip"] > 0, carried
    assert sum(carried.values()) == PEOPLE, carried
    assert case.count(Status.DELIVERED) == PEOPLE


@cell("texts-both-gateways-busy-for-a-while")
def _busy(case: Case) -> None:
    """However often a text is refused for want of room: it is no try of it, and it arrives."""
    for gateway in ("twilio", "infobip"):
        case.stack.gateways.misbehave(gateway=gateway, every_text_refused="throttled")
    case.begin_texts(4)
    case.wait(lambda: case.most_refusals("20429") > MAX_TRIES, "more refusals than tries")
    for gateway in ("twilio", "infobip"):
        case.stack.gateways.misbehave(gateway=gateway, every_text_refused=None)
    case.settle()
    assert case.count(Status.DELIVERED) == 4


@cell("texts-two-slow-gateways")
def _slow(case: Case) -> None:
    """The first takes its time to refuse: there is none left for the second, so the text goes to it with a new try."""
    case.stack.gateways.misbehave(gateway="twilio", every_text_refused="throttled", latency_seconds=1.3)
    case.stack.gateways.misbehave(gateway="infobip", latency_seconds=1.3)
    case.begin_texts()
    case.settle()
    assert case.most_refusals("no_time") > 0
    assert case.count(Status.DELIVERED) == PEOPLE
    assert _carried_by(case) == {"infobip": PEOPLE}
    given_up = Entry.objects.filter(action="message.unsure", subject_id=str(case.send.pk))
    assert not given_up.exists(), "an attempt ran out while a gateway was asked"


@cell("texts-receipts-before-the-answer")
def _early(case: Case) -> None:
    case.stack.gateways.misbehave(early_share=1.0, latency_seconds=0.15)
    case.begin_texts()
    case.settle()
    assert case.count(Status.DELIVERED) == PEOPLE


@cell("texts-receipts-thrice-shuffled-and-forged")
def _shuffled(case: Case) -> None:
    """Forgeries say that everybody's text failed; one receipt that is signed is for a text of nobody."""
    simulator, key = case.stack.gateways, case.business.texting.first.callback_key
    # One try: what is refused as forged would be told again for minutes.
    simulator.misbehave(duplicate_share=1.0, shuffle_share=0.6, shuffle_seconds=1.0, webhook_tries=1)
    case.begin_texts()
    case.wait_for_attempts(10)
    url = f"{case.stack.web_url}/sms/{key}/receipt?ref="
    under_way = Attempt.objects.filter(message__send=case.send)
    for attempt, address in under_way.values_list("pk", "message__address")[:10]:
        forged = _receipt("SM" + "0" * 32, address, "undelivered") | {"ErrorCode": "30005"}
        for lie in ({"spoil": True}, {"sign": False}):
            assert simulator.callback("twilio", f"{url}{attempt}", forged, **lie) == 403
    nobodys = _receipt("SM" + "f" * 32, "+85269999999", "delivered")
    assert [simulator.callback("twilio", f"{url}{uuid4()}", nobodys) for _ in range(3)] == [200] * 3
    case.settle()
    arrived = Message.objects.filter(send=case.send, status=Status.DELIVERED)
    for address, provider_id, attempt in arrived.values_list("address", "provider_id", "attempts__pk")[:5]:
        late = _receipt(str(provider_id).partition(":")[2], address, "sent")
        assert simulator.callback("twilio", f"{url}{attempt}", late) == 200
    case.settle()
    assert case.count(Status.DELIVERED) == PEOPLE


def _receipt(sid: str, to: str, status: str) -> dict[str, str]:
    return {"MessageSid": sid, "MessageStatus": status, "From": TEXT_SENDER, "To": to}


@cell("texts-kill-web@inbox.stored")
def _kill_web(case: Case) -> None:
    """Stored and never answered: the gateway tells it again."""
    case.faults.at("inbox.stored", nth=case.chance.randint(1, 3))
    case.begin_texts()
    case.kill_here("inbox.stored")
    case.settle()
    assert case.count(Status.DELIVERED) == PEOPLE


@cell("texts-of-two-campaigns-race-for-a-cap")
def _two_campaigns(case: Case) -> None:
    """One text a person, whichever campaign it is of: both were approved while nobody had had any."""
    business = case.business
    MessagingRules.objects.update(marketing_cap=1)
    segment, case.people = business.crowd(PEOPLE // 2)
    first = business.texted(segment, business.texting.marked)
    case.request = business.texted(segment, business.texting.marked)
    for request in (first, case.request):
        business.countersign(request)
    case.settle()
    both = Message.objects.filter(send__in=[send_of(first), send_of(case.request)])
    assert both.filter(status=Status.DELIVERED).count() == PEOPLE // 2
    assert both.filter(status=Status.EXCLUDED, verdict=Verdict.CAPPED).count() == PEOPLE // 2
    assert sum(_carried_by(case).values()) == PEOPLE // 2


@cell("texts-line-drops", "bound")
def _line_drops(case: Case) -> None:
    """Between submit and answer: the text is unsure and never submitted again; others wait for the next bind."""
    centre = case.stack.centre
    case.wait(lambda: centre.health()["bound"], "the bind")
    centre.misbehave(drop_after_share=0.04, latency_seconds=0.2)
    case.webhooks_come, case.unsure_at_most = False, PEOPLE
    case.begin_texts(over_bind=True)
    case.wait_for_attempts(12)
    centre.drop()
    case.settle()
    assert case.count(Status.UNSURE) > 0, "no line dropped in time"
    assert case.count(Status.FAILED) == 0
    phones = [one["destination"]["value"] for one in centre.submits(case.submits_from) if one["decision"] == "accepted"]
    assert len(phones) == len(set(phones)), "a text was submitted again"


@cell("texts-kill-the-process-of-the-bind", "bound", rare=True)
def _kill_bind(case: Case) -> None:
    centre = case.stack.centre
    case.wait(lambda: centre.health()["bound"], "the bind")
    centre.misbehave(latency_seconds=0.1)
    case.webhooks_come, case.unsure_at_most = False, IN_FLIGHT
    case.begin_texts(over_bind=True)
    case.wait_for_attempts(case.chance.randint(5, 20))
    case.stack.members["smpp"].kill()
