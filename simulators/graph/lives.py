"""The life of an accepted message: held, sent, delivered, read or failed, each told by webhook; and the answers."""

from dataclasses import dataclass
from typing import Any

from simulators.graph.envelope import Envelope
from simulators.graph.errors import webhook_error
from simulators.graph.inbound import contact_of, receive
from simulators.graph.template_shelf import Template
from simulators.graph.webhooks import Update
from simulators.graph.world import World


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was accepted. `nth` counts the sends to this person and seeds what happens to this one."""

    wamid: str
    phone_number_id: str
    envelope: Envelope
    template: Template | None
    held: bool
    fails_with: int | None
    nth: int

    @property
    def seed(self) -> tuple[str, int]:
        return self.envelope.person.key, self.nth


def begin(world: World, message: Message, *, sent_told: bool) -> None:
    """Put the first thing that will happen on the agenda. `sent_told`: that it was sent has been told already."""
    rules = world.misbehaviour
    if message.held:
        world.agenda.after(rules.held_seconds, lambda: _judge(world, message))
    elif message.fails_with:
        code = message.fails_with
        world.agenda.after(world.varied(rules.sent_seconds, *message.seed), lambda: _fail(world, message, code))
    elif sent_told:
        _go_on(world, message)
    else:
        world.agenda.after(world.varied(rules.sent_seconds, *message.seed), lambda: _send(world, message))


async def tell_sent_now(world: World, message: Message) -> None:
    """Tell `sent` and wait until it has arrived: the webhook that overtakes the HTTP answer."""
    await world.mailer.post_now([_status(world, message, "sent")])


def _judge(world: World, message: Message) -> None:
    """The end of the quality assessment: dropped or released."""
    if world.chance.happens(world.misbehaviour.held_dropped_share, "dropped", *message.seed):
        _fail(world, message, 132015)
    elif message.fails_with:
        _fail(world, message, message.fails_with)
    else:
        _send(world, message)


def _fail(world: World, message: Message, code: int) -> None:
    world.counts["failed"] += 1
    tell(world, message, _status(world, message, "failed", code))


def _send(world: World, message: Message) -> None:
    tell(world, message, _status(world, message, "sent"))
    _go_on(world, message)


def _go_on(world: World, message: Message) -> None:
    rules = world.misbehaviour
    reaction = message.envelope.kind == "reaction"  # only `sent` comes back for these
    if not reaction and not world.chance.happens(rules.undelivered_share, "undelivered", *message.seed):
        world.agenda.after(world.varied(rules.delivered_seconds, *message.seed), lambda: _deliver(world, message))


def _deliver(world: World, message: Message) -> None:
    world.counts["delivered"] += 1
    tell(world, message, _status(world, message, "delivered"))
    rules, seed = world.misbehaviour, message.seed
    if world.chance.happens(rules.read_share, "read", *seed):
        world.agenda.after(world.varied(rules.read_seconds, *seed), lambda: _read(world, message))
    shares = {"reply": rules.reply_share, "stop": rules.stop_share, "button": rules.button_share}
    if answer := world.chance.pick(shares, "answers", *seed):
        world.agenda.after(world.varied(rules.reply_seconds, *seed), lambda: _write_back(world, message, answer))


def _read(world: World, message: Message) -> None:
    tell(world, message, _status(world, message, "read"))


def tell(world: World, message: Message, update: Update) -> None:
    """Hand a status to the mailer: now, or held back so that others overtake it; once, or twice."""
    rules, seed = world.misbehaviour, (*message.seed, update.item["status"])
    wait = rules.shuffle_seconds * world.chance.draw("held back", *seed)
    if world.chance.happens(rules.shuffle_share, "shuffle", *seed):
        world.agenda.after(wait, lambda: world.mailer.add(update))
    else:
        world.mailer.add(update)
    if world.chance.happens(rules.duplicate_share, "duplicate", *seed):
        world.agenda.after(wait, lambda: world.mailer.add(update))


def _status(world: World, message: Message, status: str, code: int | None = None) -> Update:
    """One status. Fields that do not apply are absent, not empty."""
    envelope, person = message.envelope, message.envelope.person
    item: dict[str, Any] = {"id": message.wamid, "status": status, "timestamp": str(int(world.clock()))}
    to_phone = envelope.by == "phone"
    phone_known = bool(person.wa_id) and (to_phone or not person.username)
    if phone_known:
        item["recipient_id"] = person.wa_id
    if code is None or not to_phone:
        item["recipient_user_id"] = person.user_id
    if envelope.reference:
        item["biz_opaque_callback_data"] = envelope.reference
    if status in ("sent", "delivered"):
        item["pricing"] = _pricing(message)
    if code is not None:
        item["errors"] = [webhook_error(code)]
    contact = None
    if code is None:
        contact = contact_of(person, with_phone=phone_known, with_username=status != "sent")
    note = ["status", message.wamid, status, *([code] if code else [])]
    return Update("statuses", item, note, phone_number_id=message.phone_number_id, contact=contact)


def _pricing(message: Message) -> dict[str, Any]:
    """Per-message pricing as of October 2026: free-form costs too, as `service`."""
    category = message.template.category.lower() if message.template else "service"
    return {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}


def _write_back(world: World, message: Message, answer: str) -> None:
    """The person answers, in words or with the template's first quick reply."""
    rules, content = world.misbehaviour, {}
    if answer == "stop":
        at = int(world.chance.draw("word", *message.seed) * len(rules.stop_words))
        content = {"type": "text", "text": {"body": rules.stop_words[at]}}
    elif answer == "button":
        content = _pressed(message)
    content = content or {"type": "text", "text": {"body": "Thank you 🙏 多謝!"}}
    context = {"from": world.numbers[message.phone_number_id].digits, "id": message.wamid}
    if content["type"] == "button":
        content["context"] = context
    receive(world, message.phone_number_id, message.envelope.person, content)


def _pressed(message: Message) -> dict[str, Any]:
    """A press on the first quick reply: its payload as it was sent, or its label."""
    buttons = message.template.buttons() if message.template else []
    for at, button in enumerate(buttons):
        if button["type"] == "QUICK_REPLY":
            sent = message.envelope.content.get("components", [])
            payloads = [part["parameters"][0]["payload"] for part in sent if _is_payload_of(part, at)]
            return {"type": "button", "button": {"payload": (payloads or [button["text"]])[0], "text": button["text"]}}
    return {}


def _is_payload_of(part: dict[str, Any], at: int) -> bool:
    return part["type"].lower() == "button" and str(part.get("index")) == str(at) and bool(part.get("parameters"))
