"""whatsapp.template_status.sync: Countersign's own, for tools that are composed of it."""

from approvals.floors import Never
from approvals.registry import Call, Kind, tool
from messaging.whatsapp.review import metas_word
from messaging.whatsapp.review.metas_word import MetasWord, MetasWordContract


@tool(
    "whatsapp.template_status.sync",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.templates.list",),
    plan=metas_word.plan,
    approval=Never(),
    outside=metas_word.ask_meta,
    desk_only=True,
    spends=False,
    safety="Takes Meta's own word, as webhooks do; approves nothing, and lifts no stop of ours.",
)
def sync_template_status(call: Call, contract: MetasWordContract) -> MetasWord:
    """Ask Meta where the reviews of templates stand and bring our copies up to date."""
    return metas_word.begin(call, contract)
