"""What an independent witness at the provider saw, against our rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from messaging.invariants.rules import Broken, Rule
from messaging.models import Outcome, Status


@dataclass(frozen=True, slots=True)
class Handed:
    """One message that the provider took, by its own account: our reference with it, and whom it is for."""

    reference: str
    person: str
    at: datetime


_JOURNAL = """
  FROM unnest(%(references)s::text[], %(people)s::text[]) AS journal(reference, person)
"""
_OURS = f"""{_JOURNAL}
  JOIN messaging_attempt a ON a.id::text = journal.reference JOIN messaging_message m ON m.id = a.message_id
"""
_TAKEN = ", ".join(
    str(status.value) for status in (Status.ACCEPTED, Status.HELD, Status.SENT, Status.DELIVERED, Status.READ)
)

RULES = (
    Rule(
        "journal_is_known",
        "The provider took nothing that our record does not know as an attempt.",
        f"""SELECT 'reference ' || journal.reference {_JOURNAL}
             WHERE NOT EXISTS (SELECT 1 FROM messaging_attempt a WHERE a.id::text = journal.reference)""",
    ),
    Rule(
        "journal_has_each_attempt_once",
        "The provider got no attempt twice.",
        f"SELECT 'attempt ' || journal.reference {_JOURNAL} GROUP BY journal.reference HAVING count(*) > 1",
    ),
    Rule(
        "journal_has_each_message_once",
        "The provider got no message twice, by whatever attempt.",
        f"SELECT 'message ' || m.id {_OURS} GROUP BY m.id HAVING count(*) > 1",
    ),
    Rule(
        "journal_has_each_person_once",
        "The provider got nothing twice for one person of one send.",
        f"""SELECT 'send ' || m.send_id || ' to ' || right(journal.person, 2) {_OURS}
             GROUP BY m.send_id, journal.person HAVING count(*) > 1""",
    ),
    Rule(
        "known_not_accepted_is_true",
        "What we hold for not accepted, and would send again, the provider has not taken.",
        f"""SELECT 'attempt ' || a.id {_OURS}
             WHERE a.outcome IN ({Outcome.NOT_ATTEMPTED}, {Outcome.FAILED})
                OR m.status IN ({Status.QUEUED}, {Status.EXCLUDED})""",
    ),
    Rule(
        "taken_is_in_the_journal",
        "What we hold for taken, the provider has taken.",
        f"""SELECT 'message ' || m.id FROM messaging_message m JOIN messaging_send s ON s.id = m.send_id
             WHERE s.created_at >= %(since)s AND m.status IN ({_TAKEN})
               AND NOT EXISTS (SELECT 1 FROM messaging_attempt a
                                WHERE a.message_id = m.id AND a.id::text = ANY(%(references)s))""",
    ),
)


def against(journal: Sequence[Handed], parameters: dict[str, Any]) -> list[Broken | None]:
    """The rules that this journal breaks."""
    facts = {"references": [one.reference for one in journal], "people": [one.person for one in journal]}
    return [rule.ask(parameters | facts) for rule in RULES]
