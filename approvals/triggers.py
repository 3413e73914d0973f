"""What the database itself refuses, so that raw SQL, `QuerySet.update` and a bug above cannot get round the rules.

pgtrigger's own functions stand aside for any session that sets `pgtrigger.ignore`. Ours must not, so these triggers run
plain functions, which the first migration of this package creates from `FUNCTIONS`.
"""

from typing import Any

import pgtrigger
from django.db import models

_MOVES = (
    ("pending", "approved"), ("pending", "rejected"), ("pending", "withdrawn"), ("pending", "expired"),
    ("pending", "voided"), ("approved", "executing"), ("approved", "withdrawn"), ("approved", "expired"),
    ("approved", "voided"), ("executing", "succeeded"), ("executing", "failed"), ("executing", "unsure"),
)  # fmt: skip
_LEGAL = ", ".join(f"('{source}', '{target}')" for source, target in _MOVES)


class StandingTrigger(pgtrigger.Trigger):
    """A trigger that no session can ask to stand aside."""

    when = pgtrigger.Before
    func = "RETURN NULL;"  # never installed: `function` runs instead

    def __init__(self, *, function: str, **declared: Any) -> None:
        self.function = function
        super().__init__(**declared)

    def render_execute(self, model: models.Model) -> str:
        return f"{self.function}()"


def frozen(name: str, operation: pgtrigger.Operation | pgtrigger.Operations) -> StandingTrigger:
    """Refuses these operations on a table outright, also when no row would be touched."""
    return StandingTrigger(
        name=name, operation=operation, level=pgtrigger.Statement, function="approvals_rows_are_frozen"
    )


LEGAL_MOVES = StandingTrigger(
    name="request_moves_legally",
    operation=pgtrigger.UpdateOf("state"),
    condition=pgtrigger.Condition("OLD.state IS DISTINCT FROM NEW.state"),
    function="approvals_request_moves_legally",
)
APPROVAL_NEEDS_DECISIONS = StandingTrigger(
    name="request_approved_by_decisions",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
    condition=pgtrigger.Condition("NEW.state <> 'pending'"),
    function="approvals_request_approved_by_decisions",
)
FOUR_EYES = StandingTrigger(
    name="decision_needs_four_eyes", operation=pgtrigger.Insert, function="approvals_decision_needs_four_eyes"
)

FUNCTIONS = f"""
CREATE FUNCTION approvals_rows_are_frozen() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'Cannot % rows of %: they are frozen', lower(TG_OP), TG_TABLE_NAME;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION approvals_request_moves_legally() RETURNS trigger AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN ({_LEGAL}) THEN
        RAISE EXCEPTION 'an action request does not move from % to %', OLD.state, NEW.state;
    END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION approvals_request_approved_by_decisions() RETURNS trigger AS $$
DECLARE
    given integer;
BEGIN
    IF TG_OP = 'INSERT' THEN
        RAISE EXCEPTION 'an action request begins as pending';
    END IF;
    IF NEW.state = 'approved' AND OLD.state <> 'approved' THEN
        SELECT CASE WHEN bool_or(person_id IS NULL) THEN NEW.quorum ELSE count(DISTINCT person_id) END
          INTO given FROM approvals_decision
         WHERE request_id = NEW.id AND verdict = 'approve' AND seal = NEW.seal;
        IF coalesce(given, 0) < NEW.quorum THEN
            RAISE EXCEPTION '% approvals on this seal are needed, there are %', NEW.quorum, coalesce(given, 0);
        END IF;
    END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION approvals_decision_needs_four_eyes() RETURNS trigger AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM approvals_actionrequest r
          LEFT JOIN accounts_person p ON p.id = NEW.person_id
          LEFT JOIN accounts_agent a ON a.id = r.agent_id
         WHERE r.id = NEW.request_id AND NEW.person_id IS NOT NULL
           AND (NEW.person_id IN (r.owner_id, a.owner_id) OR r.requester = 'person:' || NEW.person_id::text
                OR p.organisation_id IS DISTINCT FROM r.organisation_id)
    ) THEN
        RAISE EXCEPTION 'nobody decides their own request or another organisation''s';
    END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
"""

NO_FUNCTIONS = """
DROP FUNCTION approvals_decision_needs_four_eyes();
DROP FUNCTION approvals_request_approved_by_decisions();
DROP FUNCTION approvals_request_moves_legally();
DROP FUNCTION approvals_rows_are_frozen();
"""
