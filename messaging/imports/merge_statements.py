"""The statements of a merge, in their order. Each takes the same named parameters (`merge` gives them)."""

from typing import Final

from messaging.imports.known_people import CONTACT_ID, KNOWN_AS, SAID_NO

# New people get their number here: found again by phone once they are stored, each would cost another join.
PEOPLE: Final = f"""
CREATE TEMPORARY TABLE import_people ON COMMIT DROP AS
SELECT found.*, coalesce(found.known_id, nextval(pg_get_serial_sequence('messaging_contact', 'id'))) AS contact_id,
    found.known_id IS NULL AS is_new, false AS said_no, false AS told_before
FROM (
    SELECT r.line, r.phone, r.name, r.language, r.country, r.tags, r.attributes, r.crm_id, r.consent_category,
        r.consent_source, r.consent_at, r.opt_out, {CONTACT_ID} AS known_id,
        by_phone.contact_id IS NOT NULL AS is_identified
    FROM messaging_importrow r {KNOWN_AS.format(row="r")}
    WHERE r.batch_id = %(batch)s AND r.verdict IN ('new', 'update', 'opt_out')
    ORDER BY r.line) found
"""

# Of somebody who only opts out, nothing is kept but the number that the no stands on.
CREATE: Final = """
INSERT INTO messaging_contact (id, key, organisation_id, phone, name, language, country, tags, attributes, crm_id,
    import_batch_id, version, created_at, updated_at)
SELECT contact_id, gen_random_uuid(), %(organisation)s, phone,
    CASE WHEN opt_out THEN '' ELSE name END, CASE WHEN opt_out THEN '' ELSE language END, country,
    CASE WHEN opt_out THEN '{}' ELSE tags END, CASE WHEN opt_out THEN '{}' ELSE attributes END,
    CASE WHEN opt_out THEN '' ELSE crm_id END, %(batch)s, 1, %(now)s, %(now)s
FROM import_people WHERE is_new ORDER BY contact_id
ON CONFLICT (organisation_id, phone) DO NOTHING
"""

# Somebody who wrote to us since the statement before began.
FIND_AGAIN: Final = """
UPDATE import_people p SET contact_id = c.id, is_new = false FROM messaging_contact c
WHERE p.is_new AND c.organisation_id = %(organisation)s AND c.phone = p.phone AND c.id <> p.contact_id
"""

# In id order, as everybody locks contacts: a stop that is being written comes before or after us, never in between.
LOCK: Final = """
SELECT count(*) FROM (
    SELECT c.id FROM messaging_contact c WHERE c.id IN (SELECT contact_id FROM import_people WHERE NOT is_new)
    ORDER BY c.id FOR NO KEY UPDATE) locked
"""

SAY_WHO_SAID_NO: Final = f"""
UPDATE import_people p SET said_no = true
WHERE NOT p.is_new AND NOT p.opt_out AND {SAID_NO.format(contact="p.contact_id", category="p.consent_category")}
"""

_UPDATE: Final = """
UPDATE messaging_contact c SET
    phone = coalesce(c.phone, p.phone),
    name = coalesce(nullif(p.name, ''), c.name),
    language = coalesce(nullif(p.language, ''), c.language),
    country = coalesce(nullif(c.country, ''), p.country),
    crm_id = coalesce(nullif(p.crm_id, ''), c.crm_id),
    tags = CASE WHEN c.tags @> p.tags THEN c.tags
        ELSE c.tags || ARRAY(SELECT tag FROM unnest(p.tags) tag WHERE tag <> ALL (c.tags)) END,
    attributes = c.attributes || p.attributes,
    import_batch_id = %(batch)s, version = c.version + 1, updated_at = %(now)s
FROM import_people p
WHERE c.id = p.contact_id AND NOT p.is_new AND NOT p.opt_out
"""

_IDENTIFY: Final = """
INSERT INTO messaging_identity (organisation_id, contact_id, kind, value, first_seen_at)
SELECT %(organisation)s, contact_id, 'phone', phone, %(now)s FROM import_people WHERE NOT is_identified
ORDER BY line
ON CONFLICT (organisation_id, kind, value) DO NOTHING
"""

# A statement of its own: asked while evidence is being inserted, it would read the growing table once a row.
SAY_WHAT_WAS_TOLD_BEFORE: Final = """
UPDATE import_people p SET told_before = true FROM messaging_consentevidence e
WHERE NOT p.is_new AND e.contact_id = p.contact_id AND e.channel = %(channel)s AND e.category = p.consent_category
AND e.act = 'granted' AND e.source = p.consent_source AND e.occurred_at = p.consent_at
"""

# A yes over which a no stands is not written down: derived again later, it might win.
_AGREE: Final = """
INSERT INTO messaging_consentevidence (organisation_id, contact_id, channel, category, act, source, detail, occurred_at,
    recorded_at, recorded_by, customers_own_act, import_batch_id)
SELECT DISTINCT ON (contact_id, consent_category, consent_source, consent_at)
    %(organisation)s, contact_id, %(channel)s, consent_category, 'granted', consent_source, '', consent_at,
    %(now)s, %(by)s, false, %(batch)s::uuid
FROM import_people WHERE NOT opt_out AND NOT said_no AND NOT told_before
"""

STEPS: Final = {"updated": _UPDATE, "identified": _IDENTIFY, "agreed": _AGREE}
"""Name -> statement; how many rows each changed is part of the answer."""

OPT_OUT: Final = """
WITH noes AS (
    INSERT INTO messaging_suppression (organisation_id, contact_id, channel, category, reason, source, at)
    SELECT DISTINCT %(organisation)s, contact_id, 'any', 'any', 'imported', %(source)s, %(now)s
    FROM import_people WHERE opt_out
    ON CONFLICT (contact_id, channel, category, reason) WHERE lifted_at IS NULL DO NOTHING
    RETURNING contact_id),
withdrawn AS (
    INSERT INTO messaging_consentevidence (organisation_id, contact_id, channel, category, act, source, detail,
        occurred_at, recorded_at, recorded_by, customers_own_act, import_batch_id)
    SELECT %(organisation)s, contact_id, 'any', 'marketing', 'withdrawn', %(source)s, '', %(now)s, %(now)s, %(by)s,
        false, %(batch)s::uuid
    FROM noes)
SELECT contact_id FROM noes ORDER BY contact_id
"""

# Nobody else can have told us of people whom this transaction stores, and each stands on one line: nothing to look up.
DERIVE_NEW: Final = """
INSERT INTO messaging_consentstate (organisation_id, contact_id, channel, category, state, since, source)
SELECT %(organisation)s, contact_id, %(channel)s, consent_category, 'granted', consent_at, consent_source
FROM import_people WHERE is_new AND NOT opt_out
"""

# What was agreed to before is newer or it is not; a no over it is none of these people's (SAY_WHO_SAID_NO).
DERIVE_KNOWN: Final = """
INSERT INTO messaging_consentstate AS now (organisation_id, contact_id, channel, category, state, since, source)
SELECT DISTINCT ON (p.contact_id, p.consent_category)
    %(organisation)s, p.contact_id, %(channel)s, p.consent_category, 'granted', p.consent_at, p.consent_source
FROM import_people p LEFT JOIN messaging_consentstate w
    ON w.organisation_id = %(organisation)s AND w.contact_id = p.contact_id AND w.channel = %(channel)s
    AND w.category = p.consent_category AND w.since >= p.consent_at
WHERE NOT p.is_new AND NOT p.opt_out AND NOT p.said_no AND NOT p.told_before AND w.id IS NULL
ORDER BY p.contact_id, p.consent_category, p.consent_at DESC
ON CONFLICT (contact_id, channel, category) DO UPDATE
SET state = excluded.state, since = excluded.since, source = excluded.source WHERE now.since < excluded.since
"""

# The newest act counts and a withdrawal wins a tie, over all evidence there is and not only the file's.
DERIVE_WITHDRAWN: Final = """
INSERT INTO messaging_consentstate (organisation_id, contact_id, channel, category, state, since, source)
SELECT DISTINCT ON (e.contact_id)
    e.organisation_id, e.contact_id, e.channel, e.category, e.act, e.occurred_at, e.source
FROM messaging_consentevidence e
WHERE e.contact_id IN (SELECT contact_id FROM import_people WHERE opt_out)
AND e.channel = 'any' AND e.category = 'marketing'
ORDER BY e.contact_id, e.occurred_at DESC, e.act DESC
ON CONFLICT (contact_id, channel, category) DO UPDATE
SET state = excluded.state, since = excluded.since, source = excluded.source
"""

TALLY: Final = "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE said_no) FROM import_people"
