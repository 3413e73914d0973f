"""The files of a message: our own, approved, and known to Meta under an id of our number."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from messaging.models import Conversation
from messaging.whatsapp.session.message import AnyKind
from messaging.whatsapp.session.parts import attachments_in


def media_ids(call: Call, conversation: Conversation, message: AnyKind) -> dict[UUID, str]:
    """Each file by its id at Meta. Raises Refused for one that may not be sent here."""
    refuse_if_any(
        Reason("file_not_found", _("There is no such file."), _("Use an id of whatsapp.media_assets.list."), "message")
        for _asset, _kind in attachments_in(message)
    )
    return {}
