"""Several decisions in the same moment, on real threads."""

import pytest

from approvals import decisions
from approvals.models import Decision, Policy
from tests.approvals.officers import lin_yip
from tests.approvals.tea_room import approved, at_desk, at_once, fresh, serving
from tests.factories import NOON, harbour_tea, mei_chan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_approves_and_the_other_is_told_it_is_done() -> None:
    request = serving()
    outcomes = at_once(lambda: approved(request, mei_chan()), lambda: approved(request, lin_yip()))
    states = sorted(getattr(outcome, "state", None) or outcome.codes[0] for outcome in outcomes)
    assert states == ["approved", "wrong_state"]
    assert Decision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_of_one_officer_are_one_approval_of_two() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="Two", quorum=2)
    request = serving()
    mei = at_desk(mei_chan())
    outcomes = at_once(*[lambda: decisions.approve(request.pk, mei, NOON, seal=request.seal)] * 4)
    assert sorted(getattr(outcome, "state", None) or outcome.codes[0] for outcome in outcomes) == [
        "already_decided", "already_decided", "already_decided", "pending",
    ]  # fmt: skip
    assert fresh(request).state == "pending"


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_make_a_quorum_of_two() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="Two", quorum=2)
    request = serving()
    mei, lin = mei_chan(), lin_yip()
    outcomes = at_once(lambda: approved(request, mei), lambda: approved(request, lin))
    assert sorted(outcome.state for outcome in outcomes) == ["approved", "pending"]
    assert fresh(request).state == "approved"


@pytest.mark.django_db(transaction=True)
def test_a_yes_and_a_no_at_once_leave_one_verdict() -> None:
    mei, lin = mei_chan(), lin_yip()
    for _ in range(3):
        request = serving()
        at_once(
            lambda request=request: approved(request, mei),
            lambda request=request: decisions.reject(request.pk, at_desk(lin), NOON, note="No."),
        )
        (verdict,) = request.decisions.values_list("verdict", flat=True)
        assert fresh(request).state == {"approve": "approved", "reject": "rejected"}[verdict]
