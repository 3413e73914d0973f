"""One hash over everything a frozen audience says, so that a changed, added or missing row shows before sending."""

from django.db import connection

from messaging.models import Audience

_DIGEST = """
SELECT encode(sha256(coalesce(string_agg(row_hash, ''::bytea ORDER BY contact_id), ''::bytea)), 'hex')
  FROM (SELECT contact_id, sha256(convert_to(concat_ws('|', contact_id, verdict, address_kind, address, translation_id,
                                                       "values"::text, market, price), 'UTF8')) AS row_hash
          FROM messaging_audiencemember WHERE audience_id = %s) rows
"""


def digest_of(audience: Audience) -> str:
    """SHA-256 over every member in contact order, as 64 hex digits."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [audience.pk])
        (digest,) = cursor.fetchone()
    return str(digest)
