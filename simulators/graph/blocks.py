"""Blocked users of a number."""

from typing import Any

from simulators.graph.calls import Call
from simulators.graph.errors import GraphError, webhook_error
from simulators.graph.people import USER_ID, Person, as_whatsapp_writes
from simulators.graph.world import World

WINDOW_HOURS = 24.0


async def block_users(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/block_users`: only people who wrote in the last 24 hours; 139100 when some could not be."""
    added, failed = [], []
    for given in _asked(call):
        person = _person(world, given)
        if person and world.people.window_open(call.node, person, WINDOW_HOURS, call.now):
            world.people.blocked.setdefault(call.node, set()).add(person.key)
            added.append({"input": given, "wa_id": person.wa_id, "user_id": person.user_id})
        else:
            failed.append({"input": given, "errors": [webhook_error(131047 if person else 131009)]})
    answer: dict[str, Any] = {"messaging_product": "whatsapp", "block_users": {"added_users": added}}
    if failed:
        answer["block_users"]["failed_users"] = failed
        raise GraphError(139100, facts=answer)
    return answer


async def unblock_users(world: World, call: Call) -> dict[str, Any]:
    """`DELETE /{phone}/block_users`."""
    removed = []
    for given in _asked(call):
        if person := _person(world, given):
            world.people.blocked.setdefault(call.node, set()).discard(person.key)
            removed.append({"input": given, "wa_id": person.wa_id, "user_id": person.user_id})
    return {"messaging_product": "whatsapp", "block_users": {"removed_users": removed}}


async def list_blocked(world: World, call: Call) -> dict[str, Any]:
    """`GET /{phone}/block_users`, all on one page."""
    blocked = sorted(world.people.blocked.get(call.node, ()))
    return {"data": [{"block_users": [{"messaging_product": "whatsapp", "wa_id": key} for key in blocked]}]}


def _asked(call: Call) -> list[str]:
    users = call.body.get("block_users")
    if call.body.get("messaging_product") != "whatsapp" or not isinstance(users, list) or not users:
        raise GraphError(100, text="(#100) The parameters messaging_product and block_users are required.")
    return [str(entry.get("user", "") or entry.get("user_id", "")) for entry in users if isinstance(entry, dict)]


def _person(world: World, given: str) -> Person | None:
    if USER_ID.fullmatch(given) and ".ENT." not in given:
        return world.people.by_user_id(given, world.misbehaviour.only_user_id_share)
    digits = "".join(filter(str.isdigit, given))
    if 7 <= len(digits) <= 15:
        return world.people.by_phone(as_whatsapp_writes(digits), world.misbehaviour.only_user_id_share)
    return None
