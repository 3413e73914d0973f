"""The questions staging and merging both ask, in SQL: whose phone is this, and have they said no."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

# The person behind a phone: by the number itself, by WhatsApp's id of it, or by WhatsApp's old spelling of that id.
KNOWN_AS: Final = r"""
    LEFT JOIN messaging_identity by_phone
        ON by_phone.organisation_id = %(organisation)s AND by_phone.kind = 'phone' AND by_phone.value = {row}.phone
    LEFT JOIN messaging_identity by_wa_id
        ON by_wa_id.organisation_id = %(organisation)s AND by_wa_id.kind = 'wa_id'
        AND by_wa_id.value = substr({row}.phone, 2)
    LEFT JOIN messaging_identity by_old_id
        ON by_old_id.organisation_id = %(organisation)s AND by_old_id.kind = 'wa_id'
        AND by_old_id.value = CASE
            WHEN {row}.phone NOT LIKE '+5%%' THEN NULL
            WHEN {row}.phone ~ '^[+]52\d{{10}}$' THEN '521' || substr({row}.phone, 4)
            WHEN {row}.phone ~ '^[+]549\d{{10}}$' THEN '54' || substr({row}.phone, 5)
            WHEN {row}.phone ~ '^[+]55\d{{2}}9[6-9]\d{{7}}$'
            THEN substr({row}.phone, 2, 4) || substr({row}.phone, 7) END
    LEFT JOIN messaging_contact by_contact
        ON by_contact.organisation_id = %(organisation)s AND by_contact.phone = {row}.phone"""
CONTACT_ID: Final = "coalesce(by_phone.contact_id, by_contact.id, by_wa_id.contact_id, by_old_id.contact_id)"

# Whether somebody has said no to what the row would have them agree to, and not taken the no back themselves.
# Each question is asked of all people once and kept in memory: asked person by person it took three times as long.
# Name the columns with their table: a bare contact_id would be the one of the table that is asked.
SAID_NO: Final = """(
    {contact} IN (SELECT s.contact_id FROM messaging_suppression s
        WHERE s.organisation_id = %(organisation)s AND s.lifted_at IS NULL
        AND s.channel IN (%(channel)s, 'any') AND s.category = 'any')
    OR ({contact}, {category}) IN (SELECT s.contact_id, s.category FROM messaging_suppression s
        WHERE s.organisation_id = %(organisation)s AND s.lifted_at IS NULL AND s.channel IN (%(channel)s, 'any'))
    OR {contact} IN (SELECT w.contact_id FROM messaging_consentstate w
        WHERE w.organisation_id = %(organisation)s AND w.state = 'withdrawn'
        AND w.channel IN (%(channel)s, 'any') AND w.category = 'any')
    OR ({contact}, {category}) IN (SELECT w.contact_id, w.category FROM messaging_consentstate w
        WHERE w.organisation_id = %(organisation)s AND w.state = 'withdrawn' AND w.channel IN (%(channel)s, 'any'))
    OR {contact} IN (SELECT unnest(ARRAY[t.first_id, t.second_id]) FROM messaging_mergetask t
        JOIN messaging_suppression s ON s.contact_id IN (t.first_id, t.second_id) AND s.lifted_at IS NULL
        WHERE t.organisation_id = %(organisation)s AND t.settled_at IS NULL AND s.channel IN (%(channel)s, 'any')))"""


# Sorting and joining a file of some hundred thousand lines without writing it to the disk and reading it again.
_SETTINGS: Final = {"enable_nestloop": "off", "work_mem": "64MB"}


@contextmanager
def joining_by_hash() -> Iterator[None]:
    """Keep PostgreSQL from looking people up one row at a time.

    Right after a large import its statistics know nothing of the new rows, and it would read all contacts of the
    organisation again for every line of a file. Reading them once is never slow.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_nestloop'), current_setting('work_mem')")
        before = dict(zip(_SETTINGS, cursor.fetchone(), strict=True))
        _set(before | _SETTINGS)
        yield
        _set(before)


def _set(settings: dict[str, str]) -> None:
    statement = "SELECT " + ", ".join(["set_config(%s, %s, true)"] * len(settings))
    with connection.cursor() as cursor:
        cursor.execute(statement, [part for setting in settings.items() for part in setting])
