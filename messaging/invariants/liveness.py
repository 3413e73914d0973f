"""Nothing is forgotten: what is due gets done, or says why not, within the grace that lost bells take."""

from approvals.models import State
from approvals.tasks import OUTSIDE_LOST_AFTER
from messaging.invariants.rules import Rule
from messaging.models import Outcome, SendState, WebhookEvent

_OUTSIDE = f"interval '{OUTSIDE_LOST_AFTER.total_seconds()} seconds'"

RULES = (
    Rule(
        "attempts_end",
        "No attempt is under way after its time.",
        f"""SELECT 'attempt ' || id FROM messaging_attempt
             WHERE outcome = {Outcome.OPEN} AND lease_until < %(now)s - %(grace)s""",
    ),
    Rule(
        "approved_is_carried_out",
        "What was approved is carried out, or ends with a reason.",
        f"""SELECT 'request ' || id FROM approvals_actionrequest
             WHERE state = '{State.APPROVED}' AND approved_at < %(now)s - %(grace)s
                OR state = '{State.PENDING}' AND expires_at < %(now)s - %(grace)s
                OR state = '{State.EXECUTING}' AND started_at < %(now)s - %(grace)s - {_OUTSIDE}""",
    ),
    Rule(
        "due_is_released",
        "What is due begins, pauses with its reasons, or expires.",
        f"""SELECT 'send ' || id FROM messaging_send
             WHERE state IN ('{SendState.SCHEDULED}', '{SendState.RELEASING}') AND due_at < %(now)s - %(grace)s
                OR state IN ('{SendState.SCHEDULED}', '{SendState.RELEASING}', '{SendState.PAUSED}')
                   AND not_after < %(now)s - %(grace)s""",
    ),
    Rule(
        "done_is_completed",
        "A send with nobody waiting and nothing under way is complete.",
        f"""SELECT 'send ' || s.id FROM messaging_send s
             WHERE s.state = '{SendState.SENDING}' AND s.started_at < %(now)s - %(grace)s
               AND NOT EXISTS (SELECT 1 FROM messaging_outbox w WHERE w.send_id = s.id)
               AND NOT EXISTS (SELECT 1 FROM messaging_attempt a JOIN messaging_message m ON m.id = a.message_id
                                WHERE m.send_id = s.id
                                  AND (a.outcome = {Outcome.OPEN} OR a.ended_at >= %(now)s - %(grace)s))""",
    ),
    Rule(
        "webhooks_are_applied",
        "A stored webhook is applied, or said to be unreadable or to have failed in part.",
        f"""SELECT 'webhook ' || id FROM messaging_webhookevent
             WHERE state = {WebhookEvent.State.WAITING} AND received_at < %(now)s - %(grace)s""",
    ),
    Rule(
        "parked_statuses_are_matched",
        "A status that waited for its message finds it.",
        """SELECT 'status ' || p.id FROM messaging_parkedstatus p
             JOIN messaging_message m ON m.provider_id = p.provider_id AND m.sender_id = p.sender_id
            WHERE p.parked_at < %(now)s - %(grace)s""",
    ),
)
