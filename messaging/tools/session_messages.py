"""whatsapp.session_message.preview and .send."""

from accounts.roles import SERVE
from approvals.floors import When
from approvals.registry import Call, Kind, tool
from messaging.models import Reply
from messaging.whatsapp.session import asking
from messaging.whatsapp.session.asking import SESSION_GUARDS, Answered, SessionContract, SessionMessageAsk
from messaging.whatsapp.session.sending import send_reply


@tool(
    "whatsapp.session_message.preview",
    kind=Kind.PREVIEW,
    scope=SERVE,
    reads_first=("whatsapp.conversation.get", "whatsapp.policy_rules.get"),
    beforehand=asking.put_files_at_meta,
    safety="Refused once the window is closed: outside it only an approved template may be sent.",
)
def preview_session_message(call: Call, ask: SessionMessageAsk) -> SessionContract:
    """Show a free-form answer as the phone will show it, how long the window stays open, and why it may need approval.

    Files are named by their ids here. Freezes exactly that; sends nothing.
    """
    return asking.preview_message(call, ask)


@tool(
    "whatsapp.session_message.send",
    kind=Kind.WRITE,
    scope=SERVE,
    reads_first=("whatsapp.session_message.preview",),
    preview="whatsapp.session_message.preview",
    approval=When(asking.needs_a_person, when_tainted=True),
    guards=SESSION_GUARDS,
    safety="What speaks of payment, promises or secrets, leads elsewhere, carries a file, or was asked for after"
    " reading customers' texts waits for a person. Window and opt-outs are asked again at the moment of sending.",
)
def send_session_message(call: Call, contract: SessionContract) -> Answered:
    """Send a previewed answer in a conversation whose customer service window is open."""
    send = send_reply(call, contract, Reply.Origin.TEAM)
    return Answered(reply_id=send.pk, state=str(send.state), due_at=contract.due_at, not_after=contract.not_after)
