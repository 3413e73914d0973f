"""What the database itself refuses, so that raw SQL, `QuerySet.update` and a bug above cannot get round the rules."""

import pgtrigger

_MOVES = (
    ("pending", "approved"), ("pending", "rejected"), ("pending", "withdrawn"), ("pending", "expired"),
    ("pending", "voided"), ("approved", "executing"), ("approved", "withdrawn"), ("approved", "expired"),
    ("approved", "voided"), ("executing", "succeeded"), ("executing", "failed"), ("executing", "unsure"),
)  # fmt: skip
_LEGAL = ", ".join(f"('{source}', '{target}')" for source, target in _MOVES)

LEGAL_MOVES = pgtrigger.Trigger(
    name="request_moves_legally",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("state"),
    condition=pgtrigger.Condition("OLD.state IS DISTINCT FROM NEW.state"),
    func=f"""
        IF (OLD.state, NEW.state) NOT IN ({_LEGAL}) THEN
            RAISE EXCEPTION 'an action request does not move from % to %', OLD.state, NEW.state;
        END IF;
        RETURN NEW;
    """,
)

APPROVAL_NEEDS_DECISIONS = pgtrigger.Trigger(
    name="request_approved_by_decisions",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
    condition=pgtrigger.Condition("NEW.state <> 'pending'"),
    declare=[("given", "integer")],
    func="""
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
    """,
)

FOUR_EYES = pgtrigger.Trigger(
    name="decision_needs_four_eyes",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF EXISTS (
            SELECT 1 FROM approvals_actionrequest r
              LEFT JOIN accounts_person p ON p.id = NEW.person_id
              LEFT JOIN accounts_agent a ON a.id = r.agent_id
             WHERE r.id = NEW.request_id AND NEW.person_id IS NOT NULL
               AND (NEW.person_id IN (r.owner_id, a.owner_id)
                    OR r.requester = 'person:' || NEW.person_id::text
                    OR p.organisation_id IS DISTINCT FROM r.organisation_id)
        ) THEN
            RAISE EXCEPTION 'nobody decides their own request or another organisation''s';
        END IF;
        RETURN NEW;
    """,
)
