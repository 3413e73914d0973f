"""The network behind all gateways: the life of a text that was taken, and what its phone writes back."""

import uuid

from simulators.sms.mailer import News
from simulators.sms.numbers import is_landline, is_number
from simulators.sms.words import Event, Stage, Text, Trouble, Written
from simulators.sms.world import Gateway, World

STOPS = frozenset(("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"))
STARTS = frozenset(("start", "unstop"))
SENTENCES = ("Thanks!", "Do you deliver to Sai Kung?", "幾點開門？", "ok 👍")


async def begin(world: World, gateway: Gateway, text: Text) -> None:
    """Put the first thing that will happen on the agenda; with an early receipt it has happened before the answer."""
    rules, seed = gateway.misbehaviour, _seed(gateway, text)
    if world.chance.happens(rules.silent_share, "silent", *seed):
        return
    if world.chance.happens(rules.early_share, "early", *seed):
        news = _news(world, gateway, text, Event(Stage.SENT, world.clock()))
        if news is not None:
            await gateway.mailer.tell_now(news)
        _go_on(world, gateway, text)
    else:
        world.agenda.after(world.varied(rules.sent_seconds, *seed), lambda: _send(world, gateway, text))


def _send(world: World, gateway: Gateway, text: Text) -> None:
    tell(world, gateway, text, Event(Stage.SENT, world.clock()))
    _go_on(world, gateway, text)


def _go_on(world: World, gateway: Gateway, text: Text) -> None:
    rules, seed = gateway.misbehaviour, _seed(gateway, text)
    if world.chance.happens(rules.undelivered_share, "undelivered", *seed):
        return
    wait = world.varied(rules.delivered_seconds, *seed)
    if world.chance.happens(rules.late_share, "late", *seed):
        wait += rules.late_seconds
    world.agenda.after(wait, lambda: _end(world, gateway, text))


def _end(world: World, gateway: Gateway, text: Text) -> None:
    """Delivered, or not."""
    trouble = trouble_of(world, gateway, text)
    world.counts["failed" if trouble else "delivered"] += 1
    stage = Stage.FAILED if trouble else Stage.DELIVERED
    tell(world, gateway, text, Event(stage, world.clock(), trouble))
    rules, seed = gateway.misbehaviour, _seed(gateway, text)
    shares = {"reply": rules.reply_share, "stop": rules.stop_share}
    answer = world.chance.pick(shares, "answers", *seed)
    if trouble is None and answer and is_number(text.asked.sender):
        wait = world.varied(rules.reply_seconds, *seed)
        world.agenda.after(wait, lambda: _answer(world, gateway, text, answer))


def trouble_of(world: World, gateway: Gateway, text: Text) -> Trouble | None:
    """What keeps this text from its phone: what lasts is the same at every gateway, what passes is not."""
    rules = gateway.misbehaviour
    if lasting := world.chance.pick(rules.fails_later, "fails", text.asked.to):
        return lasting
    if is_landline(text.asked.to):
        return Trouble.LANDLINE
    return world.chance.pick(rules.fails_this_time, "fails now", *_seed(gateway, text))


def _answer(world: World, gateway: Gateway, text: Text, answer: str) -> None:
    words = gateway.misbehaviour.stop_words if answer == "stop" else SENTENCES
    said = words[int(world.chance.draw("words", *_seed(gateway, text)) * len(words))]
    write(world, gateway, text.asked.to, text.asked.sender, said)


def write(world: World, gateway: Gateway, phone: str, sender: str, words: str) -> str:
    """A phone writes to one of our numbers now; the id of its text. Told where the account says that replies go."""
    asks, key = "", words.strip().casefold()
    if gateway.wire.hears_stop and key in STOPS | STARTS:
        (gateway.phones.stopped.add if key in STOPS else gateway.phones.stopped.discard)((sender, phone))
        asks = ("STOP" if key in STOPS else "START") if gateway.misbehaviour.tells_opt_out else ""
    written = Written("MO" + uuid.uuid4().hex, sender, phone, words, world.clock(), asks)
    world.counts["inbound"] += 1
    if url := gateway.wire.account.inbound_url:
        gateway.mailer.add(News(url, gateway.wire.reply(written), ["inbound", written.id, phone, words]))
    return written.id


def tell(world: World, gateway: Gateway, text: Text, event: Event) -> None:
    """Hand a receipt to the mailer: now, or held back so that others overtake it; once, or twice."""
    news = _news(world, gateway, text, event)
    if news is None:
        return
    rules, seed = gateway.misbehaviour, (*_seed(gateway, text), event.stage)
    wait = rules.shuffle_seconds * world.chance.draw("held back", *seed)
    if world.chance.happens(rules.shuffle_share, "shuffle", *seed):
        world.agenda.after(wait, lambda: gateway.mailer.add(news))
    else:
        gateway.mailer.add(news)
    if world.chance.happens(rules.duplicate_share, "duplicate", *seed):
        world.agenda.after(wait, lambda: gateway.mailer.add(news))


def _news(world: World, gateway: Gateway, text: Text, event: Event) -> News | None:
    item = gateway.wire.receipt(text, event)
    if item is None or not text.asked.receipt_url:
        return None
    why = [event.trouble] if event.trouble else []
    return News(text.asked.receipt_url, item, ["receipt", text.id, event.stage, *why])


def _seed(gateway: Gateway, text: Text) -> tuple[str, str, int]:
    return gateway.name, text.asked.to, text.nth
