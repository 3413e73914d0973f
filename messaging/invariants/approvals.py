"""Nothing leaves without a countersignature: four eyes, one execution, and the contract as it was sealed."""

from datetime import datetime

from django.db.models import Q

from approvals.models import ActionRequest, Decision, State
from messaging.audiences.digest import digest_of
from messaging.invariants.rules import Broken, Rule, broken
from messaging.models import Send, SendState

_CARRIED_OUT = f"'{State.EXECUTING}', '{State.SUCCEEDED}', '{State.FAILED}', '{State.UNSURE}'"

RULES = (
    Rule(
        "countersigned",
        "Messages exist only of a send whose request was carried out on the send's own contract.",
        f"""SELECT 'send ' || s.id FROM messaging_send s LEFT JOIN approvals_actionrequest r ON r.id = s.request_id
         WHERE s.created_at >= %(since)s
           AND (r.state = '{State.SUCCEEDED}' AND r.preview_id = s.preview_id
                AND r.organisation_id = s.organisation_id) IS NOT TRUE
           AND EXISTS (SELECT 1 FROM messaging_message m WHERE m.send_id = s.id)""",
    ),
    Rule(
        "enough_people_decided",
        "What was approved has as many approvals on its seal as it needs, or a rule's.",
        f"""SELECT 'request ' || r.id FROM approvals_actionrequest r
         CROSS JOIN LATERAL (SELECT count(DISTINCT person_id) AS people, bool_or(person_id IS NULL) AS by_rule
                               FROM approvals_decision d WHERE d.request_id = r.id AND d.seal = r.seal
                                AND d.verdict = '{Decision.Verdict.APPROVE}') given
         WHERE r.created_at >= %(since)s AND (r.approved_at IS NOT NULL OR r.state IN ({_CARRIED_OUT}))
           AND NOT coalesce(given.by_rule, false) AND given.people < r.quorum""",
    ),
    Rule(
        "four_eyes",
        "Nobody decided their own request, their agent's, or another organisation's.",
        """SELECT 'decision ' || d.id FROM approvals_decision d
             JOIN approvals_actionrequest r ON r.id = d.request_id JOIN accounts_person p ON p.id = d.person_id
             LEFT JOIN accounts_agent g ON g.id = r.agent_id
            WHERE r.created_at >= %(since)s
              AND (d.person_id IN (r.owner_id, g.owner_id) OR r.requester = 'person:' || d.person_id
                   OR p.organisation_id IS DISTINCT FROM r.organisation_id)""",
    ),
    Rule(
        "one_end",
        "A request ends once: what was rejected was not approved, and one person decides it once.",
        f"""SELECT 'request ' || r.id FROM approvals_actionrequest r
             JOIN approvals_decision d ON d.request_id = r.id AND d.verdict <> '{Decision.Verdict.APPROVE}'
            WHERE r.created_at >= %(since)s AND r.state <> '{State.REJECTED}'""",
    ),
    Rule(
        "carried_out_once",
        "The record tells once that a request was begun and once how it ended, and of nothing that has not happened.",
        f"""SELECT 'request ' || r.id FROM approvals_actionrequest r
         CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE action = 'request.start') AS begun,
                                    count(*) FILTER (WHERE action IN ('request.succeed', 'request.fail',
                                                                      'request.lose')) AS ended
                               FROM audit_entry e WHERE e.request_id = r.id) told
         WHERE r.created_at >= %(since)s
           AND (told.begun, told.ended)
               <> (CASE WHEN r.state IN ({_CARRIED_OUT}) THEN 1 ELSE 0 END,
                   CASE WHEN r.state IN ({_CARRIED_OUT}) AND r.state <> '{State.EXECUTING}' THEN 1 ELSE 0 END)""",
    ),
    Rule(
        "moves_are_recorded",
        "Every step of a send stands in the record: as many as it took to be where it is.",
        f"""SELECT 'send ' || s.id FROM messaging_send s
         CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE action = 'send.schedule') AS scheduled,
                                    count(*) FILTER (WHERE action = 'send.release') AS released,
                                    count(*) FILTER (WHERE action = 'send.complete') AS completed
                               FROM audit_entry e
                              WHERE e.subject_id = s.id::text AND e.subject_type = 'messaging.Send') told
         WHERE s.created_at >= %(since)s AND s.state <> '{SendState.DRAFT}'
           AND (told.scheduled > 1 OR told.released > 1
                OR told.released <> CASE WHEN s.started_at IS NULL THEN 0 ELSE 1 END
                OR told.completed <> CASE WHEN s.state = '{SendState.COMPLETED}' THEN 1 ELSE 0 END)""",
    ),
)


def untouched(since: datetime | None) -> list[Broken | None]:
    """The seals, recomputed: those of requests, and the digests of the audiences of what was released."""
    made = Q(created_at__gte=since) if since else Q()
    requests = ActionRequest.objects.select_related("preview").filter(made)
    altered = [f"request {one.pk}" for one in requests.iterator(2000) if not one.is_untouched]
    released = Send.objects.select_related("audience").filter(made, started_at__isnull=False)
    moved = [f"send {one.pk}" for one in released if digest_of(one.audience) != one.audience.digest]
    return [
        broken("seals_hold", "A request and its contract still are what their seals cover.", sorted(altered)),
        broken("audience_untouched", "The frozen audience still hashes to what was approved.", sorted(moved)),
    ]
