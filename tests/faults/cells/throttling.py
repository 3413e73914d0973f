"""The provider misbehaves: takes a message and loses the answer, answers 5xx, throttles, revokes the token."""

from messaging.engine.finish import MAX_TRIES
from messaging.models import Sender, SendState, Status
from tests.faults.case import Case
from tests.faults.cells.registry import IN_FLIGHT, cell


@cell("answers-lost")
def _lost(case: Case) -> None:
    """The webhooks tell what the answers did not."""
    case.stack.simulator.misbehave(lost_share=0.3)
    case.begin()


@cell("answers-that-never-end", rare=True)
def _hang(case: Case) -> None:
    """Silence for longer than we wait."""
    case.stack.simulator.misbehave(lost_share=0.15, lost_wait_seconds=3.0)
    case.begin()


@cell("errors-that-lie")
def _errors(case: Case) -> None:
    """5xx although the message was taken, and 5xx although it was not: unknown both, and only the first is settled."""
    case.stack.simulator.misbehave(error_accepted_share=0.2, error_refused_share=0.15)
    case.unsure_at_most = IN_FLIGHT
    case.begin()


@cell("throttling-storm")
def _throttled(case: Case) -> None:
    case.stack.simulator.misbehave(throttled_share=0.12)
    case.begin()
    case.settle()
    assert case.count(Status.FAILED) == 0


@cell("sender-refused-for-a-while")
def _refused_for_a_while(case: Case) -> None:
    """Somebody's message is refused oftener than a message is tried: that says nothing of it, so it arrives."""
    case.stack.simulator.misbehave(every_send_refused_with=130429)
    case.begin(4)
    case.wait(lambda: case.most_refusals("130429") > MAX_TRIES, "more refusals than tries")
    case.stack.simulator.misbehave(every_send_refused_with=None)
    case.settle()
    assert case.count(Status.FAILED) == 0


@cell("throughput-below-ours", rare=True)
def _too_fast(case: Case) -> None:
    case.stack.simulator.misbehave(throughput_per_second=12)
    case.begin(25)
    case.settle()
    assert case.count(Status.FAILED) == 0


@cell("refused-for-good", rare=True)
def _refused(case: Case) -> None:
    case.stack.simulator.misbehave(refuses={131026: 0.3}, fails_later={131049: 0.2})
    case.begin()


@cell("token-revoked-mid-send")
def _revoked(case: Case) -> None:
    """Every sender of the account stands still until a person lets it go on; nobody is burnt meanwhile."""
    case.begin()
    case.wait_for_attempts(case.chance.randint(5, 25))
    case.stack.simulator.misbehave(every_send_refused_with=190)
    paused = Sender.objects.filter(paused_at__isnull=False)
    case.wait(paused.exists, "the sender to be paused")
    case.wait_for_answers()
    case.stack.simulator.misbehave(every_send_refused_with=None)
    assert case.count(Status.FAILED) == 0
    case.let_go_on()


@cell("provider-failing-for-a-while", rare=True)
def _failing(case: Case) -> None:
    """Half of the calls end in an error whose meaning is not known."""
    case.begin()
    case.wait_for_attempts(case.chance.randint(5, 20))
    simulator = case.stack.simulator
    simulator.misbehave(error_refused_share=0.5)
    case.unsure_at_most = 40
    case.wait_for_attempts(30)
    simulator.misbehave(error_refused_share=0.0)


@cell("a-run-of-failures-pauses")
def _run_of_failures(case: Case) -> None:
    from messaging.models import MessagingRules

    rules = MessagingRules.objects.filter(organisation=case.business.organisation)
    rules.update(failures_to_pause=8)
    try:
        case.stack.simulator.misbehave(refuses={131026: 1.0})
        case.begin()
        case.wait_for_state(SendState.PAUSED)
    finally:
        rules.update(failures_to_pause=1000)
    case.stack.simulator.misbehave(refuses={})
    case.let_go_on()
