"""What an auto reply, or the rules that begin a flow, would have done lately."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from messaging.models import KeywordRule, Queue
from messaging.whatsapp.automation.contract import Replay, SchedulePart
from messaging.whatsapp.automation.matching import best
from messaging.whatsapp.automation.replay import Past, Tally, keyword_of, summed_up
from messaging.whatsapp.automation.schedule import counts_at, is_too_soon


def replay_schedule(
    past: Past,
    schedule: SchedulePart,
    scope: tuple[UUID | None, UUID | None],
    rules: Sequence[KeywordRule],
    queues: Mapping[UUID, Queue],
    zone: str,
    receives: str,
) -> Replay:
    """What the auto reply would have answered. `scope` is queue and sender; `queues` have the business hours."""
    queue, sender = scope
    standing = [(rule.sender_id, keyword_of(rule)) for rule in rules]
    tally, last = Tally(), dict[UUID | None, datetime]()
    for one in reversed(past.heard):
        if queue not in (None, one.queue) or sender not in (None, one.sender) or one.is_no:
            continue
        if not counts_at(schedule, one.at, queues.get(one.queue) if one.queue else None, zone):
            continue
        tally.matched += 1
        met = best(one.said, one.language, [keyword for at, keyword in standing if at in (None, one.sender)])
        if met.keywords:
            tally.outranked_by.update(keyword.name for keyword in met.keywords)
        elif not is_too_soon(schedule, last.get(one.conversation), one.at):
            last[one.conversation] = one.at
            tally.answered.append((one, ()))
    tally.answered.reverse()
    return summed_up(past, tally, receives)


def replay_flow(past: Past, rules: Sequence[KeywordRule], flow_id: UUID | None, receives: str) -> Replay:
    """How often the enabled rules that begin the flow would have begun it."""
    standing = [(rule.sender_id, rule.flow_id == flow_id and flow_id is not None, keyword_of(rule)) for rule in rules]
    beginning = {keyword.rule_id for _sender, begins, keyword in standing if begins}
    tally = Tally()
    for one in past.heard if beginning else ():
        if one.is_no:
            continue
        met = best(one.said, one.language, [keyword for at, _b, keyword in standing if at in (None, one.sender)])
        if met.only is not None and met.only.rule_id in beginning:
            tally.matched += 1
            tally.answered.append((one, met.only.meets(one.said) or ()))
    return summed_up(past, tally, receives)
