"""What live rules and flows do with conversations: which send them into a queue, which go by their labels."""

from collections.abc import Collection, Iterator
from typing import Any

from accounts.models import Organisation
from messaging.models import Flow, KeywordRule, Queue


def ways_into(queue: Queue) -> list[str]:
    """The names of the rules and flows that send conversations there."""
    rules = KeywordRule.objects.filter(queue=queue, enabled=True).order_by("name").values_list("name", flat=True)
    flows = [name for name, node in _live_nodes(queue.organisation) if node.get("queue") == queue.name]
    return [*rules, *dict.fromkeys(flows)]


def flows_asking_for(organisation: Organisation, labels: Collection[str]) -> list[str]:
    """The names of the flows that lead a customer one way or the other by one of these labels."""
    asking = [
        name
        for name, node in _live_nodes(organisation)
        if node["kind"] == "condition" and node["test"] == "label" and node["value"] in labels
    ]
    return list(dict.fromkeys(asking))


def _live_nodes(organisation: Organisation) -> Iterator[tuple[str, dict[str, Any]]]:
    """(the flow's name, one node of its live version) of every active flow."""
    active = Flow.objects.filter(organisation=organisation, state=Flow.State.ACTIVE, live__isnull=False)
    for flow in active.select_related("live").order_by("name"):
        if flow.live is not None:
            for node in flow.live.definition["nodes"].values():
                yield flow.name, node
