"""Where canaries may stand at rest: written out, column by column. Whatever else holds one is a leak."""

from typing import Any

from django.conf import settings
from django.db import connection
from redis import Redis

from tests.hostile.canaries import Watch

# A new column that holds personal data needs a line here, and whoever adds it says how it is masked and erased.
_NAMES = {"name", "first name"}
ALLOWED: dict[tuple[str, str], set[str]] = {
    ("messaging_audiencemember", "address"): {"phone"},
    ("messaging_audiencemember", "values"): {*_NAMES, "variable"},
    ("messaging_contact", "attributes"): {"variable"},
    ("messaging_contact", "crm_id"): {"crm id"},
    ("messaging_contact", "name"): _NAMES,
    ("messaging_contact", "phone"): {"phone", "phone of the stopped"},
    ("messaging_identity", "value"): {"phone", "phone of the stopped"},
    ("messaging_importrow", "attributes"): {"variable"},
    ("messaging_importrow", "crm_id"): {"crm id"},
    ("messaging_importrow", "name"): _NAMES,
    ("messaging_importrow", "phone"): {"phone", "phone of the stopped"},
    # Ids of messages at the provider have the number inside.
    ("messaging_inboundmessage", "provider_id"): {"phone (base64)", "phone of the stopped (base64)"},
    ("messaging_inboundmessage", "text"): {"body"},
    ("messaging_message", "address"): {"phone"},
    ("messaging_message", "error_text"): {*_NAMES, "phone"},
    ("messaging_message", "provider_id"): {"phone (base64)"},
    ("messaging_message", "values"): {*_NAMES, "variable"},
    ("messaging_parkedstatus", "item"): {*_NAMES, "phone"},
    # As it arrived; dropped after days.
    ("messaging_webhookevent", "body"): {
        *_NAMES, "body", "phone", "phone (base64)", "phone of the stopped", "phone of the stopped (base64)", "profile",
        "unread webhook",
    },
}  # fmt: skip
# Without these the story has not happened.
PLANTED = {"messaging_contact", "messaging_importrow", "messaging_inboundmessage", "messaging_message",
           "messaging_webhookevent"}  # fmt: skip


def at_rest(watch: Watch) -> dict[tuple[str, str], set[str]]:
    """(table, column) -> the kinds that stand there, over every column of every table."""
    found: dict[tuple[str, str], set[str]] = {}
    for table, columns in _columns().items():
        spelt = ", ".join(
            f"encode({_quoted(name)}, 'escape')" if kind == "bytea" else f"{_quoted(name)}::text"
            for name, kind in columns
        )
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {spelt} FROM {_quoted(table)}")
            for row in cursor.fetchall():
                for (name, _kind), value in zip(columns, row, strict=True):
                    if value and (kinds := watch.kept(value)):
                        found.setdefault((table, name), set()).update(kinds)
    return found


def _columns() -> dict[str, list[tuple[str, str]]]:
    """Every table of ours with its columns and their types."""
    tables: dict[str, list[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            # Of the catalogue, not the information schema: that one leaves out what we may not read.
            "SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a"
            " JOIN pg_class c ON c.oid = a.attrelid WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
            " AND c.relnamespace = 'public'::regnamespace ORDER BY 1, a.attnum"
        )
        for table, name, kind in cursor.fetchall():
            tables.setdefault(table, []).append((name, kind))
    return tables


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def broker() -> Redis:
    return Redis.from_url(settings.REDIS_URL)


def in_redis() -> str:
    """Everything that Redis holds, as text."""
    redis = broker()
    return "\n".join(f"{key!r} {_value(redis, key)!r}" for key in redis.scan_iter())


def _value(redis: Any, key: bytes) -> Any:
    match redis.type(key):
        case b"string":
            return redis.get(key)
        case b"list":
            return redis.lrange(key, 0, -1)
        case b"hash":
            return redis.hgetall(key)
        case b"set":
            return redis.smembers(key)
        case b"zset":
            return redis.zrange(key, 0, -1, withscores=True)
    raise AssertionError(f"teach this test to read {key!r}, a {redis.type(key)!r}")
