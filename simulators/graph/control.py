"""The simulator's own side door, `/_sim`: everything a test or a demo may make happen. It asks for no token."""

import base64
import binascii
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from simulators.common.side_door import Deed, Impossible, journal, side_door
from simulators.graph.account import numbers_of
from simulators.graph.inbound import contact_of, receive
from simulators.graph.inbound_kinds import after_click, written
from simulators.graph.people import USER_ID, Person, as_whatsapp_writes
from simulators.graph.subscriptions import handshake
from simulators.graph.template_review import PAUSES, judge, pause, recategorise, unpause, warn
from simulators.graph.template_shelf import Template
from simulators.graph.webhooks import Update, wire_bytes
from simulators.graph.world import World


def control_routes() -> list[Route]:
    """All of `/_sim`."""
    deeds: list[tuple[str, str, Deed]] = [
        ("GET", "health", health),
        ("GET", "journal", journal),
        ("GET", "misbehaviour", show_misbehaviour),
        ("POST", "misbehaviour", change_misbehaviour),
        ("POST", "inbound", inbound),
        ("POST", "preference", preference),
        ("POST", "clock", clock),
        ("POST", "template/{id}/review", review_template),
        ("POST", "template/{id}/pause", pause_template),
        ("POST", "template/{id}/unpause", unpause_template),
        ("POST", "template/{id}/category", change_category),
        ("POST", "number/{id}", change_number),
        ("POST", "webhook", webhook),
        ("POST", "handshake", shake_hands),
        ("POST", "reset", reset),
    ]
    return side_door(deeds)


async def health(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Whether it runs, what it counted, and what is still to come; `quiet` when nothing is."""
    mailer = world.mailer
    to_come = {"agenda": len(world.agenda), "updates": len(mailer.waiting), "posting": mailer.in_flight}
    counts = {**world.counts, "webhook_posts": mailer.posts, "webhooks_given_up": mailer.given_up}
    return {"status": "ok", "quiet": not any(to_come.values()), "to_come": to_come, "counts": counts}


async def show_misbehaviour(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """All switches as they are."""
    return world.misbehaviour.model_dump(mode="json")


async def change_misbehaviour(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Set the named switches; the others stay."""
    world.misbehaviour = world.misbehaviour.changed(asked)
    world.note("misbehaviour", **asked)
    return world.misbehaviour.model_dump(mode="json")


def _number(world: World, asked: dict[str, Any]) -> str:
    number = str(asked.get("phone_number_id") or next(iter(world.numbers)))
    if number not in world.numbers:
        raise Impossible(f"phone_number_id {number} is not one of {', '.join(world.numbers)}.")
    return number


def _person(world: World, asked: dict[str, Any]) -> Person:
    """`from` is a phone number or a business-scoped user id; with `hide_phone` the person writes without the number."""
    sender, share = str(asked.get("from", "")), world.misbehaviour.only_user_id_share
    if USER_ID.fullmatch(sender):
        return world.people.by_user_id(sender, share)
    digits = "".join(filter(str.isdigit, sender))
    if not sender.startswith("+") or not 7 <= len(digits) <= 15:
        raise Impossible("from is a phone number with + and country code, or a business-scoped user ID.")
    return world.people.by_phone(as_whatsapp_writes(digits), 1.0 if asked.get("hide_phone") else share)


async def inbound(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Somebody writes now: `from`, and `text`, or `wish` (a kind and its fields), or any `message` with its type.

    `quotes` is the id of the message it answers, `clicked_ad` the headline of the ad it came from.
    """
    person, number = _person(world, asked), _number(world, asked)
    content = dict(_content(world, asked))
    if quoted := asked.get("quotes"):
        content["context"] = {"from": world.numbers[number].digits, "id": str(quoted)}
    if headline := asked.get("clicked_ad"):
        content["referral"] = after_click(str(headline), person.user_id[-8:])
    wamid = receive(world, number, person, content, float(asked.get("at", 0)))
    return {"id": wamid, "wa_id": person.wa_id, "user_id": person.user_id}


def _content(world: World, asked: dict[str, Any]) -> dict[str, Any]:
    if "wish" in asked:
        return written(world, asked["wish"])
    if "message" not in asked:
        return {"type": "text", "text": {"body": str(asked.get("text", "Hello"))}}
    message = asked["message"]
    if not isinstance(message, dict) or "type" not in message:
        raise Impossible("message is an object with a type.")
    return message


async def clock(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Move the provider's clock `ahead_seconds` before the machine's: windows, media and limits go by it."""
    world.ahead = float(asked.get("ahead_seconds", 0))
    world.note("clock", ahead_seconds=world.ahead)
    return {"now": world.clock()}


async def preference(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Somebody switches marketing off or on in WhatsApp itself: `value` is `stop` or `resume`."""
    value, person = asked.get("value", "stop"), _person(world, asked)
    if value not in ("stop", "resume"):
        raise Impossible("value is stop or resume.")
    world.people.marketing_stopped.discard(person.key)
    if value == "stop":
        world.people.marketing_stopped.add(person.key)
    hidden = bool(person.username) or not person.wa_id
    item = {
        **({} if hidden else {"wa_id": person.wa_id}),
        "user_id": person.user_id,
        "category": "marketing_messages",
        "value": value,
        "detail": f"User requested to {value} marketing messages",
        "timestamp": int(world.clock()),
    }
    contact = contact_of(person, with_phone=not hidden, with_username=True)
    note, number = ["preference", person.key, value], _number(world, asked)
    world.mailer.add(Update("user_preferences", item, note, "user_preferences", number, contact))
    return {"wa_id": person.wa_id, "user_id": person.user_id}


def _template(world: World, request: Request) -> Template:
    """By id, or by name when it has one language, or `name:language`."""
    key = request.path_params["id"]
    name, _, language = key.partition(":")
    named = [template for template in world.templates.languages_of(name) if language in ("", template.language)]
    template = world.templates.get(key) or (named[0] if len(named) == 1 else None)
    if template is None:
        raise Impossible(f"There is no one template with id, name or name:language {key!r}.")
    return template


async def review_template(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Judge it now: `event` (APPROVED), `reason`, `recommendation`, `category`."""
    template = _template(world, request)
    judge(
        world,
        template,
        asked.get("event", "APPROVED"),
        reason=asked.get("reason", "NONE"),
        recommendation=asked.get("recommendation", ""),
        category=asked.get("category", ""),
    )
    return template.node()


async def pause_template(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Pause it: `title` is FIRST_PAUSE, SECOND_PAUSE, RATE_LIMITING_PAUSE, or DISABLED for good."""
    template, title = _template(world, request), asked.get("title", "FIRST_PAUSE")
    if title not in PAUSES:
        raise Impossible(f"title is one of {', '.join(PAUSES)}.")
    pause(world, template, title)
    return template.node()


async def unpause_template(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Let it be sent again."""
    template = _template(world, request)
    unpause(world, template)
    return template.node()


async def change_category(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Change the `category` now, or with `warning` announce it for tomorrow."""
    template, category = _template(world, request), asked.get("category", "MARKETING")
    (warn if asked.get("warning") else recategorise)(world, template, category)
    return template.node()


async def change_number(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Set what `GET /{phone}` tells: status, quality_rating, throughput, messaging limit ... No webhook is sent."""
    number = world.numbers[_number(world, {"phone_number_id": request.path_params["id"]})]
    number.facts |= asked
    if "quality_rating" in asked:
        number.facts["quality_score"] = {"score": asked["quality_rating"]}
    return number.facts


async def webhook(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Post any `payload` (an object) or `raw_base64` (exact bytes), signed; answers the webhook's HTTP status."""
    if "raw_base64" in asked:
        try:
            raw = base64.b64decode(asked["raw_base64"], validate=True)
        except (binascii.Error, ValueError, TypeError):
            raise Impossible("raw_base64 is not base64.") from None
    elif isinstance(asked.get("payload"), dict):
        raw = wire_bytes(asked["payload"])
    else:
        raise Impossible("Give payload, an object, or raw_base64.")
    return {"status": await world.mailer.post_raw(raw, ["by hand"])}


async def shake_hands(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Do the webhook handshake, with the right `verify_token` or another one."""
    token = asked.get("verify_token", world.account.verify_token)
    return {"outcome": await handshake(world.mailer.url, token)}


async def reset(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """As at the start: nothing to come, nobody known, templates gone unless `keep_templates`. The journal goes on."""
    world.agenda.clear()
    world.mailer.clear()
    world.mailer.url, world.override_url = world.account.webhook_url, ""
    world.mailer.posts = world.mailer.given_up = 0
    counted = (world.sending, world.managing, world.creating, world.registering, world.pairs, world.counts)
    for forgetful in (*counted, world.media, world.flows, world.creative_opt_outs, world.inbound_ids):
        forgetful.clear()
    world.insights, world.subscribed = False, True
    world.people.forget()
    world.ahead = 0.0
    world.misbehaviour = world.by_default
    world.numbers.clear()
    world.numbers.update(numbers_of(world.account))
    if not asked.get("keep_templates"):
        world.templates.clear()
    world.note("reset", **asked)
    return await health(world, request, asked)
