"""The calls of the API: who is let in, a key that was used before, sessions made, read and ended."""

import base64
import re
from typing import Any

from simulators.payments import lives
from simulators.payments.forms import read_form
from simulators.payments.sessions import MOST_SECONDS, Session, Wrong, amount_of, read_wish, unix
from simulators.payments.world import Call, Replay, World

_SESSIONS = "/v1/checkout/sessions"
_ONE = re.compile(rf"{_SESSIONS}/(cs_[A-Za-z0-9_]+)(/expire)?")
Told = tuple[int, dict[str, Any]]


def handle(world: World, call: Call) -> Told:
    """Status and body of the answer. Raises `Wrong`."""
    call.verdict["decision"] = "answered"
    _let_in(world, call)
    if call.method == "POST" and call.path == _SESSIONS:
        return _create(world, call)
    found = _ONE.fullmatch(call.path)
    if found is None:
        raise Wrong(404, "invalid_request_error", f"Unrecognized request URL ({call.method}: {call.path}).")
    session = world.sessions.get(found[1])
    if session is None:
        raise Wrong(404, "invalid_request_error", f"No such checkout.session: '{found[1]}'", "resource_missing", "id")
    call.verdict["session"] = session.id
    if found[2]:
        if call.method != "POST":
            raise Wrong(404, "invalid_request_error", f"Unrecognized request URL ({call.method}: {call.path}).")
        lives.expire(world, session)
    return 200, session.as_json()


def _let_in(world: World, call: Call) -> None:
    kind, _, given = call.headers.get("authorization", "").partition(" ")
    if kind == "Basic":
        given = base64.b64decode(given).decode().rstrip(":")
    if given != world.account.key:
        raise Wrong(401, "invalid_request_error", "Invalid API Key provided.")
    if world.misbehaviour.declined:
        raise Wrong(402, "card_error", "The account cannot currently make live charges.", "account_invalid")


def _create(world: World, call: Call) -> Told:
    key = call.headers.get("idempotency-key", "")
    call.verdict["key"] = key
    before = world.replays.get(key) if key else None
    if before is not None:
        if before.asked != call.raw:
            raise Wrong(400, "idempotency_error", "Keys for idempotent requests can only be used with the same "
                        "parameters they were first used with.")  # fmt: skip
        call.verdict["decision"] = "replayed"
        return before.status, before.told
    number, rules = len(world.sessions) + world.counts["troubled"], world.misbehaviour
    if world.chance.happens(rules.throttled_share, "throttled", number):
        world.counts["troubled"] += 1
        raise Wrong(429, "invalid_request_error", "Too many requests.", "rate_limit")
    if world.chance.happens(rules.error_refused_share, "error", number):
        world.counts["troubled"] += 1
        raise Wrong(500, "api_error", "An error occurred.")
    wish = read_wish(read_form(call.raw), rules.least_minutes, world.clock())
    session = _make(world, wish)
    call.verdict |= {"decision": "made", "session": session.id, "amount": session.amount, "currency": session.currency}
    told = session.as_json()
    if key:
        world.replays[key] = Replay(call.raw, 200, told)
    if world.chance.happens(rules.error_accepted_share, "error afterwards", number):
        return 500, {"error": {"type": "api_error", "message": "An error occurred."}}
    call.is_lost = world.chance.happens(rules.lost_share, "lost", number)
    return 200, told


def _make(world: World, wish: Any) -> Session:
    now = unix(world.clock())
    world.counts["made"] += 1
    world.made += 1
    secret = world.chance.bytes(16, "page", world.made, now).hex()
    key = f"cs_test_{world.chance.bytes(12, 'session', world.made, now).hex()}"
    begins = world.misbehaviour.strange_page or world.base_url
    session = Session(
        key,
        wish,
        amount_of(wish) + world.misbehaviour.wrong_amount,
        now,
        wish.expires_at or now + MOST_SECONDS,
        f"{begins}/pay/{secret}",
    )
    world.sessions[key] = session
    return session
