"""Consent is what the evidence amounts to, whatever order it arrived in."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.consent.evidence import write_down
from messaging.models import ConsentEvidence
from tests.factories import NOON, ContactFactory
from tests.messaging.saying_no import GRANTED, WITHDRAWN, act, ago, state_of

pytestmark = pytest.mark.django_db


ACTS = st.lists(st.tuples(st.sampled_from([GRANTED, WITHDRAWN]), st.integers(0, 3)), min_size=1, max_size=5)


@given(st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_in_which_evidence_arrives_does_not_matter(data: st.DataObject) -> None:
    history = data.draw(ACTS)
    shuffled = data.draw(st.permutations(history))
    states = []
    for told in (history, shuffled):
        ann = ContactFactory(agreed=False)
        for kind, day in told:
            write_down(ann, act(kind, ago(days=day)), "test", NOON)
        states.append(state_of(ann))
    newest = min(day for _kind, day in history)
    kinds = {kind for kind, day in history if day == newest}
    expected = (WITHDRAWN if WITHDRAWN in kinds else GRANTED, ago(days=newest))
    assert states == [expected, expected]


def test_the_newest_act_counts_though_it_was_told_first() -> None:
    ann = ContactFactory(agreed=False)
    write_down(ann, act(WITHDRAWN, ago(days=1)), "test", NOON)
    write_down(ann, act(GRANTED, ago(days=2)), "test", NOON)
    assert state_of(ann) == (WITHDRAWN, ago(days=1))


@pytest.mark.parametrize("told", [(GRANTED, WITHDRAWN), (WITHDRAWN, GRANTED)])
def test_a_withdrawal_wins_a_tie(told: tuple[str, str]) -> None:
    ann = ContactFactory(agreed=False)
    for kind in told:
        write_down(ann, act(kind, NOON), "test", NOON)
    assert state_of(ann) == (WITHDRAWN, NOON)


def test_each_channel_and_category_is_its_own() -> None:
    ann = ContactFactory(agreed=False)
    write_down(ann, act(channel="whatsapp"), "test", NOON)
    write_down(ann, act(WITHDRAWN, channel="whatsapp", category="utility"), "test", NOON)
    assert state_of(ann, "whatsapp") == (GRANTED, NOON)
    assert state_of(ann, "whatsapp", "utility") == (WITHDRAWN, NOON)


def test_evidence_is_never_changed_or_deleted() -> None:
    ann = ContactFactory(agreed=False)
    write_down(ann, act(), "test", NOON)
    for forbidden in (
        "UPDATE messaging_consentevidence SET act = 'withdrawn'",
        "DELETE FROM messaging_consentevidence",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(forbidden)
    assert ConsentEvidence.objects.get().act == GRANTED
