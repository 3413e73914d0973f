"""The sums: everybody who was frozen is accounted for, nobody else is written to, and nobody is charged twice."""

from messaging.invariants.rules import Rule
from messaging.models import Outcome, SendState, Status, Verdict

_NOT_YET = f"'{SendState.DRAFT}', '{SendState.SCHEDULED}'"
_WAITS = f"'{SendState.RELEASING}', '{SendState.SENDING}', '{SendState.PAUSED}'"
_RELEASED = f"'{SendState.SENDING}', '{SendState.COMPLETED}'"
_KNOWN = ", ".join(str(status.value) for status in Status)
# What was reported as failed afterwards has left and costs nothing.
_MAY_COST = f"{Outcome.OPEN}, {Outcome.ACCEPTED}, {Outcome.UNSURE}, {Outcome.CLOSED}"

RULES = (
    Rule(
        "audience_adds_up",
        "A frozen audience has as many people, included and left out by reason, as it says.",
        f"""SELECT 'audience ' || a.id FROM messaging_send s JOIN messaging_audience a ON a.id = s.audience_id
         CROSS JOIN LATERAL (SELECT count(*) AS everybody,
                                    count(*) FILTER (WHERE verdict = {Verdict.INCLUDED}) AS inside
                               FROM messaging_audiencemember f WHERE f.audience_id = a.id) found
         WHERE s.created_at >= %(since)s
           AND ((a.targeted, a.included) <> (found.everybody, found.inside)
                OR a.targeted - a.included
                   <> (SELECT coalesce(sum(people::bigint), 0) FROM jsonb_each_text(a.excluded) r(reason, people)))""",
    ),
    Rule(
        "nobody_added",
        "Every message goes to a person whom the frozen audience includes, as it says.",
        f"""SELECT 'message ' || m.id FROM messaging_message m JOIN messaging_send s ON s.id = m.send_id
          LEFT JOIN messaging_audiencemember f ON f.audience_id = s.audience_id AND f.contact_id = m.contact_id
         WHERE s.created_at >= %(since)s AND m.status NOT IN ({Status.QUEUED}, {Status.EXCLUDED})
           AND (f.verdict = {Verdict.INCLUDED}
                AND (f.address, f.address_kind, f."values", f.price)
                  = (m.address, m.address_kind, m."values", m.price)
                AND f.translation_id IS NOT DISTINCT FROM m.translation_id) IS NOT TRUE""",
    ),
    Rule(
        "nobody_missing",
        "A send that has been released has one message for each included person, each in a known state.",
        f"""SELECT 'send ' || s.id FROM messaging_send s JOIN messaging_audience a ON a.id = s.audience_id
         CROSS JOIN LATERAL (SELECT count(*) AS made, count(*) FILTER (WHERE status NOT IN ({_KNOWN})) AS lost
                               FROM messaging_message m WHERE m.send_id = s.id) found
         WHERE s.created_at >= %(since)s
           AND (found.lost > 0 OR found.made > a.included
                OR s.state IN ({_RELEASED}) AND found.made <> a.included
                OR s.state IN ({_NOT_YET}) AND s.started_at IS NULL AND found.made > 0)""",
    ),
    Rule(
        "outbox_in_its_place",
        "Only messages of a send that is going out or paused wait in the outbox.",
        f"""SELECT 'message ' || w.message_id FROM messaging_outbox w
          JOIN messaging_message m ON m.id = w.message_id JOIN messaging_send s ON s.id = m.send_id
         WHERE s.created_at >= %(since)s
           AND (s.state NOT IN ({_WAITS}) OR (w.send_id, w.sender_id) <> (m.send_id, m.sender_id))""",
    ),
    Rule(
        "money_adds_up",
        "What a send has reserved is the price of what may have arrived, and never above its ceiling.",
        f"""SELECT 'send ' || s.id FROM messaging_send s
         CROSS JOIN LATERAL (SELECT coalesce(sum(a.price), 0) AS total FROM messaging_attempt a
                               JOIN messaging_message m ON m.id = a.message_id
                              WHERE m.send_id = s.id AND a.outcome IN ({_MAY_COST})) spent
         WHERE s.created_at >= %(since)s
           AND (s.reserved <> spent.total OR s.reserved > s.cost_ceiling OR s.reserved < 0)""",
    ),
)
