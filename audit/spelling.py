"""How one entry is spelt: the line it is in an export, and the bytes its hash covers.

The database spells, in one place, for the sealer and for the export. A verifier therefore hashes the line it reads and
needs to know nothing about types. A change to this spelling would break every seal made before: add a second one.
"""

# Strings are quoted by to_json, which escapes only what JSON demands; jsonb prints its keys in its own fixed order.
LINE = """
'{"entry": ' || e.id
|| ', "organisation": "' || e.organisation_id
|| '", "at": "' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
|| '", "action": ' || to_json(e.action)
|| ', "actor_kind": ' || to_json(e.actor_kind)
|| ', "actor": ' || to_json(e.actor_principal)
|| ', "actor_label": ' || to_json(e.actor_label)
|| ', "face": ' || to_json(e.face)
|| ', "subject_type": ' || to_json(e.subject_type)
|| ', "subject_id": ' || to_json(e.subject_id)
|| ', "request_id": ' || coalesce('"' || e.request_id || '"', 'null')
|| ', "facts": ' || e.facts
|| ', "transaction": ' || e.xid
|| '}'
"""

HASH = f"sha256(convert_to({LINE}, 'UTF8'))"

# What a cluster that was restored from a dump adds to its transaction numbers, so that they go on climbing: a function
# that says 0 until `restored.lift` puts another number in its place.
XID_LIFT = "audit_xid_lift()"

# Below this is every transaction that has ended; no entry can be seen from above it, except after a restore.
NEWEST = f"(pg_snapshot_xmax(pg_current_snapshot())::text::bigint + {XID_LIFT})"

# The lowest number that a transaction still running may have: everything below has ended and can gain no entry.
HORIZON = f"(pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {XID_LIFT})"
