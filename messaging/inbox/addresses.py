"""Addresses that a report names a person by: most are known, and a new one is noted or becomes a merge task."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from accounts.statements import run_sql
from messaging.batches import numbers, texts

# What is noted already costs one look. A contact that has no user id of its own yet is given the one it is noted by.
_NEW = """
SELECT row.contact_id, row.kind, row.value
  FROM unnest(%(organisations)s::uuid[], %(contacts)s::bigint[], %(kinds)s::text[], %(values)s::text[])
       AS row(organisation_id, contact_id, kind, value)
 WHERE NOT EXISTS (SELECT 1 FROM messaging_identity i
                    WHERE i.organisation_id = row.organisation_id AND i.kind = row.kind AND i.value = row.value
                      AND i.contact_id = row.contact_id)
    OR row.kind = 'bsuid' AND EXISTS (SELECT 1 FROM messaging_contact c
                                       WHERE c.id = row.contact_id AND c.bsuid IS NULL)
 ORDER BY row.contact_id, row.kind, row.value
"""
# One person under two addresses: noted where nobody has the id yet, a merge task where somebody else has it.
_NOTE_IDS = """
INSERT INTO messaging_identity (organisation_id, contact_id, kind, value)
SELECT c.organisation_id, c.id, row.kind, row.value
  FROM unnest(%(contacts)s::bigint[], %(kinds)s::text[], %(values)s::text[]) AS row(contact_id, kind, value)
  JOIN messaging_contact c ON c.id = row.contact_id
 ORDER BY row.kind, row.value
ON CONFLICT DO NOTHING
"""
_NOTE_BSUID = """
UPDATE messaging_contact c SET bsuid = row.value
  FROM unnest(%(contacts)s::bigint[], %(kinds)s::text[], %(values)s::text[]) AS row(contact_id, kind, value)
 WHERE c.id = row.contact_id AND row.kind = 'bsuid' AND c.bsuid IS NULL
   AND EXISTS (SELECT 1 FROM messaging_identity i
                WHERE i.contact_id = c.id AND i.kind = 'bsuid' AND i.value = row.value)
"""
_NOTE_MERGES = """
INSERT INTO messaging_mergetask (organisation_id, first_id, second_id, evidence, found_at)
SELECT DISTINCT c.organisation_id, least(c.id, i.contact_id), greatest(c.id, i.contact_id), 'delivery report', %(now)s
  FROM unnest(%(contacts)s::bigint[], %(kinds)s::text[], %(values)s::text[]) AS row(contact_id, kind, value)
  JOIN messaging_contact c ON c.id = row.contact_id
  JOIN messaging_identity i ON i.organisation_id = c.organisation_id AND i.kind = row.kind AND i.value = row.value
 WHERE i.contact_id <> c.id
   AND NOT EXISTS (SELECT 1 FROM messaging_mergetask t WHERE t.outcome = 'apart'
                      AND t.first_id = least(c.id, i.contact_id) AND t.second_id = greatest(c.id, i.contact_id))
ON CONFLICT DO NOTHING
"""


class Address(NamedTuple):
    """An address that a provider gave one of our contacts."""

    organisation: str
    contact: int
    kind: str
    value: str


def note_addresses(seen: Iterable[Address], now: datetime) -> None:
    """Note those that their contacts are not known by yet, inside the caller's transaction."""
    addresses = sorted(set(seen))
    if not addresses:
        return
    columns = {
        "organisations": texts(one.organisation for one in addresses),
        "contacts": numbers(one.contact for one in addresses),
        "kinds": texts(one.kind for one in addresses),
        "values": texts(one.value for one in addresses),
    }
    if new := run_sql(_NEW, columns):
        contacts, kinds, values = zip(*new, strict=True)
        parameters = {"contacts": list(contacts), "kinds": list(kinds), "values": list(values), "now": now}
        for statement in (_NOTE_IDS, _NOTE_BSUID, _NOTE_MERGES):
            run_sql(statement, parameters)
