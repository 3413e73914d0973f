"""One-time passwords: somebody dies between draw and hand-over, an answer is lost, people enter and guess at once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Thread
from uuid import uuid4

from messaging.models import Status
from sms.models.otp import MOST_TRIES
from tests.faults.case import Case
from tests.faults.cells.crashing import flush_all
from tests.faults.cells.registry import add, cell
from tests.faults.signing_in import SigningIn, at_the_sign_in_page


def _arrived(case: Case) -> tuple[SigningIn, str]:
    """Somebody has asked for a code and reads it."""
    person = at_the_sign_in_page(case)
    told = person.ask()
    assert told["status"] == 200, told
    person.challenge()
    case.settle()
    return person, person.code()


def _written_nowhere(case: Case, person: SigningIn) -> None:
    """No process has logged it, and the row has forgotten it."""
    logs = case.stack.logs_since(case.logs_from).values()
    assert all(person.code() not in text for text in logs), "a log shows the code"
    assert person.challenge().code == "", "the code is still kept"


@cell("codes-kill-web@execution.committed")
def _kill_web(case: Case) -> None:
    """Drawn, and nobody was answered: asked again with the same key there is one code, in one text."""
    person = at_the_sign_in_page(case)
    case.faults.at("execution.committed", role="web")
    first = Thread(target=person.ask, daemon=True)
    first.start()
    case.kill_here("execution.committed")
    first.join(30)
    case.stack.mend()
    case.stack.wait_until_ready()
    told = [person.ask()["status"] for _ in range(2)]
    assert told == [200, 200], told
    person.challenge()
    case.settle()
    assert person.enter(person.code())
    _written_nowhere(case, person)


def _kill_lane(case: Case, *, point: str) -> None:
    """What a lane had in its hands when it died is unsure until a receipt tells, and never goes a second time."""
    person, case.unsure_at_most = at_the_sign_in_page(case), 1
    case.faults.at(point)
    assert person.ask()["status"] == 200
    person.challenge()
    case.kill_here(point)
    case.settle()
    assert len(person.texts()) == (1 if point == "handover.after_post" else 0), person.texts()
    if person.texts():
        assert case.count(Status.DELIVERED) == 1
        assert person.enter(person.code())
    else:
        assert case.count(Status.UNSURE) == 1


for _point in ("take.committed", "handover.after_post"):
    add(f"codes-kill-lane@{_point}", partial(_kill_lane, point=_point))


@cell("codes-answer-lost-and-receipt-never")
def _lost(case: Case) -> None:
    """Nobody knows whether it arrived, so no gateway gets it again; whoever has it gets in with it."""
    case.stack.gateways.misbehave(gateway="twilio", lost_share=1.0, silent_share=1.0)
    case.webhooks_come, case.unsure_at_most = False, 1
    person, code = _arrived(case)
    assert case.count(Status.UNSURE) == 1
    assert person.enter(code)
    _written_nowhere(case, person)


@cell("codes-right-code-entered-by-eight-at-once")
def _right_at_once(case: Case) -> None:
    person, code = _arrived(case)
    with ThreadPoolExecutor(8) as crowd:
        told = list(crowd.map(person.enter, [code] * 8))
    assert told.count(True) == 1, told
    assert not person.enter(code), "a code counts twice"


@cell("codes-guessed-by-twelve-at-once")
def _guessed(case: Case) -> None:
    """As many guesses as one person has, however many make them; then not even the right code counts."""
    person, code = _arrived(case)
    wrong = [f"{(int(code) + n) % 10**6:06d}" for n in range(1, 13)]
    with ThreadPoolExecutor(12) as crowd:
        assert not any(crowd.map(person.enter, wrong))
    assert person.challenge().attempts == MOST_TRIES
    assert not person.enter(code), "the right code counts after too many guesses"


@cell("codes-redis-is-emptied")
def _emptied(case: Case) -> None:
    """What Redis forgets protects nobody: waits and tries are counted in the database."""
    person, code = _arrived(case)
    assert not any(person.enter(f"{(int(code) + n) % 10**6:06d}") for n in range(1, MOST_TRIES + 1))
    flush_all()
    again = person.ask(key=f"code-{uuid4()}")
    assert again["status"] >= 400, again
    assert "too_soon" in str(again), again
    assert not person.enter(code), "tries were forgotten"
    assert len(person.texts()) == 1
