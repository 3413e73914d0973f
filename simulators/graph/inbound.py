"""What people write to the business: told by webhook, and the customer service window opens."""

from typing import Any

from simulators.graph.people import Person
from simulators.graph.wamids import new_wamid
from simulators.graph.webhooks import Update
from simulators.graph.world import World


def receive(world: World, phone_number_id: str, person: Person, content: dict[str, Any], at: float = 0.0) -> str:
    """A message of this person arrives at one of our numbers; `content` has `type` and what belongs to it.

    Somebody with a username writes without a phone number. `at` is the time of the message, now by default. Returns
    the message's id.
    """
    at = at or world.clock()
    wamid = new_wamid(person.key)
    hidden = bool(person.username) or not person.wa_id
    sender = {} if hidden else {"from": person.wa_id}
    item = {**sender, "from_user_id": person.user_id, "id": wamid, "timestamp": str(int(at)), **content}
    contact = contact_of(person, with_phone=not hidden, with_username=True)
    world.people.heard(phone_number_id, person, at)
    world.inbound_ids[wamid] = phone_number_id
    world.counts["inbound"] += 1
    note = ["inbound", wamid, person.key, content["type"], words_of(content)]
    world.mailer.add(Update("messages", item, note, phone_number_id=phone_number_id, contact=contact))
    return wamid


def contact_of(person: Person, *, with_phone: bool, with_username: bool) -> dict[str, Any]:
    """The person as `value.contacts[]` shows them."""
    profile = {"name": person.name}
    if with_username and person.username:
        profile["username"] = person.username
    phone = {"wa_id": person.wa_id} if with_phone else {}
    return {"profile": profile, **phone, "user_id": person.user_id}


def words_of(content: dict[str, Any]) -> str:
    """The words of an inbound message, for the journal."""
    match content:
        case {"type": "text", "text": {"body": str(words)}} | {"type": "button", "button": {"payload": str(words)}}:
            return words
    return ""
