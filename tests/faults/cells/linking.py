"""Short links: web dies around the click, all others die while people click, a link ends while its texts go out."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.utils import timezone

from messaging.engine.sends import move_send
from messaging.models import SendState, Status
from sms.links.revoking import revoke
from sms.models import Click
from tests.faults.business import PEOPLE
from tests.faults.case import Case
from tests.faults.cells.registry import IN_FLIGHT, add, cell
from tests.faults.opening import links_read, made_link, opened, opened_at_once


def _kill_web(case: Case, *, point: str) -> None:
    """Whoever was led on has been counted; whoever was not taps again."""
    link, url = made_link(case, per_person=False)
    case.faults.at(point, nth=case.chance.randint(2, 5))
    with ThreadPoolExecutor(8) as crowd:
        taps = [crowd.submit(opened, url) for _ in range(24)]
        case.kill_here(point)
        first = [tap.result() for tap in taps]
    case.stack.mend()
    case.stack.wait_until_ready()
    again = opened_at_once([url] * first.count(0))
    assert set(again) <= {302}, again
    led_on = (first + again).count(302)
    kept = Click.objects.filter(link=link).count()
    assert led_on == 24, f"answers: {sorted(first)}, then {sorted(again)}"
    assert led_on <= kept <= led_on + first.count(0), f"{led_on} people were led on, {kept} clicks are kept"


for _point in ("links.opened", "links.clicked"):
    add(f"links-kill-web@{_point}", partial(_kill_web, point=_point))


@cell("links-clicked-while-all-others-die")
def _others_die(case: Case) -> None:
    """Everybody's own link leads on and is counted for its person, whatever becomes of lanes and workers."""
    link, _url = made_link(case, per_person=True)
    segment, case.people = case.business.crowd()
    case.request, case.unsure_at_most = case.business.texted(segment, case.business.texting.marked, link), IN_FLIGHT
    case.approve()
    case.wait_for_attempts(case.chance.randint(8, 20))
    case.wait(lambda: links_read(case), "the first text")
    early = links_read(case)
    for kind in ("lanes", "worker"):
        for member in case.stack.members_like(kind):
            member.kill()
    assert set(opened_at_once(early)) == {302}
    case.settle()
    late = [url for url in links_read(case) if url not in early]
    assert set(opened_at_once(late)) <= {302}
    clicks = Click.objects.filter(link=link)
    assert clicks.count() == len(early) + len(late), f"{clicks.count()} clicks of {len(early)} and {len(late)} people"
    assert clicks.values("contact").distinct().count() == len(early) + len(late), "a click is counted for another one"


@cell("links-revoked-mid-send")
def _revoked(case: Case) -> None:
    """The send waits for a person and fails nobody; who has the text already is told that the link is over."""
    link, _url = made_link(case, per_person=True)
    segment, case.people = case.business.crowd()
    case.request = case.business.texted(segment, case.business.texting.marked, link)
    case.faults.at("finish.committed", times=PEOPLE)
    case.approve()
    case.faults.held("finish.committed")
    assert revoke(link, case.business.ada, timezone.now(), "Wrong page")
    case.faults.begin()
    case.wait_for_state(SendState.PAUSED)
    case.settle()
    assert "revoked" in case.send.pause_reason, case.send.pause_reason
    assert case.count(Status.FAILED, Status.UNSURE) == 0
    left = case.count(Status.QUEUED)
    assert 0 < left < PEOPLE, f"{left} of {PEOPLE} texts wait: the link was not revoked in between"
    assert set(opened_at_once(links_read(case)[:3])) == {410}
    move_send(case.send, "stop", case.business.ada, timezone.now())
    case.ends = frozenset({SendState.STOPPED})
