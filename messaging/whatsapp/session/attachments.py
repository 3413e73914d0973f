"""The files of a message: our own, approved for this conversation, and known to Meta under an id of our number."""

from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from messaging.models import Conversation, MediaAsset
from messaging.whatsapp.media.uploading import find_attachment, media_id_of
from messaging.whatsapp.session.kinds import Audio
from messaging.whatsapp.session.message import AnyKind
from messaging.whatsapp.session.parts import attachments_in

# Meta plays nothing else as a voice message.
_VOICE = "audio/ogg"


def media_ids(call: Call, conversation: Conversation, message: AnyKind) -> dict[UUID, str]:
    """Each file by its id at Meta, uploaded where Meta does not have it: outside of a transaction the first time.

    Raises Refused for a file that is not there for this conversation, that nobody approved, or of another kind than it
    is shown as.
    """
    files = {
        asset: (find_attachment(call.organisation, asset, conversation, "message"), kind)
        for asset, kind in attachments_in(message)
    }
    refuse_if_any(reason for file, kind in files.values() for reason in _misshown(file, kind, message))
    return {asset: media_id_of(file, conversation.sender, call.now) for asset, (file, _kind) in files.items()}


def _misshown(file: MediaAsset, kind: str, message: AnyKind) -> Iterator[Reason]:
    if file.kind != kind:
        words = {"name": file.name, "kind": file.get_kind_display()}
        yield Reason("wrong_kind_of_file", _("“%(name)s” is of the kind “%(kind)s”.") % words,
                     _("Show it as what it is, or use another file."), "message")  # fmt: skip
    elif isinstance(message, Audio) and message.voice and not file.content_type.startswith(_VOICE):
        yield Reason("not_a_voice_message", _("Only OGG with OPUS is played as a voice message."),
                     _("Leave voice out, or use another file."), "message")  # fmt: skip
