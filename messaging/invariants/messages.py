"""Each message against its attempts: at most one of them may have reached the provider, and both tell the same."""

from messaging.invariants.rules import Rule
from messaging.models import Outcome, Status

_TAKEN = ", ".join(
    str(status.value) for status in (Status.ACCEPTED, Status.HELD, Status.SENT, Status.DELIVERED, Status.READ)
)
# Every message with how its attempts ended and whether it waits.
_STANDING = f"""
SELECT 'message ' || m.id FROM messaging_message m
  JOIN messaging_send s ON s.id = m.send_id
 CROSS JOIN LATERAL (
    SELECT count(*) AS all, count(*) FILTER (WHERE outcome = {Outcome.OPEN}) AS open,
           count(*) FILTER (WHERE outcome = {Outcome.UNSURE}) AS unsure,
           count(*) FILTER (WHERE outcome = {Outcome.CLOSED}) AS closed,
           count(*) FILTER (WHERE outcome IN ({Outcome.OPEN}, {Outcome.ACCEPTED}, {Outcome.UNSURE}, {Outcome.RETURNED},
                                              {Outcome.CLOSED})) AS may_have_left
      FROM messaging_attempt a WHERE a.message_id = m.id) tried
  LEFT JOIN messaging_outbox w ON w.message_id = m.id
 WHERE s.created_at >= %(since)s AND """

RULES = (
    Rule(
        "handed_over_once",
        "Of all attempts at one message, one at most may have reached the provider.",
        f"{_STANDING} tried.may_have_left > 1",
    ),
    Rule(
        "waiting_is_in_the_outbox",
        "A message waits if and only if it stands in the outbox, and nothing of it may have left.",
        f"""{_STANDING} (m.status = {Status.QUEUED}) <> (w.message_id IS NOT NULL)
              OR m.status = {Status.QUEUED} AND tried.may_have_left > 0""",
    ),
    Rule(
        "under_way_has_an_attempt",
        "A message that is being handed over has one open attempt.",
        f"{_STANDING} m.status = {Status.SENDING} AND tried.open <> 1",
    ),
    Rule(
        "unsure_has_an_unsure_attempt",
        "A message whose outcome is unknown has one unknown attempt and none under way.",
        f"{_STANDING} m.status = {Status.UNSURE} AND (tried.unsure <> 1 OR tried.open > 0)",
    ),
    Rule(
        "closed_has_a_closed_attempt",
        "A message whose outcome is unknown for good has one such attempt and none under way.",
        f"{_STANDING} m.status = {Status.CLOSED} AND (tried.closed <> 1 OR tried.open > 0)",
    ),
    Rule(
        "taken_was_attempted",
        "A message that the provider has taken was handed over.",
        f"{_STANDING} m.status IN ({_TAKEN}) AND tried.may_have_left = 0",
    ),
    Rule(
        "taken_is_known_there",
        "A message that the provider has accepted has the provider's id.",
        f"{_STANDING} m.status IN ({Status.ACCEPTED}, {Status.HELD}) AND m.provider_id IS NULL",
    ),
    Rule(
        "failed_was_attempted",
        "A message that has failed was tried.",
        f"{_STANDING} m.status = {Status.FAILED} AND tried.all = 0",
    ),
    Rule(
        "left_out_has_not_left",
        "A message that was left out says why, and nothing of it may have left.",
        f"{_STANDING} m.status = {Status.EXCLUDED} AND (tried.may_have_left > 0 OR m.verdict = 0)",
    ),
    Rule(
        "attempts_tell_of_their_message",
        "An attempt has the sender, category and price of its message, and its contact or the one it was merged into.",
        """SELECT 'attempt ' || a.id FROM messaging_attempt a JOIN messaging_message m ON m.id = a.message_id
             JOIN messaging_send s ON s.id = m.send_id
            WHERE s.created_at >= %(since)s
              AND ((a.sender_id, a.category, a.price) <> (m.sender_id, m.category, m.price)
                   OR a.contact_id <> m.contact_id AND NOT EXISTS (
                      SELECT 1 FROM audit_entry e WHERE e.action = 'contacts.merged'
                         AND e.facts -> 'merged' = to_jsonb(m.contact_id)))""",
    ),
)
