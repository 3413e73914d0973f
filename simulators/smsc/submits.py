"""What becomes of a submit_sm: taken, refused, lost."""

from dataclasses import dataclass
from typing import Any

from simulators.smsc.ids import written
from simulators.smsc.misbehaviour import PASSING
from simulators.smsc.receipts import promise_receipt
from simulators.smsc.world import World

THROTTLED, QUEUE_FULL, INVALID_DESTINATION = 0x58, 0x14, 0x0B


@dataclass(frozen=True, slots=True)
class Verdict:
    """`dropped` and `silent` mean that no answer is given."""

    status: int = 0
    message_id: str = ""
    dropped: bool = False
    silent: bool = False

    @property
    def decision(self) -> str:
        return "accepted" if self.message_id else "refused" if self.status else "not taken"


def judge(world: World, fields: dict[str, Any], unanswered: int) -> Verdict:
    """Decide, and put the receipt of what is taken on the agenda."""
    rules, phone = world.misbehaviour, fields["destination"]["value"]
    status = _refusal(world, fields, unanswered)
    if status:
        return Verdict(status)
    world.tries[phone] += 1
    shares = {name: share for name in PASSING if (share := getattr(rules, name))}
    fault = world.chance.pick(shares, "passing", phone, world.tries[phone]) or ""
    if fault in ("throttled_share", "queue_full_share"):
        return Verdict(THROTTLED if fault == "throttled_share" else QUEUE_FULL)
    if fault == "drop_before_share":
        return Verdict(dropped=True)
    world.last_id += 1
    number = world.last_id
    promise_receipt(world, fields, number)
    message_id = written(number, rules.response_ids)
    return Verdict(0, message_id, dropped=fault == "drop_after_share", silent=fault == "silent_share")


def _refusal(world: World, fields: dict[str, Any], unanswered: int) -> int:
    """The status of a submit that is not taken for a lasting reason; 0 for none."""
    rules, phone, part = world.misbehaviour, fields["destination"]["value"], part_of(fields)
    if rules.window and unanswered > rules.window:
        world.counts["over_window"] += 1
        return THROTTLED
    if not phone.isdigit():
        return INVALID_DESTINATION
    if part in rules.refuses_part:
        return rules.refuses_part[part]
    if world.throttled_parts[phone, part] < rules.throttles_part.get(part, 0):
        world.throttled_parts[phone, part] += 1
        return THROTTLED
    return world.chance.pick(rules.refuses, "refuses", phone) or 0


def part_of(fields: dict[str, Any]) -> int:
    """The number of a part by its header; 1 for a text that is whole."""
    octets = bytes.fromhex(fields["octets"])
    return octets[octets[0]] if fields["esm_class"] & 0x40 and octets else 1
