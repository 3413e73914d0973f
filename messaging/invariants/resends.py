"""Nobody is written to again without a countersignature that names the very attempt."""

from messaging.invariants.rules import Rule
from messaging.models import Outcome, Send, SendState

_ENDED = f"'{SendState.COMPLETED}', '{SendState.STOPPED}', '{SendState.EXPIRED}'"

RULES = (
    Rule(
        "sent_again_by_a_person",
        "An attempt is tried again only by a send whose contract names it, which a person approved.",
        """SELECT 'attempt ' || p.attempt_id FROM messaging_replacement p JOIN messaging_send s ON s.id = p.send_id
             JOIN approvals_preview c ON c.id = s.preview_id
            WHERE s.created_at >= %(since)s
              AND NOT (coalesce(c.contract -> 'replaces', '[]') ? p.attempt_id::text
                       AND EXISTS (SELECT 1 FROM approvals_decision d WHERE d.request_id = s.request_id
                                      AND d.person_id IS NOT NULL AND d.verdict = 'approve'))""",
    ),
    Rule(
        "sent_again_after_the_end",
        "What is tried again can no longer go out by itself: its send has ended, and so has the attempt.",
        f"""SELECT 'attempt ' || p.attempt_id FROM messaging_replacement p JOIN messaging_send s ON s.id = p.send_id
             JOIN messaging_attempt a ON a.id = p.attempt_id JOIN messaging_message m ON m.id = a.message_id
             JOIN messaging_send first ON first.id = m.send_id
            WHERE s.created_at >= %(since)s
              AND (first.state NOT IN ({_ENDED}) OR a.outcome = {Outcome.OPEN} OR p.contact_id <> m.contact_id)""",
    ),
    Rule(
        "resends_replace",
        "A resend writes to nobody whose attempt it does not replace.",
        f"""SELECT 'message ' || m.id FROM messaging_message m JOIN messaging_send s ON s.id = m.send_id
             WHERE s.created_at >= %(since)s AND s.kind IN ('{Send.Kind.RESEND}', '{Send.Kind.RETRY}')
               AND NOT EXISTS (SELECT 1 FROM messaging_replacement p
                                WHERE p.send_id = s.id AND p.contact_id = m.contact_id)""",
    ),
)
